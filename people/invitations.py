"""The link in an invitation: signed, good for 14 days, for one joining, and until a newer one is sent."""

from datetime import datetime, timedelta

from django.core import signing
from django.urls import reverse
from django.utils import timezone

from people.models import Membership

SALT = "people.invitation"
GOOD_FOR = timedelta(days=14)


class LinkRefused(Exception):
    """The link does not work (any more); its text is the sentence for the person."""


def path(membership: Membership) -> str:
    """Return the path of the membership's present invitation."""
    if membership.invited_at is None:
        raise ValueError("There is no invitation.")
    token = signing.Signer(salt=SALT).sign_object([membership.pk, membership.invited_at.isoformat()])
    return reverse("invitation", args=[token])


def membership_of(token: str) -> Membership:
    """Return whose invitation it is, with person and network; raise LinkRefused if it does not work."""
    try:
        pk, invited_at = signing.Signer(salt=SALT).unsign_object(token)
    except signing.BadSignature as error:
        raise LinkRefused(
            "The address is not complete. Copy the whole link from the e-mail, or press its button."
        ) from error
    membership = Membership.objects.select_related("person", "network").filter(pk=pk).first()
    if membership is None or membership.closed_at:
        raise LinkRefused("This invitation has been withdrawn.")
    if membership.joined_at:
        raise LinkRefused("This invitation has been used. Sign in with your e-mail address and password.")
    if membership.invited_at != datetime.fromisoformat(invited_at):
        raise LinkRefused("A newer invitation has been sent. Use the link in the latest e-mail.")
    if is_too_old(membership):
        raise LinkRefused("This invitation is older than 14 days. Ask the network’s staff to send it again.")
    return membership


def is_too_old(membership: Membership) -> bool:
    """Whether the present invitation has run out."""
    return membership.invited_at is None or timezone.now() - membership.invited_at > GOOD_FOR
