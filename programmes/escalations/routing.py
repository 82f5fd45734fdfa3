"""To whom an ask goes, step by step, and who stands in for whom.

Who can decide on it, else the organisation's executive sponsor, else the network table (the tops who meet as
peers), else network staff. Before all of them comes the manager who sponsors the team, who may settle it within
a working day. Where a time runs out, an ask climbs to the next of these steps.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from iocn.shared.prepared import prepared
from people.absences import stand_in_for
from people.models import Domain, Mandate, Membership, MembershipQuerySet, Network, Organisation, Remit
from programmes.escalations.states import Step


@dataclass(frozen=True)
class Named:
    """Somebody named for a step: who is asked in their place (they themselves, a stand-in, nobody), and why, if it
    is not they, as a phrase that follows the name."""

    person: Membership
    asked: Membership | None
    why: str = ""


@dataclass(frozen=True)
class Stage:
    """One step of a route: who is named for it, and why it is passed over if nobody is (sentences)."""

    step: Step
    named: tuple[Named, ...] = ()
    if_nobody: tuple[str, ...] = ()

    @property
    def people(self) -> tuple[Membership, ...]:
        """Who stands there now."""
        return tuple({one.asked.pk: one.asked for one in self.named if one.asked}.values())

    @property
    def passed_over(self) -> tuple[str, ...]:
        """Why others do not stand there, as sentences; a table of many has no need of them."""
        if not self.named:
            return self.if_nobody
        return (
            tuple(f"{one.person} {one.why}" for one in self.named if one.why)
            if self.step != Step.TABLE
            else ()
        )


@dataclass(frozen=True)
class Route:
    """The stages in order; the first with somebody in it has the ask. At the network table nobody owns it, and
    staff, who stand at the end, only find somebody."""

    stages: tuple[Stage, ...]
    domain: str
    organisation: Organisation | None

    @property
    def stage(self) -> Stage:
        """The stage that the ask goes to."""
        return next((stage for stage in self.stages if stage.people), self.stages[-1])

    @property
    def step(self) -> Step:
        return self.stage.step

    @property
    def owner(self) -> Membership | None:
        """Whom the ask waits for; nobody where any leader may take it."""
        return self.stage.people[0] if self.step in (Step.REMIT, Step.SPONSOR) else None

    @property
    def why(self) -> str:
        """Why it goes there, as a sentence."""
        if self.owner is not None:
            named = next(one.person for one in self.stage.named if one.asked == self.owner)
            who = str(self.owner) if named == self.owner else f"{self.owner} stands in for {named}, who"
            if self.step == Step.REMIT:
                return f"{who} can decide on {self._domain} at {self.organisation}."
            return f"{who} is the executive sponsor of {self.organisation}."
        if self.step == Step.TABLE:
            return "The leaders who meet at the network table get it: any of them may take it."
        return "Network staff find somebody who can decide it."

    @property
    def passed_over(self) -> list[str]:
        """Why it does not go to somebody or some step before, as sentences."""
        found: list[str] = []
        for stage in self.stages:
            found += stage.passed_over
            if stage is self.stage:
                break
        return found

    def after(self, step: str) -> "Route":
        """Return what is left of the route behind a step."""
        order = list(Step)
        rest = tuple(stage for stage in self.stages if order.index(stage.step) > order.index(Step(step)))
        return Route(rest or (Stage(Step.STAFF),), self.domain, self.organisation)

    def without_table(self) -> "Route":
        """Return the route of a restricted ask: only one leader at a time sees it."""
        stages = tuple(stage for stage in self.stages if stage.step != Step.TABLE)
        return Route(stages, self.domain, self.organisation)

    @property
    def _domain(self) -> str:
        label = Domain(self.domain).label
        return label[0].lower() + label[1:]


def route_for(
    network: Network,
    organisation: Organisation | None,
    domain: str,
    raised_by: Membership | None,
    *,
    not_these: Iterable[int] = (),
) -> Route:
    """Return the way of an ask about `domain` ("" for not sure) that needs the power of `organisation`.

    Without an organisation the raiser's own (of the main post) counts; without a raiser it is anybody's way. Nobody
    gets their own ask, nor those of `not_these` (membership ids, such as who has it already); who has left or is no
    leader gets none, and who is away has their stand-in get it. A constant number of queries.
    """
    if organisation is None and raised_by is not None:
        organisation = own_organisation(raised_by)
    remits, no_remits = _remits(organisation, domain)
    sponsors, no_sponsors = _sponsor(organisation)
    table = list(_table(network.pk))
    standing = _Standing(network, [*remits, *sponsors, *table], raised_by, set(not_these))
    stages = (
        standing.stage(Step.REMIT, remits, no_remits),
        standing.stage(Step.SPONSOR, sponsors, no_sponsors),
        standing.stage(Step.TABLE, table, ("Nobody sits at the network table.",)),
        Stage(Step.STAFF),
    )
    return Route(stages, domain, organisation)


@prepared
def _table(network: int) -> MembershipQuerySet:
    return Membership.objects.leaders().at_table().filter(network=network).order_by("name", "id")


class _Standing:
    """Who of those named may be asked now, and by whom the others are replaced."""

    def __init__(
        self,
        network: Network,
        named: Sequence[Membership],
        raised_by: Membership | None,
        not_these: set[int],
    ) -> None:
        pks = [one.pk for one in named]
        leaders = Membership.objects.leaders().filter(network=network, pk__in=pks)
        self._leaders = set(leaders.values_list("pk", flat=True))
        self._away = stand_in_for(pks, network.today())
        self._raiser = raised_by.pk if raised_by else None
        self._not_these = not_these

    def stage(self, step: Step, named: Iterable[Membership], if_nobody: tuple[str, ...]) -> Stage:
        return Stage(step, tuple(Named(one, *self._who(one)) for one in named), if_nobody)

    def _who(self, one: Membership) -> tuple[Membership | None, str]:
        if one.pk == self._raiser:
            return None, "asks, so somebody else decides."
        if one.pk not in self._leaders:
            return None, "has left or is no leader any more."
        if one.pk in self._not_these:
            return None, "has had it already."
        if one.pk not in self._away:
            return one, ""
        stand_in = self._away[one.pk]
        if stand_in is None or stand_in.pk == self._raiser or stand_in.pk in self._not_these:
            return None, "is away."
        return stand_in, f"is away; {stand_in} stands in."


def own_organisation(membership: Membership) -> Organisation | None:
    """Return the organisation of the main post, or the one that took its place."""
    post = membership.main_post
    if post is None:
        return None
    found: Organisation = post.organisation
    return found.succeeded_by if found.closed_at and found.succeeded_by else found


def mandates(organisation: Organisation | None, domain: str) -> list[Mandate]:
    """Return what teams may do there without asking."""
    if organisation is None or not domain:
        return []
    return list(Mandate.objects.filter(organisation=organisation, domain=domain))


def _remits(organisation: Organisation | None, domain: str) -> tuple[list[Membership], tuple[str, ...]]:
    if not domain:
        return [], ("Without knowing what it is about, nobody is picked by what they can decide.",)
    if organisation is None:
        return [], ("No organisation is named.",)
    remits = (
        Remit.objects.filter(organisation=organisation, domain=domain)
        .select_related("membership")
        .order_by("order", "id")
    )
    label = Domain(domain).label
    why_nobody = f"Nobody is named who can decide on “{label}” at {organisation}."
    return [remit.membership for remit in remits], (why_nobody,)


def _sponsor(organisation: Organisation | None) -> tuple[list[Membership], tuple[str, ...]]:
    if organisation is None:
        return [], ()
    if organisation.executive_sponsor is None:
        return [], (f"{organisation} has no executive sponsor yet.",)
    return [organisation.executive_sponsor], ()
