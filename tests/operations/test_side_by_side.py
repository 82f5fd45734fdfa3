"""Several workers and two clocks side by side, in processes of their own: what is due is done once."""

import os
import re
import subprocess
import sys
from collections import Counter

import pytest
from django.conf import settings

from iocn.digests.models import DigestRun
from people.models import Membership, Message
from programmes.escalations import actions as asks
from tests import factories
from tests.people.test_messages import tell
from tests.test_worker import database_url, start_worker, until  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]


@pytest.fixture
def start_clock(tmp_path):
    """Return a function that starts a clock, which wakes for everything each second."""
    clocks = []

    def start() -> None:
        name = f"clock-{len(clocks)}"
        command = "-A tests.quick_clock beat --pidfile= --loglevel info --schedule"
        with (tmp_path / f"{name}.log").open("w") as log:
            clocks.append(
                subprocess.Popen(
                    [sys.executable, "-m", "celery", *command.split(), str(tmp_path / name)],
                    cwd=settings.BASE_DIR,
                    env={**os.environ, "DATABASE_URL": database_url()},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )

    yield start
    for clock in clocks:
        clock.kill()
        clock.wait()


def test_two_clocks_and_two_workers_send_each_message_and_write_each_update_once(
    network,
    start_worker,  # noqa: F811
    start_clock,
    tmp_path,
):
    hospital = factories.OrganisationFactory(network=network)
    nurse = factories.MembershipFactory(network=network, name="Nell Nurse")
    factories.PostFactory(membership=nurse, organisation=hospital)
    leader = factories.MembershipFactory(network=network, name="Lea Leader", roles=["leader"])
    factories.RemitFactory(membership=leader, organisation=hospital, domain="data")
    asks.raise_ask(by=nurse, ask="Access to results", urgency="stopping", domain="data")
    Message.objects.all().delete()
    Membership.objects.update(joined_at="2020-01-01T00:00Z")
    for number in range(120):
        tell(leader, cause=f"event:{number}", subject=f"Note {number}")

    workers = [start_worker(), start_worker()]
    start_clock()
    start_clock()

    def runs(task: str) -> int:
        said = "".join(worker.log.read_text() for worker in workers)
        return len(re.findall(rf"{task}\[[^]]+\] succeeded", said))

    until(lambda: DigestRun.objects.filter(written_at__isnull=False).exists(), what="the updates")
    until(lambda: not Message.objects.exclude(state="sent").exists(), what="the last of the messages")
    # Both clocks go on waking.
    done = runs("write_due_digests"), runs("send_due_messages")
    until(
        lambda: runs("write_due_digests") > done[0] + 5 and runs("send_due_messages") > done[1] + 5,
        what="more sweeps",
    )
    for number in (0, 1):
        assert "Sending due task" in (tmp_path / f"clock-{number}.log").read_text()
    assert Message.objects.filter(kind="digest").count() == DigestRun.objects.get().messages == 1
    received = Counter(re.findall(r"^Subject: (.+)$", workers[0].received(), re.MULTILINE))
    assert received.pop("Your update: 1 ask waits for your answer") == 1
    assert received == Counter(f"Note {number}" for number in range(120))
