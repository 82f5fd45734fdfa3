"""The pages of asks: the inbox, raising one, reading one, and acting on it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from iocn.shared.lists import Column, Listing, wanted_format
from iocn.shared.permissions import require
from iocn.shared.templatetags.components import day
from people.models import Domain, Organisation
from people.permissions import Permission
from people.web import MemberRequest, network_page
from programmes.escalations import actions, filters, forms
from programmes.escalations.hooks import find_asked_from
from programmes.escalations.models import Escalation, EscalationEvent
from programmes.escalations.permissions import asks_for, may, may_raise, possible_now, projects_to_ask_for
from programmes.escalations.routing import Route, mandates, route_for
from programmes.escalations.states import Move, State

# --- The inbox --------------------------------------------------------------------------------------------

COLUMNS = [
    Column("ask", "Ask", lambda ask: ask.ask, ("number",)),
    Column("state", "State", lambda ask: ask.get_state_display()),
    Column("with", "With", lambda ask: ask.with_whom, ("owner__name",)),
    Column("urgency", "How badly", lambda ask: ask.get_urgency_display()),
    Column("promised", "Promised by", lambda ask: ask.promised_by, ("promised_by",)),
    # The longer the wait, the earlier it began.
    Column(
        "waited", "Waited", lambda ask: _days(ask) if ask.is_open else "", ("-waiting_since",), numeric=True
    ),
]
DOWNLOAD = [
    Column("reference", "Reference", lambda ask: ask.reference),
    *COLUMNS[:-1],
    Column("waited", "Days waited", COLUMNS[-1].value, ("-waiting_since",)),
    Column("about", "About", lambda ask: ask.get_domain_display() or "Not sure"),
    Column("organisation", "Organisation", lambda ask: ask.organisation),
    Column("project", "Project", lambda ask: ask.project),
    Column("raised_by", "Raised by", lambda ask: ask.raised_by),
    Column("raised", "Raised on", lambda ask: timezone.localdate(ask.raised_at)),
    Column("restricted", "Restricted", lambda ask: "yes" if ask.restricted else "no"),
]


def _days(ask: Escalation) -> int:
    return (timezone.now() - ask.waiting_since).days


class Asks(Listing):
    """A list of asks. Which tab is open is no filter of the person's."""

    @property
    def is_filtered(self) -> bool:
        return any(self.filter.form.data.get(name) for name in self.filter.form.fields if name != "show")  # type: ignore[union-attr]

    @property
    def shown(self) -> str:
        """The open tab."""
        return self.filter.shown  # type: ignore[union-attr]

    @property
    def everywhere_url(self) -> str:
        """The same search and filters among all asks."""
        return self._url(show=filters.ALL, page="")


@network_page()
@require_GET
def inbox(request: MemberRequest) -> HttpResponseBase:
    """Show what waits for the reader, longest first; by its tabs and filters any ask that they may see."""
    asks = asks_for(request.membership).with_promise()
    is_file = bool(wanted_format(request))
    shown = request.GET.get("show", "")
    newest_first = shown in (filters.RAISED, filters.ALL)
    listing = Asks(
        request,
        asks.with_people() if is_file else asks.with_names(),
        DOWNLOAD if is_file else COLUMNS,
        filters.AskFilter,
        sort="-ask" if newest_first else "-waited",
        name="asks",
    )
    if (file := listing.download()) is not None:
        return file
    context = {
        "listing": listing,
        "tabs": _tabs(request, listing.shown),
        "may_raise": bool(may_raise(request.membership)),
    }
    return render(request, "escalations/inbox.html", context)


def _tabs(request: MemberRequest, shown: str) -> list[dict[str, object]]:
    reader = request.membership
    hidden = set()
    if not reader.may(Permission.RAISE_ASK):
        hidden.add(filters.RAISED)
    if not (reader.is_leader or reader.is_staff):
        hidden.add(filters.UNOWNED)
    return [
        {"label": label, "href": f"?show={key}", "current": key == shown}
        for key, label in filters.SHOW
        if key not in hidden
    ]


# --- Raising ----------------------------------------------------------------------------------------------


@network_page(Permission.RAISE_ASK)
@require_http_methods(["GET", "POST"])
def raise_ask(request: MemberRequest) -> HttpResponseBase:
    """Raise an ask, and see beforehand to whom it goes and what needs no asking."""
    membership = request.membership
    if request.method == "GET" and request.htmx:  # type: ignore[attr-defined]
        form = forms.RaiseForm(request.GET, membership=membership)
        return render(request, "escalations/raise.html#route", _route_of(request, form))
    if request.method == "POST":
        form = forms.RaiseForm(request.POST, membership=membership)
        checks_only = "check" in request.POST
        if not checks_only and form.is_valid():
            ask = actions.raise_ask(by=membership, **form.cleaned_data)
            messages.success(request, _where_it_went(ask))
            return redirect(ask)
        if checks_only:
            # Nothing is wrong yet: the person has only looked where it would go.
            form = forms.RaiseForm(initial=_typed(form), membership=membership)
    else:
        initial = {"project": _project_asked_for(request), "asked_from": request.GET.get("from", "")}
        form = forms.RaiseForm(initial=initial, membership=membership)
    context = {
        "form": form,
        "has_projects": projects_to_ask_for(membership).exists(),
        "asked_from": find_asked_from(membership, str(form["asked_from"].value() or "")),
        **_route_of(request, form),
    }
    return render(request, "escalations/raise.html", context)


