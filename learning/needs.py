"""What cohorts need of their people now, for the home page and the weekly update."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import CharField, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.aggregates import StringAgg
from django.db.models.functions import Cast, JSONObject
from django.utils import timezone

from iocn.shared.prepared import prepared
from learning.models import Attendance, Cohort, Enrolment, Facilitator, Session
from people.models import Membership, Network

# How far ahead a session is spoken of, how long attendance can be forgotten, when a cohort should be full.
SESSION_AHEAD = timedelta(days=14)
FORGOTTEN = timedelta(days=21)
FILL_AHEAD = timedelta(weeks=12)


@dataclass(frozen=True)
class CohortNeed:
    """A cohort with the sessions that matter now, and whose they are."""

    cohort: Cohort
    participants: frozenset[int]
    facilitators: frozenset[int]
    # (title, when, where) of the next session; (id, title, when) of the oldest whose attendance is not taken.
    next: tuple[str, datetime, str] | None
    to_take: tuple[int, str, datetime] | None

    @property
    def lacks(self) -> str:
        """What staff should see to, in words; empty if nothing."""
        if self.cohort.is_past:
            return ""
        free = self.cohort.capacity - len(self.participants)
        lacking = []
        if not self.facilitators:
            lacking.append("nobody facilitates it")
        if free > 0 and timezone.localdate() < self.cohort.begins_on <= timezone.localdate() + FILL_AHEAD:
            lacking.append(f"{free} of {self.cohort.capacity} places are free")
        sentence = ", ".join(lacking)
        return sentence[:1].upper() + sentence[1:]


def cohort_needs(network: Network, now: datetime, only: Membership | None = None) -> Iterable[CohortNeed]:
    """Yield the network's cohorts that matter now, in one query; for one person alone those that are theirs."""
    today: date = timezone.localdate(now)
    rows = _cohorts(network.pk, only, now, now + SESSION_AHEAD, now - FORGOTTEN, today - FORGOTTEN)
    for cohort in rows:
        yield CohortNeed(
            cohort,
            _numbers(cohort.participant_ids),
            _numbers(cohort.facilitator_ids),
            _session(cohort.next, "title", "at", "place"),
            _session(cohort.to_take, "id", "title", "at"),
        )


@prepared
def _cohorts(
    network: int,
    only: Membership | None,
    now: datetime,
    ahead: datetime,
    forgotten: datetime,
    ended_after: date,
) -> QuerySet[Any]:
    here = {"cohort": OuterRef("pk")}
    coming = Session.objects.on().filter(**here, ends_at__gte=now, starts_at__lte=ahead)
    coming = coming.order_by("starts_at")
    unnoted = Enrolment.objects.now().filter(
        ~Exists(Attendance.objects.filter(enrolment=OuterRef("pk"), session=OuterRef(OuterRef("pk")))),
        cohort=OuterRef("cohort"),
        enrolled_on__lte=OuterRef("starts_at__date"),
    )
    to_take = (
        Session.objects.on()
        .filter(Exists(unnoted), **here, starts_at__lte=now, starts_at__gte=forgotten)
        .order_by("starts_at")
    )
    cohorts: QuerySet[Cohort] = Cohort.objects.filter(network=network, ends_on__gte=ended_after)
    if only and not only.is_staff:
        cohorts = cohorts.filter(
            Exists(Enrolment.objects.now().filter(**here, membership=only))
            | Exists(Facilitator.objects.now().filter(**here, membership=only))
        )
    return cohorts.annotate(
        participant_ids=_ids(Enrolment.objects.now().filter(**here)),
        facilitator_ids=_ids(Facilitator.objects.now().filter(**here)),
        # Each session in one value: every further one would look for it again.
        next=Subquery(coming.values(said=JSONObject(title="title", at="starts_at", place="place"))[:1]),
        to_take=Subquery(to_take.values(said=JSONObject(id="pk", title="title", at="starts_at"))[:1]),
    ).order_by("begins_on", "pk")


def _session(said: dict[str, Any] | None, *keys: str) -> Any:
    """Return these values of a session; its beginning is a text in UTC, which SQLite writes without saying so."""
    if said is None:
        return None
    begins = datetime.fromisoformat(said["at"])
    at = begins if begins.tzinfo else begins.replace(tzinfo=UTC)
    return tuple((said | {"at": at})[key] for key in keys)


def _ids(places: QuerySet[Enrolment] | QuerySet[Facilitator]) -> Subquery:
    """Return the memberships of these places in one text, so that all comes in one query."""
    joined = (
        places.order_by()
        .values("cohort")
        .annotate(ids=StringAgg(Cast("membership", CharField()), Value(",")))
    )
    return Subquery(joined.values("ids"), output_field=CharField())


def _numbers(text: str | None) -> frozenset[int]:
    return frozenset(int(number) for number in text.split(",")) if text else frozenset()
