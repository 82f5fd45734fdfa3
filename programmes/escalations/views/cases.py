"""Business cases: the list, one case on a page that prints, drafting it and putting it."""

from typing import Any

import django_filters
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from iocn.shared.forms import Form
from iocn.shared.history import last_of
from iocn.shared.lists import Column, Listing
from iocn.shared.permissions import require
from iocn.shared.prepared import attach, one_or_404, prepared
from people.models import Membership
from people.web import MemberRequest, network_page, posted
from programmes.escalations import actions
from programmes.escalations.case_forms import CaseForm, PutForm
from programmes.escalations.models import BusinessCase
from programmes.escalations.permissions import cases_for, may, may_write_case
from programmes.escalations.states import Move, State
from programmes.escalations.way import evidence_of, voices_on
from programmes.escalations.words import due_in_words
from programmes.measures.models import Measure
from programmes.measures.permissions import measures_for
from programmes.projects.models import PathwayProject
from programmes.projects.permissions import projects_for

# The parts of a case in the order of its page, as the form calls them.
PARTS = ("problem", "options", "cost", "benefit", "risk", "asked")
HISTORY = 50


# --- The list ----------------------------------------------------------------------------------------------
class CaseFilter(django_filters.FilterSet):
    """Search by the words of a case; narrow by project."""

    q = django_filters.CharFilter(label="Search", method="search")
    project = django_filters.CharFilter(label="Project", field_name="project__name", lookup_expr="icontains")

    class Meta:
        model = BusinessCase
        fields: list[str] = []
        form = Form

    def search(self, rows: QuerySet[BusinessCase], name: str, value: str) -> QuerySet[BusinessCase]:
        """Keep those in whose title or problem the words are."""
        return rows.filter(Q(title__icontains=value) | Q(problem__icontains=value))


def _state(case: BusinessCase) -> str:
    return State(case.escalation.state).label if case.escalation else "Draft"


COLUMNS = [
    Column("title", "Business case", lambda case: case.title, ("title",)),
    Column("project", "Project", lambda case: case.project.name, ("project__name",)),
    Column("state", "State", _state),
    Column("begun", "Begun", lambda case: timezone.localdate(case.drafted_at), ("-drafted_at",)),
]


def _rows(reader: Membership) -> QuerySet[BusinessCase]:
    return cases_for(reader).select_related("project", "escalation")


@network_page()
@require_GET
def cases(request: MemberRequest) -> HttpResponseBase:
    """List the business cases that the reader may see."""
    listing = Listing(request, _rows, COLUMNS, CaseFilter, sort="begun", name="business-cases")
    if (file := listing.download()) is not None:
        return file
    return render(request, "escalations/cases.html", {"listing": listing})


# --- One case ----------------------------------------------------------------------------------------------
@prepared
def _cases(reader: Membership, pk: int) -> QuerySet[BusinessCase]:
    read = ("network", "project", "drafted_by", "escalation__raised_by", "escalation__network")
    return cases_for(reader).filter(pk=pk).select_related(*read)


@network_page()
@require_GET
def case(request: MemberRequest, case: int) -> HttpResponseBase:
    """Show a business case: who has yet to answer, and what it says. It prints as it is."""
    found = one_or_404(_cases(request.membership, case))
    ask = found.escalation
    if ask:
        attach(ask, voices=voices_on(ask.pk))
    voices = list(ask.voices.all()) if ask else []
    labels = CaseForm.base_fields
    context = {
        "case": found,
        "ask": ask,
        "voices": voices,
        "missing": [one.leader.name for one in voices if not one.answer],
        "due": due_in_words(ask.due_at, timezone.now(), timezone.localdate())[0] if ask else "",
        "may_answer": bool(ask and may(request.membership, ask, Move.VOICE)),
        "has_answered": any(one.answer and one.leader_id == request.membership.pk for one in voices),
        "parts": [(labels[name].label, getattr(found, name)) for name in PARTS],
        "evidence": list(evidence_of(found.pk)),
        "may_write": not ask and may_write_case(request.membership, found.project),
        "history": last_of(found, HISTORY),
    }
    return render(request, "escalations/case.html", context)


