"""Asks that are raised from a cohort: what the room below lets be tied to it."""

from django.db import transaction

from learning.models import CohortAsk
from learning.permissions import cohorts_for, may_ask_from
from people.models import Membership
from programmes.escalations.hooks import AskedFrom
from programmes.escalations.models import Escalation

PREFIX = "cohort:"


def key_of(cohort_id: int) -> str:
    """Return what the address of the form carries: `?from=cohort:7`."""
    return f"{PREFIX}{cohort_id}"


def from_cohort(membership: Membership, key: str) -> AskedFrom | None:
    """Return the cohort that the key names, if the membership may raise an ask from it (escalations' hook)."""
    number = key.removeprefix(PREFIX)
    if number == key or not (number.isascii() and number.isdecimal() and len(number) < 18):
        return None
    cohort = cohorts_for(membership).select_related("network").filter(pk=number).first()
    if cohort is None or not may_ask_from(membership, cohort):
        return None

    def tie(escalation: Escalation) -> None:
        with transaction.atomic():
            CohortAsk.objects.get_or_create(escalation=escalation, defaults={"cohort": cohort})

    return AskedFrom(key=key, label=cohort.name, href=cohort.get_absolute_url(), tie=tie)
