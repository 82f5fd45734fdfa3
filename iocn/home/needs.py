"""What a network needs of its people now: the one source of the home page and of the digest.

`gather()` reads for one membership or for all of a network in a constant number of queries, and hands each
membership only what is theirs. An ask to answer reaches its owner, the leaders brought in beside them, who acts for
either, and the manager who may settle it first (permissions.asks_waiting_for); one answered its raiser and team.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from iocn.home import reading
from iocn.shared.templatetags.components import clock, day, waited
from learning.needs import cohort_needs
from people.delegates import acting_in
from people.models import Membership, Network
from programmes.escalations.models import Escalation, EscalationEvent
from programmes.escalations.permissions import TEAMS_MOVES
from programmes.escalations.states import WITH_TEAM, Move, State
from programmes.measures.figures import period_name
from programmes.measures.models import Result
from programmes.measures.rhythm import due
from programmes.projects.models import PathwayProject, TeamMember

# How far ahead a promise is spoken of, and how long a project may be quiet before it is.
PROMISE_AHEAD = timedelta(days=14)
QUIET = timedelta(days=21)
NEWS = timedelta(days=7)
# So many items of a kind are shown; the rest is behind a link.
SHOWN = 5


@dataclass(frozen=True)
class Item:
    """One line: what it is, where it leads, and what to know about it."""

    title: str
    href: str
    hint: str = ""
    # What e-mail says instead of the title, where the title must not leave the product.
    mail_title: str = ""


@dataclass
class Section:
    """One kind of need (or of news), with what there is of it."""

    key: str
    title: str
    url: str = ""
    items: list[Item] = field(default_factory=list)
    # News is worth reading but asks for nothing.
    is_news: bool = False

    @property
    def shown(self) -> list[Item]:
        return self.items[:SHOWN]

    @property
    def count(self) -> int:
        return len(self.items)

    @property
    def has_more(self) -> bool:
        return len(self.items) > SHOWN


# In the order of the page: what others wait for first.
TITLES = {
    "answer": "Waiting for your answer",
    "promise": "What you promised",
    "word": "Waiting for your team’s word",
    "take": "Attendance to take",
    "staff": "For staff",
    "unowned": "Asks that nobody has taken",
    "lacking": "Cohorts that lack somebody",
    "session": "Your next sessions",
    "number": "A number is missing",
    "quiet": "Quiet for three weeks",
    "signal": "What your measures show",
    "news": "What became of your asks",
}

# Worth reading, but nothing is asked.
_NEWS = ("signal", "news")
# What tells of an ask.
_ASKS = ("answer", "promise", "word", "news")


def gather(
    network: Network, memberships: Iterable[Membership], now: datetime | None = None
) -> dict[int, list[Section]]:
    """Return for each membership (by id, with roles loaded) its sections that have something in them.

    For a single membership the queries read only what is theirs; for several, the whole network once.
    """
    people = {membership.pk: membership for membership in memberships}
    needs = _Needs(network, people, now or timezone.now())
    needs.read()
    return needs.sections()


def needs_of(membership: Membership) -> tuple[list[Section], list[PathwayProject]]:
    """Return one reader's sections, and the projects in whose teams they are, the last moved first."""
    needs = _Needs(membership.network, {membership.pk: membership}, timezone.now())
    needs.read()
    projects = [places[0].project for places in needs.teams.values()]
    return needs.sections()[membership.pk], sorted(
        projects, key=lambda one: (one.moved_at, -one.pk), reverse=True
    )