# --- Writing it --------------------------------------------------------------------------------------------
def _measures(request: MemberRequest, project: PathwayProject) -> QuerySet[Measure]:
    return measures_for(request.membership).filter(project=project)


@network_page()
@require_http_methods(["GET", "POST"])
def new_case(request: MemberRequest, project: int) -> HttpResponseBase:
    """Begin a business case of a project."""
    found = get_object_or_404(projects_for(request.membership), pk=project)
    require(may_write_case(request.membership, found))
    measures = _measures(request, found)
    form = CaseForm(posted(request), measures=measures)
    if request.method == "POST" and form.is_valid():
        made = actions.draft_case(by=request.membership, project=found, **form.words)
        messages.success(request, "The draft is kept. Only the team and network staff see it.")
        return redirect(made)
    return render(request, "escalations/case_form.html", {"form": form, "project": found})


def _draft(request: MemberRequest, pk: int) -> BusinessCase:
    rows = cases_for(request.membership).select_related("network", "project")
    found = get_object_or_404(rows, pk=pk)
    require(may_write_case(request.membership, found.project))
    return found


@network_page()
@require_http_methods(["GET", "POST"])
def change_case(request: MemberRequest, case: int) -> HttpResponseBase:
    """Change a draft."""
    found = _draft(request, case)
    initial: dict[str, Any] = {name: getattr(found, name) for name in ("title", *PARTS)}
    initial |= {"measures": found.evidence.values_list("measure", flat=True), "seen": found.version}
    measures = _measures(request, found.project)
    form = CaseForm(posted(request), initial=initial, measures=measures)
    status = 200
    if found.escalation_id:
        return _is_put(request, found)
    if request.method == "POST" and form.is_valid():
        try:
            seen = form.cleaned_data["seen"]
            actions.change_case(by=request.membership, case=found, seen=seen, **form.words)
        except actions.NotPossible as refusal:
            form = _again(request, found, CaseForm, refusal, measures=measures)
            status = 409
        except BusinessCase.DoesNotExist as gone:
            raise Http404 from gone
        else:
            messages.success(request, "The draft is changed.")
            return redirect(found)
    context = {"form": form, "project": found.project, "case": found}
    return render(request, "escalations/case_form.html", context, status=status)


def _again(
    request: MemberRequest,
    found: BusinessCase,
    form_class: type[CaseForm | PutForm],
    refusal: Exception,
    **kwargs: Any,
) -> Any:
    """Return the form with all that was typed, and why it was not taken; sent once more it has seen what is new."""
    found.refresh_from_db()
    typed = request.POST.copy()
    typed["seen"] = str(found.version)
    form = form_class(typed, **kwargs)
    form.is_valid()
    form.add_error(None, str(refusal))
    return form


def _is_put(request: MemberRequest, found: BusinessCase) -> HttpResponse:
    messages.info(request, "This business case has been put, so its words stay.")
    return redirect(found)


@network_page()
@require_http_methods(["GET", "POST"])
def put_case(request: MemberRequest, case: int) -> HttpResponseBase:
    """Put a draft to the leaders concerned."""
    found = _draft(request, case)
    if found.escalation_id:
        return _is_put(request, found)
    kwargs: dict[str, Any] = {"membership": request.membership, "case": found}
    form = PutForm(posted(request), **kwargs)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            ask = actions.put_case(by=request.membership, case=found, **form.cleaned_data)
        except actions.NotPossible as refusal:
            form, status = _again(request, found, PutForm, refusal, **kwargs), 409
        except BusinessCase.DoesNotExist as gone:
            raise Http404 from gone
        else:
            messages.success(request, f"{ask.reference} is with those you asked, who are told by e-mail now.")
            return redirect(found)
    return render(request, "escalations/case_put.html", {"form": form, "case": found}, status=status)
