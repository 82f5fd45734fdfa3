"""All that is held about a person or an organisation comes as one file."""

import csv
import io
import json
import zipfile

import pytest
from allauth.socialaccount.models import SocialAccount

from iocn.records.disclosure import export_about, export_own
from iocn.shared.models import History
from iocn.shared.privacy import registry
from people import actions as people
from people.models import Message
from programmes.escalations import actions as asks
from programmes.models import TestCycle
from tests import factories


def opened(file) -> dict[str, str]:
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


def tables(file) -> dict[str, list[dict[str, str]]]:
    return json.loads(opened(file)["all.json"])


@pytest.fixture
def pat(network, staff):
    """Somebody who did a few things, and about whom something is written."""
    pat = factories.MembershipFactory(
        network=network, name="Pat Person", email="pat@example.org", roles=["leader"]
    )
    people.add_post(
        by=staff,
        membership=pat,
        organisation=factories.OrganisationFactory(network=network, name="A hospital"),
        job_title="=1+1",
        level="top",
    )
    project = factories.ProjectFactory(network=network, name="Falls", aim="Pat Person leads it")
    TestCycle.objects.create(
        prototype=factories.PrototypeFactory(project=project), number=1, do="Tried it", logged_by=pat
    )
    asks.raise_ask(by=pat, ask="More beds", urgency="helping")
    return pat


def test_staff_get_all_that_is_held_about_a_person(pat, staff):
    found = tables(export_about(by=staff, subject=pat))
    (membership,) = found["Memberships"]
    assert (membership["name"], membership["person"]) == ("Pat Person", "pat@example.org")
    assert found["Posts"][0]["organisation"] == "A hospital"
    assert found["Tries"][0]["what did you try, and what happened?"] == "Tried it"
    assert found["Asks"][0]["what do you need?"] == "More beds"
    assert [row["why it is here"] for row in found["Projects"]] == ["names them"]
    assert "added a post" in {row["what"] for row in found["History"]}


def test_the_file_has_tables_that_no_spreadsheet_runs(pat, staff):
    files = opened(export_about(by=staff, subject=pat))
    (row,) = csv.DictReader(io.StringIO(files["posts.csv"]))
    assert row["job title"] == "'=1+1"
    assert "Posts: 1" in files["about.txt"]
    assert "take out what the one who asks" in files["about.txt"]


def test_who_made_it_and_for_whom_is_in_the_history(pat, staff):
    export_about(by=staff, subject=pat)
    export_own(by=pat)
    assert [(row.by, row.what) for row in History.objects.of(pat)[:2]] == [
        (pat, "downloaded what the network holds about them"),
        (staff, "made a file of all that is held about them"),
    ]


def test_nothing_of_another_network_is_in_it(pat, staff):
    elsewhere = factories.MembershipFactory(person=pat.person, name="Pat Elsewhere", roles=["leader"])
    factories.ProjectFactory(network=elsewhere.network, aim="Pat Person in another city")
    asks.raise_ask(by=elsewhere, ask="Other beds", urgency="helping")
    for file in (export_about(by=staff, subject=pat), export_own(by=pat)):
        text = opened(file)["all.json"]
        assert "Pat Elsewhere" not in text
        assert "another city" not in text
        assert "Other beds" not in text


def test_the_name_that_another_network_knows_is_not_in_it(network, staff):
    person = factories.PersonFactory(name="Dr Known Elsewhere", email="k@example.org")
    invited = factories.MembershipFactory(network=network, person=person, name="K.", joined_at=None)
    assert "Known Elsewhere" not in opened(export_about(by=staff, subject=invited))["all.json"]


def test_no_secret_and_no_link_that_lets_somebody_in_is_in_it(network, staff):
    invited = people.invite_member(by=staff, email="new@example.org", name="New")
    text = opened(export_about(by=staff, subject=invited))["all.json"]
    assert Message.objects.get(to=invited).text in Message.objects.get(to=invited).text
    assert "You are invited to join" in text
    assert "/invitations/" not in text
    assert "/mail/stop/" not in text
    assert invited.person.password not in text


