"""Random walks through all moves by everybody, at all times: what must always hold, holds."""

import logging

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests import factories
from tests.programmes.escalations.conftest import member
from tests.programmes.escalations.walk import Walk


@pytest.fixture
def long_ago(time_machine):
    """Everybody joined before any walk begins."""
    time_machine.move_to("2025-12-01", tick=False)


@pytest.fixture
def crowd(long_ago, place):
    """More people, so that there is always somebody to go on with."""
    place.project.sponsor = member(place.network, "Mo Manager", organisation=place.hospital, level="middle")
    place.project.save()
    place.peer = member(place.network, "Petra Peer", "leader", organisation=place.practice, level="top")
    for one in (place.peer, place.second):
        one.at_table = True
        one.save(update_fields=["at_table"])
    place.other_staff = member(place.network, "Sue Staff", "staff", "leader")
    factories.RemitFactory(membership=place.second, organisation=place.hospital, domain="money")
    factories.TeamMemberFactory(project=place.project, membership=place.peer)
    stranger = member(factories.NetworkFactory(), "Stranger", "staff", "leader")
    factories.PostFactory(membership=stranger)
    return place


def walk(crowd, caplog, examples, steps, **more):
    machine = type("Walk", (Walk,), {"place": crowd})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            # A failing walk is printed as it was: to find a shorter one would take minutes.
            phases=[Phase.generate],
            print_blob=False,
            report_multiple_bugs=False,
            **more,
            suppress_health_check=list(HealthCheck),
        ),
    )
    # An ask in trouble is logged, so that the others go on: none was.
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_whatever_happens_to_asks_what_must_hold_holds(crowd, caplog):
    walk(crowd, caplog, examples=8, steps=20, derandomize=True)


@pytest.mark.long
def test_whatever_happens_to_asks_for_long_what_must_hold_holds(crowd, caplog):
    walk(crowd, caplog, examples=100, steps=40)
