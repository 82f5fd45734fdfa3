"""Somebody who left becomes "Former member": what they did stays, who they were goes."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from iocn.records.leavers import anonymise, names_of
from iocn.records.models import Redaction
from iocn.shared.models import History
from people import actions as people
from people.models import Membership, Message, Person
from programmes.escalations import actions as asks
from tests import factories
from tests.records.test_redaction import texts

NAME, ADDRESS = "Lena Leaver", "lena@example.org"
REASON = "They asked for it."


def leaver(network, staff, **kwargs) -> Membership:
    """Make somebody who did a few things, and left."""
    lena = factories.MembershipFactory(
        network=network, name="Lena Luft", email=ADDRESS, roles=["leader"], **kwargs
    )
    hospital = factories.OrganisationFactory(network=network)
    people.add_post(by=staff, membership=lena, organisation=hospital, job_title="Head of hearts", level="top")
    people.give_remit(by=staff, membership=lena, organisation=hospital, domain="data")
    people.change_own_settings(by=lena, name=NAME, digest_rhythm="weekly", mail_about_asks=True)
    ask = asks.raise_ask(
        by=factories.MembershipFactory(network=network, roles=["member"]),
        ask=f"Can {NAME} say?",
        urgency="helping",
        domain="data",
        organisation=hospital,
    )
    asks.decline(by=lena, escalation=ask, text="No money.", would_change=f"Write to {ADDRESS}.")
    people.close_membership(by=staff, membership=lena)
    lena.refresh_from_db()
    return lena


def go(staff, member, **kwargs):
    return anonymise(by=staff, membership=member, **{"reason": REASON, "in_texts": True, **kwargs})


def test_nothing_in_the_network_says_who_they_were(network, staff):
    lena = leaver(network, staff)
    assert {words.text for words in names_of(lena)} == {NAME, "Lena Luft", ADDRESS}

    go(staff, lena)

    for where, all_texts in texts(network).items():
        for word in (NAME, "Lena Luft", ADDRESS, "Head of hearts"):
            assert not [text for text in all_texts if word in text], (where, word)
    lena.refresh_from_db()
    assert lena.name == "Former member"
    assert not Person.objects.filter(email=ADDRESS).exists()
    assert not Message.objects.filter(to=lena).exists()


def test_what_they_did_stays(network, staff):
    lena = leaver(network, staff)
    go(staff, lena)
    event = network.escalations.get().events.get(move="decline")
    assert (event.who, event.text) == ("Former member", "No money.")
    assert event.would_change == "Write to a former member."
    assert network.escalations.get().ask == "Can a former member say?"
    assert lena.posts.get().level == "top"


def test_who_replaced_them_and_why_stays(network, staff):
    lena = leaver(network, staff)
    done = go(staff, lena)
    assert (done.kind, done.by, done.reason, done.membership) == (Redaction.Kind.PERSON, staff, REASON, lena)
    written = History.objects.of(lena).first()
    assert (written.by, written.what, written.text) == (
        staff,
        "replaced who they were: now a former member",
        REASON,
    )
    assert NAME not in str(list(Redaction.objects.values()))


def test_texts_can_be_left_as_they_are(network, staff):
    lena = leaver(network, staff)
    go(staff, lena, in_texts=False)
    lena.refresh_from_db()
    assert lena.name == "Former member"
    assert network.escalations.get().ask == f"Can {NAME} say?"


def test_another_network_that_holds_them_keeps_all_of_it(network, staff):
    lena = leaver(network, staff)
    elsewhere = factories.NetworkFactory()
    there = factories.MembershipFactory(network=elsewhere, person=lena.person, name=NAME)
    factories.ProjectFactory(network=elsewhere, aim=f"Ask {NAME}")
    password = lena.person.password
    before = texts(elsewhere)

    go(staff, lena)

    assert texts(elsewhere) == before
    there.refresh_from_db()
    assert (there.person.email, there.person.name, there.person.password) == (ADDRESS, NAME, password)
    lena.refresh_from_db()
    assert lena.person != there.person


def test_a_network_that_they_left_too_keeps_them_until_it_replaces_them_itself(network, staff):
    lena = leaver(network, staff)
    there_staff = factories.MembershipFactory(roles=["staff"])
    there = factories.MembershipFactory(
        network=there_staff.network, person=lena.person, closed_at=timezone.now(), closed_by=there_staff
    )
    go(staff, lena)
    assert Person.objects.get(memberships=there).email == ADDRESS
    go(there_staff, there)
    assert not Person.objects.filter(email=ADDRESS).exists()


def test_their_organisations_sign_in_is_forgotten_with_the_last_network_that_holds_them(network, staff):
    lena = leaver(network, staff)
    there_staff = factories.MembershipFactory(roles=["staff"])
    there = factories.MembershipFactory(network=there_staff.network, person=lena.person)
    SocialAccount.objects.create(user=lena.person, provider="organisation", uid=ADDRESS)
    go(staff, lena)
    lena.refresh_from_db()
    assert not SocialAccount.objects.filter(user=lena.person).exists()
    assert SocialAccount.objects.filter(user=there.person).exists()
    people.close_membership(by=there_staff, membership=there)
    go(there_staff, there)
    assert not SocialAccount.objects.exists()


def test_their_session_ends_and_they_cannot_sign_in(network, staff):
    lena = leaver(network, staff)
    client = Client()
    client.force_login(lena.person)
    assert client.get("/networks/").status_code == 200
    go(staff, lena)
    assert client.get("/networks/").status_code == 302
    lena.refresh_from_db()
    assert not lena.person.is_active
    assert not lena.person.has_usable_password()


def test_they_can_be_invited_again_as_somebody_new(network, staff):
    lena = leaver(network, staff)
    go(staff, lena)
    again = people.invite_member(by=staff, email=ADDRESS, name="Lena again")
    assert again.pk != lena.pk
    assert again.joined_at is None


def test_only_who_has_left_and_only_once(network, staff):
    here = factories.MembershipFactory(network=network)
    with pytest.raises(ValidationError, match="still here"):
        go(staff, here)
    lena = leaver(network, staff)
    go(staff, lena)
    with pytest.raises(ValidationError, match="replaced already"):
        go(staff, lena)
    assert Redaction.objects.count() == 1


def test_the_reason_may_not_name_them(network, staff):
    lena = leaver(network, staff)
    with pytest.raises(ValidationError, match="without their name"):
        go(staff, lena, reason="lena luft asked")
    lena.refresh_from_db()
    assert lena.name == NAME


def test_the_page_shows_where_they_are_named_and_replaces_them(network, staff, signed_in):
    lena = leaver(network, staff)
    client = signed_in(staff)
    assert "Replace who they were" in client.get(f"/larkton/members/{lena.pk}/").content.decode()
    path = f"/larkton/records/redact/members/{lena.pk}/"
    page = client.get(path).content.decode()
    assert "Can <mark>Lena Leaver</mark> say?" in page
    assert 'id="id_in_texts" checked' in page
    done = client.post(path, {"reason": REASON, "in_texts": "on"}, follow=True).content.decode()
    assert "They are a former member now." in done
    assert NAME not in done
    assert ADDRESS not in done
    assert "former.invalid" not in done
    assert "Replace who they were" not in done
    assert client.get(path).status_code == 403


def test_a_namesake_is_pointed_out_and_texts_are_left_unless_asked(network, staff, signed_in):
    lena = leaver(network, staff)
    factories.MembershipFactory(network=network, name=NAME)
    page = signed_in(staff).get(f"/larkton/records/redact/members/{lena.pk}/").content.decode()
    assert "Somebody else has this name" in page
    assert 'id="id_in_texts" checked' not in page


def test_members_are_listed_and_found_without_the_address(network, staff, signed_in):
    lena = leaver(network, staff)
    go(staff, lena)
    client = signed_in(staff)
    page = client.get("/larkton/members/?state=left").content.decode()
    assert "Former member" in page
    csv = b"".join(client.get("/larkton/members/?state=left&format=csv").streaming_content).decode()
    assert ADDRESS not in csv
    assert NAME not in csv
