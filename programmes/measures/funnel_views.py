"""The page of a funnel: one proportion or rate of several organisations or subgroups, over some months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from iocn.shared.downloads import download
from iocn.shared.lists import Pages, address, wanted_format
from people.web import MemberRequest, network_page
from programmes.measures.figures import month, plain, rounded, shown, unit_of
from programmes.measures.funnel import FEWEST, Funnel, Verdict, funnel
from programmes.measures.models import Measure, MeasureQuerySet
from programmes.measures.periods import next_month
from programmes.measures.permissions import counted_numbers_of, measures_for
from programmes.measures.picture import signal

MONTHS = 12  # so many are looked at unless others are chosen
NAMED = 20  # so many outside are named above the table, which names them all
_STEPS = 40  # a limit is drawn by so many places

_NONE = (
    "A funnel is for proportions and rates: how far chance alone spreads them depends on how many they are out of. This"
    " measure is a number without a denominator, so only its charts can be compared."
)
_ASKS = {"improvement": "worth learning from", "concern": "worth asking about"}


@dataclass(frozen=True)
class Place:
    """An organisation or a subgroup with all its events and cases of the months looked at."""

    pk: int
    name: str
    events: Decimal
    cases: Decimal
    numbers: int


@require_GET
@network_page()
def show(request: MemberRequest, measure: int) -> HttpResponseBase:
    """Which of the places that share a measure differ from the others by more than chance."""
    thing = get_object_or_404(measures_for(request.membership), pk=measure)
    context: dict[str, Any] = {"measure": thing, "reason": _NONE}
    if thing.has_denominator:
        names = _names(thing, alike(measures_for(request.membership), thing))
        months = list(counted_numbers_of(names).order_by("period").dates("period", "month"))
        since, until = _chosen(request, months)
        there = _places(names, since, until)
        noun = _noun(thing)
        found, context["reason"] = _funnel(thing, there, noun)
        context |= {
            "months": [(at.isoformat(), month(at)) for at in reversed(months)],
            "since": since.isoformat(),
            "until": until.isoformat(),
            "without": sorted(name for pk, name in names.items() if pk not in {place.pk for place in there}),
        }
        if found is not None:
            when = month(since) if since == until else f"{month(since)} to {month(until)}"
            rows = _rows(thing, there, found)
            if kind := wanted_format(request):
                return _file(kind, thing, rows)
            pages = Pages(request, rows)
            chart = _chart(thing, rows, found, sentence(thing, there, found, noun, when))
            chart["csv"] = address(request, format="csv", page="")
            context |= {"chart": chart, "pages": pages, "funnel": found, "noun": noun}
    return render(request, "measures/funnel.html", context)


# --- Which numbers -----------------------------------------------------------------------------------------
def alike(measures: MeasureQuerySet, measure: Measure) -> MeasureQuerySet:
    """Return what is one funnel: the measure's subgroup in all organisations, or the measure of all projects, or else
    all its subgroups."""
    same = measures.alike(measure)
    if _noun(measure) == "projects":
        return same.filter(organisation=None, subgroup="")
    same = same.filter(project=measure.project_id)
    if measure.organisation_id:
        return same.filter(organisation__isnull=False, subgroup=measure.subgroup)
    return same.filter(organisation=None)


def _noun(measure: Measure) -> str:
    if measure.organisation_id:
        return "organisations"
    return "projects" if measure.project_id and not measure.subgroup else "subgroups"


def _names(measure: Measure, measures: MeasureQuerySet) -> dict[int, str]:
    rows = measures.order_by().values_list("pk", "organisation__name", "subgroup", "project__name")
    return {
        pk: organisation or subgroup or project or measure.name
        for pk, organisation, subgroup, project in rows
    }


def _chosen(request: MemberRequest, months: Sequence[date]) -> tuple[date, date]:
    """Return the first and the last month to look at; what is not among them means the newest year."""
    if not months:
        return date.min, date.min
    known = {at.isoformat(): at for at in months}
    last = known.get(request.GET.get("until", ""), months[-1])
    back = date(last.year - 1, last.month, 1)
    first = known.get(request.GET.get("since", ""), min(at for at in months if at > back))
    return min(first, last), max(first, last)


def _places(names: dict[int, str], since: date, until: date) -> list[Place]:
    found = (
        counted_numbers_of(names)
        .filter(period__gte=since, period__lt=next_month(until))
        .order_by()
        .values("measure")
        .annotate(events=Sum("numerator"), cases=Sum("denominator"), months=Count("pk"))
    )
    columns = ("measure", "events", "cases", "months")
    places = [
        Place(pk, names[pk], events, cases, numbers)
        for pk, events, cases, numbers in found.values_list(*columns)
        if cases
    ]
    return sorted(places, key=lambda place: (place.name, place.pk))


# --- What they say -----------------------------------------------------------------------------------------
def _funnel(measure: Measure, places: Sequence[Place], noun: str) -> tuple[Funnel | None, str]:
    """Return the funnel, or none and why."""
    if len(places) < FEWEST:
        many = f"there {'is' if len(places) == 1 else 'are'} {len(places) or 'none'}"
        return None, f"A funnel takes {FEWEST} {noun} with numbers in these months, and {many}."
    proportion = measure.shape == Measure.Shape.PERCENTAGE
    for place in places:
        if place.events % 1 or (proportion and place.cases % 1):
            return None, (
                f"A funnel counts events, which come whole, and {place.name} has"
                f" {_out_of(place)}. Sums, averages and parts have no funnel."
            )
        if proportion and place.events > place.cases:
            return (
                None,
                f"{place.name} has {_out_of(place)}: more than there can be. Correct its numbers first.",
            )
    events, cases = ([float(getattr(place, key)) for place in places] for key in ("events", "cases"))
    if not sum(events):
        return None, "Nothing was counted in these months, so nothing differs."
    if proportion and sum(events) == sum(cases):
        return None, "All have 100% in these months, so nothing differs."
    return funnel(events, cases, proportion=proportion), ""


def sentence(measure: Measure, places: Sequence[Place], found: Funnel, noun: str, when: str) -> str:
    """Return what the funnel shows, for above it."""
    total = f"{plain(sum(p.events for p in places))} of {plain(sum(p.cases for p in places))}"
    together = shown(measure, found.centre * measure.multiply)
    said = [f"{len(places)} {noun}, {when}: all together {together} ({total})."]
    if found.is_widened:
        said.append(
            f"They differ {found.dispersion:.1f} times as much as chance alone would make them, so something besides"
            " chance differs between many, such as the people they serve or how they count. The limits are widened"
            " for it."
        )
    outside = [v for v in found.verdicts if v.is_outside]
    far = sum(verdict.is_far for verdict in outside)
    if not outside:
        said.append("None lies outside the limits: they differ by no more than chance.")
        if found.is_widened:
            said[-1] = "None lies outside them: none stands apart from the others."
    else:
        if far:
            beyond = "even so" if found.is_widened else "which chance alone hardly explains"
            said.append(f"{far} {_lie(far)} outside the 99.8% limits, {beyond}.")
        if near := len(outside) - far:
            also = "more " if far else ""
            said.append(
                f"{near} {also}{_lie(near)} outside the 95% limits, where chance alone puts about 1 in 20."
            )
    few = sum(verdict == Verdict.FEW for verdict in found.verdicts)
    if few:
        said.append(f"{few} {'has' if few == 1 else 'have'} too few to tell.")
    return " ".join(said)


def _lie(many: int) -> str:
    return "lies" if many == 1 else "lie"


def _out_of(place: Place) -> str:
    return f"{plain(place.events)} of {plain(place.cases)}"


def _rows(measure: Measure, places: Sequence[Place], found: Funnel) -> list[dict[str, Any]]:
    """Return what the page says of each place, the furthest outside first, then by name."""

    def line(*ends: float) -> str:
        return " to ".join(shown(measure, end * measure.multiply).split(" ")[0] for end in ends)

    rows = []
    for place, limits, verdict in zip(places, found.limits, found.verdicts, strict=True):
        value = float(place.events / place.cases) * measure.multiply
        rows.append(
            {
                "place": place,
                "value": value,
                "shown": shown(measure, value),
                "entered": _out_of(place),
                "inner": line(limits.low, limits.high),
                "outer": line(limits.far_low, limits.far_high),
                "verdict": verdict,
                "signal": signal(measure.better, high=verdict.high) if verdict.is_outside else "",
            }
        )
    return sorted(rows, key=lambda row: (not row["verdict"].is_far, not row["verdict"].is_outside))


def _chart(measure: Measure, rows: Sequence[dict[str, Any]], found: Funnel, said: str) -> dict[str, Any]:
    """Return what components/chart.html draws; those outside are numbered, and named under the picture."""
    outside = [row for row in rows if row["signal"]][:NAMED]
    for number, row in enumerate(outside, 1):
        row["number"] = number
    most = max(float(row["place"].cases) for row in rows) * 1.05

    def at(step: int) -> list[float]:
        # Nearer to each other at the left, where the limits bend.
        cases = max(1, round(most * (step / _STEPS) ** 2))
        limits = found.limits_at(cases)
        ends = (limits.far_low, limits.low, limits.high, limits.far_high)
        return [cases, *(rounded(measure, end * measure.multiply) for end in ends)]

    return {
        "id": f"funnel-{measure.pk}",
        "kind": "funnel",
        "title": " – ".join(
            filter(None, [measure.name, measure.subgroup if measure.organisation_id else ""])
        ),
        "sentence": said,
        "unit": unit_of(measure),
        "decimals": 1 if measure.shape == Measure.Shape.PERCENTAGE else None,
        "made_up": measure.made_up,
        "across": measure.unit or ("out of how many" if found.proportion else "for how many"),
        "centre": rounded(measure, found.centre * measure.multiply),
        "limits": [at(step) for step in range(1, _STEPS + 1)],
        "points": [
            {
                "name": row["place"].name,
                "cases": float(row["place"].cases),
                "value": rounded(measure, row["value"]),
                "words": [row["shown"], row["entered"], str(row["verdict"])],
            }
            | ({"signal": row["signal"], "far": row["verdict"].is_far} if row["signal"] else {})
            | ({"number": row["number"]} if "number" in row else {})
            for row in rows
        ],
        "events": [
            {"day": row["place"].name, "text": _named(measure, row), "what": _ASKS.get(row["signal"], "")}
            for row in outside
        ],
    }


def _named(measure: Measure, row: dict[str, Any]) -> str:
    """Return where a place outside lies, in words."""
    limits = row["outer"] if row["verdict"].is_far else row["inner"]
    limit = limits.split(" to ")[1 if row["verdict"].high else 0]
    return f"{row['shown']}, {row['entered']}, is {row['verdict']} of {limit}"


# --- The file ----------------------------------------------------------------------------------------------
def _file(kind: str, measure: Measure, rows: Sequence[dict[str, Any]]) -> HttpResponseBase:
    headings = ["Name", "Value", "Numerator", "Denominator", "Numbers", "95% limits", "99.8% limits"]
    lines = (
        [
            row["place"].name,
            row["shown"],
            row["place"].events,
            row["place"].cases,
            row["place"].numbers,
            row["inner"],
            row["outer"],
            str(row["verdict"]),
            "yes" if measure.made_up else "no",
        ]
        for row in rows
    )
    return download(kind, f"funnel-{measure.pk}", [*headings, "Where it lies", "Made up"], lines)
