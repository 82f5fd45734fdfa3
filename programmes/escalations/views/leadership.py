"""How asks are answered: an organisation beside the network's total, made of figures that a task builds."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from iocn.shared.prepared import prepared
from people.models import Domain, Membership
from people.permissions import Permission
from people.web import MemberRequest, network_page
from programmes.escalations.figures import months_after, years_until
from programmes.escalations.models import ALL_DOMAINS, AskFigures
from programmes.escalations.permissions import (
    figures_built_for,
    figures_for,
    may_see_figures,
    sees_all_figures,
)
from programmes.escalations.sight import COLUMNS, FIGURES, PICTURES, Sight, picture, point
from programmes.escalations.stories import may_read_stories, stories_for
from programmes.measures.spc import ENOUGH

MONTHS_DRAWN = 24
STORIES = 5
UNSURE = "unsure"
DOMAINS = [(ALL_DOMAINS, "Everything"), *Domain.choices, (UNSURE, "Not sure")]
YEARS = [("0", "The last 12 months"), ("1", "The 12 months before"), ("2", "The 12 months before those")]


@prepared
def _everything(reader: Membership, year: date) -> QuerySet[Any, Any]:
    return _of_year(figures_for(reader).filter(domain=ALL_DOMAINS), year)


@prepared
def _each_domain(reader: Membership, year: date) -> QuerySet[Any, Any]:
    return _of_year(figures_for(reader, side_by_side=False), year)


def _of_year(figures: QuerySet[AskFigures], year: date) -> QuerySet[Any, Any]:
    columns = ("organisation", "organisation__name", "domain", *COLUMNS)
    return figures.filter(months=12, month=year).order_by("organisation__name").values_list(*columns)


@prepared
def _months(
    reader: Membership, step: str, place: int | None, domain: str, begins: date, ends: date
) -> QuerySet[Any, Any]:
    rows = figures_for(reader).filter(months=1, month__gte=begins, month__lt=ends, domain=domain)
    rows = rows.filter(Q(organisation=None) | Q(organisation=place)).order_by("month")
    return rows.values_list("organisation", "month", step, "deciders")


@prepared
def _built(reader: Membership) -> QuerySet[Any, Any]:
    return figures_built_for(reader).values_list("at")


@prepared
def _stories(reader: Membership, domain: str, begins: datetime, ends: datetime) -> QuerySet[Any, Any]:
    of_these = {
        "escalation__decided_in__isnull": False,
        "escalation__asked_in__isnull": False,
        "escalation__raised_at__gte": begins,
        "escalation__raised_at__lt": ends,
    }
    if domain != ALL_DOMAINS:
        of_these["escalation__domain"] = domain
    for_partner = (
        stories_for(reader).filter(**of_these).exclude(escalation__decided_in=F("escalation__asked_in"))
    )
    columns = ("text", "escalation__decided_in__name", "escalation__asked_in__name")
    return for_partner.order_by("-owner_agreed_at").values_list(*columns)[:STORIES]


@network_page()
@require_GET
def leadership(request: MemberRequest) -> HttpResponse:
    """Say how soon asks are answered and what came of them: the reader's organisation, and the network."""
    reader = request.membership
    if not may_see_figures(reader):
        raise Http404
    network = reader.network
    asked, back = request.GET.get("domain", ""), request.GET.get("year", "")
    asked = asked if asked in dict(DOMAINS) else ALL_DOMAINS
    back = back if back in dict(YEARS) else "0"
    step = request.GET.get("picture", "")
    step = step if step in PICTURES else "to_acknowledge"
    domain = "" if asked == UNSURE else asked
    # Of the day on which they were built: a month that began since has no figures yet.
    built = next((at for (at,) in _built(reader)), None)
    year = years_until(network.day_of(built) if built else network.today())[int(back)]
    ends = months_after(year, 12)
    is_of_all = domain == ALL_DOMAINS
    # What of everything is shown beside the domain's is the same on both pages, or one would tell what the other hides.
    sight = Sight(network.minutes_a_day, ALL_DOMAINS, ALL_DOMAINS).read(_everything(reader, year))
    shown = sight.shown()
    if not is_of_all:
        sight = Sight(network.minutes_a_day, domain, ALL_DOMAINS).read(_each_domain(reader, year))
        shown = sight.shown(shown)
    places = [key for key in sight.cells if key is not None]
    # The picture is of one's own organisation where it has months enough to tell signal from noise.
    stand_side_by_side = is_of_all and sees_all_figures(reader)
    own = places[0] if len(places) == 1 and not stand_side_by_side else None
    points: dict[int | None, list[tuple[date, int]]] = defaultdict(list)
    for key, month, *took in _months(reader, step, own, domain, months_after(ends, -MONTHS_DRAWN), ends):
        if (minutes := point(step, *took)) is not None:
            points[key].append((month, minutes))
    drawn = own if own and step in shown[own] and len(points[own]) >= ENOUGH else None
    chart = step in shown[drawn] and picture(step, points[drawn], sight.cells[drawn].name or network.name)
    lines = [sight.line(key, sight.cells[key].name, shown[key]) for key in places]
    lines.append(sight.line(None, f"All of {network.name}", shown[None]))
    context = {
        "built": built,
        "lines": lines if sight.cells[None].counts["received"] else [],
        "labels": FIGURES.values(),
        "keeps_back": any(said is None for line in lines for _label, said in line.figures),
        "chart": chart,
        "stand_side_by_side": stand_side_by_side,
        "sees_all": sees_all_figures(reader),
        "may_set": reader.may(Permission.MANAGE_NETWORK),
        "stories": _stories(reader, domain, *(network.begin_of(day) for day in (year, ends))),
        "may_read_stories": may_read_stories(reader),
        "domains": DOMAINS,
        "years": YEARS,
        "pictures": [(key, label) for key, (label, _words) in PICTURES.items()],
        "step": step,
        "said_of_step": PICTURES[step][1],
        "asked": asked,
        "back": back,
        "is_filtered": asked != ALL_DOMAINS or back != "0",
    }
    return render(request, "escalations/leadership.html", context)
