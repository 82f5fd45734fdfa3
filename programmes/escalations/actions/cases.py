"""Business cases: drafted by a team, put to several leaders at once, decided when the last of them has answered."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from iocn.shared.history import record
from iocn.shared.permissions import require
from people.actions.members import lock_members
from people.actions.staff_list import add_staff_task
from people.models import Membership, StaffTask
from programmes.escalations.actions.common import NotPossible, lock, ready, step, write
from programmes.escalations.actions.raising import next_number
from programmes.escalations.models import BusinessCase, Commitment, Escalation, Evidence, Voice
from programmes.escalations.permissions import cases_for, may_write_case, voices_of
from programmes.escalations.routing import own_organisation
from programmes.escalations.states import Move, State, Step
from programmes.measures.meaning import Series
from programmes.measures.models import Measure
from programmes.projects.models import PathwayProject

# More do not decide together; and each is one row on the case's page.
MOST_ASKED = 12


@transaction.atomic
def draft_case(
    *, by: Membership, project: PathwayProject, measures: Iterable[Measure] = (), **words: str
) -> BusinessCase:
    """Begin a business case of a project: only its team and staff see it until it is put."""
    require(may_write_case(by, project))
    case = BusinessCase.objects.create(network=by.network, project=project, drafted_by=by, **words)
    _freeze(case, measures)
    record(by=by, on=case, what="began this business case")
    return case


@transaction.atomic
def change_case(
    *,
    by: Membership,
    case: BusinessCase,
    seen: int | None = None,
    measures: Iterable[Measure] = (),
    **words: str,
) -> BusinessCase:
    """Change a draft. What its measures say is written into it as it stands now."""
    locked = _draft(by, case, seen)
    for name, text in words.items():
        setattr(locked, name, text)
    locked.version += 1
    locked.save(update_fields=[*words, "version"])
    _freeze(locked, measures)
    record(by=by, on=locked, what="changed it")
    return locked


def _draft(by: Membership, case: BusinessCase, seen: int | None) -> BusinessCase:
    """Lock a draft that the membership may write. Raises BusinessCase.DoesNotExist, PermissionDenied, NotPossible."""
    cases = cases_for(by).select_for_update(of=("self",), no_key=True).select_related("network", "project")
    locked = cases.get(pk=case.pk)
    require(may_write_case(by, locked.project))
    if locked.escalation_id:
        raise NotPossible("This business case has been put, so its words stay. Add a comment on it instead.")
    if seen is not None and seen != locked.version:
        raise NotPossible(
            "Somebody changed this business case while you were writing. Open it in another window, take over what"
            " is new, and save once more."
        )
    return locked


def _freeze(case: BusinessCase, measures: Iterable[Measure]) -> None:
    """Write into the case what the measures say now, in place of what they said before."""
    case.evidence.all().delete()
    chosen = [one for one in measures if one.project_id == case.project_id]
    Evidence.objects.bulk_create(
        Evidence(
            case=case,
            measure=series.measure,
            name=series.measure.name,
            sentence=series.sentence,
            latest=f"{series.last_shown}, {series.last_period}" if series.points else "",
        )
        for series in Series.of_many(chosen)
    )


@transaction.atomic
def put_case(
    *,
    by: Membership,
    case: BusinessCase,
    seen: int | None = None,
    lead: Membership,
    others: Sequence[Membership] = (),
    urgency: str,
) -> Escalation:
    """Put a case to the leaders concerned, as an ask of its own kind. `lead` sees it through when all agree."""
    lock_members(by.network_id)  # nobody leaves between being chosen and being asked
    locked = _draft(by, case, seen)
    asked = list({one.pk: one for one in (lead, *others)}.values())
    leaders = Membership.objects.leaders().filter(network=by.network_id).exclude(pk=by.pk)
    if leaders.filter(pk__in=[one.pk for one in asked]).count() != len(asked):
        raise NotPossible("Choose leaders of the network, and not yourself.")
    if len(asked) > MOST_ASKED:
        raise NotPossible(f"Choose at most {MOST_ASKED} leaders.")
    _freeze(locked, [one.measure for one in locked.evidence.select_related("measure")])
    now = timezone.now()
    organisation = own_organisation(by)
    escalation = Escalation.objects.create(
        network=by.network,
        number=next_number(by),
        ask=locked.title,
        background=locked.asked,
        urgency=urgency,
        project=locked.project,
        organisation=organisation,
        state=State.DECIDING,
        raised_by=by,
        raised_at=now,
        asked_in=organisation,
        step=Step.TABLE,
        waiting_since=now,
    )
    Voice.objects.bulk_create(Voice(escalation=escalation, leader=one) for one in asked)
    locked.escalation = escalation
    locked.save(update_fields=["escalation"])
    names = ", ".join(str(one) for one in asked)
    text = f"Asked: {names}. {lead} sees it through when all agree."
    write(escalation, by, Move.PUT, State.DECIDING, step=Step.TABLE, text=text, at=now)
    record(by=by, on=locked, what=f"put it, as {escalation.reference}", text=text)
    return escalation


@transaction.atomic
def voice(
    *,
    by: Membership,
    escalation: Escalation,
    seen: int | None = None,
    answer: str,
    text: str = "",
    would_change: str = "",
    what: str = "",
    due_on: date | None = None,
    leader: Membership | None = None,
) -> Escalation:
    """Answer a business case, for oneself or for a `leader` for whom one decides; again, until the last has.

    With the last answer it is decided: accepted with a promise where all say yes, else not possible now.
    """
    locked = ready(by, escalation, seen, Move.VOICE)
    voices = voices_of(by, locked)
    given = next((one for one in voices if leader is None or one.leader_id == leader.pk), None)
    if given is None:
        raise NotPossible("Choose for whom you answer from those who are asked and for whom you decide.")
    before = _said_by(given)
    given.answer, given.text, given.would_change = answer, text.strip(), would_change.strip()
    given.what, given.due_on = what.strip().removesuffix("."), due_on
    _check(given)
    if _said_by(given) == before:  # the same form, sent again
        return locked
    given.at = timezone.now()
    given.save(update_fields=["answer", "text", "would_change", "what", "due_on", "at"])
    for_whom = given.leader if given.leader_id != by.pk else None
    step(
        by,
        locked,
        Move.VOICE,
        behalf_of=for_whom,
        text=given.in_words,
        would_change=given.would_change,
    )
    _decide_if_all_answered(by, locked, behalf_of=for_whom)
    return locked


def _said_by(given: Voice) -> tuple[object, ...]:
    return given.answer, given.text, given.would_change, given.what, given.due_on


def _check(given: Voice) -> None:
    no = given.answer == Voice.Answer.NO
    if no and not (given.text and given.would_change):
        raise NotPossible("Say why it is not possible now, and what would change this.")
    if given.answer == Voice.Answer.YES_IF and not given.text:
        raise NotPossible("Say on which condition you say yes.")
    if no:
        given.what, given.due_on = "", None
        return
    given.would_change = ""
    if not given.what or given.due_on is None:
        raise NotPossible("Say what you promise for your part, and by when.")
    if given.due_on < timezone.localdate():
        raise NotPossible("Choose a day from today on to promise it by.")


def _decide_if_all_answered(
    by: Membership | None, locked: Escalation, behalf_of: Membership | None = None
) -> None:
    """Decide a locked case if everybody who is asked has answered. One promise, by the latest of their days."""
    voices = list(locked.voices.select_related("leader"))
    if not voices or any(not one.answer for one in voices):
        return
    noes = [one for one in voices if one.answer == Voice.Answer.NO]
    # Whoever is answerable from now on, and promises: the first who is asked.
    locked.owner = locked.sponsor = (noes or voices)[0].leader
    if noes:
        said = _of_each(noes, [one.text for one in noes])
        change = _of_each(noes, [one.would_change for one in noes])
        step(by, locked, Move.REFUSE, text=said, would_change=change, behalf_of=behalf_of)
        return
    days = [one.due_on for one in voices if one.due_on]
    Commitment.objects.create(escalation=locked, by=locked.owner, what=locked.ask, due_on=max(days))
    said = _of_each(voices, [one.in_words for one in voices])
    step(by, locked, Move.AGREE, text=said, behalf_of=behalf_of)


def _of_each(voices: Sequence[Voice], words: Sequence[str]) -> str:
    return "\n".join(f"{one.leader}: {said}" for one, said in zip(voices, words, strict=True))


def leave_cases(membership: Membership, by: Membership | None) -> None:
    """Ask somebody who leaves, or stops being a leader, no longer. What they have answered stays."""
    voices = Voice.objects.filter(leader=membership, answer="", escalation__state=State.DECIDING)
    for locked in lock(Escalation.objects.filter(pk__in=voices.order_by().values("escalation"))):
        locked.voices.filter(leader=membership, answer="").delete()
        if locked.voices.exists():
            write(locked, membership, Move.VOICE_LEFT, State.DECIDING, actor=by)
            _decide_if_all_answered(by, locked)
            continue
        add_staff_task(
            kind=StaffTask.Kind.ASK,
            subject=locked,
            text=f"{locked.reference} “{locked.ask}” waited on {membership}. Bring it to a leader.",
            left_by=membership,
        )
        locked.step, locked.waiting_since = Step.STAFF, timezone.now()
        said = "Network staff find somebody who can decide it."
        write(locked, membership, Move.OWNER_LEFT, State.RAISED, text=said, actor=by)
