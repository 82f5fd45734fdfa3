"""Who is in a team and who is missing from it, by organisation and level."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from iocn.shared.prepared import prepared
from people.models import Level, Membership, MembershipQuerySet
from programmes.projects.models import PathwayProject, TeamMember, TeamMemberQuerySet

Part = TeamMember.Part

_ORDER = {Part.LEAD: 0, Part.TEAM: 1, Part.CITIZEN_PARTNER: 2, Part.COACH: 3}


@dataclass(frozen=True)
class Composition:
    """A team in numbers: people of each level, those whose level nobody has said, organisations."""

    levels: tuple[tuple[Level, int], ...]
    unknown: int
    organisations: int
    coaches: int

    @property
    def missing(self) -> list[Level]:
        """The levels of which nobody is in the team."""
        return [level for level, count in self.levels if not count]

    @property
    def has_no_citizen_partner(self) -> bool:
        return Level.CITIZEN in self.missing


def team_of(project: PathwayProject) -> list[TeamMember]:
    """Return who is in the team now with their main posts, leads first."""
    return sorted(_places(project.pk), key=lambda place: _ORDER[Part(place.part)])


@prepared
def _places(project: int) -> TeamMemberQuerySet:
    return TeamMember.objects.now().filter(project=project).with_main_posts()


def not_in_team(project: PathwayProject) -> MembershipQuerySet:
    """Return the network's active members who could be added to the team."""
    in_team = TeamMember.objects.now().filter(project=project).values("membership")
    return Membership.objects.active().filter(network_id=project.network_id).exclude(pk__in=in_team)


def composition_of(team: Sequence[TeamMember]) -> Composition:
    """Count a team by level and organisation. A coach helps a team and does not make it complete."""
    found: Counter[str] = Counter()
    organisations = set()
    coaches = sum(place.part == Part.COACH for place in team)
    for place in team:
        post = place.main_post
        if post:
            organisations.add(post.organisation_id)
        if place.part == Part.CITIZEN_PARTNER:
            found[Level.CITIZEN] += 1
        elif place.part != Part.COACH:
            found[post.level if post else ""] += 1
    return Composition(
        tuple((level, found[level]) for level in Level), found[""], len(organisations), coaches
    )