def _where_it_went(ask: Escalation) -> str:
    if ask.owner:
        return f"{ask.reference} is with {ask.owner}, who is told by e-mail now."
    return (
        f"{ask.reference} is with network staff, who find somebody to decide it. They are told by e-mail now."
    )


def _typed(form: forms.RaiseForm) -> dict[str, Any]:
    return {name: form[name].value() for name in form.fields}


def _project_asked_for(request: MemberRequest) -> int | None:
    text = request.GET.get("project", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def _route_of(request: MemberRequest, form: forms.RaiseForm) -> dict[str, object]:
    """Return where the form's ask would go, and what teams may do there without asking."""
    domain = str(form["domain"].value() or "")
    if domain not in Domain.values:
        domain = ""
    organisation = form["organisation"].value()
    if not isinstance(organisation, Organisation | None):
        try:
            organisation = form.fields["organisation"].clean(organisation)
        except ValidationError:
            organisation = None
    route: Route = route_for(request.membership.network, organisation, domain, request.membership)
    return {"route": route, "mandates": mandates(route.organisation, domain)}


# --- One ask ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """A move as people meet it: the words of its button and page, its form, what writes it."""

    move: Move
    button: str
    title: str
    form: type[forms.ActForm]
    write: Callable[..., Escalation]
    said: str
    one_click: bool = False

    @property
    def slug(self) -> str:
        return self.move.value.replace("_", "-")


# In the order of the buttons: the first that can be done is the main one.
ACTS = [
    Act(
        Move.TAKE,
        "Take this ask",
        "Take this ask",
        forms.WordsForm,
        actions.take,
        "The ask is with you now. Whoever asked is told.",
        one_click=True,
    ),
    Act(
        Move.ACKNOWLEDGE,
        "I am looking at it",
        "Say that you are looking at it",
        forms.WordsForm,
        actions.acknowledge,
        "They know now that you are looking at it.",
        one_click=True,
    ),
    Act(
        Move.ACCEPT,
        "Yes, with a promise",
        "Say yes, with a promise",
        forms.AcceptForm,
        actions.accept,
        "Your promise is on its way to whoever asked.",
    ),
    Act(
        Move.DONE,
        "Mark as done",
        "Mark as done",
        forms.WordsForm,
        actions.mark_done,
        "The team is asked whether that settles it.",
    ),
    Act(
        Move.CONFIRM,
        "Yes, it is settled",
        "Say that it is settled",
        forms.WordsForm,
        actions.confirm,
        "The ask is closed. Thank you for telling them.",
        one_click=True,
    ),
    Act(
        Move.NOT_SETTLED,
        "No, not settled",
        "Say that it is not settled",
        forms.NotSettledForm,
        actions.not_settled,
        "It is back with whoever answers it.",
    ),
    Act(
        Move.DECLINE,
        "Not possible now",
        "Not possible now",
        forms.DeclineForm,
        actions.decline,
        "Your answer is on its way to whoever asked.",
    ),
    Act(
        Move.ROUTE,
        "Bring it to a leader",
        "Bring it to a leader",
        forms.HandOnForm,
        actions.route,
        "It is with {owner} now, who is told by e-mail.",
    ),
    Act(
        Move.HAND_ON,
        "Hand on",
        "Hand on",
        forms.HandOnForm,
        actions.hand_on,
        "It is with {owner} now, who is told by e-mail. So is whoever asked.",
    ),
    Act(
        Move.WITHDRAW,
        "Withdraw the ask",
        "Withdraw the ask",
        forms.WordsForm,
        actions.withdraw,
        "The ask is withdrawn.",
    ),
    Act(
        Move.COMMENT,
        "Add comment",
        "Add a comment",
        forms.CommentForm,
        actions.comment,
        "Your comment is on the ask.",
    ),
]
BY_SLUG = {act.slug: act for act in ACTS}
# The fields of their forms that hold free text.
WORDS = ("what", "text", "would_change")


@network_page()
@require_GET
def ask(request: MemberRequest, number: int) -> HttpResponseBase:
    """Show an ask: whose turn it is, what was promised, every step, and what the reader can do."""
    escalation = _find(request, number)
    acts = [act for act in ACTS if act.move != Move.COMMENT and _can(request, escalation, act.move)]
    events = list(escalation.events.select_related("by", "to").order_by("-number"))
    commitments = list(escalation.commitments.select_related("by"))
    context = {
        "ask": escalation,
        "events": events,
        "answer": _answer(escalation, events),
        "owner_post": escalation.owner.main_post if escalation.owner else None,
        "promise": next((one for one in commitments if not one.kept_at and not one.ended_at), None),
        "past_promises": [one for one in commitments if one.kept_at or one.ended_at],
        "acts": acts,
        "may_confirm": any(act.move == Move.CONFIRM for act in acts),
        "why_not": "" if acts else _why_not(request, escalation),
        "comment": forms.CommentForm(escalation=escalation, auto_id="id_comment_%s"),
    }
    return render(request, "escalations/ask.html", context)


def _answer(escalation: Escalation, events: list[EscalationEvent]) -> EscalationEvent | None:
    """Return how the ask was answered, while that answer stands."""
    if escalation.state not in (State.DONE, State.DECLINED, State.CLOSED):
        return None
    return next((event for event in events if event.move in (Move.DONE, Move.DECLINE)), None)


def _find(request: MemberRequest, number: int) -> Escalation:
    asks = asks_for(request.membership).with_people().with_team_of(request.membership).with_promise()
    found = asks.filter(number=number).first()
    if found is None:
        raise Http404
    return found


def _can(request: MemberRequest, escalation: Escalation, move: Move) -> bool:
    return bool(possible_now(escalation, move)) and bool(may(request.membership, escalation, move))


def _why_not(request: MemberRequest, escalation: Escalation) -> str:
    """Return what the reader waits for, where buttons would be."""
    if not escalation.is_open:
        return ""
    move = Move.CONFIRM if escalation.waits_for_team else Move.ACCEPT
    return may(request.membership, escalation, move).reason


@network_page()
@require_http_methods(["GET", "POST"])
def act(request: MemberRequest, number: int, move: str) -> HttpResponseBase:
    """Do something to an ask: a page with its form, and the sending of it."""
    chosen = BY_SLUG.get(move)
    if chosen is None:
        raise Http404
    escalation = _find(request, number)
    if request.method == "GET":
        require(may(request.membership, escalation, chosen.move))
        form = chosen.form(escalation=escalation)
        return _act_page(request, chosen, escalation, form)
    form = chosen.form(request.POST, escalation=escalation)
    if not form.is_valid():
        return _act_page(request, chosen, escalation, form)
    try:
        written = chosen.write(by=request.membership, escalation=escalation, **form.cleaned_data)
    except actions.Conflict as conflict:
        if _is_own_echo(request, chosen, form, conflict):
            messages.info(request, "This was sent already.")
            return redirect(escalation)
        return _conflict_page(request, chosen, number, conflict)
    except actions.NotPossible as refusal:
        form.add_error(None, str(refusal))
        return _act_page(request, chosen, escalation, form, status=409)
    except Escalation.DoesNotExist as gone:
        raise Http404 from gone
    messages.success(request, chosen.said.format(owner=written.owner))
    if asks_for(request.membership).filter(pk=escalation.pk).exists():
        return redirect(escalation)
    return redirect("escalations:inbox", request.membership.network.slug)


def _is_own_echo(
    request: MemberRequest, chosen: Act, form: forms.ActForm, conflict: actions.Conflict
) -> bool:
    """Whether all that happened is that this very form, with these words, arrived before."""
    if [(event.by_id, event.move) for event in conflict.since] != [(request.membership.pk, chosen.move)]:
        return False
    event, sent = conflict.since[0], form.cleaned_data
    said = f"{event.text}\n{event.would_change}"
    words = [sent.get(name, "").removesuffix(".") for name in WORDS]
    if "due_on" in sent:
        words.append(day(sent["due_on"]))
    return all(word in said for word in words) and sent.get("to", event.to) == event.to


def _conflict_page(
    request: MemberRequest, chosen: Act, number: int, conflict: actions.Conflict
) -> HttpResponse:
    """Show what somebody else did meanwhile, with everything typed: to send again, or as a comment."""
    escalation = _find(request, number)
    typed = request.POST.copy()
    typed["seen"] = str(escalation.version)
    form = chosen.form(typed, escalation=escalation)
    return _act_page(request, chosen, escalation, form, since=conflict.since, status=409)


def _act_page(
    request: MemberRequest,
    chosen: Act,
    escalation: Escalation,
    form: forms.ActForm,
    *,
    since: object = (),
    status: int = 200,
) -> HttpResponse:
    refusal = possible_now(escalation, chosen.move).reason or (
        may(request.membership, escalation, chosen.move).reason
    )
    context = {
        "ask": escalation,
        "act": chosen,
        "form": form,
        "since": since,
        "refusal": refusal,
        "comment": _as_comment(form, escalation) if refusal else None,
        "cancel": escalation.get_absolute_url(),
    }
    return render(request, "escalations/act.html", context, status=status)


def _as_comment(form: forms.ActForm, escalation: Escalation) -> forms.CommentForm | None:
    """Return what was typed as a comment, where it can no longer be sent as what it was."""
    words = [str(form[name].value() or "") for name in WORDS if name in form.fields]
    text = "\n\n".join(word for word in words if word)
    return forms.CommentForm(initial={"text": text}, escalation=escalation) if text else None
