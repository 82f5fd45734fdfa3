"""One act for several asks that were ticked in a list."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from people.models import Membership
from people.permissions import Permission
from people.web import MemberRequest, network_page
from programmes.escalations import actions, forms
from programmes.escalations.models import Escalation
from programmes.escalations.permissions import asks_for
from programmes.escalations.states import Move
from programmes.escalations.words import BUTTONS, slug_of

MOST = 100


@dataclass(frozen=True)
class Several:
    """An act that can be done to several asks at once: who may, what writes it, and what is said then."""

    move: Move
    permission: Permission
    write: Callable[..., Escalation]
    said: str
    wants_leader: bool = True

    @property
    def slug(self) -> str:
        """What it is in an address."""
        return slug_of(self.move)

    @property
    def button(self) -> str:
        """The words of its button."""
        return BUTTONS[self.move]


SEVERAL = [
    Several(
        Move.ACKNOWLEDGE,
        Permission.DECIDE_ASK,
        actions.acknowledge,
        "Whoever asked knows now that you are looking at it",
        wants_leader=False,
    ),
    Several(Move.HAND_ON, Permission.DECIDE_ASK, actions.hand_on, "With {to} now"),
    Several(Move.ROUTE, Permission.ROUTE_ASK, actions.route, "With {to} now"),
]


@dataclass(frozen=True)
class Chosen:
    """An ask that was ticked: its number, and its version when its list was shown."""

    number: int
    seen: int

    @property
    def reference(self) -> str:
        """Its name."""
        return f"E-{self.number}"


@dataclass(frozen=True)
class Refused:
    """An ask to which it could not be done, and why."""

    chosen: Chosen
    why: str


def several_for(reader: Membership) -> list[Several]:
    """Return what the reader may do to several asks at once."""
    return [one for one in SEVERAL if reader.may(one.permission)]


@network_page()
@require_POST
def several(request: MemberRequest, move: str) -> HttpResponseBase:
    """Do one thing to the asks that were ticked. What cannot be done is said of each; the others are done."""
    act = next((one for one in several_for(request.membership) if one.slug == move), None)
    if act is None:
        raise Http404
    chosen = _chosen(request.POST.getlist("ask"))
    if not chosen:
        messages.warning(request, "Tick the asks first, then choose what to do with them.")
        return _back(request)
    form = None
    if act.wants_leader:
        is_sent = "to" in request.POST
        form = forms.SeveralForm(request.POST if is_sent else None, by=request.membership)
        if not is_sent or not form.is_valid():
            return _page(request, act, chosen, form)
    given = form.cleaned_data if form else {}
    done, refused = _do(request.membership, act, chosen, given)
    said = f"{act.said.format(**given)}: {', '.join(done)}."
    if refused:
        # What was typed stays, for those that are left.
        return _page(request, act, [one.chosen for one in refused], form, refused, said if done else "")
    messages.success(request, said)
    return _back(request)


def _chosen(values: Iterable[str]) -> list[Chosen]:
    """Read "42.3": the third version of E-42. Nonsense is left out."""
    found = []
    for value in list(values)[:MOST]:
        parts = value.split(".")
        if len(parts) == 2 and all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
            found.append(Chosen(int(parts[0]), int(parts[1])))
    return found


def _do(
    by: Membership, act: Several, chosen: list[Chosen], given: dict[str, Any]
) -> tuple[list[str], list[Refused]]:
    # By their keys, as everything that locks several asks, so that two of these never wait for each other.
    asks = asks_for(by).filter(number__in=[one.number for one in chosen]).with_people().order_by("pk")
    known = {ask.number: ask for ask in asks}
    seen = {one.number: one for one in chosen}
    done: list[str] = []
    refused = [Refused(one, "There is no such ask.") for one in chosen if one.number not in known]
    for number, ask in known.items():
        try:
            with transaction.atomic():
                act.write(by=by, escalation=ask, seen=seen[number].seen, **given)
            done.append(ask.reference)
        except (actions.NotPossible, PermissionDenied) as error:
            refused.append(Refused(Chosen(number, ask.version), _why(error)))
        except Escalation.DoesNotExist:
            refused.append(Refused(seen[number], "There is no such ask."))
    return done, refused


def _why(error: Exception) -> str:
    if isinstance(error, actions.Conflict):
        steps = ", then ".join(f"{event.who} {event.what}" for event in error.since)
        return f"Meanwhile {steps}. Look at it, and choose again if it still holds."
    return str(error)


def _page(
    request: MemberRequest,
    act: Several,
    chosen: list[Chosen],
    form: forms.SeveralForm | None,
    refused: list[Refused] | None = None,
    said: str = "",
) -> HttpResponse:
    asks = asks_for(request.membership).filter(number__in=[one.number for one in chosen])
    named = {ask.number: ask for ask in asks}
    context = {
        "act": act,
        "form": form,
        "asks": [{"chosen": one, "ask": named[one.number]} for one in chosen if one.number in named],
        "refused": refused,
        "said": said,
        "inbox": _inbox(request),
        "query": request.GET.urlencode(),
    }
    return render(request, "escalations/several.html", context, status=409 if refused else 200)


def _inbox(request: MemberRequest) -> str:
    inbox = reverse("escalations:inbox", args=[request.membership.network.slug])
    query = request.GET.urlencode()
    return f"{inbox}?{query}" if query else inbox


def _back(request: MemberRequest) -> HttpResponseBase:
    return redirect(_inbox(request))
