"""One ask: its page, and acting on it."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from iocn.shared.permissions import require
from iocn.shared.prepared import attach, one_or_404, prepared
from iocn.shared.templatetags.components import day
from people.models import Membership
from people.web import MemberRequest, network_page, posted
from programmes.escalations import actions, forms
from programmes.escalations.files import TYPES
from programmes.escalations.models import Attachment, Escalation, EscalationEvent, EscalationQuerySet
from programmes.escalations.permissions import (
    asks_for,
    attachments_for,
    may,
    may_remove_file,
    may_see_meeting,
    possible_now,
)
from programmes.escalations.states import ANSWERS, Move, State
from programmes.escalations.stories import may_tell
from programmes.escalations.views.acts import ACTS, BY_SLUG, WORDS, Act
from programmes.escalations.views.layout import render_ask
from programmes.escalations.way import read_way, voices_on
from programmes.escalations.words import due_in_words


@network_page()
@require_GET
def ask(request: MemberRequest, number: int) -> HttpResponseBase:
    """Show an ask: whose turn it is, what was promised, every step, and what the reader can do."""
    escalation = _find(request, number)
    read_way(escalation)
    case = getattr(escalation, "case", None)
    if case:
        case.network = escalation.network
        attach(escalation, voices=voices_on(escalation.pk))
    can = [act for act in ACTS if act.move != Move.COMMENT and _can(request, escalation, act.move)]
    acts = [act for act in can if not act.aside]
    events = list(reversed(escalation.events.all()))
    for event in events:
        if attached := getattr(event, "attachment", None):
            event.file = _file(request, number, event, attached)
    commitments = list(escalation.commitments.all())
    context = {
        "ask": escalation,
        "case": case,
        "voices": escalation.voices.all() if case else (),
        "events": events,
        "answer": _answer(escalation, events),
        "owner_post": escalation.owner.main_post if escalation.owner else None,
        "promise": next((one for one in commitments if not one.kept_at and not one.ended_at), None),
        "due": due_in_words(escalation.due_at, timezone.now(), timezone.localdate())[0],
        "past_promises": [one for one in commitments if one.kept_at or one.ended_at],
        "acts": acts,
        "may_wait": any(act.move == Move.WAIT for act in acts),
        "asides": [act for act in can if act.aside],
        "may_tell_story": may_tell(request.membership, escalation),
        "may_confirm": any(act.move == Move.CONFIRM for act in acts),
        "why_not": "" if acts else _why_not(request, escalation),
        "comment": forms.CommentForm(escalation=escalation, auto_id="id_comment_%s"),
    }
    return render_ask(request, "escalations/ask.html", context)


def _answer(escalation: Escalation, events: list[EscalationEvent]) -> EscalationEvent | None:
    """Return how the ask was answered, while that answer stands; of one that was moved, where it belongs."""
    if escalation.state not in (State.DONE, State.DECLINED, State.CLOSED, State.MOVED):
        return None
    return next((event for event in events if event.move in (*ANSWERS, Move.ELSEWHERE)), None)


def _find(request: MemberRequest, number: int) -> Escalation:
    return one_or_404(_asks_numbered(request.membership, number))


@prepared
def _asks_numbered(reader: Membership, number: int) -> EscalationQuerySet:
    found = asks_for(reader).numbered(reader.network_id, number).with_team_of(reader).with_promise()
    return found.with_people().with_absence(reader.network.today()).with_case()


def _can(request: MemberRequest, escalation: Escalation, move: Move) -> bool:
    return bool(possible_now(escalation, move)) and bool(may(request.membership, escalation, move))


def _why_not(request: MemberRequest, escalation: Escalation) -> str:
    """Return what the reader waits for, where buttons would be."""
    if not escalation.is_open:
        return ""
    move = Move.CONFIRM if escalation.waits_for_team else Move.ACCEPT
    if escalation.state == State.DECIDING:
        move = Move.VOICE
    return may(request.membership, escalation, move).reason


@network_page()
@require_GET
def attachment(request: MemberRequest, number: int, attachment: int) -> HttpResponseBase:
    """Hand out a file of an ask, to be saved: a browser never runs what somebody else brought."""
    files = attachments_for(request.membership).filter(event__escalation__number=number)
    found = files.filter(pk=attachment).first()
    if found is None:
        raise Http404
    response = HttpResponse(bytes(found.content), content_type=TYPES[found.kind])
    response["Content-Disposition"] = content_disposition_header(True, found.name)
    return response


@network_page()
@require_http_methods(["GET", "POST"])
def attachment_remove(request: MemberRequest, number: int, attachment: int) -> HttpResponseBase:
    """Take a file away from an ask for good, once that is confirmed."""
    files = attachments_for(request.membership).filter(event__escalation__number=number).defer("content")
    read = ("event__escalation__network", "event__by")
    found = files.filter(pk=attachment).select_related(*read).first()
    if found is None:
        raise Http404
    require(may_remove_file(request.membership, found))
    escalation = found.event.escalation
    form = forms.RemoveFileForm(posted(request))
    if request.method == "POST" and form.is_valid():
        actions.remove_file(by=request.membership, attachment=found, **form.cleaned_data)
        messages.success(request, f"“{found.name}” is removed.")
        return redirect(escalation)
    context = {"form": form, "ask": escalation, "file": found}
    return render(request, "escalations/remove_file.html", context)


def _file(
    request: MemberRequest, number: int, event: EscalationEvent, attached: Attachment
) -> dict[str, object]:
    at = [request.membership.network.slug, number, attached.pk]
    file = {"href": reverse("escalations:attachment", args=at), "name": attached.name, "size": attached.size}
    attached.event = event
    if may_remove_file(request.membership, attached):
        file["remove"] = reverse("escalations:attachment_remove", args=at)
    return file


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
        # A link in an e-mail has made the choice already.
        initial = {"answer": request.GET["answer"]} if "answer" in request.GET else {}
        form = chosen.form(escalation=escalation, reader=request.membership, initial=initial)
        return _act_page(request, chosen, escalation, form)
    form = chosen.form(request.POST, request.FILES, escalation=escalation, reader=request.membership)
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
    if _from_meeting(request):
        return redirect("escalations:meeting", request.membership.network.slug)
    if asks_for(request.membership).filter(pk=escalation.pk).exists():
        return redirect(escalation)
    return redirect("escalations:inbox", request.membership.network.slug)


def _from_meeting(request: MemberRequest) -> bool:
    """Whether the form was opened from the agenda of the network table, and leads back there."""
    return request.GET.get("then") == "meeting" and may_see_meeting(request.membership)


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
    form = chosen.form(typed, escalation=escalation, reader=request.membership)
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
        "cancel": reverse("escalations:meeting", args=[request.membership.network.slug])
        if _from_meeting(request)
        else escalation.get_absolute_url(),
    }
    return render_ask(request, "escalations/act.html", context, status)


def _as_comment(form: forms.ActForm, escalation: Escalation) -> forms.CommentForm | None:
    """Return what was typed as a comment, where it can no longer be sent as what it was."""
    words = [str(form[name].value() or "") for name in WORDS if name in form.fields]
    text = "\n\n".join(word for word in words if word)
    return forms.CommentForm(initial={"text": text}, escalation=escalation) if text else None
