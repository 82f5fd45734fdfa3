"""Who gets an e-mail about which step of an ask, and what it says.

Nobody is told of what they did themselves. An e-mail about a restricted ask holds its reference and who did
what, and no word of what was asked or answered: mailboxes are read by assistants and forwarded.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from people.absences import stand_in_for
from people.messages import tell
from people.models import Membership, Message
from people.permissions import Role
from programmes.escalations.clocks import Reminder
from programmes.escalations.models import Escalation, EscalationEvent, Voice
from programmes.escalations.permissions import asks_for, is_about_to_climb, may
from programmes.escalations.states import Move, State, Step
from programmes.escalations.words import LIKELY, LIKELY_OF_MANAGER, button_of, slug_of

RAISER = "raiser"
OWNER = "owner"
ANSWERABLE = "answerable"
MANAGER = "manager"
BROUGHT_IN = "brought in"
JOINED = "joined"
ASKED = "asked"
UNANSWERED = "asked and not answered"
PROMISED_A_PART = "promised a part"
ACTED_FOR = "acted for"

WHO_HEARS: dict[Move, tuple[str, ...]] = {
    Move.RAISE: (OWNER, MANAGER),
    Move.PUT: (ASKED,),
    Move.GO_ON: (OWNER, RAISER),
    Move.SETTLE: (RAISER, JOINED),
    Move.ACKNOWLEDGE: (RAISER, ANSWERABLE),
    Move.TAKE: (RAISER, ANSWERABLE),
    Move.ROUTE: (OWNER, RAISER, ANSWERABLE),
    Move.HAND_ON: (OWNER, RAISER, ANSWERABLE),
    Move.HOLD: (RAISER, ANSWERABLE, BROUGHT_IN),
    Move.WAKE: (OWNER, RAISER, ANSWERABLE),
    Move.ACCEPT: (RAISER, OWNER, ANSWERABLE, BROUGHT_IN, JOINED),
    Move.CHANGE_PROMISE: (RAISER, OWNER, ANSWERABLE, JOINED),
    Move.DECLINE: (RAISER, OWNER, ANSWERABLE, BROUGHT_IN, JOINED),
    Move.VOICE: (RAISER,),
    Move.VOICE_LEFT: (RAISER,),
    Move.AGREE: (RAISER, ASKED, JOINED),
    Move.REFUSE: (RAISER, ASKED, JOINED),
    Move.DONE: (RAISER, OWNER, ANSWERABLE, JOINED),
    Move.CONFIRM: (OWNER, RAISER, ANSWERABLE),
    Move.NOT_CONFIRMED: (RAISER, OWNER, ANSWERABLE),
    Move.NOT_SETTLED: (OWNER, RAISER, ANSWERABLE),
    Move.ASK_AGAIN: (OWNER, RAISER, ANSWERABLE),
    Move.REOPEN: (OWNER, RAISER, ANSWERABLE),
    Move.ELSEWHERE: (RAISER, OWNER, ANSWERABLE),
    Move.WITHDRAW: (OWNER, RAISER, ANSWERABLE, BROUGHT_IN, UNANSWERED),
    Move.WAIT: (OWNER, ANSWERABLE),
    Move.JOIN: (OWNER, RAISER),
    Move.COMMENT: (OWNER, RAISER, ANSWERABLE, BROUGHT_IN, UNANSWERED),
    Move.ATTACH: (OWNER, RAISER, ANSWERABLE, BROUGHT_IN, UNANSWERED),
    Move.REMIND: (),
    Move.CLIMB: (BROUGHT_IN, OWNER, ANSWERABLE, RAISER),
    Move.OWNER_LEFT: (RAISER, ANSWERABLE),
    Move.ANSWERABLE_LEFT: (OWNER,),
    Move.REDACT: (),
}
WHO_IS_REMINDED: dict[str, tuple[str, ...]] = {
    # The raiser learns that somebody will be brought in, and can say "wait".
    Reminder.ACKNOWLEDGE: (OWNER, RAISER, ANSWERABLE, BROUGHT_IN),
    Reminder.DECIDE: (OWNER, RAISER, ANSWERABLE, BROUGHT_IN, UNANSWERED),
    Reminder.PROMISE_SOON: (OWNER, PROMISED_A_PART),
    Reminder.PROMISE_LATE: (OWNER, ANSWERABLE, PROMISED_A_PART, RAISER),
    Reminder.CONFIRM: (RAISER,),
}
# With these an ask can land where nobody owns it: then the network table, or all staff, are told.
LANDS = (Move.RAISE, Move.GO_ON, Move.NOT_SETTLED, Move.ASK_AGAIN, Move.REOPEN, Move.OWNER_LEFT, Move.REMIND)

NOBODYS = "the network table or all staff where nobody has it"

WHY = {
    RAISER: "You get this because you raised the ask.",
    OWNER: "You get this because the ask is with you.",
    ANSWERABLE: "You get this because you had the ask first, and stay answerable for it.",
    MANAGER: "You get this because you sponsor the team, and may settle the ask within a working day.",
    BROUGHT_IN: "You get this because the ask was brought to you when its time had run out.",
    JOINED: "You get this because you said that you need the same.",
    ASKED: "You get this because a business case asks you.",
    UNANSWERED: "You get this because a business case asks you, and you have not answered yet.",
    PROMISED_A_PART: "You get this because you promised a part of it.",
    ACTED_FOR: "You get this because it was done for you.",
    Step.TABLE: "You get this because you sit at the network table, and nobody has this ask.",
    Step.STAFF: "You get this because you are network staff, and nobody has this ask.",
}
# Who acts for a leader sees the asks that the leader answers, not those that the leader asks or needs too.
COPIED = tuple(
    WHY[part] for part in (OWNER, ANSWERABLE, BROUGHT_IN, ASKED, UNANSWERED, PROMISED_A_PART, ACTED_FOR)
)


def table() -> str:
    """Return who is told of which step as a table, for docs/escalations.md (`manage.py draw_escalations`)."""
    rows: dict[tuple[str, ...], list[str]] = {}

    def add(step: str, parts: tuple[str, ...], lands: str = "") -> None:
        told = sorted(parts, key=list(WHY).index)
        rows.setdefault((*told, lands) if lands else tuple(told), []).append(step)

    for move, parts in WHO_HEARS.items():
        if move == Move.CLIMB:
            add(f"`{move}`", parts, "at its end all staff")
        elif move != Move.REMIND:
            add(f"`{move}`", parts, NOBODYS if move in LANDS else "")
    for reminder, parts in WHO_IS_REMINDED.items():
        late = reminder in (Reminder.ACKNOWLEDGE, Reminder.DECIDE)
        add(f"`{Move.REMIND}` ({reminder})", parts, NOBODYS if late else "")
    lines = ["| step | told |", "|---|---|"]
    lines += [f"| {', '.join(steps)} | {', '.join(parts) or 'nobody'} |" for parts, steps in rows.items()]
    return "\n".join(lines)


def tell_of(
    event: EscalationEvent, *, actor: Membership | None, manager_before: Membership | None = None
) -> None:
    """Write the e-mails about a step, inside its transaction. `actor` did it and gets none; a clock is nobody.
    `manager_before` had the ask until this step took it from them."""
    told: dict[int, _Hears] = {}
    if manager_before:
        told[manager_before.pk] = _Hears(manager_before, WHY[MANAGER])
    for one in _who_hears(event):
        told.setdefault(one.person.pk, one)
    heard = {*told, actor.pk} if actor else set(told)
    for pk, one in told.items():
        if actor is None or pk != actor.pk:
            # Who did it, or is told of it themselves, needs no copy of what their leader reads.
            _tell(event, one, no_copy_for=heard)


@dataclass(frozen=True)
class _Hears:
    """Who is told of a step, why, and for whom they stand in, if that is why."""

    person: Membership
    why: str
    stands_in_for: Membership | None = None


def _who_hears(event: EscalationEvent) -> Iterator[_Hears]:
    """Yield who is told of a step; of several reasons for one person the first counts."""
    parts = WHO_IS_REMINDED[event.step] if event.move == Move.REMIND else WHO_HEARS[Move(event.move)]
    with_it = []
    for part in parts:
        people = _people(event.escalation, part)
        yield from (_Hears(person, WHY[part]) for person in people)
        with_it += people if part in (OWNER, BROUGHT_IN, ASKED, UNANSWERED) else []
    if event.behalf_of:
        yield _Hears(event.behalf_of, WHY[ACTED_FOR])
    yield from _stand_ins(event.escalation, with_it)
    for person, why in _where_it_landed(event):
        yield _Hears(person, why)


def _stand_ins(escalation: Escalation, leaders: Sequence[Membership]) -> Iterator[_Hears]:
    """Yield who stands in for those of them who are away, and so may act; on a restricted ask nobody does."""
    if escalation.restricted or not leaders:
        return
    away = stand_in_for([leader.pk for leader in leaders], escalation.network.today())
    for leader in leaders:
        stand_in = away.get(leader.pk)
        if stand_in is not None and stand_in.pk != escalation.raised_by_id:
            why = f"You get this because you stand in for {leader}, who is away."
            yield _Hears(stand_in, why, leader)


def _people(escalation: Escalation, part: str) -> list[Membership]:
    if part == BROUGHT_IN:
        return escalation.brought_in
    if part == JOINED:
        return [one for one in escalation.joined if asks_for(one).filter(pk=escalation.pk).exists()]
    if part in (ASKED, UNANSWERED, PROMISED_A_PART):
        voices = escalation.voices.select_related("leader__network", "leader__person")
        if part == PROMISED_A_PART:
            return [one.leader for one in voices if one.what]
        return [one.leader for one in voices if part == ASKED or not one.answer]
    one = {
        RAISER: escalation.raised_by,
        OWNER: escalation.owner,
        ANSWERABLE: escalation.sponsor,
        MANAGER: escalation.manager,
    }[part]
    return [one] if one else []


def _where_it_landed(event: EscalationEvent) -> Iterator[tuple[Membership, str]]:
    escalation = event.escalation
    lands = event.move in LANDS and escalation.owner is None and escalation.waits_for_owner
    climbs = event.move == Move.CLIMB and event.step == Step.STAFF
    if not (lands or climbs) or escalation.step == Step.MANAGER:
        return
    active = Membership.objects.active().filter(network=escalation.network_id)
    if escalation.step == Step.TABLE:
        for person in Membership.objects.at_table().filter(network=escalation.network_id):
            if person.pk != escalation.raised_by_id:
                yield person, WHY[Step.TABLE]
    elif climbs:
        for person in active.holding(Role.STAFF):
            yield (
                person,
                "You get this because you are network staff, and the ask has had no answer in its time.",
            )
    else:
        for person in active.holding(Role.STAFF):
            yield person, WHY[Step.STAFF]


def _tell(event: EscalationEvent, one: _Hears, *, no_copy_for: Collection[int]) -> None:
    escalation = event.escalation
    waits = _waits_for(escalation, one.stands_in_for or one.person)
    is_theirs = waits or one.why == WHY[BROUGHT_IN]
    tell(
        one.person,
        kind=Message.Kind.ASK,
        cause=f"escalation-event:{event.pk}",
        subject=_subject(event, waits),
        paragraphs=_paragraphs(event, one.person, waits),
        link=escalation.get_absolute_url(),
        link_label=f"Open {escalation.reference}",
        acts=lambda reader: _acts(escalation, one.person, is_theirs, reader),
        why=one.why,
        copy=not escalation.restricted and one.why in COPIED,
        no_copy_for=no_copy_for,
    )


def _acts(
    escalation: Escalation, person: Membership, is_theirs: bool, reader: Membership
) -> list[tuple[str, str]]:
    """Return what the person is likely to do now, each with the address where it has only to be confirmed: what of
    it the reader, who is that person or gets a copy, may do."""
    moves: tuple[Move, ...] = ()
    if escalation.manager_id == person.pk:
        moves = LIKELY_OF_MANAGER
    elif is_theirs:
        moves = LIKELY.get(State(escalation.state), ())
    elif escalation.owner is None and escalation.waits_for_owner and escalation.step == Step.TABLE:
        moves = (Move.TAKE,) if person.pk != escalation.raised_by_id else ()
    path = escalation.get_absolute_url()
    found: list[tuple[str, str]] = []
    for move in moves:
        if not may(reader, escalation, move):
            continue
        at = f"{path}{slug_of(move)}/"
        if move == Move.VOICE:  # which answer it is stands in the form when the link is followed
            found += [(str(answer.label), f"{at}?answer={answer}") for answer in Voice.Answer]
        else:
            found.append((button_of(move, escalation.state), at))
    return found


def _waits_for(escalation: Escalation, person: Membership) -> bool:
    if escalation.waits_for_team:
        return person.pk == escalation.raised_by_id
    if escalation.state == State.DECIDING:
        return escalation.voices.filter(leader=person, answer="").exists()
    return escalation.waits_for_owner and person.pk in (escalation.owner_id, escalation.manager_id)


def _subject(event: EscalationEvent, waits: bool) -> str:
    escalation = event.escalation
    name = escalation.reference
    if escalation.restricted:
        return f"An ask waits for you: {name}" if waits else f"News of an ask: {name}"
    if waits:
        return f"{name} waits for you: {escalation.ask}"
    return f"{name}: {_did(event)} – {escalation.ask}"


def _did(event: EscalationEvent) -> str:
    """Who did what, in a phrase; of a clock, what it is about."""
    if event.move == Move.REMIND:
        return event.text.split(": ", 1)[-1].removesuffix(".").capitalize()
    return f"{event.who} {event.what}"


def _paragraphs(event: EscalationEvent, person: Membership, waits: bool) -> list[str]:
    escalation = event.escalation
    did = f"{_did(event)}."
    if escalation.restricted:
        words = [did, "The ask is restricted, so this e-mail does not say what it is about."]
    else:
        words = [f"{escalation.ask}", did]
        if event.move not in (Move.RAISE, Move.PUT, Move.REMIND):
            words.append(event.text)
        if (waits and escalation.waits_for_owner) or event.move in (Move.RAISE, Move.PUT):
            # All that it takes to decide, also for whoever gets the ask later.
            team = f" For “{escalation.project}”." if escalation.project else ""
            words += [f"{escalation.get_urgency_display()}.{team}", escalation.background]
        if event.would_change:
            words.append(f"What would change this, or what you can do now: {event.would_change}")
    if waits and escalation.waits_for_team:
        words.append("Please say whether that settles it.")
    if event.move == Move.REMIND and escalation.is_undecided and escalation.owner:
        if person.pk == escalation.raised_by_id and is_about_to_climb(escalation):
            words.append(
                f"After a working day or more the next on its route is brought in beside {escalation.owner}. If you"
                " would rather not, open the ask and say “wait with that”."
            )
        elif person.pk == escalation.owner_id and escalation.step != Step.STAFF:
            words.append(
                "If it stays unanswered, the next on its route is brought in beside you. You keep it."
            )
    return [paragraph for paragraph in words if paragraph]
