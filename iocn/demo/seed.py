"""Loads the demonstration network through the product's own actions, each at its own moment of two years.

The same day gives the same network: nothing is random but a generator with a fixed seed.
"""

import math
import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import time_machine
from django.db import transaction
from django.utils import timezone

from iocn.demo import story
from iocn.digests.actions import write_digests
from iocn.shared.working_time import bank_holiday
from learning import actions as learning
from learning.actions.attendance import Noted
from learning.asks import from_cohort, key_of
from learning.models import Cohort, Enrolment
from learning.planning import every, moved
from people import actions as people
from people.models import Membership, Message, Network, Organisation
from people.permissions import Role
from programmes.escalations import actions as escalations
from programmes.escalations import stories
from programmes.escalations.figures import build
from programmes.escalations.models import BusinessCase, Escalation
from programmes.measures import actions as measures
from programmes.measures.models import Measure
from programmes.measures.results import renew_due
from programmes.projects import actions as projects
from programmes.projects.models import PathwayProject, ProgrammeOfCare, Prototype, TeamMember

PASSWORD = story.PASSWORD

# One person of each kind: who they are, and their address.
SIGN_INS = [
    ("Network staff: cohorts, people, what is stalled", "narrator@example.org"),
    ("Senior leader (a top): asks wait for her", "legend@example.org"),
    ("Senior leader in two networks", "saga@example.org"),
    ("Middle manager on a team", "prose@example.org"),
    ("Front-line clinician: leads a project", "rhyme@example.org"),
    ("Coach of several teams", "stanza@example.org"),
    ("Citizen partner of three projects", "reader@example.org"),
    ("Evaluator from the university", "critic@example.org"),
]

# E-mail older than this was "sent" long ago; what is younger goes out when the demonstration starts.
OLD_MAIL = timedelta(days=7)


def load(now: datetime | None = None) -> Network:
    """Make the demonstration network and a second, small one; return the first.

    All of it or nothing. `now` is the day that it ends on.
    """
    with transaction.atomic():
        loader = _Loader(now or timezone.now())
        loader.load()
    return loader.network


