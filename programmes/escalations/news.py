"""Who gets an e-mail about which step of an ask, and what it says.

Nobody is told of what they did themselves. An e-mail about a restricted ask holds its reference and who did
what, and no word of what was asked or answered: mailboxes are read by assistants and forwarded.
"""

from people.messages import tell
from people.models import Membership, Message
from people.permissions import Role
from programmes.escalations.models import Escalation, EscalationEvent
from programmes.escalations.states import Move

RAISER = "raiser"
OWNER = "owner"
ANSWERABLE = "answerable"

WHO_HEARS: dict[Move, tuple[str, ...]] = {
    Move.RAISE: (OWNER,),
    Move.ACKNOWLEDGE: (RAISER, ANSWERABLE),
    Move.TAKE: (RAISER, ANSWERABLE),
    Move.ROUTE: (OWNER, RAISER, ANSWERABLE),
    Move.HAND_ON: (OWNER, RAISER, ANSWERABLE),
    Move.ACCEPT: (RAISER, ANSWERABLE),
    Move.DECLINE: (RAISER, ANSWERABLE),
    Move.DONE: (RAISER, ANSWERABLE),
    Move.CONFIRM: (OWNER, RAISER, ANSWERABLE),
    Move.NOT_SETTLED: (OWNER, RAISER, ANSWERABLE),
    Move.WITHDRAW: (OWNER, RAISER, ANSWERABLE),
    Move.COMMENT: (OWNER, RAISER, ANSWERABLE),
    Move.OWNER_LEFT: (RAISER, ANSWERABLE),
    Move.ANSWERABLE_LEFT: (OWNER,),
    Move.REDACT: (),
}
# With these an ask can land at the staff step, where nobody owns it: then all staff are told.
LANDS = (Move.RAISE, Move.NOT_SETTLED, Move.OWNER_LEFT)

WHY = {
    RAISER: "You get this because you raised the ask.",
    OWNER: "You get this because the ask is with you.",
    ANSWERABLE: "You get this because you had the ask first, and stay answerable for it.",
    Role.STAFF: "You get this because you are network staff, and nobody has this ask.",
}


def tell_of(event: EscalationEvent, *, actor: Membership) -> None:
    """Write the e-mails about a step, inside its transaction. `actor` did it and gets none."""
    escalation = event.escalation
    people = {RAISER: escalation.raised_by, OWNER: escalation.owner, ANSWERABLE: escalation.sponsor}
    told = {actor.pk}
    for part in WHO_HEARS[Move(event.move)]:
        person = people[part]
        if person is not None and person.pk not in told:
            told.add(person.pk)
            _tell(event, person, WHY[part])
    if event.move in LANDS and escalation.owner is None and escalation.waits_for_owner:
        staff = Membership.objects.active().holding(Role.STAFF).filter(network=escalation.network_id)
        for person in staff.exclude(pk__in=told):
            _tell(event, person, WHY[Role.STAFF])


def _tell(event: EscalationEvent, person: Membership, why: str) -> None:
    escalation = event.escalation
    waits = _waits_for(escalation, person)
    tell(
        person,
        kind=Message.Kind.ASK,
        cause=f"escalation-event:{event.pk}",
        subject=_subject(event, waits),
        paragraphs=_paragraphs(event, waits),
        link=escalation.get_absolute_url(),
        link_label=f"Open {escalation.reference}",
        why=why,
        copy=not escalation.restricted,
    )


def _waits_for(escalation: Escalation, person: Membership) -> bool:
    if escalation.waits_for_team:
        return person.pk == escalation.raised_by_id
    return escalation.waits_for_owner and person.pk == escalation.owner_id


def _subject(event: EscalationEvent, waits: bool) -> str:
    escalation = event.escalation
    name = escalation.reference
    if escalation.restricted:
        return f"An ask waits for you: {name}" if waits else f"News of an ask: {name}"
    if waits:
        return f"{name} waits for you: {escalation.ask}"
    return f"{name}: {event.who} {event.what} – {escalation.ask}"


def _paragraphs(event: EscalationEvent, waits: bool) -> list[str]:
    escalation = event.escalation
    did = f"{event.who} {event.what}."
    if escalation.restricted:
        words = [did, "The ask is restricted, so this e-mail does not say what it is about."]
    else:
        words = [f"{escalation.ask}", did]
        if event.move != Move.RAISE:
            words.append(event.text)
        if (waits and escalation.waits_for_owner) or event.move == Move.RAISE:
            # All that it takes to decide, also for whoever gets the ask later.
            team = f" For “{escalation.project}”." if escalation.project else ""
            words += [f"{escalation.get_urgency_display()}.{team}", escalation.background]
        if event.would_change:
            words.append(f"What would change this, or what you can do now: {event.would_change}")
    if waits and escalation.waits_for_team:
        words.append("Please say whether that settles it.")
    return [paragraph for paragraph in words if paragraph]
