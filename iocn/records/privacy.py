"""What this room holds about people, and what the packages hold that we use (iocn.shared.privacy)."""

from allauth.account.models import EmailAddress

from iocn.digests.models import DigestRun
from iocn.records.models import Disposal, Hold, KeepFor, Redaction
from iocn.shared.privacy import Held, declare

# Tables of Django and its packages that hold nothing about people, or nothing that stays, with the reason.
NOT_DECLARED = {
    "contenttypes.ContentType": "names of our tables",
    "auth.Permission": "Django's own, unused",
    "auth.Group": "Django's own, unused",
    "sessions.Session": "who is signed in, signed and gone after two weeks; a form that waits for a sign-in, an hour",
    "shared.SentForm": "that a form was sent, as a hash, and where it led; gone after 15 days",
    "socialaccount.SocialApp": "allauth's own, unused: the settings name the provider",
    "socialaccount.SocialToken": "allauth's own, unused: tokens are not kept",
    "account.EmailConfirmation": "allauth's own, unused: an invitation proves the address",
}


def declare_tables() -> None:
    """Enter this room's tables, and those of packages."""
    declare(
        Held(Redaction, "Redactions", words=("reason",), plain=("found",)),
        Held(Hold, "Holds", words=("reason",)),
        Held(KeepFor, "How long things are kept", plain=("key",)),
        Held(Disposal, "What was disposed of", plain=("key",)),
        Held(DigestRun, "Weekly updates written"),
        Held(EmailAddress, "Addresses of sign-ins", network="", names=("email",)),
    )