class _Loader:
    def __init__(self, now: datetime) -> None:
        self.now = now
        self.random = random.Random(1948)  # noqa: S311  # the same network every time, no secret
        self.steps: list[tuple[datetime, int, Callable[[], object]]] = []
        self.organisations: dict[str, Organisation] = {}
        self.members: dict[str, Membership] = {}
        self.programmes: dict[str, ProgrammeOfCare] = {}
        self.projects: dict[str, PathwayProject] = {}
        self.measures: dict[tuple[str, str], Measure] = {}
        self.asks: dict[int, Escalation] = {}
        self.cases: dict[str, BusinessCase] = {}
        self.cases_put: dict[str, Escalation] = {}
        self.cohorts: dict[str, Cohort] = {}
        self.network: Network

    def load(self) -> None:
        self._plan(760, self._people)
        self._plan(750, self._remits)
        self._plan(740, self._programmes)
        for project in story.PROJECTS:
            self._plan_project(project)
        for project_key, days, who, idea, did, ending in story.TRIES:
            self._plan(days, partial(self._try, project_key, who, idea, did, ending))
        for series in story.MEASURES:
            self._plan_measure(series)
        self._plan(20, self._wards)
        for number, ask in enumerate([*story.ASKS, *story.PAST]):
            self._plan_ask(number, ask)
        for number, told, text in story.STORIES:
            self._plan(told, partial(self._tell, number, text))
        for case in story.CASES:
            self._plan_case(case)
        for leader, stand_in, since, lasts in story.AWAY:
            self._plan(since, partial(self._away, leader, stand_in, lasts))
        for leader, delegate, power, days in story.ACTING:
            self._plan(60, partial(self._acts_for, leader, delegate, power, days + 60))
        for project_key, manager, since in story.SPONSORS:
            self._plan(since, partial(self._sponsor, project_key, manager))
        for cohort in story.COHORTS:
            self._plan_cohort(cohort)
        for copied in story.COMING:
            self._plan(copied.set_up, partial(self._copy_cohort, copied))
        for cohort_key, days_ago, *words in story.COHORT_ASKS:
            self._plan(days_ago, partial(self._ask_from_cohort, cohort_key, *words))
        self._plan(0.05, self._second_network)
        for moment, _order, step in sorted(self.steps, key=lambda planned: planned[:2]):
            with time_machine.travel(moment, tick=False):
                step()
        Message.objects.filter(due_at__lt=self.now - OLD_MAIL).delete()
        with time_machine.travel(self.now, tick=False):
            renew_due()
            write_digests(network=self.network)
            build(self.network)

    def _plan(self, days_ago: float, step: Callable[[], object]) -> None:
        """Remember to do the step so many days before now; those of the same moment in the order planned."""
        self.steps.append((self.now - timedelta(days=days_ago), len(self.steps), step))

    # --- People -----------------------------------------------------------------------------------------
    def _people(self) -> None:
        self.network = people.create_network(slug="fableton", name=f"{story.CITY} Health and Care Network")
        first = next(who for who in story.PEOPLE if "staff" in who.roles)
        staff = self._invite(None, first)
        for org in story.ORGANISATIONS:
            self.organisations[org.key] = people.add_organisation(
                by=staff, name=org.name, kind=org.kind, ods_code=org.ods_code
            )
        for who in story.PEOPLE:
            membership = staff if who is first else self._invite(staff, who)
            people.add_post(
                by=staff,
                membership=membership,
                organisation=self.organisations[who.org],
                job_title=who.title,
                level=who.level,
                is_main=True,
            )

    def _invite(self, by: Membership | None, who: story.Who) -> Membership:
        membership = people.invite_member(
            by=by,
            network=self.network,
            email=f"{who.key}@example.org",
            name=who.name,
            roles=tuple(Role(role) for role in who.roles),
            send=False,
        )
        person = membership.person
        if person.email in {email for _kind, email in SIGN_INS}:
            person.set_password(PASSWORD)
        person.save(update_fields=["password"])
        people.accept_invitation(membership=membership)
        # As a sign-in reads it: joined, with its roles.
        self.members[who.key] = (
            Membership.objects.select_related("network").with_roles().get(pk=membership.pk)
        )
        return self.members[who.key]

    def _remits(self) -> None:
        staff = self.members["narrator"]
        for org in story.ORGANISATIONS:
            if org.sponsor:
                people.set_executive_sponsor(
                    by=staff, organisation=self.organisations[org.key], membership=self.members[org.sponsor]
                )
        for who, org_key, domain, order in story.REMITS:
            people.give_remit(
                by=staff,
                membership=self.members[who],
                organisation=self.organisations[org_key],
                domain=domain,
                order=order,
            )
        for who in story.AT_TABLE:
            people.set_at_table(by=staff, membership=self.members[who], at_table=True)
        for org_key, domain, text in story.MANDATES:
            people.set_mandate(by=staff, organisation=self.organisations[org_key], domain=domain, text=text)

    def _away(self, leader: str, stand_in: str, lasts: int) -> None:
        today = self.network.today()
        people.set_absence(
            by=self.members[leader],
            membership=self.members[leader],
            from_date=today,
            until_date=today + timedelta(days=lasts),
            stand_in=self.members[stand_in],
        )

    def _acts_for(self, leader: str, delegate: str, power: str, days: int) -> None:
        people.name_delegate(
            by=self.members[leader],
            leader=self.members[leader],
            delegate=self.members[delegate],
            power=power,
            until=self.network.today() + timedelta(days=days),
            copies_mail=True,
        )

    def _second_network(self) -> None:
        network = people.create_network(slug="stroke-alliance", name="Three Rivers Stroke Alliance")
        Network.objects.filter(pk=network.pk).update(kind=Network.Kind.ISSUE)
        staff = people.invite_member(
            by=None,
            network=network,
            email="narrator2@example.org",
            name="Ned Narrator",
            roles=(Role.STAFF,),
            send=False,
        )
        people.accept_invitation(membership=staff)
        saga = people.invite_member(
            by=staff, email="saga@example.org", name="Dr Omar Saga", roles=(Role.LEADER,), send=False
        )
        people.accept_invitation(membership=saga)

    # --- Projects ---------------------------------------------------------------------------------------
    def _programmes(self) -> None:
        for key, (name, aim) in story.PROGRAMMES.items():
            self.programmes[key] = projects.create_programme(by=self.members["narrator"], name=name, aim=aim)

    def _plan_project(self, project: story.Project) -> None:
        self._plan(project.began, partial(self._project, project))
        later = project.stages[1:]
        for place, stage in enumerate(later, start=1):
            # Spread over the time since it began, the last one a good while ago.
            days = project.began * (1 - 0.8 * place / len(later))
            self._plan(days, partial(self._stage, project.key, stage))

    def _project(self, project: story.Project) -> None:
        lead = self.members[project.lead]
        made = projects.create_project(
            by=lead, name=project.name, aim=project.aim, programme=self.programmes[project.programme]
        )
        self.projects[project.key] = made
        part = TeamMember.Part
        places = [(key, part.TEAM) for key in project.team]
        places += [(key, part.CITIZEN_PARTNER) for key in project.partners]
        places += [(project.coach, part.COACH)] if project.coach else []
        for key, place in places:
            projects.add_to_team(by=lead, project=made, membership=self.members[key], part=place)

    def _stage(self, key: str, stage: str) -> None:
        project = PathwayProject.objects.get(pk=self.projects[key].pk)
        reason = (
            "The maker withdrew the sensors; the team joined the strength classes."
            if stage == "stopped"
            else ""
        )
        by = self.members[next(p.lead for p in story.PROJECTS if p.key == key)]
        projects.move_stage(by=by, project=project, stage=stage, reason=reason)

    def _sponsor(self, key: str, manager: str) -> None:
        project = PathwayProject.objects.select_related("programme", "sponsor").get(pk=self.projects[key].pk)
        projects.change_project(
            by=self.members["narrator"],
            project=project,
            name=project.name,
            aim=project.aim,
            programme=project.programme,
            sponsor=self.members[manager],
        )
        self.projects[key].refresh_from_db()

    def _try(self, key: str, who: str, idea: str, did: str, ending: str) -> None:
        known = Prototype.objects.filter(project=self.projects[key], name=idea).first()
        projects.log_try(
            by=self.members[who],
            project=self.projects[key],
            prototype=known,
            new_prototype="" if known else idea,
            do=did,
            ending=ending,
        )

    # --- Measures ---------------------------------------------------------------------------------------
    def _plan_measure(self, series: story.Series) -> None:
        """The months before a project began come in at once; later ones on the fifth day of the next month."""
        began = self.now - timedelta(days=_project_of(series).began - 3)
        self.steps.append((began, len(self.steps), partial(self._measure, series)))
        numbers = [
            (months_ago, *self._number(series, months_ago)) for months_ago in range(24, series.missing, -1)
        ]
        for months_ago, numerator, denominator in numbers:
            period = _months_before(timezone.localdate(self.now), months_ago)
            known = datetime.combine(_months_before(period, -1), time(10), self.now.tzinfo) + timedelta(
                days=4
            )
            observation = {"period": period, "numerator": numerator, "denominator": denominator}
            moment = min(max(known, began), self.now)
            self.steps.append((moment, len(self.steps), partial(self._observe, series, observation)))

    def _measure(self, series: story.Series) -> None:
        self.measures[series.project, series.name] = measures.create_measure(
            by=self.members[_project_of(series).lead],
            project=self.projects[series.project],
            name=series.name,
            kind=series.kind,
            shape=series.shape,
            better=series.better,
            unit=series.unit,
            source="Made up for the demonstration",
            made_up=True,
        )

    def _observe(self, series: story.Series, observation: dict[str, Any]) -> None:
        measures.add_observation(
            by=self.members[_project_of(series).lead],
            measure=self.measures[series.project, series.name],
            **observation,
        )

    def _wards(self) -> None:
        """A year of falls on each ward, as staff bring it from a file."""
        today = timezone.localdate()
        chance = random.Random(1949)  # noqa: S311  # of its own, so that the other numbers stay as they are
        for ward in story.WARDS:
            measure = measures.create_measure(
                by=self.members["narrator"],
                programme=self.programmes["frailty"],
                subgroup=ward.name,
                name="Falls on the ward",
                kind="outcome",
                shape="rate",
                better="lower",
                unit="bed days",
                chart="u",
                source="Made up for the demonstration",
                made_up=True,
            )
            rows = []
            for months_ago in range(12, 0, -1):
                bed_days = round(chance.gauss(ward.bed_days, math.sqrt(ward.bed_days)))
                falls = sum(chance.random() < ward.falls / 1000 for _day in range(bed_days))
                rows.append((_months_before(today, months_ago), falls, bed_days, ""))
            measures.import_observations(
                by=self.members["narrator"], measure=measure, rows=rows, source="ward-falls.csv"
            )

    def _number(self, series: story.Series, months_ago: int) -> tuple[int, int | None]:
        level = series.after if months_ago <= series.change else series.level
        value = max(0.0, self.random.gauss(level, series.spread))
        if series.shape == "number":
            return round(value), None
        size = max(5, round(self.random.gauss(series.size, math.sqrt(series.size))))
        part = value / (100 if series.shape == "percentage" else 1000)
        return min(size, round(part * size)), size

    # --- Asks -------------------------------------------------------------------------------------------
    def _plan_ask(self, number: int, ask: story.Ask) -> None:
        self._plan(ask.days_ago, partial(self._raise, number, ask))
        for hours, who, move, *words in ask.moves:
            days = ask.days_ago - hours / 24
            self._plan(days, partial(self._move, number, who, move, words))

    def _raise(self, number: int, ask: story.Ask) -> None:
        self.asks[number] = escalations.raise_ask(
            by=self.members[ask.raiser],
            ask=ask.ask,
            urgency=ask.urgency,
            background=ask.background,
            project=self.projects[ask.project] if ask.project else None,
            domain=ask.domain,
            organisation=self.organisations[ask.org],
            restricted=ask.restricted,
        )

    def _tell(self, number: int, text: str) -> None:
        ask = Escalation.objects.with_people().get(pk=self.asks[number].pk)
        assert ask.owner  # noqa: S101 - it is settled
        for who in (ask.raised_by, ask.owner):
            by = Membership.objects.select_related("network").with_roles().get(pk=who.pk)
            if who == ask.raised_by:
                stories.tell_story(by=by, escalation=ask, text=text)
            else:
                stories.agree_to_story(by=by, escalation=ask, seen=text)

    def _move(self, number: int, who: str, move: str, words: list[Any]) -> None:
        step: dict[str, Any] = {"by": self.members[who], "escalation": self.asks[number], "seen": None}
        match move, words:
            case "hand_on", [to, text]:
                escalations.hand_on(**step, to=self.members[to], text=text)
            case "accept", [what, days]:
                due_on = timezone.localdate() + timedelta(days=days)
                escalations.accept(**step, what=what, due_on=due_on)
            case "decline", [text, would_change]:
                escalations.decline(**step, text=text, would_change=would_change)
            case "hold", [days, text]:
                escalations.hold(**step, until=timezone.localdate() + timedelta(days=days), text=text)
            case "elsewhere", [text]:
                escalations.move_elsewhere(**step, text=text)
            case "done", [text]:
                escalations.mark_done(**step, text=text)
            case (("acknowledge" | "confirm" | "withdraw"), [text]):
                getattr(escalations, move)(**step, text=text)
            case _:
                raise ValueError(f"The story has no move {move} {words}")

    # --- Business cases ---------------------------------------------------------------------------------
    def _plan_case(self, case: story.Case) -> None:
        self._plan(case.began, partial(self._draft_case, case))
        if case.lead:
            self._plan(case.put, partial(self._put_case, case))
        for days_ago, who, answer in case.voices:
            self._plan(days_ago, partial(self._voice, case, who, answer))

    def _draft_case(self, case: story.Case) -> None:
        self.cases[case.words["title"]] = escalations.draft_case(
            by=self.members[case.writer],
            project=self.projects[case.project],
            measures=[self.measures[case.project, name] for name in case.measures],
            **case.words,
        )

    def _put_case(self, case: story.Case) -> None:
        self.cases_put[case.words["title"]] = escalations.put_case(
            by=self.members[case.writer],
            case=self.cases[case.words["title"]],
            lead=self.members[case.lead],
            others=[self.members[who] for who in case.others],
            urgency="slowing",
        )

    def _voice(self, case: story.Case, who: str, answer: dict[str, Any]) -> None:
        escalations.voice(
            by=self.members[who],
            escalation=self.cases_put[case.words["title"]],
            answer=answer["answer"],
            what=answer["what"],
            text=answer["text"],
            due_on=timezone.localdate() + timedelta(days=answer["days"]),
        )

    # --- Cohorts ----------------------------------------------------------------------------------------
    def _plan_cohort(self, cohort: story.Cohort) -> None:
        """Set it up four weeks before its first session; note each session's attendance the evening of its day.

        What is on the last day is not noted yet: somebody's home page asks for it.
        """
        first = _working_day(timezone.localdate(self.now) - timedelta(days=cohort.first))
        plan = every(first, cohort.weeks, len(cohort.titles))
        self._plan(cohort.first + 28, partial(self._cohort, cohort, plan.days))
        for place, on in enumerate(plan.days):
            evening = timezone.make_aware(datetime.combine(on, time(19, 0)))
            if evening < self.now - timedelta(days=1):
                self.steps.append((evening, len(self.steps), partial(self._attendance, cohort, place)))

    def _cohort(self, cohort: story.Cohort, days: tuple[date, ...]) -> None:
        staff = self.members["narrator"]
        made = learning.create_cohort(
            by=staff,
            kind=cohort.kind,
            name=cohort.name,
            begins_on=days[0],
            ends_on=days[-1],
            capacity=cohort.capacity,
            facilitators=[self.members[key] for key in cohort.facilitators],
        )
        self.cohorts[cohort.key] = made
        for on, title in zip(days, cohort.titles, strict=True):
            learning.add_sessions(
                by=staff,
                cohort=made,
                days=[on],
                title=title,
                starts=time.fromisoformat(cohort.starts),
                ends=time.fromisoformat(cohort.ends),
                place=cohort.place,
                link=cohort.link,
            )
        self._enrol(cohort.key, cohort.people)

    def _enrol(self, key: str, people: tuple[tuple[str, str], ...]) -> None:
        cohort, staff = self.cohorts[key], self.members["narrator"]
        learning.enrol(by=staff, cohort=cohort, memberships=[self.members[who] for who, _project in people])
        for who, project in people:
            # A project that begins later is brought when it has begun, by hand.
            if project in self.projects:
                enrolment = Enrolment.objects.get(cohort=cohort, membership=self.members[who])
                learning.choose_project(by=staff, enrolment=enrolment, project=self.projects[project])

    def _attendance(self, cohort: story.Cohort, place: int) -> None:
        session = self.cohorts[cohort.key].sessions.order_by("starts_at")[place]
        facilitator = self.members[cohort.facilitators[place % len(cohort.facilitators)]]
        exceptions = []
        for number, enrolment in enumerate(session.cohort.enrolments.order_by("pk")):
            # The same people are away on the same days, whenever it is loaded.
            mark = {0: "apologies", 3: "part", 7: "absent", 11: "substitute"}.get(
                (5 * number + 3 * place) % 17
            )
            if mark:
                exceptions.append(Noted(enrolment.pk, mark, "A colleague" if mark == "substitute" else ""))
        learning.take_attendance(by=facilitator, session=session, noted=exceptions, all_others_present=True)

    def _copy_cohort(self, copied: story.Copied) -> None:
        like = self.cohorts[copied.like]
        first = _working_day(timezone.localdate(self.now) + timedelta(days=copied.first_in))
        plan = moved([session.on_day for session in like.sessions.on()], first)
        self.cohorts[copied.key] = learning.copy_cohort(
            by=self.members["narrator"],
            cohort=like,
            name=copied.name,
            first_on=first,
            capacity=copied.capacity,
            seen=plan.days,
        )
        self._enrol(copied.key, copied.people)

    def _ask_from_cohort(self, key: str, who: str, ask: str, urgency: str, org_key: str, domain: str) -> None:
        escalations.raise_ask(
            by=self.members[who],
            ask=ask,
            urgency=urgency,
            domain=domain,
            organisation=self.organisations[org_key],
            asked_from=from_cohort(self.members[who], key_of(self.cohorts[key].pk)),
        )


def _working_day(on: date) -> date:
    """Return the day itself, or the last one before it that is no weekend and no bank holiday."""
    while on.weekday() > 4 or bank_holiday(on):
        on -= timedelta(days=1)
    return on


def _project_of(series: story.Series) -> story.Project:
    return next(project for project in story.PROJECTS if project.key == series.project)


def _months_before(today: date, months: int) -> date:
    """Return the first day of the month so many months before today's."""
    index = today.year * 12 + today.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)
