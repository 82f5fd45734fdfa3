"""The list of what waits for staff."""

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone

from iocn.shared.history import record
from people.models import Membership, StaffTask


@transaction.atomic
def add_staff_task(
    *,
    kind: StaffTask.Kind,
    subject: models.Model,
    text: str,
    left_by: Membership | None = None,
    domain: str = "",
) -> StaffTask:
    """Put something on the staff's list, unless the same waits there already. `subject` has a network."""
    task, _is_new = StaffTask.objects.get_or_create(
        kind=kind,
        subject_type=ContentType.objects.get_for_model(subject),
        subject_id=subject.pk,
        domain=domain,
        settled_at=None,
        defaults={
            "network_id": subject.network_id,  # type: ignore[attr-defined]
            "text": text[:300],
            "left_by": left_by,
        },
    )
    return task


@transaction.atomic
def settle_staff_task(*, by: Membership, task: StaffTask) -> None:
    """Take it off the list; who settled it and when stays. Settled twice, the first counts."""
    moved = StaffTask.objects.filter(pk=task.pk, settled_at=None).update(
        settled_at=timezone.now(), settled_by=by
    )
    if moved:
        record(by=by, on=task, what="settled it", text=task.text)


def settle_what_waits(
    *, by: Membership | None, kind: StaffTask.Kind, subject: models.Model, domain: str = ""
) -> None:
    """Take off the list what an action has just settled by itself."""
    if by is None:
        return
    for task in StaffTask.objects.filter(
        kind=kind,
        subject_type=ContentType.objects.get_for_model(subject),
        subject_id=subject.pk,
        domain=domain,
        settled_at=None,
    ):
        settle_staff_task(by=by, task=task)
