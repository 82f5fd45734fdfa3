"""Sessions: added one by one or repeated, changed, called off."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from iocn.shared.history import record
from iocn.shared.templatetags.components import clock, day
from learning.actions.cohorts import check_within, locked
from learning.models import Cohort, Session
from people.models import Membership


def at(on: date, when: time) -> datetime:
    """Return the moment of that time on that day, where people are."""
    return timezone.make_aware(datetime.combine(on, when))


@transaction.atomic
def add_sessions(
    *,
    by: Membership,
    cohort: Cohort,
    days: Sequence[date],
    title: str,
    starts: time,
    ends: time,
    place: str = "",
    link: str = "",
) -> list[Session]:
    """Add a session on each of the days, all at the same time and place. All or none."""
    if not days:
        raise ValidationError("Choose at least one day.")
    _in_order(starts, ends)
    now = locked(cohort)
    check_within(now.begins_on, now.ends_on, days)
    _are_free(now.sessions.on(), days, starts, ends)
    sessions = [
        Session(
            cohort=now,
            title=title if len(days) == 1 else f"{title} {number}",
            starts_at=at(on, starts),
            ends_at=at(on, ends),
            place=place,
            link=link,
        )
        for number, on in enumerate(days, 1)
    ]
    Session.objects.bulk_create(sessions)
    what = f"added the session “{title}”" if len(days) == 1 else f"added {len(days)} sessions"
    record(
        by=by, on=now, what=what, text="\n".join(f"{session.title}: {_when(session)}" for session in sessions)
    )
    return sessions


@transaction.atomic
def change_session(
    *,
    by: Membership,
    session: Session,
    title: str,
    on: date,
    starts: time,
    ends: time,
    place: str,
    link: str,
) -> None:
    """Change what a session is about, when and where it is."""
    _in_order(starts, ends)
    cohort = locked(session.cohort)
    now = Session.objects.select_for_update(no_key=True).get(pk=session.pk)
    now.cohort = cohort
    _is_on(now)
    if on != now.on_day:
        check_within(cohort.begins_on, cohort.ends_on, [on])
        if on > timezone.localdate() and now.attendance.exists():
            raise ValidationError(
                {"on": "Attendance was taken at this session, so it cannot be moved ahead."}
            )
    before = _facts(now)
    if (now.starts_at, now.ends_at) != (at(on, starts), at(on, ends)):
        _are_free(cohort.sessions.on().exclude(pk=now.pk), [on], starts, ends)
    now.title, now.place, now.link = title, place, link
    now.starts_at, now.ends_at = at(on, starts), at(on, ends)
    after = _facts(now)
    changes = [
        f"{label}: {after[label] or '–'} (before: {before[label] or '–'})"
        for label in after
        if after[label] != before[label]
    ]
    if changes:
        now.save(update_fields=["title", "starts_at", "ends_at", "place", "link"])
        record(by=by, on=cohort, what=f"changed the session “{title}”", text="\n".join(changes))


@transaction.atomic
def call_off(*, by: Membership, session: Session) -> None:
    """Say that a session does not take place. It stays readable. Called off twice is called off once."""
    now = (
        Session.objects.select_for_update(no_key=True, of=["self"])
        .select_related("cohort")
        .get(pk=session.pk)
    )
    if now.called_off_at:
        return
    if now.attendance.exists():
        raise ValidationError("People were at this session, so it cannot be called off.")
    now.called_off_at, now.called_off_by = timezone.now(), by
    now.save(update_fields=["called_off_at", "called_off_by"])
    record(by=by, on=now.cohort, what=f"called off the session “{now.title}”", text=_when(now))


def _is_on(session: Session) -> None:
    if session.called_off_at:
        raise ValidationError("This session was called off. Add another one instead.")


def _are_free(others: Iterable[Session], days: Sequence[date], starts: time, ends: time) -> None:
    """Refuse a time on one of the days at which there is another session already."""
    for session in others:
        on = session.on_day
        if on in days and session.starts_at < at(on, ends) and session.ends_at > at(on, starts):
            raise ValidationError(f"“{session.title}” is on {day(on)} at {clock(session.starts_at)} already.")


def _in_order(starts: time, ends: time) -> None:
    if ends <= starts:
        raise ValidationError({"ends": "Choose an end that is after the beginning."})


def _when(session: Session) -> str:
    return f"{day(session.starts_at)}, {clock(session.starts_at)} to {clock(session.ends_at)}"


def _facts(session: Session) -> dict[str, str]:
    return {
        "About": session.title,
        "When": _when(session),
        "Place": session.place,
        "Link": session.link,
    }
