"""What is on hold: no schedule disposes of it, and who they were is not replaced."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from iocn.records.models import Hold
from people.models import Membership, Network


@dataclass(frozen=True)
class OnHold:
    """The ids of what is on hold in a network; `all` when the network itself is."""

    all: bool
    organisations: Sequence[int]
    projects: Sequence[int]
    people: Sequence[int]


def held_in(network: Network) -> OnHold:
    """Return what is on hold in the network now."""
    holds = list(Hold.objects.now().filter(network=network))
    return OnHold(
        all=any(hold.is_on_network for hold in holds),
        organisations=[hold.organisation_id for hold in holds if hold.organisation_id],
        projects=[hold.project_id for hold in holds if hold.project_id],
        people=[hold.membership_id for hold in holds if hold.membership_id],
    )


def about_member(held: OnHold, path: str = "") -> Q:
    """Say that the membership at the path is on hold, or has been in an organisation or team that is."""
    return (
        Q(**{f"{path}pk__in": held.people})
        | Q(**{f"{path}posts__organisation__in": held.organisations})
        | Q(**{f"{path}teams__project__in": held.projects})
    )


def is_on_hold(membership: Membership) -> bool:
    """Whether a hold concerns the membership now."""
    held = held_in(membership.network)
    return held.all or Membership.objects.filter(about_member(held), pk=membership.pk).exists()
