"""Makes the figures of asks per organisation, domain and month (models/figures.py) from the asks.

Whole months are made anew, by the month in which their asks were raised: those in which something happened since the
last time, or a promise's day has passed; then the years that such a month is in, from their months. Built twice they
are the same.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from people.models import Network
from programmes.escalations.models import (
    ALL_DOMAINS,
    AskFigures,
    Commitment,
    Escalation,
    EscalationEvent,
    FiguresBuilt,
    Voice,
)
from programmes.escalations.sight import COLUMNS, COUNTS, STEPS, Cell
from programmes.escalations.states import Move, State

log = logging.getLogger(__name__)

DECIDING = (Move.ACCEPT, Move.DECLINE, Move.SETTLE)
# An event that got its number early may be committed after a later one was read.
OVERLAP = 1000
BATCH = 1000
# Years that do not overlap, so that none is taken from another: the last twelve months, and those before.
YEARS = 3

type Key = tuple[int | None, str, date]


def build_all() -> None:
    """Bring the figures of every network up to date."""
    for network in Network.objects.order_by("pk"):
        build(network)


@transaction.atomic
def build(network: Network) -> None:
    """Bring the figures of a network up to date: its months in which something changed since the last time."""
    FiguresBuilt.objects.get_or_create(network=network)
    built = FiguresBuilt.objects.select_for_update(no_key=True).get(network=network)
    now = timezone.now()
    last = EscalationEvent.objects.aggregate(last=Max("pk"))["last"] or 0
    months = _changed_months(network, built)
    kept = AskFigures.objects.filter(network=network)
    if months:
        kept.filter(months=1, month__in=months).delete()
        AskFigures.objects.bulk_create(_figures(network, months), batch_size=BATCH)
        log.info("Built the figures of %s months of network %s", len(months), network.pk)
    _build_years(network, years_until(network.day_of(now)), months)
    built.at, built.last_event = now, last
    built.save(update_fields=["at", "last_event"])


def years_until(day: date) -> Sequence[date]:
    """Return the first months of the years of which there are figures, on a day: the newest, which ends with the
    day's month, comes first."""
    return [months_after(day, 1 - 12 * back) for back in range(1, YEARS + 1)]


