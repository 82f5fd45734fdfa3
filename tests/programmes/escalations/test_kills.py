"""A worker that is killed again and again while five hundred clocks run out: in the end each step happened once.

`make test-long` tries it on SQLite with the broker's folder, and on PostgreSQL with Redis.
"""

import os
import random
from collections import Counter
from copy import copy
from datetime import timedelta

import pytest
import redis
from django.db.models import F
from django.utils import timezone

from iocn.celery import app
from people.models import Message, StaffTask
from people.tasks import send_due_messages
from programmes.escalations import actions
from programmes.escalations.models import Beside, Commitment, Escalation, EscalationEvent
from programmes.escalations.tasks import run_due_clocks
from tests.people.test_messages import server  # noqa: F401 - a fixture
from tests.programmes.escalations.conftest import member
from tests.test_worker import start_worker, until  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long, pytest.mark.services]

KILLS, OF_EACH = 50, 84
ENDED = ("sent", "unsure")
# What the mail server answers for a while, from that kill on, and to how many messages.
TROUBLE = {5: ("451 Try later", 40), 15: ("hang up", 7), 25: ("554 No", 40), 35: ("421 Closing", 40)}


@pytest.fixture
def overdue(place, time_machine):
    """One ask of each kind whose clock has run out while no worker ran, for weeks."""
    begun = timezone.now() - timedelta(days=60)
    time_machine.move_to(begun, tick=False)
    made = {"climbs": actions.raise_ask(by=place.nurse, ask="A", urgency="stopping", domain="data")}
    time_machine.move_to(begun + timedelta(days=20), tick=False)
    actions.run_clocks()
    time_machine.move_to(begun, tick=False)
    for kind in ("is reminded of", "is held", "is promised", "is answered"):
        made[kind] = actions.raise_ask(by=place.nurse, ask="A", urgency="slowing", domain="data")
    day = timezone.localdate() + timedelta(days=30)
    actions.hold(by=place.leader, escalation=made["is held"], until=day, text="Budget")
    actions.accept(by=place.leader, escalation=made["is promised"], what="A key", due_on=day)
    actions.decline(by=place.leader, escalation=made["is answered"], text="No", would_change="March")
    place.project.sponsor = member(place.network, "Mo Manager")
    place.project.save()
    made["is with the manager"] = actions.raise_ask(
        by=place.nurse, ask="A", urgency="helping", domain="data", project=place.project
    )
    time_machine.move_to(begun + timedelta(days=60), tick=True)
    return {kind: Escalation.objects.get(pk=ask.pk) for kind, ask in made.items()}


def rows_of(ask):
    """Return what belongs to an ask, in memory."""
    return [
        row for model in (EscalationEvent, Commitment, Beside) for row in model.objects.filter(escalation=ask)
    ]


def again(kind, ask, rows, number):
    """Write the ask once more, with all that belongs to it."""
    twin = copy(ask)
    twin._state = copy(ask._state)
    twin.pk, twin.number, twin.ask = None, number, kind
    twin.save(force_insert=True)
    for row in rows:
        one = copy(row)
        one.pk, one.escalation = None, twin
        one.save(force_insert=True)


def steps_of(ask, since):
    """Return what clocks did to it after that version, in order."""
    events = EscalationEvent.objects.filter(escalation=ask, number__gt=since).order_by("number")
    return list(events.values_list("move", "step", "state", "due_at", "to", "number"))


def people_told(ask):
    causes = [f"escalation-event:{pk}" for pk in ask.events.values_list("pk", flat=True)]
    return Counter(Message.objects.filter(cause__in=causes).values_list("to", flat=True))


def forget_all():
    """Let the broker lose everything: Redis is emptied, or the folder."""
    if url := os.environ.get("REDIS_URL"):
        redis.from_url(url).flushdb()
    else:
        app.control.purge()


def wake():
    run_due_clocks.delay()
    send_due_messages.delay()


