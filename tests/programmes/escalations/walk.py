"""A random walk through all that can happen to asks, and what holds after each step of it.

hypothesis chooses who does what, and when; test_walk.py runs it.
"""

import contextlib
import itertools
from datetime import UTC, datetime, timedelta

import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from people.actions.calendar import add_closed_day
from people.actions.members import close_membership, set_at_table, set_roles
from people.actions.standing_in import name_delegate, set_absence
from people.models import Membership, Message, StaffTask
from programmes.escalations import actions
from programmes.escalations.files import Checked
from programmes.escalations.models import ClockPolicy, Commitment, Escalation, EscalationEvent
from programmes.escalations.permissions import asks_for, asks_waiting_for, may, possible_now
from programmes.escalations.policy import times_of
from programmes.escalations.states import MOVES, OPEN, WITH_OWNER, Move, State, Step, after
from programmes.escalations.views.acts import ACTS
from programmes.projects.models import PathwayProject

BY_HAND = {act.move: act.write for act in ACTS}
# Before the changes of the clock, before Easter and before Christmas; a Friday afternoon and a Sunday.
BEGINNINGS = [
    datetime(2026, 3, 27, 16, tzinfo=UTC),
    datetime(2026, 4, 2, 9, 30, tzinfo=UTC),
    datetime(2026, 6, 1, 9, tzinfo=UTC),
    datetime(2026, 10, 23, 15, 59, tzinfo=UTC),
    datetime(2026, 12, 20, 12, tzinfo=UTC),
]
PAUSES = [timedelta(minutes=1), timedelta(hours=1), timedelta(hours=7), timedelta(days=1), timedelta(days=3)]
PAUSES += [timedelta(days=16), timedelta(days=70)]
FIRST_REPLIES = (Move.ACKNOWLEDGE, Move.TAKE, Move.HOLD, Move.ACCEPT, Move.DECLINE, Move.SETTLE, Move.VOICE)
DECISIONS = (Move.ACCEPT, Move.DECLINE, Move.SETTLE, Move.AGREE, Move.REFUSE)
FIRST_STATES = {Move.RAISE: State.RAISED, Move.PUT: State.DECIDING}
REFUSED = (PermissionDenied, ValidationError, actions.NotPossible, Escalation.DoesNotExist)
CASE = {
    "title": "A ward clerk",
    "problem": "Nurses type",
    "options": "One or two",
    "cost": "30,000 a year",
    "benefit": "Time",
    "risk": "None",
    "asked": "The money",
    "measures": [],
}
numbers = st.integers(0, 1000)


def words(move, ask, value):
    """Return what somebody types, or chooses, to do this to an ask; `value` varies it."""
    day = timezone.localdate() + timedelta(days=value % 40 - 1)
    special = {
        Move.HOLD: {"until": day},
        Move.ACCEPT: {"what": "A key", "due_on": day},
        Move.CHANGE_PROMISE: {"what": f"A key, {value}", "due_on": day},
        Move.VOICE: {
            "answer": ("yes", "yes", "yes_if", "no")[value % 4],
            "what": "A key",
            "due_on": day,
            "would_change": "Money",
        },
        Move.DECLINE: {"would_change": "Money"},
        Move.ATTACH: {"file": Checked("a.txt", "txt", b"a")},
    }
    if move in (Move.HAND_ON, Move.ROUTE):
        leaders = Membership.objects.leaders().filter(network=ask.network_id).order_by("pk")
        return {"text": "Please", "to": leaders[value % leaders.count()]}
    return {"text": f"Words {value}", **special.get(move, {})}