def months_after(day: date, months: int) -> date:
    """Return the first day of the month so many months after the day's."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _build_years(network: Network, years: Sequence[date], changed: set[date]) -> None:
    """Make the years anew of which a month has changed, or that there were not yet."""
    kept = AskFigures.objects.filter(network=network, months=12)
    kept.exclude(month__in=years).delete()
    known = set(kept.values_list("month", flat=True))
    for year in years:
        if year in known and not any(year <= month < months_after(year, 12) for month in changed):
            continue
        kept.filter(month=year).delete()
        AskFigures.objects.bulk_create(_year(network, year), batch_size=BATCH)


def _year(network: Network, begins: date) -> Iterable[AskFigures]:
    rows = AskFigures.objects.filter(
        network=network, months=1, month__gte=begins, month__lt=months_after(begins, 12)
    )
    cells: dict[tuple[int | None, str], Cell] = defaultdict(Cell)
    for place, domain, *row in rows.order_by().values_list("organisation", "domain", *COLUMNS).iterator():
        cells[place, domain].add(row)
    for (place, domain), cell in cells.items():
        yield AskFigures(
            network=network,
            organisation_id=place,
            domain=domain,
            month=begins,
            months=12,
            deciders={figure: dict(who) for figure, who in sorted(cell.deciders.items())},
            **{name: cell.counts[name] for name in COUNTS},
            **{name: dict(cell.took[name]) for name in STEPS},
        )


def _changed_months(network: Network, built: FiguresBuilt) -> set[date]:
    asks = Escalation.objects.filter(network=network)
    if built.at is not None:
        asks_of = EscalationEvent.objects.filter(pk__gt=built.last_event - OVERLAP).values("escalation")
        since = built.at.astimezone(_zone(network)).date()
        late = Commitment.objects.filter(
            kept_at=None, ended_at=None, due_on__gte=since - timedelta(days=1), due_on__lt=network.today()
        )
        asks = asks.filter(pk__in=asks_of) | asks.filter(pk__in=late.values("escalation"))
    zone = _zone(network)
    return {_month(raised_at, zone) for raised_at in asks.values_list("raised_at", flat=True)}


def _figures(network: Network, months: set[date]) -> Iterable[AskFigures]:
    zone, today = _zone(network), network.today()
    first, after = min(months), (max(months) + timedelta(days=31)).replace(day=1)
    begins, ends = (network.begin_of(day) for day in (first, after))
    asks = Escalation.objects.filter(network=network, raised_at__gte=begins, raised_at__lt=ends)
    of_these: dict[str, Any] = {
        "escalation__network": network,
        "escalation__raised_at__gte": begins,
        "escalation__raised_at__lt": ends,
    }
    deciders: dict[int, set[int]] = defaultdict(set)
    decisions = EscalationEvent.objects.filter(move__in=DECIDING, **of_these).order_by()
    for ask, by, behalf_of in decisions.values_list("escalation", "by", "behalf_of").iterator():
        deciders[ask].add(behalf_of or by)
    # A business case is decided by all who answered it.
    voices = Voice.objects.filter(**of_these).exclude(answer="").order_by()
    for ask, leader in voices.values_list("escalation", "leader").iterator():
        deciders[ask].add(leader)
    # Of several promises on an ask the last that came to something, so that as many asks as promises are counted.
    promises: dict[int, str] = {}
    for promise in Commitment.objects.filter(**of_these).order_by("made_at", "pk").iterator():
        if kind := _outcome(promise, today, zone):
            promises[promise.escalation_id] = kind

    # Of each place, domain and month: counts, how long asks took, and of each figure who decided how many.
    found: dict[Key, dict[Any, Counter[Any]]] = defaultdict(lambda: defaultdict(Counter))
    read = ("pk", "raised_at", "domain", "organisation", "asked_in", "decided_in", "state", "not_confirmed")
    times = ("acknowledged_after", "decided_after", "done_after")
    for row in asks.order_by().values_list(*read, *times).iterator():
        pk, raised_at, domain, organisation, asked_in, decided_in, state, not_confirmed, *took = row
        month = _month(raised_at, zone)
        if month not in months:
            continue
        who = deciders.get(pk, ())
        settled = took[2] is not None and not not_confirmed
        partner = decided_in if settled and asked_in and decided_in != asked_in else None
        for key in (domain, ALL_DOMAINS):
            for place in {organisation, None}:
                cell = found[place, key, month]
                counts = cell["counts"]
                counts["received"] += 1
                counts["awaiting"] += state == State.RAISED
                cell["received"].update(who)
                if not_confirmed:
                    counts["not_confirmed"] += 1
                    cell["not_confirmed"].update(who)
                if pk in promises:
                    counts[promises[pk]] += 1
                    cell["promises"].update(who)
                for name, minutes in zip(STEPS, took, strict=True):
                    if minutes is not None:
                        cell["took", name][rounded(minutes)] += 1
                        cell[name].update(who)
            for place in {asked_in, None} if asked_in else ():
                found[place, key, month]["counts"]["raised"] += 1
                found[place, key, month]["raised"].update(who)
            for place in {partner, None} if partner else ():
                found[place, key, month]["counts"]["for_partner"] += 1
                found[place, key, month]["for_partner"].update(who)
    for (place, key, month), cell in found.items():
        counts = cell.pop("counts")
        spreads = {name: _with_texts(cell.pop(("took", name), Counter())) for name in STEPS}
        yield AskFigures(
            network=network,
            organisation_id=place,
            domain=key,
            month=month,
            deciders={figure: _with_texts(who) for figure, who in sorted(cell.items()) if who},
            **spreads,
            **counts,
        )


def rounded(minutes: int) -> int:
    """Return working minutes as they are counted: five minutes, from an hour on half an hour, from a day on two."""
    return minutes - minutes % (5 if minutes < 60 else 30 if minutes < 480 else 120)


def _outcome(promise: Commitment, today: date, zone: ZoneInfo) -> str:
    if promise.ended_at:
        return ""
    if promise.kept_at:
        return "kept" if promise.kept_at.astimezone(zone).date() <= promise.due_on else "kept_late"
    return "not_met" if promise.due_on < today else ""


def _with_texts(counted: Counter[int]) -> dict[str, int]:
    # As JSON gives them back: the keys of its objects are texts.
    return {str(key): count for key, count in sorted(counted.items())}


def _zone(network: Network) -> ZoneInfo:
    return ZoneInfo(network.time_zone)


def _month(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date().replace(day=1)
