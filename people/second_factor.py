"""Who must sign in with a second factor, and whether they do.

The factor is the person's; the wish for it a network's. A network learns whether a member has one only where
it asks for one, and nothing of what other networks ask.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from people.models import Membership, MembershipQuerySet, RoleHeld
from people.organisation_sign_in import counts_as_second_factor
from people.permissions import Role

REQUIRED_OF = frozenset({Role.STAFF, Role.LEADER})
# Recovery codes stand in for one of these, and are none.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)

# Where a person was going when they were asked to set one up.
GO_ON = "second_factor_go_on"

_FACTORS_OF_MEMBER = Authenticator.objects.filter(user=OuterRef("person"), type__in=FACTORS)


def with_second_factor(members: MembershipQuerySet) -> MembershipQuerySet:
    """Read along whether each has a second factor (`has_second_factor`)."""
    return members.annotate(has_second_factor=Exists(_FACTORS_OF_MEMBER))


def authenticators_of(person: Any) -> QuerySet[Authenticator]:
    """Return all of a person's authenticators, recovery codes among them."""
    return Authenticator.objects.filter(user=person).order_by("created_at", "pk")


def lacking(members: MembershipQuerySet) -> MembershipQuerySet:
    """Return those of whom one is asked and who have none."""
    asked = RoleHeld.objects.filter(membership=OuterRef("pk"), role__in=REQUIRED_OF)
    return members.active().filter(Exists(asked), ~Exists(_FACTORS_OF_MEMBER))


def is_missing(request: HttpRequest, membership: Membership) -> bool:
    """Whether the network asks a second factor of the member who reads, and they have none, nor has their
    organisation's sign-in asked for one. The membership comes `with_roles` and `with_second_factor`."""
    if not membership.network.second_factor_required or not REQUIRED_OF & membership.roles:
        return False
    return not (membership.has_second_factor or counts_as_second_factor(request))  # type: ignore[attr-defined]
