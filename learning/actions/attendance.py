"""Taking attendance, so that two who do it at once overwrite nothing of one another's unseen."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from iocn.shared.free_text import refuse_patient_identifiers
from iocn.shared.history import record
from learning.models import Attendance, Enrolment, Session
from learning.permissions import attendance_possible, code_possible
from people.models import Membership

Mark = Attendance.Mark


@dataclass(frozen=True)
class Noted:
    """What somebody says of one participant, and what they had seen there ("" for nothing yet)."""

    enrolment_id: int
    mark: str
    substitute: str = ""
    seen: str = ""

    @property
    def words(self) -> str:
        """The mark as `seen` holds it."""
        return seen_as(self.mark, self.substitute)


def seen_as(mark: str, substitute: str = "") -> str:
    """Return a mark and its name as a form carries them along."""
    return f"{mark} {substitute}".strip()


@dataclass
class Taken:
    """What taking attendance did."""

    written: int = 0
    # What somebody else had written meanwhile and was left as it is: by enrolment, theirs and what was meant.
    conflicts: dict[int, tuple[Attendance, Noted]] = field(default_factory=dict)
    # Names of substitutes that cannot be kept, with the reason; the other participants are written.
    refused: dict[int, tuple[str, Noted]] = field(default_factory=dict)


@transaction.atomic
def take_attendance(
    *, by: Membership, session: Session, noted: Iterable[Noted] = (), all_others_present: bool = False
) -> Taken:
    """Write what somebody notes of participants; `all_others_present` marks those of whom nobody said anything.

    What another person wrote after the page was read stays and is returned as a conflict. One's own last word
    may be changed from anywhere.
    """
    # One at a time: of two who begin at once the second sees what the first wrote.
    now = (
        Session.objects.select_for_update(no_key=True, of=["self"])
        .select_related("cohort")
        .get(pk=session.pk)
    )
    if not (answer := attendance_possible(now)):
        raise ValidationError(answer.reason)
    there = {row.enrolment_id: row for row in now.attendance.select_related("by")}
    enrolments = {
        enrolment.pk: enrolment
        for enrolment in Enrolment.objects.filter(cohort=now.cohort_id).select_related("membership")
        if enrolment.left_on is None or enrolment.pk in there
    }
    taken, lines = Taken(), []
    wanted = {one.enrolment_id: one for one in noted if one.enrolment_id in enrolments}
    if all_others_present:
        for pk in enrolments:
            if pk not in there and pk not in wanted:
                wanted[pk] = Noted(pk, Mark.PRESENT)
    for pk, one in wanted.items():
        mark = Mark(one.mark)
        substitute = one.substitute.strip() if mark == Mark.SUBSTITUTE else ""
        try:
            refuse_patient_identifiers(substitute)
        except ValidationError as error:
            taken.refused[pk] = (error.messages[0], one)
            continue
        row = there.get(pk)
        if row and (row.mark, row.substitute) == (mark, substitute):
            continue
        before = seen_as(row.mark, row.substitute) if row else ""
        if row and row.by_id != by.pk and before != one.seen:
            taken.conflicts[pk] = (row, one)
            continue
        was = row.words if row else ""
        row = row or Attendance(session=now, enrolment=enrolments[pk])
        row.mark, row.substitute, row.by, row.at = mark, substitute, by, timezone.now()
        row.save()
        _was_in_it_by(enrolments[pk], now)
        lines.append(f"{enrolments[pk].membership.name}: {row.words}{f' (before: {was})' if was else ''}")
    if lines:
        record(by=by, on=now, what="took attendance", text="\n".join(lines))
    taken.written = len(lines)
    return taken


def _was_in_it_by(enrolment: Enrolment, session: Session) -> None:
    """Count from this session on who was enrolled here only after they came: at 2 of 1 sessions is nobody."""
    if session.on_day < enrolment.enrolled_on:
        enrolment.enrolled_on = session.on_day
        enrolment.save(update_fields=["enrolled_on"])


@transaction.atomic
def mark_self(*, by: Membership, session: Session) -> Attendance:
    """Note that the participant is here, as they say themselves with the session's code."""
    now = (
        Session.objects.select_for_update(no_key=True, of=["self"])
        .select_related("cohort")
        .get(pk=session.pk)
    )
    if not (answer := code_possible(now)):
        raise ValidationError(answer.reason)
    enrolment = Enrolment.objects.now().filter(cohort=now.cohort_id, membership=by).first()
    if enrolment is None:
        raise ValidationError("You are not in this session’s cohort.")
    row = now.attendance.filter(enrolment=enrolment).select_related("by").first()
    if row and row.mark in Attendance.HERE:
        return row
    if row:
        raise ValidationError(
            f"{row.by.name} has noted “{row.words}” for you. Speak to whoever runs the session."
        )
    row = Attendance.objects.create(session=now, enrolment=enrolment, mark=Mark.PRESENT, by=by)
    record(by=by, on=now, what="said by the code that they are here")
    return row
