"""Where any ask goes and how long it may wait: looked up by staff and leaders, set by staff."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from iocn.shared.models import History
from people.actions import set_absence
from people.models import Network
from programmes.escalations import actions
from programmes.escalations.models import ClockPolicy, Escalation
from programmes.escalations.states import Move
from tests import factories
from tests.programmes.escalations.conftest import member

ROUTES = "/larkton/escalations/routes/"
MONDAY = datetime(2026, 6, 1, 10, tzinfo=ZoneInfo("Europe/London"))


def words(response):
    return " ".join(response.content.decode().split())


def route(client, place, domain="data", **kwargs):
    return client.get(ROUTES, {"domain": domain, "organisation": place.hospital.pk}, **kwargs)


# --- The route ----------------------------------------------------------------------------------------------


def test_staff_see_the_whole_route_with_who_stands_in_and_who_is_passed_over(place, signed_in):
    factories.RemitFactory(membership=place.second, organisation=place.hospital, domain="data", order=2)
    factories.RemitFactory(membership=place.onlooker, organisation=place.hospital, domain="data", order=3)
    today = place.network.today()
    set_absence(
        by=place.leader, membership=place.leader, from_date=today, until_date=today, stand_in=place.sponsor
    )
    text = words(route(signed_in(place.staff), place))
    for part in (
        "It goes to Ruth Adler",
        "Ruth Adler stands in for Dr Meera Patel, who can decide on data and digital at Larkton General.",
        "Dr Meera Patel</a> is away; Ruth Adler stands in.",
        "Tom Okafor",
        "Olga Onlooker</a> has left or is no leader any more. Passed over.",
        "Passed over: Nobody sits at the network table.",
        "Network staff",
    ):
        assert part in text
    steps = ["Who can decide", "The executive sponsor", "The network table", "Network staff</h3>"]
    assert sorted(steps, key=text.index) == steps


def test_a_leader_reads_routes_and_times_and_changes_nothing(place, signed_in):
    client = signed_in(place.leader)
    text = words(route(client, place))
    assert "It goes to Dr Meera Patel" in text
    assert "1 working day" in text
    for part in ("Take away", "Change", "Name them", "Name another"):
        assert part not in text
    body = {"domain": "data", "organisation": place.hospital.pk, "leader": place.leader.pk, "order": 1}
    assert client.post(f"{ROUTES}?domain=data&organisation={place.hospital.pk}", body).status_code == 404
    assert client.post(f"{ROUTES}take/", body).status_code == 404
    assert client.post("/larkton/escalations/times/stopping/", {}).status_code == 404
    assert place.leader.remits.count() == 1


def test_members_do_not_find_the_page(place, signed_in):
    for reader in (place.nurse, place.coach, place.partner, place.evaluator):
        assert signed_in(reader).get(ROUTES).status_code == 404


def test_an_organisation_of_another_network_cannot_be_looked_up(place, signed_in):
    elsewhere = factories.OrganisationFactory(name="Elsewhere General")
    text = words(signed_in(place.staff).get(ROUTES, {"organisation": elsewhere.pk, "domain": "data"}))
    assert "Choose an organisation of the network from the list." in text
    assert "Elsewhere General" not in text
    assert "It goes to" not in text


def test_staff_name_who_else_decides_and_take_it_away_on_the_same_page(place, signed_in):
    client = signed_in(place.staff)
    here = f"{ROUTES}?domain=data&organisation={place.hospital.pk}"
    response = client.post(here, {"leader": place.second.pk, "order": 2}, follow=True)
    assert response.redirect_chain == [(here, 302)]
    assert "Asks about this reach Tom Okafor from now on." in words(response)
    assert "Tom Okafor</a>" in words(response)
    body = {"domain": "data", "organisation": place.hospital.pk, "leader": place.leader.pk}
    response = client.post(f"{ROUTES}take/", body, follow=True)
    assert "Dr Meera Patel no longer decides on Data and digital at Larkton General." in words(response)
    assert "It goes to Tom Okafor" in words(response)
    assert client.post(f"{ROUTES}take/", body).status_code == 404


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"leader": "", "order": "1"}, "Choose a leader."),
        ({"leader": "nurse", "order": "1"}, "Choose a leader from the list."),
        ({"leader": "second", "order": "0"}, "Fill in “Order” as a whole number from 1 to 99."),
        ({"leader": "second", "order": "soon"}, "Fill in “Order” as a whole number from 1 to 99."),
    ],
)
def test_what_cannot_be_is_refused_and_kept(place, signed_in, sent, sentence):
    leader = getattr(place, sent["leader"], None)
    response = signed_in(place.staff).post(
        f"{ROUTES}?domain=data&organisation={place.hospital.pk}",
        {"leader": leader.pk if leader else "", "order": sent["order"]},
    )
    assert sentence in words(response)
    assert f'value="{sent["order"]}"' in words(response)
    assert not place.second.remits.exists()


@pytest.mark.parametrize("count", [1, 10])
def test_the_page_asks_the_same_few_questions(place, signed_in, django_assert_num_queries, count):
    today = place.network.today()
    for number in range(count):
        one = member(place.network, f"Leader {number}", "leader", organisation=place.hospital)
        factories.RemitFactory(membership=one, organisation=place.hospital, domain="data", order=2)
        factories.OrganisationFactory(network=place.network)
        set_absence(by=one, membership=one, from_date=today, until_date=today, stand_in=place.leader)
    client = signed_in(place.staff)
    # Session, user with memberships, times; organisations, remits, the table, who leads, who is away; leaders.
    with django_assert_num_queries(9):
        assert route(client, place).status_code == 200


# --- The times ----------------------------------------------------------------------------------------------


def test_staff_set_the_times_in_hours_and_history_says_so(place, signed_in):
    client = signed_in(place.staff)
    text = words(client.get("/larkton/escalations/times/stopping/"))
    assert "A working day has 8 hours here." in text
    assert 'value="24"' in text
    sent = {"acknowledge": "4", "decide": "12", "climb": "8"}
    text = words(client.post("/larkton/escalations/times/stopping/", sent, follow=True))
    for part in ("Saved.", "4 working hours", "1 working day and 4 hours"):
        assert part in text
    policy = ClockPolicy.objects.get()
    assert (policy.urgency, policy.acknowledge, policy.decide, policy.climb) == ("stopping", 240, 720, 480)
    event = History.objects.of(place.network)[0]
    assert str(event) == "Sam Lee changed how long asks may wait: “It is stopping us”"
    assert event.text == (
        "First reply within 4 working hours, decision within 1 working day and 4 hours, brought to the next step"
        " after another 1 working day. Before: First reply within 1 working day, decision within 3 working days,"
        " brought to the next step after another 1 working day."
    )
    client.post("/larkton/escalations/times/stopping/", sent)
    assert History.objects.of(place.network).count() == 1


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"acknowledge": ""}, "Fill in “First reply within” as whole working hours, from 1 to 2,000."),
        ({"decide": "two days"}, "Fill in “Decision within” as whole working hours, from 1 to 2,000."),
        ({"climb": "0"}, "after another” as whole working hours, from 1 to 2,000."),
        ({"climb": "2001"}, "after another” as whole working hours, from 1 to 2,000."),
        ({"acknowledge": "9"}, "A decision cannot come before the first reply"),
    ],
)
def test_times_that_cannot_be_are_refused_with_a_sentence(place, signed_in, sent, sentence):
    body = {"acknowledge": "4", "decide": "8", "climb": "8"} | sent
    text = words(signed_in(place.staff).post("/larkton/escalations/times/stopping/", body))
    assert sentence in text
    for value in body.values():
        assert not value or f'value="{value}"' in text
    assert not ClockPolicy.objects.exists()
    assert not History.objects.of(place.network).exists()


def test_an_urgency_that_is_none_has_no_page(place, signed_in):
    assert signed_in(place.staff).get("/larkton/escalations/times/never/").status_code == 404
    for minutes in (0, -60, 2001 * 60):
        with pytest.raises(ValidationError):
            actions.set_times(by=place.staff, urgency="stopping", acknowledge=60, decide=60, climb=minutes)


# --- What a change does to asks that are on their way --------------------------------------------------------


@pytest.fixture
def asked(place, time_machine):
    """An ask of a Monday at 10am, with Dr Patel; `asked.on(days, hours)` goes on."""

    def on(days, hours=0):
        time_machine.move_to(MONDAY + timedelta(days=days, hours=hours), tick=False)

    place.on = on
    on(0)
    place.ask = actions.raise_ask(by=place.nurse, ask="Letters", urgency="stopping", domain="data")
    return place


def set_hours(place, acknowledge, decide, climb=8):
    actions.set_times(
        by=place.staff,
        urgency="stopping",
        acknowledge=acknowledge * 60,
        decide=decide * 60,
        climb=climb * 60,
    )


def steps(ask, move):
    return list(ask.events.filter(move=move).values_list("step", flat=True))


def test_shorter_times_remind_of_what_is_missed_by_now_once(asked):
    asked.on(0, 5)
    set_hours(asked, 2, 100)
    assert actions.run_clocks() == 1
    assert actions.run_clocks() == 0
    assert steps(asked.ask, Move.REMIND) == ["acknowledge"]


def test_longer_times_bring_no_second_reminder_and_lose_none(asked):
    asked.on(1)
    assert actions.run_clocks() == 1
    set_hours(asked, 16, 40, climb=16)
    asked.on(1, 1)
    assert actions.run_clocks() == 0
    assert Escalation.objects.get().due_at == MONDAY + timedelta(days=2)
    # Two days from Monday to the missed reply, two more to the climb; the reminder has been given.
    asked.on(3)
    assert actions.run_clocks() == 0
    asked.on(4)
    assert actions.run_clocks() == 1
    assert (steps(asked.ask, Move.REMIND), steps(asked.ask, Move.CLIMB)) == (["acknowledge"], ["sponsor"])


def test_a_change_there_and_back_again_doubles_nothing(asked):
    asked.on(1)
    for hours in (4, 8, 16, 8):
        set_hours(asked, hours, 100)
        actions.run_clocks()
    assert steps(asked.ask, Move.REMIND) == ["acknowledge"]


def test_other_urgencies_and_networks_keep_their_times(asked):
    other = actions.raise_ask(by=asked.nurse, ask="A phone", urgency="slowing", domain="data")
    elsewhere = factories.NetworkFactory()
    before = other.due_at
    set_hours(asked, 2, 3)
    actions.run_clocks()
    other.refresh_from_db()
    assert other.due_at == before
    assert not ClockPolicy.objects.filter(network=elsewhere).exists()
    assert Network.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_woken_once_the_change_is_committed(place, monkeypatch):
    from programmes.escalations import tasks

    ask = actions.raise_ask(by=place.nurse, ask="Letters", urgency="stopping", domain="data")
    seen = []
    monkeypatch.setattr(
        tasks.run_due_clocks, "apply_async", lambda **_how: seen.append(ClockPolicy.objects.count())
    )
    set_hours(place, 2, 3)
    assert seen == [1]
    ask.refresh_from_db()
    assert ask.next_due_at <= timezone.now()
