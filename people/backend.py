"""Who is signed in: read with their memberships, which almost every page asks for next."""

from datetime import date, timedelta
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.utils import timezone

from iocn.shared.prepared import prepared
from people.delegates import with_others
from people.models import Membership, MembershipQuerySet, Person
from people.second_factor import with_second_factor


@prepared
def _memberships_of(person: int, yesterday: date) -> MembershipQuerySet:
    members = Membership.objects.active().with_roles().filter(person=person)
    found = with_others(with_second_factor(members), yesterday)
    return found.select_related("person", "network").order_by()


class Backend(AuthenticationBackend):
    """allauth's, whose person knows their active memberships (`person.memberships_read`) from the same query."""

    def get_user(self, user_id: Any) -> Person | None:
        """Return the person of a session, unless they are deactivated."""
        yesterday = timezone.now().date() - timedelta(days=1)
        memberships = list(_memberships_of(user_id, yesterday))
        if not memberships:  # of no network, or of none any more: Django's own way
            person: Person | None = super().get_user(user_id)
            return person
        person = memberships[0].person
        person.memberships_read = memberships
        return person if self.user_can_authenticate(person) else None


def membership_of(person: Any, network: str) -> Membership | None:
    """Return the person's active membership in the network of this slug, with its roles and network."""
    read = getattr(person, "memberships_read", [])
    found = next((one for one in read if one.network.slug == network), None)
    if found:
        found.person = person
    return found