class Walk(RuleBasedStateMachine):
    """Subclasses name the `place` whose people walk; each walk is rolled back at its end."""

    place = None

    def __init__(self):
        super().__init__()
        self.stack = contextlib.ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.seen = {}  # of each ask: its events as they were first read
        self.kept = {}  # of each ask: the minutes that it keeps
        self.told = 0

    @initialize(begin=st.sampled_from(BEGINNINGS))
    def begin(self, begin):
        self.clock = self.stack.enter_context(time_machine.travel(begin, tick=False))
        self.raise_one(0, 0, restricted=False, for_project=True)

    def teardown(self):
        transaction.set_rollback(True)
        self.stack.close()

    # --- Who there is ------------------------------------------------------------------------------------
    def people(self):
        """Return who is in the network now, as a request of now would load them."""
        found = Membership.objects.active().filter(network=self.place.network)
        return list(found.with_roles().select_related("network", "person").order_by("pk"))

    def asks(self):
        return list(Escalation.objects.with_people().order_by("pk"))

    def pick(self, things, number):
        return things[number % len(things)]

    # --- What happens ------------------------------------------------------------------------------------
    @rule(number=numbers, kind=numbers, restricted=st.booleans(), for_project=st.booleans())
    def raise_one(self, number, kind, restricted, for_project):
        if len(self.seen) >= 3:
            return
        with contextlib.suppress(PermissionDenied):
            actions.raise_ask(
                by=self.pick(self.people(), number) if self.seen else self.place.nurse,
                ask="A key",
                urgency=self.pick(["stopping", "slowing", "helping"], kind),
                domain=self.pick(["data", "data", "", "money"], kind),
                project=PathwayProject.objects.get() if for_project else None,
                organisation=self.pick([None, self.place.hospital, self.place.practice], kind),
                restricted=restricted,
            )

    @rule(number=numbers, who=numbers, many=st.integers(1, 3))
    def put_a_business_case(self, number, who, many):
        if len(self.seen) >= 3:
            return
        leaders = list(Membership.objects.leaders().filter(network=self.place.network).order_by("pk"))
        asked = [self.pick(leaders, who + one) for one in range(many)]
        by = self.pick(self.people(), number)
        with contextlib.suppress(*REFUSED), transaction.atomic():
            case = actions.draft_case(by=by, project=PathwayProject.objects.get(), **CASE)
            actions.put_case(by=by, case=case, lead=asked[0], others=asked[1:], urgency="slowing")

    @rule(number=numbers, which=numbers, value=numbers)
    def somebody_does_what_they_may(self, number, which, value):
        ask = self.pick(self.asks(), which)
        can = [
            (person, move)
            for person in self.people()
            if asks_for(person).filter(pk=ask.pk).exists()
            for move in BY_HAND
            # A thing that changes nothing is done less often.
            if (move not in (Move.COMMENT, Move.ATTACH, Move.JOIN, Move.WITHDRAW) or number % 7 == 0)
            and possible_now(ask, move)
            and may(person, ask, move)
        ]
        if can:
            self.act(*self.pick(can, number), ask, value, allowed=True)

    @rule(who=numbers, move=st.sampled_from(list(BY_HAND)), which=numbers, value=numbers)
    def somebody_tries(self, who, move, which, value):
        self.act(self.pick(self.people(), who), move, self.pick(self.asks(), which), value)

    def act(self, person, move, ask, value, *, allowed=False):
        before = EscalationEvent.objects.count()
        could = bool(possible_now(ask, move)) and bool(may(person, ask, move))
        try:
            with transaction.atomic():
                BY_HAND[move](by=person, escalation=ask, seen=ask.version, **words(move, ask, value))
        except REFUSED as error:
            refusal = error
        else:
            refusal = None
        added = EscalationEvent.objects.count() - before
        if refusal:
            # What was typed can still be wrong.
            assert not allowed or isinstance(refusal, actions.NotPossible), (person, move, refusal)
            assert added == 0
            return
        assert could
        # The same answer to a case again changes nothing; the last answer decides it.
        others = {Move.JOIN: (0,), Move.VOICE: (0, 2)}.get(move, ())
        assert added == 1 or added in others
        if added:
            written = list(ask.events.order_by("number"))[-added]
            assert (written.move, written.by) == (move, person)
        if move == Move.WAIT:
            due = times_of(ask.network).clock_of(ask).next
            assert due.move == Move.REMIND or due.at > timezone.now() + timedelta(hours=8)

    @rule(pause=st.sampled_from(PAUSES))
    def time_passes(self, pause):
        self.clock.shift(pause)

    @rule()
    def the_next_clock_strikes(self):
        due = [ask.next_due_at for ask in self.asks() if ask.next_due_at]
        if due and min(due) > timezone.now():
            self.clock.move_to(min(due))
        self.a_worker_looks()

    @rule()
    def a_worker_looks(self):
        before = EscalationEvent.objects.count()
        done = actions.run_clocks()
        assert EscalationEvent.objects.count() == before + done
        assert actions.run_clocks() == 0
        assert not Escalation.objects.filter(next_due_at__lte=timezone.now()).exists()

    @rule(number=numbers, what=st.sampled_from(["leaves", "stops leading", "leaves the team", "table"]))
    def somebody_goes(self, number, what):
        staff = self.place.staff
        person = self.pick(self.people(), number)
        with contextlib.suppress(ValidationError), transaction.atomic():
            if what == "leaves the team":
                person.teams.update(left_on=timezone.localdate())
            elif what == "table":
                set_at_table(by=staff, membership=person, at_table=number % 2 == 0)
            elif len(self.people()) < 8 or Membership.objects.leaders().count() < 4:
                return
            elif what == "leaves":
                close_membership(by=staff, membership=person)
            elif "leader" in person.roles:
                set_roles(by=staff, membership=person, roles=["member"])

    @rule(number=numbers, other=numbers, days=st.integers(0, 30), power=st.sampled_from(["act", "decide"]))
    def somebody_stands_in(self, number, other, days, power):
        leader, stands = self.pick(self.people(), number), self.pick(self.people(), other)
        today = timezone.localdate()
        until = today + timedelta(days=days)
        with contextlib.suppress(ValidationError), transaction.atomic():
            if number % 2:
                name_delegate(
                    by=leader, leader=leader, delegate=stands, power=power, until=until, copies_mail=True
                )
            else:
                set_absence(by=leader, membership=leader, from_date=today, until_date=until, stand_in=stands)

    @rule(number=numbers)
    def the_networks_time_changes(self, number):
        if number % 2:
            with contextlib.suppress(ValidationError), transaction.atomic():
                day = timezone.localdate() + timedelta(days=number % 9)
                add_closed_day(by=self.place.staff, day=day, name="Away")
        else:
            own = {"acknowledge": 60 + number, "decide": 1100 + number, "climb": 480 + number}
            ClockPolicy.objects.update_or_create(network=self.place.network, urgency="stopping", defaults=own)
            actions.renew_clocks(self.place.network)
        self.a_worker_looks()  # each change wakes one

    # --- What holds --------------------------------------------------------------------------------------
    @invariant()
    def what_must_hold_holds(self):
        self.the_timeline_is_whole_and_only_grows()
        self.nobody_is_reminded_twice_of_the_same()
        self.what_an_ask_keeps_is_what_its_timeline_says()
        self.an_open_ask_waits_for_somebody_who_can_act()
        self.nobody_hears_of_what_they_may_not_see()

    def the_timeline_is_whole_and_only_grows(self):
        for ask in self.asks():
            events = list(ask.events.order_by("number").values())
            known = self.seen.get(ask.pk, [])
            assert events[: len(known)] == known
            assert [event["number"] for event in events] == list(range(1, ask.version + 1))
            state = None
            for event in events:
                move = Move(event["move"])
                state = FIRST_STATES.get(move) or after(move, state)
                assert event["state"] == state, (move, MOVES[move])
            assert ask.state == state
            assert all(one["at"] <= then["at"] for one, then in itertools.pairwise(events))
            new = events[len(known) :]
            struck = [event["due_at"] for event in new if event["by_id"] is None]
            assert struck == sorted(struck)
            assert all(event["due_at"] <= event["at"] for event in new if event["by_id"] is None)
            self.seen[ask.pk] = events

    def nobody_is_reminded_twice_of_the_same(self):
        anew = (Move.RAISE, Move.GO_ON, Move.NOT_SETTLED, Move.ASK_AGAIN, Move.REOPEN)
        anew += (Move.HAND_ON, Move.ROUTE, Move.TAKE, Move.OWNER_LEFT, Move.ACCEPT, Move.CHANGE_PROMISE)
        for events in self.seen.values():
            reminded = set()
            for event in events:
                if event["move"] in (*anew, Move.DONE, Move.SETTLE, Move.DECLINE):
                    reminded.clear()
                elif event["move"] == Move.REMIND:
                    assert event["step"] not in reminded
                    reminded.add(event["step"])

    def what_an_ask_keeps_is_what_its_timeline_says(self):
        for ask in self.asks():
            clock = times_of(ask.network).clock_of(ask)
            assert (ask.due_at, ask.next_due_at) == (clock.deadline, clock.next and clock.next.at)
            said = [event["step"] for event in self.seen[ask.pk] if event["step"] in Step.values]
            assert ask.step == said[-1]
            kept = (ask.acknowledged_after, ask.decided_after, ask.done_after)
            before = self.kept.get(ask.pk, (None, None, None))
            events = self.seen[ask.pk]
            moves = (FIRST_REPLIES, DECISIONS, (Move.DONE, Move.SETTLE))
            for minutes, was, ends in zip(kept, before, moves, strict=True):
                if ends == moves[2]:  # what the team did not take for settled is not done
                    back = [at for at, event in enumerate(events) if event["move"] == Move.NOT_SETTLED]
                    events = events[back[-1] + 1 :] if back else events
                    was = was if any(event["move"] in ends for event in events) else None
                first = next((event for event in events if event["move"] in ends), None)
                if was is not None or first is None:
                    assert minutes == was
                else:
                    assert minutes == ask.network.working_time().between(ask.raised_at, first["at"])
            self.kept[ask.pk] = kept

    def an_open_ask_waits_for_somebody_who_can_act(self):
        leaders = set(Membership.objects.leaders().values_list("pk", flat=True))
        active = set(Membership.objects.active().values_list("pk", flat=True))
        for ask in self.asks():
            promises = Commitment.objects.filter(escalation=ask, kept_at=None, ended_at=None)
            assert list(promises.values_list("by", flat=True)) == (
                [ask.owner_id] if ask.state == State.ACCEPTED else []
            )
            if ask.state not in OPEN:
                assert ask.next_due_at is None
                continue
            assert ask.owner_id is None or ask.sponsor_id is not None
            assert {one.pk for one in ask.brought_in} <= leaders
            if ask.state in WITH_OWNER:
                self.it_waits_for_somebody(ask, leaders, active)
            elif ask.state == State.DECIDING:
                awaited = set(ask.voices.filter(answer="").values_list("leader", flat=True))
                tasks = StaffTask.objects.filter(kind=StaffTask.Kind.ASK, subject_id=ask.pk, settled_at=None)
                assert awaited <= leaders & active
                assert awaited or tasks.exists()
            else:
                assert ask.next_due_at  # it closes by itself

    def it_waits_for_somebody(self, ask, leaders, active):
        if ask.owner_id:
            assert ask.owner_id in leaders
            owner = next(person for person in self.people() if person.pk == ask.owner_id)
            assert ask.state == State.ON_HOLD or ask in asks_waiting_for(owner)
        elif ask.manager_id:
            assert ask.manager_id in active
            assert ask.next_due_at
        else:
            assert ask.step in (Step.TABLE, Step.STAFF)
            assert not ask.restricted or ask.step == Step.STAFF
        if ask.next_due_at is None and ask.owner_id and ask.state != State.ACCEPTED:
            # No clock does anything any more: staff have it on their list.
            tasks = StaffTask.objects.filter(kind=StaffTask.Kind.ASK, subject_id=ask.pk, settled_at=None)
            assert tasks.exists(), ask.step

    def nobody_hears_of_what_they_may_not_see(self):
        new = Message.objects.filter(pk__gt=self.told).select_related("to__network").order_by("pk")
        for message in new:
            self.told = message.pk
            assert message.to.network_id == self.place.network.pk
            if not message.cause.startswith("escalation-event:"):
                continue
            event = EscalationEvent.objects.get(pk=message.cause.split(":")[1])
            seen = asks_for(message.to).filter(pk=event.escalation_id)
            assert seen.exists(), (message.to, message.text)
