"""Pages that say that something failed."""

import pytest
from django.test import Client

from tests import factories


@pytest.fixture
def member(network):
    return factories.MembershipFactory(network=network)


@pytest.mark.parametrize("path", ["nonsense/", "members/999999/", "staff-list/"])
def test_what_is_not_there_is_said_under_the_networks_header(member, signed_in, path):
    page = signed_in(member).get(f"/larkton/{path}")
    assert page.status_code == 404
    assert "Page not found" in page.text
    assert "Larkton Health and Care" in page.text
    assert "Go to your first page" in page.text


def test_a_network_that_one_does_not_belong_to_has_no_name(network, signed_in):
    page = signed_in(factories.MembershipFactory()).get("/larkton/nonsense/")
    assert page.status_code == 404
    assert "Larkton" not in page.text


def test_a_refusal_says_why_under_the_networks_header(network, signed_in):
    measure = factories.MeasureFactory(project=factories.ProjectFactory(network=network))
    page = signed_in(factories.MembershipFactory(network=network)).get(
        f"/larkton/measures/{measure.pk}/change/"
    )
    assert page.status_code == 403
    assert "You may not do this" in page.text
    assert "Larkton Health and Care" in page.text


def test_our_own_failure_is_said_under_the_networks_header(member, signed_in, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    client = signed_in(member)
    client.raise_request_exception = False
    monkeypatch.setattr("people.views.members.Listing", fail)
    page = client.get("/larkton/members/")
    assert page.status_code == 500
    assert "Something went wrong here" in page.text
    assert "Larkton Health and Care" in page.text
    monkeypatch.setattr("people.views.failing.membership_of", fail)  # not even the reader can be found
    page = client.get("/larkton/members/")
    assert page.status_code == 500
    assert "Something went wrong here" in page.text


def test_a_form_without_its_token_says_what_to_do(network):
    page = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"})
    assert page.status_code == 403
    assert "This form is out of date" in page.text