def test_an_organisations_file_has_its_asks_with_all_their_steps(pat, staff, network):
    hospital = network.organisations.get()
    people.set_mandate(by=staff, organisation=hospital, domain="data", text="Share rotas.")
    found = tables(export_about(by=staff, subject=hospital))
    assert found["Organisations"][0]["name"] == "A hospital"
    assert found["What teams may do without asking"][0]["without asking, teams may"] == "Share rotas."
    assert found["Asks"][0]["what do you need?"] == "More beds"
    assert found["Steps of asks"]
    assert found["Memberships"][0]["name"] == "Pat Person"


def test_ones_own_file_leaves_out_asks_that_one_may_not_see(pat, staff, network):
    other = factories.MembershipFactory(network=network, roles=["leader"])
    secret = asks.raise_ask(
        by=factories.MembershipFactory(network=network), ask="Hush", urgency="helping", restricted=True
    )
    asks.route(by=staff, escalation=secret, to=other)
    asks.hand_on(by=other, escalation=secret, to=pat, text="Over to you")
    assert "Hush" in opened(export_own(by=pat))["all.json"]
    asks.hand_on(by=pat, escalation=secret, to=factories.MembershipFactory(network=network, roles=["leader"]))

    text = opened(export_own(by=pat))["all.json"]
    assert "Hush" not in text
    assert "Over to you" not in text
    assert "More beds" in text
    assert "Hush" in opened(export_about(by=staff, subject=pat))["all.json"]


def test_ones_own_file_has_ones_sign_in_and_not_what_only_mentions_the_name(pat):
    found = tables(export_own(by=pat))
    assert found["Sign-ins"][0]["e-mail address"] == "pat@example.org"
    assert "password" not in found["Sign-ins"][0]
    assert "Projects" not in found


def test_by_what_ones_organisations_sign_in_knows_one_is_in_ones_own_file_alone(pat, staff):
    for person, uid in ((pat.person, "pat.person@trust"), (staff.person, "sue.staff@trust")):
        SocialAccount.objects.create(user=person, provider="organisation", uid=uid)
    (row,) = tables(export_own(by=pat))["Organisations’ sign-ins that open an account"]
    assert (row["user"], row["uid"], row["extra data"]) == ("pat@example.org", "pat.person@trust", "{}")
    text = opened(export_about(by=staff, subject=pat))["all.json"]
    assert "@trust" not in text


def test_every_table_can_be_told(pat, staff):
    from tests.records.test_redaction import NAME, everywhere

    everywhere(pat.network)
    pat.network.memberships.filter(pk=pat.pk).update(name=NAME)
    pat.refresh_from_db()
    found = tables(export_about(by=staff, subject=pat))
    words = {held.label for held in registry.values() if held.words and held.network}
    assert words - set(found) <= {"Redactions", "Holds", "Promises"}


def test_staff_download_it_from_the_page(pat, staff, signed_in, network):
    client = signed_in(staff)
    page = client.get("/larkton/records/", {"q": "pat"}).content.decode()
    assert f'action="/larkton/records/export/members/{pat.pk}/"' in page
    answer = client.post(f"/larkton/records/export/members/{pat.pk}/")
    assert answer["Content-Type"] == "application/zip"
    assert 'filename="pat-person-' in answer["Content-Disposition"]
    assert "about.txt" in opened(io.BytesIO(b"".join(answer.streaming_content)))
    hospital = network.organisations.get()
    assert client.post(f"/larkton/records/export/organisations/{hospital.pk}/").status_code == 200


def test_everybody_downloads_their_own_from_their_settings(pat, signed_in):
    client = signed_in(pat)
    assert 'action="/larkton/me/data/"' in client.get("/larkton/me/").content.decode()
    answer = client.post("/larkton/me/data/")
    assert "Pat Person" in opened(io.BytesIO(b"".join(answer.streaming_content)))["about.txt"]
