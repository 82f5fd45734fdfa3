"""Pages of how a measure's chart is drawn. Each change has its reason, and nothing is drawn anew by itself."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from iocn.shared.permissions import require
from people.web import MemberRequest, network_page, posted
from programmes.measures import actions
from programmes.measures.chart_forms import AnnotationForm, BaselineForm, KeepForm, LeaveOutForm, PhaseForm
from programmes.measures.events import events_of
from programmes.measures.figures import period_name
from programmes.measures.meaning import Series
from programmes.measures.models import Measure
from programmes.measures.permissions import may_change, may_read_words_of, measures_for
from programmes.measures.rebase import proposal

# What is written: its form, its action, the page's title, its button.
CHANGES: dict[str, tuple[Any, Callable[..., Any], str, str]] = {
    "phase": (PhaseForm, actions.begin_phase, "Begin the lines anew", "Begin a new phase"),
    "keep": (KeepForm, actions.keep_lines, "Keep the lines as they are", "Keep the lines"),
    "baseline": (BaselineForm, actions.set_baseline, "Freeze the baseline", "Freeze the baseline"),
    "note": (AnnotationForm, actions.annotate, "Write on the chart", "Write on the chart"),
}


def _measure(request: MemberRequest, measure: int) -> Measure:
    thing = get_object_or_404(measures_for(request.membership), pk=measure)
    require(may_change(request.membership, thing))
    return thing


@require_http_methods(["GET", "POST"])
@network_page()
def chart(request: MemberRequest, measure: int) -> HttpResponseBase:
    """How the chart is drawn, and what of that can be taken back."""
    thing = _measure(request, measure)
    if request.method == "POST":
        _take_back(request, thing, request.POST.get("take_back", ""))
        return redirect("measures:chart", request.membership.network.slug, thing.pk)
    context = {
        "measure": thing,
        "phases": [
            (phase, f"From {period_name(phase.begins, thing.frequency)}: {phase.reason}", phase.by.name)
            for phase in thing.phases.select_related("by")
        ],
        "annotations": thing.annotations.select_related("by"),
        "kept": thing.lines_kept_from and period_name(thing.lines_kept_from, thing.frequency),
        "baseline": thing.baseline_until and period_name(thing.baseline_until, thing.frequency),
        "left_out": [
            (number, period_name(number.period, thing.frequency))
            for number in thing.observations.exclude(left_out="")
        ],
    }
    return render(request, "measures/chart.html", context)


def _take_back(request: MemberRequest, measure: Measure, what: str) -> None:
    """Take back what the button names; what somebody else took back meanwhile is gone already."""
    name, _, pk = what.partition("-")
    if name == "baseline":
        actions.end_baseline(by=request.membership, measure=measure)
    elif name == "kept":
        actions.propose_again(by=request.membership, measure=measure)
    elif name == "phase" and pk.isdecimal() and (phase := measure.phases.filter(pk=pk).first()):
        actions.join_phases(by=request.membership, phase=phase)
    elif name == "note" and pk.isdecimal() and (note := measure.annotations.filter(pk=pk).first()):
        actions.remove_annotation(by=request.membership, annotation=note)


@require_http_methods(["GET", "POST"])
@network_page()
def change_chart(request: MemberRequest, measure: int, what: str) -> HttpResponseBase:
    """Begin a phase, freeze the baseline, or write on the chart."""
    thing = _measure(request, measure)
    if what not in CHANGES:
        raise Http404
    form_class, action, title, button = CHANGES[what]
    series = Series.of(thing)
    proposed = None
    asked = what == "keep" or (what == "phase" and "proposed" in request.GET)
    if asked and may_read_words_of(request.membership, thing):
        proposed = proposal(series, events_of(request.membership, thing))
    if what == "keep" and request.method == "GET" and not proposed:  # nothing is proposed any more
        return redirect("measures:measure", request.membership.network.slug, thing.pk)
    initial = {}
    if proposed:
        initial = {
            "begins": proposed.begins.isoformat(),
            "reason": proposed.reason if what == "phase" else "",
        }
    form = form_class(posted(request), series=series, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            action(by=request.membership, measure=thing, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("measures:measure", request.membership.network.slug, thing.pk)
    context = {"measure": thing, "form": form, "title": title, "button": button, "proposed": proposed}
    return render(request, "measures/chart_form.html", context)


@require_http_methods(["GET", "POST"])
@network_page()
def leave_out(request: MemberRequest, measure: int, number: int) -> HttpResponseBase:
    """Leave a number out of the lines, or let it count again."""
    thing = _measure(request, measure)
    observation = get_object_or_404(thing.observations, pk=number)
    observation.measure = thing
    period = period_name(observation.period, thing.frequency)
    form = None if observation.left_out else LeaveOutForm(posted(request))
    if request.method == "POST" and (form is None or form.is_valid()):
        if form is None:
            actions.count_again(by=request.membership, observation=observation)
        else:
            actions.leave_out(by=request.membership, observation=observation, **form.cleaned_data)
        return redirect("measures:measure", request.membership.network.slug, thing.pk)
    title = f"Leave {period} out" if form else f"Let {period} count again"
    context = {
        "measure": thing, "form": form, "title": title, "button": title, "reason": observation.left_out
    }  # fmt: skip
    return render(request, "measures/chart_form.html", context)
