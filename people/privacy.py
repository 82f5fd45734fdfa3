"""What this room holds about people and in their words (iocn.shared.privacy)."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from iocn.shared.models import History
from iocn.shared.privacy import Held, declare
from iocn.shared.tables import UnreadableTable, read_csv
from people.models import (
    Absence,
    ClosedDay,
    Counter,
    Delegate,
    Mandate,
    Membership,
    Message,
    Network,
    Organisation,
    Person,
    Post,
    Remit,
    RoleHeld,
    SignIn,
    StaffTask,
    Upload,
)


def words_of_upload(upload: Upload) -> str:
    """Return what a file says that waits to be confirmed; one that cannot be read says nothing."""
    try:
        table = read_csv(bytes(upload.content))
    except UnreadableTable:
        return upload.name
    cells = (cell for row in table.rows for cell in row.cells.values())
    return "\n".join([upload.name, *table.headings, *cells])


def declare_tables() -> None:
    """Enter this room's tables."""
    declare(
        Held(
            Network,
            "The network",
            network="pk",
            plain=("name", "slug", "time_zone", "incident_link", "speak_up_link"),
        ),
        Held(
            Organisation,
            "Organisations",
            words=("name",),
            plain=("ods_code",),
            thing="self",
            organisations=("pk", "succeeded_by"),
        ),
        Held(ClosedDay, "Closed days", words=("name",), thing="self"),
        Held(Counter, "Counters", plain=("name",)),
        # A person alone changes their own name: it is no network's to redact while they are there.
        Held(Person, "Sign-ins", network="", names=("email", "name"), never=("password",)),
        Held(SignIn, "When people signed in", network="", plain=("device",), never=("session_key",)),
        Held(
            SocialAccount,
            "Organisations’ sign-ins that open an account",
            network="",
            # By which the provider knows them: it may be a staff number or an address.
            names=("uid",),
            # The latter is always empty: people/organisation_sign_in.py.
            plain=("provider", "extra_data"),
        ),
        # Encrypted, but for the names of passkeys.
        Held(Authenticator, "Second steps of sign-ins", network="", never=("data",)),
        Held(
            Membership,
            "Memberships",
            names=("name",),
            thing="self",
            people=("pk",),
            organisations=("posts__organisation",),
        ),
        Held(RoleHeld, "Roles", network="membership__network"),
        Held(
            Post,
            "Posts",
            network="membership__network",
            words=("job_title",),
            thing="membership",
            about="membership",
        ),
        Held(Absence, "Absences", network="membership__network"),
        Held(Delegate, "Who acts for whom", network="leader__network"),
        Held(Remit, "Who can decide on what", network="membership__network"),
        Held(
            Mandate,
            "What teams may do without asking",
            network="organisation__network",
            words=("text",),
            thing="organisation",
        ),
        Held(StaffTask, "What waits for staff", words=("text",), thing="subject"),
        Held(
            Message,
            "E-mail",
            words=("subject", "text", "html", "error"),
            names=("address",),
            plain=("cause",),
            about="to",
            goes_with_person=True,
            hidden=("html",),
            hides_links=True,
        ),
        Held(
            Upload,
            "Files waiting to be confirmed",
            words=("name", "columns"),
            never=("content",),
            about="by",
            goes_with_person=True,
            text_of=words_of_upload,
        ),
        Held(
            History,
            "History",
            words=("what", "text"),
            thing="subject",
            about=History.objects.of,
            about_words=("text",),
        ),
    )
