"""To whom an ask goes: who can decide on it, else the organisation's executive sponsor, else network staff."""

from dataclasses import dataclass

from people.models import Domain, Mandate, Membership, Network, Organisation, Remit

REMIT = "remit"
SPONSOR = "executive sponsor"
STAFF = "staff"


@dataclass(frozen=True)
class Step:
    """One step of a route: its kind, who stands there, and why others do not (sentences)."""

    kind: str
    people: tuple[Membership, ...] = ()
    passed_over: tuple[str, ...] = ()


@dataclass(frozen=True)
class Route:
    """The steps in order; the first with somebody in it has the ask. At the staff step nobody owns it."""

    steps: tuple[Step, ...]
    domain: str
    organisation: Organisation | None

    @property
    def step(self) -> Step:
        """The step that the ask goes to."""
        return next((step for step in self.steps if step.people), self.steps[-1])

    @property
    def owner(self) -> Membership | None:
        """Whom the ask waits for; nobody at the staff step."""
        return self.step.people[0] if self.step.people else None

    @property
    def why(self) -> str:
        """Why it goes there, as a sentence."""
        if self.step.kind == REMIT:
            return f"{self.owner} can decide on {self._domain} at {self.organisation}."
        if self.step.kind == SPONSOR:
            return f"{self.owner} is the executive sponsor of {self.organisation}."
        return "Network staff find somebody who can decide it."

    @property
    def passed_over(self) -> list[str]:
        """Why it does not go to somebody or some step before, as sentences."""
        found: list[str] = []
        for step in self.steps:
            found += step.passed_over
            if step is self.step:
                break
        return found

    @property
    def _domain(self) -> str:
        label = Domain(self.domain).label
        return label[0].lower() + label[1:]


def route_for(
    network: Network, organisation: Organisation | None, domain: str, raised_by: Membership
) -> Route:
    """Return the way of an ask about `domain` ("" for not sure) that needs the power of `organisation`.

    Without an organisation the raiser's own (of the main post) counts. Nobody gets their own ask, and nobody
    who has left or is no leader gets any.
    """
    if organisation is None:
        organisation = own_organisation(raised_by)
    steps = (_remits(network, organisation, domain, raised_by), _sponsor(network, organisation, raised_by))
    return Route((*steps, Step(STAFF)), domain, organisation)


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


def _remits(network: Network, organisation: Organisation | None, domain: str, raised_by: Membership) -> Step:
    if not domain:
        return Step(
            REMIT,
            passed_over=("Without knowing what it is about, nobody is picked by what they can decide.",),
        )
    if organisation is None:
        return Step(REMIT, passed_over=("No organisation is named.",))
    label = Domain(domain).label
    remits = (
        Remit.objects.filter(organisation=organisation, domain=domain)
        .select_related("membership")
        .order_by("order", "id")
    )
    step = _standing(REMIT, network, [remit.membership for remit in remits], raised_by)
    if step.people or step.passed_over:
        return step
    return Step(REMIT, passed_over=(f"Nobody is named who can decide on “{label}” at {organisation}.",))


def _sponsor(network: Network, organisation: Organisation | None, raised_by: Membership) -> Step:
    if organisation is None:
        return Step(SPONSOR)
    if organisation.executive_sponsor is None:
        return Step(SPONSOR, passed_over=(f"{organisation} has no executive sponsor yet.",))
    return _standing(SPONSOR, network, [organisation.executive_sponsor], raised_by)


def _standing(kind: str, network: Network, named: list[Membership], raised_by: Membership) -> Step:
    """Return the step with those of the named who may be asked, and the reasons for the others."""
    leaders = set(
        Membership.objects.leaders()
        .filter(network=network, pk__in=[one.pk for one in named])
        .values_list("pk", flat=True)
    )
    people, passed_over = [], []
    for one in named:
        if one.pk == raised_by.pk:
            passed_over.append(f"{one} asks, so somebody else decides.")
        elif one.pk not in leaders:
            passed_over.append(f"{one} has left or is no leader any more.")
        else:
            people.append(one)
    return Step(kind, tuple(people), tuple(passed_over))
