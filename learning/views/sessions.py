"""Sessions of a cohort: added, repeated, changed, called off."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from iocn.shared.forms import refusals_at
from iocn.shared.permissions import require
from learning import actions
from learning.actions.cohorts import check_within
from learning.forms import NewSessionForm, SessionForm
from learning.permissions import may_run
from learning.planning import Plan, every
from learning.views.finding import cohort_or_404, session_or_404
from people.web import MemberRequest, network_page, posted


@network_page()
@require_http_methods(["GET", "POST"])
def add_sessions(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Add a session, or several; of several the days are shown first."""
    found = cohort_or_404(request, pk)
    require(may_run(request.membership, found))
    form = NewSessionForm(posted(request), initial=_like_the_last(found))
    plan: Plan | None = None
    if form.is_valid():
        data = dict(form.cleaned_data)
        times, weeks = data.pop("times"), data.pop("weeks")
        plan = every(data.pop("on"), weeks or 1, times)
        with refusals_at(form):  # before somebody confirms what cannot be
            check_within(found.begins_on, found.ends_on, plan.days)
        if form.errors:
            plan = None
        elif times == 1 or request.POST.get("seen") == _as_text(plan):
            with refusals_at(form):
                made = actions.add_sessions(by=request.membership, cohort=found, days=plan.days, **data)
                said = "The session is" if len(made) == 1 else f"{len(made)} sessions are"
                messages.success(request, f"{said} added.")
                return redirect(found)
    context = {"cohort": found, "form": form, "plan": plan, "seen": _as_text(plan) if plan else ""}
    return render(request, "learning/add_sessions.html", context)


def _as_text(plan: Plan) -> str:
    return " ".join(on.isoformat() for on in plan.days)


def _like_the_last(cohort: Any) -> dict[str, Any]:
    """Return the time and place of the cohort's last session: the next is likely to be there again."""
    last = cohort.sessions.on().order_by("-starts_at").first()
    if last is None:
        return {}
    return {
        "starts": timezone.localtime(last.starts_at).time(),
        "ends": timezone.localtime(last.ends_at).time(),
        "place": last.place,
        "link": last.link,
    }


@network_page()
@require_http_methods(["GET", "POST"])
def change_session(request: MemberRequest, pk: int, session: int) -> HttpResponseBase:
    """Change what a session is about, when and where it is."""
    found = session_or_404(request, pk, session)
    require(may_run(request.membership, found.cohort))
    initial = {
        "title": found.title,
        "on": found.on_day,
        "starts": timezone.localtime(found.starts_at).time(),
        "ends": timezone.localtime(found.ends_at).time(),
        "place": found.place,
        "link": found.link,
    }
    form = SessionForm(posted(request), session=found, initial=initial)
    if form.is_valid():
        with refusals_at(form):
            actions.change_session(by=request.membership, session=found, **form.cleaned_data)
            messages.success(request, "The session is changed.")
            return redirect(found.cohort)
    context = {"cohort": found.cohort, "session": found, "form": form}
    return render(request, "learning/session_form.html", context)


@network_page()
@require_POST
def call_off(request: MemberRequest, pk: int, session: int) -> HttpResponseBase:
    """Say that a session does not take place."""
    found = session_or_404(request, pk, session)
    require(may_run(request.membership, found.cohort))
    try:
        actions.call_off(by=request.membership, session=found)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, f"“{found.title}” is called off. Tell those who would have come.")
    return redirect(found.cohort)
