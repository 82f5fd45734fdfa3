"""The list of asks: what waits for the reader first."""

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from iocn.shared.lists import Column, Listing, wanted_format
from people.permissions import Permission
from people.web import MemberRequest, network_page
from programmes.escalations import filters
from programmes.escalations.models import Escalation
from programmes.escalations.permissions import asks_for, may_raise

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