class _Needs:
    def __init__(self, network: Network, people: dict[int, Membership], now: datetime) -> None:
        self.network, self.people, self.now = network, people, now
        # Addresses of things are put together from their lists': an update makes ten thousands.
        self.asks_url, self.projects_url, self.measures_url, self.cohorts_url = (
            reverse(name, args=[network.slug])
            for name in (
                "escalations:inbox",
                "projects:projects",
                "measures:measures",
                "learning:cohorts",
            )
        )
        self.today: date = timezone.localdate(now)
        self.only = next(iter(people.values())) if len(people) == 1 else None
        self.found: dict[int, dict[str, list[Item]]] = defaultdict(lambda: defaultdict(list))
        self.teams: dict[int, list[TeamMember]] = defaultdict(list)

    def read(self) -> None:
        """Read everything, each kind in one query."""
        self._read_teams()
        self._read_asks()
        if any(person.is_leader for person in self.people.values()):
            self._read_promises()
        self._read_news()
        self._read_measures()
        self._read_cohorts()
        if any(person.is_staff for person in self.people.values()):
            self._read_staff_tasks()
        if self.only and (self.only.is_staff or self.only.is_leader):
            self._add_asks_of_nobody(reading.asks_of_nobody(self.network.pk))

    def sections(self) -> dict[int, list[Section]]:
        """Return what was found, in the order of TITLES."""
        return {
            pk: [
                Section(key, title, self._more_url(key), found[key], is_news=key in _NEWS)
                for key, title in TITLES.items()
                if found.get(key)
            ]
            for pk, found in ((pk, self.found.get(pk, {})) for pk in self.people)
        }

    def _more_url(self, key: str) -> str:
        if key == "staff":
            return reverse("people:staff_list", args=[self.network.slug])
        return {
            "take": self.cohorts_url,
            "lacking": self.cohorts_url,
            "session": self.cohorts_url,
            "number": self.measures_url,
            "signal": self.measures_url,
            "quiet": self.projects_url,
        }.get(key, self.asks_url)

    def _add(self, membership_id: int | None, key: str, item: Item) -> None:
        person = self.people.get(membership_id) if membership_id else None
        if person is None:
            return
        # As `asks_for`: who reads numbers only, or holds no role, sees no ask, whatever team they are in.
        if key in _ASKS and (person.is_evaluator_only or not person.roles):
            return
        self.found[person.pk][key].append(item)

    def _ask_item(self, ask: Escalation, hint: str) -> Item:
        return Item(
            f"{ask.reference} {ask.ask}",
            f"{self.asks_url}{ask.reference}/",
            hint,
            mail_title=f"{ask.reference} (restricted: sign in to read it)" if ask.restricted else "",
        )

    def _team_of(self, ask: Escalation) -> set[int]:
        """Who may speak for the team of an ask: its raiser, and unless restricted the project's team."""
        if ask.restricted or ask.project_id is None:
            return {ask.raised_by_id}
        team = self.teams.get(ask.project_id, [])
        return {ask.raised_by_id} | {p.membership_id for p in team if p.part != TeamMember.Part.COACH}

    def _read_teams(self) -> None:
        for place in reading.team_places(self.network.pk, self.only):
            self.teams[place.project_id].append(place)
            project = place.project
            if (
                project.is_open
                and project.moved_at < self.now - QUIET
                and place.part != TeamMember.Part.COACH
            ):
                url = f"{self.projects_url}{project.pk}/"
                hint = f"Nothing logged since {day(project.moved_at)}"
                self._add(place.membership_id, "quiet", Item(project.name, url, hint))

    def _read_asks(self) -> None:
        """Find what waits for an answer, and what is answered and waits for the team's word."""
        if self.only:
            rows = list(reading.asks_of_one(self.only))
        else:
            rows = list(reading.asks_of_all(self.network.pk))
            nobodys = [ask for ask in rows if ask.is_unowned]
            rows = [ask for ask in rows if not ask.is_unowned]
            self._add_asks_of_nobody(nobodys[: reading.MOST])
        who_answers = self._alone(self.only) if self.only else self._in_network()
        for ask in rows:
            if ask.state in WITH_TEAM:
                done = ask.state == State.DONE
                hint = "Done: is it settled?" if done else "Not possible now: read why, and say that you have"
                # Whoever answered does not also say that the answer settles it.
                for pk in self._team_of(ask) - {ask.owner_id}:
                    self._add(pk, "word", self._ask_item(ask, hint))
                continue
            waits = f"{ask.get_urgency_display()} · waited {waited(ask.waiting_since, self.now)}"
            for pk, why in who_answers(ask).items():
                self._add(pk, "answer", self._ask_item(ask, f"{waits} · {why}" if why else waits))

    def _alone(self, reader: Membership) -> Callable[[Any], dict[int, str]]:
        """Return what says of an ask that was found for the reader in which part it waits for them."""

        def part(ask: Any) -> dict[int, str]:
            if ask.state == State.DECIDING:
                return {reader.pk: _CASE}
            if ask.owner_id == reader.pk:
                return {reader.pk: ""}
            if ask.manager_id == reader.pk:
                return {reader.pk: _MANAGER}
            return {
                reader.pk: _beside(ask) if ask.is_brought and reader.is_leader else f"for {ask.owner_name}"
            }

        return part

    def _in_network(self) -> Callable[[Any], dict[int, str]]:
        """Return what says of an ask for whom it waits, and in which part; read for all in two queries."""
        acting = acting_in(self.network)
        beside: dict[int, set[int]] = defaultdict(set)
        for ask, member in reading.beside(self.network.pk):
            beside[ask].add(member)

        def parts(ask: Any) -> dict[int, str]:
            found: dict[int, str] = {}
            if not ask.restricted:
                for pk in acting[ask.owner_id] - {ask.raised_by_id} if ask.owner_id else ():
                    person = self.people.get(pk)
                    if person and not person.is_citizen_only:
                        found[pk] = f"for {ask.owner_name}"
            for pk in beside[ask.pk]:
                if ask.state == State.DECIDING:
                    found |= dict.fromkeys((pk, *(acting[pk] - {ask.raised_by_id})), _CASE)
                elif pk in self.people and self.people[pk].is_leader:
                    found[pk] = _beside(ask)
            if ask.manager_id:
                found[ask.manager_id] = _MANAGER
            if ask.owner_id:
                found[ask.owner_id] = ""
            return found

        return parts

    def _read_promises(self) -> None:
        for promise in reading.promises(self.network.pk, self.only, self.today + PROMISE_AHEAD):
            late = promise.due_on < self.today
            hint = f"{'Not yet met: was due' if late else 'By'} {day(promise.due_on)}"
            item = self._ask_item(promise.escalation, hint)
            if not promise.escalation.restricted:
                item = Item(promise.what, item.href, f"{hint} · {promise.escalation.reference}")
            self._add(promise.by_id, "promise", item)

    def _read_news(self) -> None:
        """Find the last step of each ask of a week in which others did something; what is answered stands above."""
        last: dict[int, EscalationEvent] = {}
        for event in reading.steps_since(self.network.pk, self.only, self.now - NEWS):
            last[event.escalation_id] = event
        for event in last.values():
            # What the team said itself is no news to it, but what was said before is old.
            if event.move in (Move.RAISE, Move.PUT, *TEAMS_MOVES):
                continue
            hint = f"{event.who} {event.what}, {day(event.at)}"
            for pk in self._team_of(event.escalation) - {event.by_id}:
                self._add(pk, "news", self._ask_item(event.escalation, hint))

    def _read_measures(self) -> None:
        """Find measures whose number is due by their own rhythm, and new signals of this week."""
        this_month = self.today.replace(day=1)
        last_month = (this_month - timedelta(days=1)).replace(day=1)
        since = self.now - NEWS
        week = self.today - timedelta(days=7)
        for measure in reading.measures_with_news(self.network.pk, self.only, last_month, week, since):
            url = f"{self.measures_url}{measure.pk}/"
            places = self.teams[measure.project_id or 0]
            if measure.signal_at and measure.signal_at >= since and measure.shows_of == measure.version:
                hint = str(Result.VariationShown(measure.shows).label)
                for place in places:
                    self._add(place.membership_id, "signal", Item(measure.name, url, hint))
            measure.network = self.network
            if due(measure, measure.latest, self.today):
                last = measure.latest and period_name(measure.latest, measure.frequency)
                hint = f"The last number is for {last}" if last else "It has no number yet"
                item = Item(measure.name, f"{url}add/", hint)
                for place in places:
                    if place.part in (TeamMember.Part.LEAD, TeamMember.Part.TEAM):
                        self._add(place.membership_id, "number", item)

    def _read_cohorts(self) -> None:
        """Find the next sessions, attendance that is not taken, and cohorts that lack somebody."""
        for need in cohort_needs(self.network, self.now, self.only):
            name = need.cohort.name
            url = f"{self.cohorts_url}{need.cohort.pk}/"
            if need.next:
                title, when, where = need.next
                hint = f"{_weekday(when)} at {clock(when)}" + (f" · {where}" if where else "")
                for pk in need.participants | need.facilitators:
                    self._add(pk, "session", Item(f"{title} ({name})", url, hint))
            if need.to_take:
                session, title, when = need.to_take
                to_take = f"{url}sessions/{session}/attendance/"
                for pk in need.facilitators:
                    self._add(pk, "take", Item(f"{title} ({name})", to_take, f"Was on {day(when)}"))
            if need.lacks:
                for pk, person in self.people.items():
                    if person.is_staff:
                        self._add(pk, "lacking", Item(name, url, need.lacks))

    def _read_staff_tasks(self) -> None:
        url = reverse("people:staff_list", args=[self.network.slug])
        items = [
            Item(task.text, url, f"{task.get_kind_display()} · since {day(task.created_at)}")
            for task in reading.staff_tasks(self.network.pk)
        ]
        for pk, person in self.people.items():
            if person.is_staff and items:
                self.found[pk]["staff"] += items

    def _add_asks_of_nobody(self, asks: Iterable[Escalation]) -> None:
        for ask in asks:
            item = self._ask_item(ask, f"Waited {waited(ask.waiting_since, self.now)}")
            for pk, person in self.people.items():
                may_take = person.is_leader and not ask.restricted and pk != ask.raised_by_id
                if person.is_staff or may_take:
                    self.found[pk]["unowned"].append(item)


_CASE = "a business case that you decide with others"
_MANAGER = "you sponsor the team and may settle it first"


def _beside(ask: Any) -> str:
    return f"brought to you beside {ask.owner_name}" if ask.owner_id else "brought to you"


def _weekday(when: datetime) -> str:
    return f"{timezone.localtime(when):%A} {day(when)}"
