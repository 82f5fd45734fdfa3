"""Who is signed in: read with their memberships, which almost every page asks for next."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from iocn.shared.prepared import prepared
from people.models import Membership, MembershipQuerySet, Person
from people.second_factor import with_second_factor


@prepared
def _memberships_of(person: int) -> MembershipQuerySet:
    found = with_second_factor(Membership.objects.active().with_roles()).filter(person=person)
    return found.select_related("person", "network").order_by()


class Backend(AuthenticationBackend):
    """allauth's, whose person knows their active memberships (`person.memberships_read`) from the same query."""

    def get_user(self, user_id: Any) -> Person | None:
        """Return the person of a session, unless they are deactivated."""
        memberships = list(_memberships_of(user_id))
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
