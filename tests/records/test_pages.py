"""The pages of redaction."""

import pytest
from django.core.cache import cache

from iocn.records.models import Redaction
from tests import factories

NAME = "Mabel Patient"


@pytest.fixture
def client(staff, signed_in):
    return signed_in(staff)


def post(client, path="/larkton/records/redact/", **data):
    return client.post(path, {"words": NAME, "reason": "A patient’s name", **data})


def test_staff_see_every_place_before_they_remove(client, network):
    project = factories.ProjectFactory(network=network, name="Falls", aim=f"So that {NAME} does not fall")
    page = post(client)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Remove from 1 place?" in text
    assert "So that <mark>Mabel Patient</mark> does not fall" in text
    assert "Falls" in text
    project.refresh_from_db()
    assert NAME in project.aim
    assert not Redaction.objects.exists()


def test_a_confirmation_removes_them_and_leads_to_the_list(client, network):
    project = factories.ProjectFactory(network=network, aim=NAME)
    seen = post(client).context["seen"]
    page = client.post(
        "/larkton/records/redact/",
        {"words": NAME, "reason": "A patient’s name", "seen": seen, "confirm": "1"},
        follow=True,
    )
    assert "Removed from 1 place." in page.content.decode()
    assert "A patient’s name" in page.content.decode()
    assert NAME not in page.content.decode()
    project.refresh_from_db()
    assert project.aim == "[removed]"


def test_a_confirmation_of_something_else_shows_the_places_again(client, network):
    factories.ProjectFactory(network=network, aim=NAME)
    page = post(client, seen="other", confirm="1")
    assert "Nothing was removed" in page.content.decode()
    assert network.projects.get().aim == NAME


def test_words_that_are_nowhere_are_said_to_be(client):
    page = post(client)
    assert "No place in this network has these words" in page.content.decode()
    assert f'value="{NAME}"' in page.content.decode()


def test_an_nhs_number_may_be_typed_to_have_it_removed_but_not_as_the_reason(client, network):
    factories.ProjectFactory(network=network, aim="Bed 943 476 5919")
    assert "Remove from 1 place?" in post(client, words="9434765919").content.decode()
    page = post(client, reason="It was 943 476 5919").content.decode()
    assert "could be a patient’s NHS number" in page


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"words": "x"}, "Write at least two letters or digits"),
        ({"words": "Removed"}, "These words mark what was removed"),
        ({"reason": f"about {NAME}"}, "write it without the words that are to go"),
        ({"reason": ""}, "Fill in “Why?”"),
    ],
)
def test_what_cannot_be_done_is_said(client, data, sentence):
    assert sentence in post(client, **data).content.decode()


def test_the_words_can_be_changed_after_the_preview(client, network):
    factories.ProjectFactory(network=network, aim=NAME)
    page = post(client, again="1").content.decode()
    assert "Show where they are" in page
    assert f'value="{NAME}"' in page


def test_many_places_come_page_by_page(client, network):
    for number in range(60):
        factories.ProjectFactory(network=network, name=f"Project {number}", aim=f"{NAME} {number}")
    page = post(client)
    assert "Remove from 60 places?" in page.content.decode()
    assert page.content.decode().count("<mark>") == 50
    assert len(page.content) < 40_000
    assert post(client, page="2").content.decode().count("<mark>") == 10
    assert post(client, page="99").content.decode().count("<mark>") == 10
    assert post(client, page="x").content.decode().count("<mark>") == 50


@pytest.mark.parametrize("times", [1, 10])
def test_the_list_of_redactions_takes_as_many_queries_for_more_rows(
    client, network, staff, times, django_assert_num_queries
):
    Redaction.objects.bulk_create(
        Redaction(network=network, kind="words", by=staff, reason="A slip", places=2)
        for _ in range(2 * times)
    )
    Redaction.objects.create(network=factories.NetworkFactory(), kind="words", by=None, reason="Other’s")
    cache.clear()
    with django_assert_num_queries(3):
        page = client.get("/larkton/records/redactions/")
    assert page.content.decode().count("A slip") == 2 * times
    assert "Other’s" not in page.content.decode()


def test_a_search_with_a_null_character_finds_what_the_rest_says(staff, signed_in):
    assert "Found" in signed_in(staff).get(f"/larkton/records/?q={staff.name[:3]}%00").text
