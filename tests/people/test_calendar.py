"""When a network works: its hours and its closed days, and who sets them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from iocn.shared.models import History
from people import actions, hooks
from people.models import ClosedDay, Network
from tests import factories

WEDNESDAY = datetime(2026, 6, 3, 9, tzinfo=UTC)
SETTINGS = {"work_begins": "08:30", "work_ends": "12:00"}


@pytest.fixture(autouse=True)
def _on_a_wednesday():
    with time_machine.travel(WEDNESDAY):
        yield


@pytest.fixture
def told(monkeypatch):
    """The networks of which rooms above were told that their calendar has changed."""
    found = []
    monkeypatch.setattr(hooks, "calendar_changed", [found.append])
    return found


def test_a_network_works_in_its_own_hours_and_not_on_its_closed_days(staff, django_assert_num_queries):
    actions.change_network(
        by=staff,
        second_factor_required=False,
        leaders_see_all_asks=True,
        work_begins=time(8, 30),
        work_ends=time(12),
    )
    actions.add_closed_day(by=staff, day=date(2026, 6, 4), name="Away day")
    elsewhere = factories.MembershipFactory(roles=["staff"])
    actions.add_closed_day(by=elsewhere, day=date(2026, 6, 5), name="Elsewhere")
    network = Network.objects.get(pk=staff.network_id)
    with django_assert_num_queries(1):
        working = network.working_time()
    assert working.minutes_a_day == 210
    assert working.closed == {date(2026, 6, 4)}
    assert working.add(datetime(2026, 6, 3, 10, 30, tzinfo=UTC), 60) == datetime(2026, 6, 5, 8, tzinfo=UTC)


def test_rooms_above_hear_of_each_change_of_the_calendar_and_of_no_other(staff, told):
    closed = actions.add_closed_day(by=staff, day=date(2026, 6, 4), name="Away day")
    actions.remove_closed_day(by=staff, closed=closed)
    actions.remove_closed_day(by=staff, closed=closed)
    actions.change_network(by=staff, second_factor_required=False, leaders_see_all_asks=False)
    assert len(told) == 2
    actions.change_network(
        by=staff, second_factor_required=False, leaders_see_all_asks=False, work_ends=time(18)
    )
    assert told == [staff.network] * 3
    assert [str(row) for row in History.objects.of(staff.network)] == [
        "Sue Staff changed the network’s settings",
        "Sue Staff changed the network’s settings",
        "Sue Staff removed a closed day",
        "Sue Staff added a closed day",
    ]
    assert History.objects.of(staff.network)[0].text == "work ends: 6pm"
    assert History.objects.of(staff.network)[3].text == "4 June 2026: Away day"


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2026, 6, 6), "6 June 2026 is at a weekend, so nobody works on it anyway."),
        (date(2026, 8, 31), "31 August 2026 is a bank holiday already: Late Summer Bank Holiday."),
        (date(2026, 6, 10), "10 June 2026 is closed already: Away day."),
        (date(2025, 1, 6), "Choose a day within a year back and three years ahead."),
        (date(9999, 1, 6), "Choose a day within a year back and three years ahead."),
    ],
)
def test_a_day_that_cannot_be_closed_is_refused_with_the_reason(staff, told, day, sentence):
    actions.add_closed_day(by=staff, day=date(2026, 6, 10), name="Away day")
    with pytest.raises(ValidationError, match=sentence):
        actions.add_closed_day(by=staff, day=day, name="Another")
    assert ClosedDay.objects.count() == len(told) == 1


def test_the_database_keeps_hours_and_days_in_order(network):
    ClosedDay.objects.create(network=network, day=date(2026, 6, 10), name="Away day")
    with pytest.raises(IntegrityError), transaction.atomic():
        ClosedDay.objects.create(network=network, day=date(2026, 6, 10), name="Again")
    with pytest.raises(IntegrityError), transaction.atomic():
        Network.objects.update(work_begins=time(17))


def test_staff_set_the_hours_and_errors_keep_what_was_typed(staff, signed_in):
    client = signed_in(staff)
    page = client.post("/larkton/settings/", SETTINGS | {"work_begins": "12:30"})
    assert "Work ends after it begins: choose a later time." in page.text
    assert 'value="12:30"' in page.text
    page = client.post("/larkton/settings/", SETTINGS | {"work_begins": "noon"})
    assert "Write a time, such as 14:30, for “Work begins”" in page.text
    page = client.post("/larkton/settings/", SETTINGS, follow=True)
    assert "Saved." in page.text
    network = Network.objects.get(pk=staff.network_id)
    assert (network.work_begins, network.work_ends) == (time(8, 30), time(12))


def test_staff_keep_the_closed_days(staff, signed_in):
    client, path = signed_in(staff), "/larkton/settings/closed-days/"
    assert "No closed day to come" in client.get(path).text
    page = client.post(path, {"day": "2026-06-06", "name": "Typed before"})
    assert "at a weekend" in page.text
    assert 'value="Typed before"' in page.text
    assert "Fill in “Why”" in client.post(path, {"day": "2026-06-10", "name": ""}).text
    assert "Remove “943 476 5919”" in client.post(path, {"day": "2026-06-10", "name": "943 476 5919"}).text
    page = client.post(path, {"day": "2026-06-10", "name": "Away day"}, follow=True)
    assert "10 June 2026 is closed: Away day." in page.text
    client.post(path, {"day": "2026-06-01", "name": "No heating"})
    assert "Past closed days" in client.get(path).text
    closed = ClosedDay.objects.get(name="Away day")
    page = client.post(f"{path}{closed.pk}/remove/", follow=True)
    assert "10 June 2026 is a working day again." in page.text
    assert [row.name for row in ClosedDay.objects.all()] == ["No heating"]
    assert client.post(f"{path}{closed.pk}/remove/").status_code == 404


def test_closed_days_of_another_network_do_not_exist(staff, leader, signed_in):
    elsewhere = factories.MembershipFactory(roles=["staff"])
    closed = actions.add_closed_day(by=elsewhere, day=date(2026, 6, 10), name="Elsewhere")
    client = signed_in(staff)
    assert "Elsewhere" not in client.get("/larkton/settings/closed-days/").text
    assert client.post(f"/larkton/settings/closed-days/{closed.pk}/remove/").status_code == 404
    assert ClosedDay.objects.filter(pk=closed.pk).exists()
    assert signed_in(leader).get("/larkton/settings/closed-days/").status_code == 404


@pytest.mark.parametrize("number", [2, 30])
def test_the_closed_days_ask_the_same_of_the_database_however_many(
    staff, signed_in, django_assert_num_queries, number
):
    for week in range(number):
        actions.add_closed_day(by=staff, day=date(2026, 6, 2) + timedelta(weeks=week), name="Closed")
    client = signed_in(staff)
    client.get("/larkton/settings/closed-days/")
    with django_assert_num_queries(3):
        client.get("/larkton/settings/closed-days/")


@pytest.mark.django_db
def test_days_begin_and_times_are_written_where_the_network_is(signed_in):
    network = factories.NetworkFactory(slug="farton", time_zone="Pacific/Auckland")
    staff = factories.MembershipFactory(network=network, roles=["staff"])
    project = factories.ProjectFactory(network=network)
    leader = factories.TeamMemberFactory(project=project, part="lead", membership__network=network).membership
    with time_machine.travel(datetime(2026, 6, 3, 13, tzinfo=UTC)):  # the 4th, one in the morning there
        client = signed_in(leader)
        # A try of their today is none of the future.
        client.post(
            f"/farton/projects/{project.pk}/log/",
            {"do": "Six by noon", "new_prototype": "Noon", "on": "2026-06-04"},
        )
        assert project.prototypes.get().test_cycles.get().on == date(2026, 6, 4)
    assert staff.network.time_zone == "Pacific/Auckland"
