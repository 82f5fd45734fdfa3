"""The page of how asks are answered."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from people import actions as people
from programmes.escalations.models import Commitment, Escalation, EscalationEvent
from programmes.escalations.tasks import build_figures
from tests import factories
from tests.programmes.escalations.conftest import member

QUERIES = 6  # session, user with memberships; the figures, the picture, the stories, and as of when it is

PATH = "/larkton/escalations/leadership/"


def answered(place, organisation, deciders, count, *, asked_in=None, days_ago=40, minutes=60, start=1000):
    """Write `count` asks that the deciders answered in turn."""
    at = timezone.now() - timedelta(days=days_ago)
    first = Escalation.objects.filter(network=place.network).count() + start
    asks = Escalation.objects.bulk_create(
        Escalation(
            network=place.network,
            number=first + number,
            ask="An ask",
            urgency="slowing",
            domain="data",
            organisation=organisation,
            asked_in=asked_in or organisation,
            decided_in=organisation,
            raised_by=place.nurse,
            raised_at=at,
            owner=deciders[number % len(deciders)],
            state="done",
            acknowledged_after=minutes,
            decided_after=2 * minutes,
            done_after=3 * minutes,
            version=2,
        )
        for number in range(count)
    )
    EscalationEvent.objects.bulk_create(
        EscalationEvent(escalation=ask, move=move, by=by, number=number, state=state, at=at)
        for ask in asks
        for number, (move, by, state) in enumerate(
            [("raise", place.nurse, "raised"), ("accept", ask.owner, "accepted")], 1
        )
    )
    Commitment.objects.bulk_create(
        Commitment(escalation=ask, by=ask.owner, what="It", due_on=at.date(), made_at=at, kept_at=at)
        for ask in asks
    )


@pytest.fixture
def two(place):
    """Two organisations with enough asks to be shown."""
    answered(place, place.hospital, [place.leader, place.second], 8, asked_in=place.practice)
    answered(place, place.practice, [place.leader, place.second], 6, minutes=600)
    build_figures()
    return place


def read(signed_in, who, query=""):
    return signed_in(who).get(PATH + query)


def cells(response):
    """Return what the table says: {organisation: {figure: words}}."""
    return {line.name: dict(line.figures) for line in response.context["lines"]}


def test_an_organisation_sees_itself_and_the_networks_total(two, signed_in):
    response = read(signed_in, two.nurse)
    said = cells(response)
    assert list(said) == ["Larkton General", f"All of {two.network.name}"]
    own = said["Larkton General"]
    assert own["Received"] == "8"
    assert own["First reply"] == "1 working hour"
    assert own["Promises kept"] == "8 of 8"
    assert own["For a partner"] == "8"
    assert said[f"All of {two.network.name}"]["Received"] == "14"
    assert "Harbour Street" not in response.text
    assert "First reply" in response.text
    assert "As of" in response.text


def test_staff_see_all_organisations_side_by_side(two, signed_in):
    assert set(cells(read(signed_in, two.staff))) > {"Larkton General", "Harbour Street Practice"}


def test_members_see_organisations_side_by_side_only_once_staff_switched_it_on(two, signed_in):
    people.change_network(
        by=two.staff, second_factor_required=False, leaders_see_all_asks=True, compares_organisations=True
    )
    assert "Harbour Street Practice" in cells(read(signed_in, two.nurse))
    settings = signed_in(two.staff).get(reverse("people:network_settings", args=["larkton"]))
    assert "all members see organisations side by side in how asks are answered: yes" in settings.text


def test_an_evaluator_without_a_post_sees_the_total_alone(two, signed_in):
    assert list(cells(read(signed_in, two.evaluator))) == [f"All of {two.network.name}"]


def test_what_is_of_few_is_kept_back_with_a_sentence_why(place, signed_in):
    answered(place, place.hospital, [place.leader, place.second], 8)
    answered(place, place.practice, [place.leader], 2)
    build_figures()
    response = read(signed_in, place.nurse)
    said = cells(response)
    assert said["Larkton General"]["Received"] == "8"
    # With the total, eight taken from ten would tell of two.
    assert said[f"All of {place.network.name}"]["Received"] is None
    assert "fewer than five asks" in response.text
    assert ">10<" not in response.text


def test_asks_that_one_leader_decided_alone_are_kept_back(place, signed_in):
    answered(place, place.hospital, [place.leader], 9)
    build_figures()
    response = read(signed_in, place.nurse)
    assert {words for line in response.context["lines"] for label, words in line.figures if words != "0"} == {
        None
    }
    assert not response.context["chart"]


def test_figures_are_of_the_domain_and_the_time_chosen(two, signed_in):
    assert cells(read(signed_in, two.nurse, "?domain=data"))["Larkton General"]["Received"] == "8"
    assert "No ask about this" in read(signed_in, two.nurse, "?domain=money").text
    assert "No ask about this" in read(signed_in, two.nurse, "?year=1").text
    assert read(signed_in, two.nurse, "?year=x&domain=y").status_code == 200


def test_one_domain_is_shown_of_ones_own_organisation_and_the_network_alone(two, signed_in):
    response = read(signed_in, two.staff, "?domain=data")
    assert list(cells(response)) == [f"All of {two.network.name}"]
    assert "side by side over everything" in response.text
    people.change_network(
        by=two.staff, second_factor_required=False, leaders_see_all_asks=True, compares_organisations=True
    )
    assert list(cells(read(signed_in, two.nurse, "?domain=data"))) == [
        "Larkton General",
        f"All of {two.network.name}",
    ]


def test_a_domain_of_few_is_not_known_from_the_others(place, signed_in):
    both = [place.leader, place.second]
    for domain, count in (("money", 6), ("estates", 8), ("workforce", 1)):
        answered(place, place.hospital, both, count)
        Escalation.objects.filter(domain="data").update(domain=domain)
    build_figures()
    received = {
        domain: cells(read(signed_in, place.nurse, f"?domain={domain}"))["Larkton General"]["Received"]
        for domain in ("all", "money", "estates", "workforce")
    }
    assert received == {"all": "15", "money": None, "estates": "8", "workforce": None}


def test_the_domains_do_not_add_up_to_a_total_that_is_kept_back(place, signed_in):
    people.change_network(
        by=place.staff, second_factor_required=False, leaders_see_all_asks=True, compares_organisations=True
    )
    both = [place.leader, place.second]
    answered(place, place.hospital, both, 5)
    Escalation.objects.update(domain="money")
    answered(place, place.hospital, both, 4)
    answered(place, place.practice, [place.leader], 1)
    build_figures()
    total = f"All of {place.network.name}"
    everything = cells(read(signed_in, place.evaluator))
    assert (everything["Larkton General"]["Received"], everything[total]["Received"]) == ("9", None)
    # Ten of both domains less nine of the hospital, which stands beside it, would tell of the practice's one.
    for domain in ("money", "data"):
        assert cells(read(signed_in, place.evaluator, f"?domain={domain}"))[total]["Received"] is None


@pytest.mark.parametrize("who", ["nurse", "staff"])
def test_a_domains_page_asks_the_same_few_questions(two, signed_in, django_assert_num_queries, who):
    client = signed_in(getattr(two, who))
    client.get(PATH + "?domain=data")
    with django_assert_num_queries(QUERIES + 1):  # and the figures of everything
        client.get(PATH + "?domain=data")


def test_the_picture_says_what_it_shows(place, signed_in):
    for month in range(12):
        minutes = 60 * month + (600 if month > 6 else 0) + 60
        both = [place.leader, place.second]
        answered(place, place.hospital, both, 6, days_ago=30 * month, minutes=minutes)
    build_figures()
    chart = read(signed_in, place.nurse).context["chart"]
    assert chart["sentence"].startswith(("Signal:", "No signal:"))
    assert [point["value"] for point in chart["points"]][-1] == 1
    assert "working hours" in chart["unit"]


def test_the_picture_is_of_first_reply_decision_or_done_and_keeps_the_other_choices(place, signed_in):
    for month in range(3):
        answered(place, place.hospital, [place.leader, place.second], 6, days_ago=31 * month)
    build_figures()
    for step, hours, words in (
        ("to_acknowledge", 1, "were first replied to"),
        ("to_decide", 2, "were decided"),
        ("to_do", 3, "were done"),
    ):
        response = read(signed_in, place.nurse, f"?domain=data&picture={step}")
        chart = response.context["chart"]
        assert {point["value"] for point in chart["points"]} == {hours}
        assert f"Half of the asks {words} within" in response.text
        assert f'<option value="{step}" selected>' in response.text
        assert '<option value="data" selected>' in response.text
    assert read(signed_in, place.nurse, "?picture=x").context["step"] == "to_acknowledge"


def test_no_picture_tells_of_a_month_with_few_decisions(place, signed_in):
    both = [place.leader, place.second]
    for month in range(3):
        answered(place, place.hospital, both, 6, days_ago=31 * month)
    # In the newest month only four have been decided, and these are not enough for a point.
    newest = Escalation.objects.order_by("-raised_at")[:2].values_list("pk", flat=True)
    Escalation.objects.filter(pk__in=list(newest)).update(decided_after=None, done_after=None)
    build_figures()
    months = [
        len(read(signed_in, place.nurse, f"?picture={step}").context["chart"]["points"])
        for step in ("to_acknowledge", "to_decide", "to_do")
    ]
    assert months == [3, 2, 2]


def test_a_network_without_asks_is_told_what_comes_here(place, signed_in):
    assert "No figures yet" in read(signed_in, place.nurse).text


def test_it_cannot_be_downloaded(two, signed_in):
    response = read(signed_in, two.staff, "?format=csv")
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("who", ["nurse", "staff"])
@pytest.mark.parametrize("count", [6, 60])
def test_the_number_of_queries_stays_the_same(place, signed_in, django_assert_num_queries, who, count):
    for number in range(count // 6):
        organisation = factories.OrganisationFactory(network=place.network, name=f"Place {number}")
        answered(place, organisation, [place.leader, place.second], 6)
    answered(place, place.hospital, [place.leader, place.second], count)
    build_figures()
    client = signed_in(getattr(place, who))
    client.get(PATH)
    with django_assert_num_queries(QUERIES):
        response = client.get(PATH)
    assert len(response.content) < 40 * 1024


def test_who_changed_organisation_sees_the_one_that_took_its_place(two, signed_in):
    successor = factories.OrganisationFactory(network=two.network, name="Larkton United")
    people.close_organisation(by=two.staff, organisation=two.hospital, succeeded_by=successor)
    answered(two, successor, [two.leader, two.second], 7)
    build_figures()
    assert "Larkton United" in cells(read(signed_in, two.nurse))
    newcomer = member(two.network, "New Comer")
    assert list(cells(read(signed_in, newcomer))) == [f"All of {two.network.name}"]