def test_of_what_clocks_do_nothing_is_lost_or_done_twice_however_often_a_worker_dies(
    overdue,
    start_worker,  # noqa: F811
    server,  # noqa: F811
    settings,
):
    twins = {kind: (copy(ask), rows_of(ask)) for kind, ask in overdue.items()}
    Message.objects.all().delete()
    # What happens to each kind when nothing disturbs.
    actions.run_clocks()
    expected = {
        kind: (steps_of(ask, twins[kind][0].version), people_told(ask)) for kind, ask in overdue.items()
    }
    assert all(steps and told for steps, told in expected.values()), expected
    Message.objects.all().delete()
    StaffTask.objects.all().delete()
    before = EscalationEvent.objects.count()
    for number in range(OF_EACH):
        for place, (kind, (ask, rows)) in enumerate(twins.items()):
            again(kind, ask, rows, 1000 + number * len(twins) + place)
    written = OF_EACH * sum(len(rows) for _ask, rows in twins.values())
    written -= Commitment.objects.filter(escalation__number__gte=1000).count()
    written -= Beside.objects.filter(escalation__number__gte=1000).count()
    steps = OF_EACH * sum(len(steps) for steps, _told in expected.values())
    messages = OF_EACH * sum(told.total() for _steps, told in expected.values())

    def done():
        ended = Message.objects.filter(state__in=ENDED).count()
        return EscalationEvent.objects.count() - before - written + ended

    beats = iter(range(10**6))

    def reached(moment):
        # As beat does each minute: a worker is woken again.
        if next(beats) % 100 == 99:
            wake()
        return done() >= moment

    port = settings.MAILERS["default"]["OPTIONS"]["port"]
    mail = f"smtp://127.0.0.1:{port}?tls=no"
    moments = random.Random(7)
    for kill, moment in enumerate(sorted(moments.randrange(steps + messages) for _kill in range(KILLS))):
        wake()
        worker = start_worker(mail)
        answer, times = TROUBLE.get(kill, ("", 0))
        server.soon += [answer] * times
        if kill % 2:
            forget_all()  # while the worker runs, too
            wake()
        until(lambda moment=moment: reached(moment), seconds=240, what=f"step {moment}")
        worker.kill()
        forget_all()
        # More than ten minutes later, what it had in hand is looked at again, and what was refused is tried again.
        in_hand = Message.objects.filter(state__in=["claimed", "sending"])
        in_hand.update(state_at=F("state_at") - timedelta(minutes=11))
        Message.objects.filter(state="due", attempts__gt=0).update(due_at=timezone.now())
    wake()
    worker = start_worker(mail)
    until(lambda: reached(steps + messages), seconds=240, what="the last of the steps and messages")
    worker.kill()

    assert done() == steps + messages
    for ask in Escalation.objects.filter(number__gte=1000):
        since = twins[ask.ask][0].version
        assert (steps_of(ask, since), people_told(ask)) == expected[ask.ask], ask
    climbed = Escalation.objects.filter(number__gte=1000, step="staff").count()
    assert StaffTask.objects.filter(kind="ask").count() == climbed
    # The mail server got each once; of what is unsure staff know.
    received = Counter(int(mail["Message-ID"].split("-")[1].split(".")[0]) for mail in server.mails)
    assert set(received.values()) == {1}
    sent = set(Message.objects.filter(state="sent").values_list("pk", flat=True))
    unsure = set(Message.objects.filter(state="unsure").values_list("pk", flat=True))
    assert sent <= set(received) <= sent | unsure
    assert StaffTask.objects.filter(kind="message").count() == len(unsure)
    hung_up = sum(times for answer, times in TROUBLE.values() if answer == "hang up")
    assert hung_up <= len(unsure) <= hung_up + 2 * KILLS
    # What was refused was tried again, and came.
    assert not server.soon
    assert server.refused == sum(times for _answer, times in TROUBLE.values()) - hung_up
    assert Message.objects.filter(state="sent", attempts__gt=0).exists()
