"""The list of asks: what waits for the reader first."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, HttpResponseNotModified
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from iocn.shared.lists import Column, Listing, wanted_format
from people.models import Membership
from people.permissions import Permission
from people.web import MemberRequest, network_page
from programmes.escalations.filters import ALL, OPEN, RAISED, TABS, UNOWNED, WAITING, AskFilter
from programmes.escalations.models import Escalation, EscalationQuerySet
from programmes.escalations.permissions import may_raise, may_see_figures, may_see_meeting
from programmes.escalations.states import Move
from programmes.escalations.stories import may_read_stories
from programmes.escalations.views.layout import BESIDE, LIST, varied, wanted_by
from programmes.escalations.views.rows import MADE_OF, rows_of, stamp_of, values_of
from programmes.escalations.views.several import Several, several_for

COLUMNS = [
    Column("ask", "Ask", lambda ask: ask.ask, ("number",)),
    # Until when whoever's turn it is has time; the words say it.
    Column("due", "Due", lambda ask: _day_of(ask.due_at), ("due_at",), empty_last=True),
    Column("state", "State", lambda ask: ask.get_state_display()),
    Column("with", "With", lambda ask: ask.with_whom, ("owner__name",)),
    Column("urgency", "How badly", lambda ask: ask.get_urgency_display()),
    # The longer the wait, the earlier it began.
    Column(
        "waited", "Waited", lambda ask: _days(ask) if ask.is_open else "", ("-waiting_since",), numeric=True
    ),
]
DOWNLOAD = [
    Column("reference", "Reference", lambda ask: ask.reference),
    *COLUMNS[:-1],
    Column("promised", "Promised by", lambda ask: ask.promised_by, ("promised_by",)),
    Column("waited", "Days waited", COLUMNS[-1].value, ("-waiting_since",)),
    Column("about", "About", lambda ask: ask.get_domain_display() or "Not sure"),
    Column("organisation", "Organisation", lambda ask: ask.organisation),
    Column("project", "Project", lambda ask: ask.project),
    Column("raised_by", "Raised by", lambda ask: ask.raised_by),
    Column("raised", "Raised on", lambda ask: timezone.localdate(ask.raised_at)),
    Column("restricted", "Restricted", lambda ask: "yes" if ask.restricted else "no"),
]

# For the help; static/src/js/inbox.js knows what they do.
KEYS = [
    ("a", "say that you are looking at it, or take it"),
    ("h", "hand it on"),
    ("p", "say yes, with a promise"),
    ("d", "not possible now"),
    ("o", "put it on hold"),
    ("x", "tick the row, where asks can be ticked"),
    ("Esc", "close the ask beside the list"),
]


def _day_of(moment: datetime | None) -> date | None:
    return timezone.localdate(moment) if moment else None


def _days(ask: Escalation) -> int:
    return (timezone.now() - ask.waiting_since).days


def _rows(
    asks: Callable[[Membership], EscalationQuerySet],
    columns: Callable[[EscalationQuerySet], EscalationQuerySet],
    reader: Membership,
) -> EscalationQuerySet:
    return columns(asks(reader).with_promise())


def _bare(asks: Callable[[Membership], EscalationQuerySet], reader: Membership) -> QuerySet[Escalation, Any]:
    return asks(reader).with_promise().values_list(*MADE_OF)


# What a list shows of its asks, and a download.
IN_SHORT = {key: partial(_rows, tab.asks, EscalationQuerySet.with_names) for key, tab in TABS.items()}
IN_FULL = {key: partial(_rows, tab.asks, EscalationQuerySet.with_people) for key, tab in TABS.items()}
# What rows are made of, to tell whether they have changed.
BARE = {key: partial(_bare, tab.asks) for key, tab in TABS.items()}


class Asks(Listing):
    """A list of asks: one of its tabs, or what is searched among all."""

    def __init__(self, request: MemberRequest, *, is_bare: bool = False) -> None:
        is_file = bool(wanted_format(request))
        shown = request.GET.get("show", "")
        if shown not in TABS:
            is_searched = any(request.GET.get(name) for name in AskFilter.base_filters)
            shown = ALL if is_searched else WAITING
        self.shown = shown  # the open tab
        super().__init__(
            request,
            (BARE if is_bare else IN_FULL if is_file else IN_SHORT)[shown],
            DOWNLOAD if is_file else COLUMNS,
            AskFilter,
            sort="-ask" if shown in (RAISED, ALL) else "due",
            name="asks",
            kept=("show",),
        )

    @property
    def everywhere_url(self) -> str:
        """The same search and filters among all asks."""
        return self._url(show=ALL, page="")


@network_page()
@require_GET
def inbox(request: MemberRequest) -> HttpResponseBase:
    """Show what waits for the reader, what is late first; by its tabs and filters any ask that they may see."""
    wanted = wanted_by(request)
    if wanted == BESIDE:
        return render(request, "escalations/gone.html")
    if wanted == LIST and (known := request.headers.get("If-None-Match")):
        bare = Asks(request, is_bare=True)
        if stamp_of(bare.rows, bare.has_more) == known:
            return HttpResponseNotModified(headers={"ETag": known})
    listing = Asks(request)
    if (file := listing.download()) is not None:
        return file
    rows = rows_of(listing.rows, request.membership, listing.shown)
    stamp = stamp_of(map(values_of, listing.rows), listing.has_more)
    context = {
        "listing": listing,
        "rows": rows,
        "tabs": _tabs(request, listing.shown),
        "may_raise": bool(may_raise(request.membership)),
        "may_meet": may_see_meeting(request.membership),
        "stamp": stamp,
        "list_keys": KEYS,
        "several": _several(request, listing.shown),
        "query": request.GET.urlencode(),
        "may_see_figures": may_see_figures(request.membership),
        "may_read_stories": may_read_stories(request.membership),
    }
    template = "escalations/inbox_rows.html" if wanted == LIST else "escalations/inbox.html"
    response = varied(render(request, template, context))
    response["ETag"] = stamp
    return response


def _tabs(request: MemberRequest, shown: str) -> list[dict[str, object]]:
    reader = request.membership
    hidden = set()
    if not reader.may(Permission.RAISE_ASK):
        hidden.add(RAISED)
    if not (reader.is_leader or reader.is_staff):
        hidden.add(UNOWNED)
    return [
        {"label": tab.label, "href": f"?show={key}", "current": key == shown}
        for key, tab in TABS.items()
        if key not in hidden
    ]


def _several(request: MemberRequest, shown: str) -> list[Several]:
    """Return what can be done to those that are ticked: what waits for the reader; for staff, to bring on any."""
    if shown not in (WAITING, UNOWNED, OPEN):
        return []
    return [one for one in several_for(request.membership) if shown == WAITING or one.move == Move.ROUTE]
