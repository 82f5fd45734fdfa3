"""Attendance: a whole session on one screen, and a participant's own by the session's code."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from iocn.shared.models import History
from iocn.shared.permissions import require
from iocn.shared.sending import typed_before_here
from learning import actions
from learning.actions.attendance import Noted, Taken, seen_as
from learning.forms import CodeForm
from learning.models import Attendance, Session
from learning.overview import with_posts
from learning.permissions import attendance_possible, may_run, own_sessions_today
from learning.views.finding import session_or_404
from people.web import MemberRequest, network_page, posted

Mark = Attendance.Mark
# So often may somebody mistype the code of a day.
GUESSES = 12


class Row:
    """A participant on the screen: what is noted, and what happened to what was just said."""

    def __init__(
        self, person: Any, noted: Attendance | None, taken: Taken, lost: Noted | None = None
    ) -> None:
        conflict = taken.conflicts[person.pk][1] if person.pk in taken.conflicts else None
        self.problem, refused = taken.refused.get(person.pk, ("", None))
        self.pk = person.pk
        self.name = person.membership.name
        self.post = person.organisation or ""
        self.noted = noted
        self.mark = noted.mark if noted else ""
        self.substitute = noted.substitute if noted else ""
        self.seen = seen_as(self.mark, self.substitute)
        if refused:  # what was typed stays, to be put right
            self.mark, self.substitute = refused.mark, refused.substitute
        # What was meant and not written, because somebody else had written meanwhile.
        self.meant = Attendance(mark=conflict.mark, substitute=conflict.substitute) if conflict else None
        # What was sent when the session of the one who sent it had ended.
        self.lost = Attendance(mark=lost.mark, substitute=lost.substitute) if lost else None


@network_page()
@require_http_methods(["GET", "POST"])
def attendance(request: MemberRequest, pk: int, session: int) -> HttpResponseBase:
    """Take the attendance of a whole session: each change at once, or all with one button."""
    found = session_or_404(request, pk, session)
    reader = request.membership
    require(may_run(reader, found.cohort))
    taken = Taken()
    if request.method == "POST":
        only = request.POST.get("row", "") if request.htmx else ""  # type: ignore[attr-defined]
        try:
            taken = actions.take_attendance(
                by=reader,
                session=found,
                noted=_noted(request.POST, only),
                all_others_present="all" in request.POST,
            )
        except ValidationError as error:
            if only:  # the session was called off meanwhile: the screen says it when it is read again
                return HttpResponse(headers={"HX-Refresh": "true"})
            messages.error(request, error.messages[0])
            return redirect(found.cohort)
        if only:
            return _one_row(request, found, only, taken)
        if not taken.conflicts and not taken.refused:
            messages.success(request, "The attendance is saved.")
            return redirect(request.path)
    typed = typed_before_here()
    lost = _noted(typed, typed.get("row", "")) if typed is not None else []
    rows = _rows(found, taken, lost)
    context = {
        "cohort": found.cohort,
        "session": found,
        "possible": attendance_possible(found),
        **_shown(rows),
        "conflicts": [row for row in rows if row.meant],
        "history": History.objects.of(found)[:10],
    }
    return render(request, "learning/attendance.html", context, status=409 if taken.conflicts else 200)


def _shown(rows: list[Row]) -> dict[str, Any]:
    return {
        "rows": rows,
        "left": sum(row.noted is None for row in rows),
        "here": sum(row.noted is not None and row.noted.mark in Attendance.HERE for row in rows),
        "marks": Mark.choices,
    }


def _noted(sent: QueryDict, only: str) -> list[Noted]:
    """Return what the form says, of one row or of all in which something is chosen."""
    found = []
    for name, mark in sent.items():
        number = name.removeprefix("m")
        if number == name or not number.isdecimal() or mark not in Mark.values or only not in ("", number):
            continue
        written = sent.get(f"n{number}", "").replace("\x00", "").strip()[:120]
        substitute = written if mark == Mark.SUBSTITUTE else ""
        one = Noted(int(number), str(mark), substitute, sent.get(f"s{number}", ""))
        # What stands there as it was shown is not said again: somebody else may have changed it meanwhile.
        if one.words != one.seen:
            found.append(one)
    return found


def _rows(session: Session, taken: Taken, lost: Iterable[Noted] = ()) -> list[Row]:
    noted = {row.enrolment_id: row for row in session.attendance.select_related("by")}
    # Whoever was noted counts, though their place in the cohort may have ended since.
    places = session.cohort.enrolments.filter(Q(left_on=None) | Q(pk__in=noted))
    people = with_posts(places).order_by("membership__name", "pk")
    again = {one.enrolment_id: one for one in lost}
    return [Row(person, noted.get(person.pk), taken, again.get(person.pk)) for person in people]


def _one_row(request: MemberRequest, session: Session, only: str, taken: Taken) -> HttpResponse:
    """Answer one change: what is saved now, or the row with what somebody else wrote; and the sum above."""
    rows = _rows(session, taken)
    row = next((row for row in rows if str(row.pk) == only), None)
    if row is None:
        return HttpResponse(status=204)
    template = "learning/attendance.html#changed_row" if row.meant else "learning/attendance.html#changed"
    response = render(request, template, {**_shown(rows), "row": row, "is_new": True})
    if row.meant:
        response["HX-Retarget"], response["HX-Reswap"] = f"#r{row.pk}", "outerHTML"
    return response


@network_page()
@require_http_methods(["GET", "POST"])
def here(request: MemberRequest) -> HttpResponseBase:
    """Let a participant say with the code of today's session that they are there."""
    reader = request.membership
    sessions = list(own_sessions_today(reader))
    form = CodeForm(posted(request))
    if form.is_valid():
        tries = f"attendance-code:{reader.pk}:{sessions[0].on_day if sessions else ''}"
        cache.add(tries, 0, 60 * 60 * 24)
        match = next((one for one in sessions if one.code == form.cleaned_data["code"]), None)
        if cache.incr(tries) > GUESSES:
            form.add_error(
                "code", "That was wrong too often today. Ask whoever runs the session to note you."
            )
        elif match is None:
            form.add_error("code", "No session of yours today has this code. Look at it once more")
        else:
            try:
                actions.mark_self(by=reader, session=match)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                cache.delete(tries)
                messages.success(request, f"You are noted as present at “{match.title}”.")
                return redirect("learning:cohort", reader.network.slug, match.cohort_id)
    return render(request, "learning/here.html", {"form": form, "sessions": sessions})
