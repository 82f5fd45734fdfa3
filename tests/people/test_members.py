"""Inviting, joining, posts, roles, leaving: what the actions do."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from iocn.shared.models import History
from people import actions, hooks
from people.models import Membership, Person, Remit, StaffTask
from people.permissions import Role
from tests import factories


def history_of(thing):
    return [str(entry) for entry in History.objects.of(thing)]


def sentence(refusal):
    return " ".join(refusal.value.messages)


def test_an_invited_member_has_roles_and_a_main_post_and_is_not_active_yet(staff, hospital):
    member = actions.invite_member(
        by=staff, email=" Jo@Example.org ", name="Jo Bell", roles=["leader", "coach"],
        organisation=hospital, job_title="Matron", level="middle",
    )  # fmt: skip
    member = Membership.objects.get(pk=member.pk)
    assert member.person.email == "jo@example.org"
    assert member.roles == {"leader", "coach"}
    assert str(member.main_post) == "Matron, Larkton Hospitals"
    assert not member.is_active
    assert not member.person.has_usable_password()
    assert history_of(member) == ["Sue Staff invited them"]


def test_nobody_is_invited_twice(staff):
    actions.invite_member(by=staff, email="jo@example.org", name="Jo Bell")
    with pytest.raises(ValidationError) as refusal:
        actions.invite_member(by=staff, email="JO@example.org", name="Joanna")
    assert sentence(refusal) == (
        "Jo Bell (jo@example.org) has been invited already. You can send the invitation again."
    )
    joined = factories.MembershipFactory(network=staff.network, name="Ann", email="ann@example.org")
    with pytest.raises(ValidationError, match="is a member already") as refusal:
        actions.invite_member(by=staff, email=joined.person.email, name="Ann")


def test_an_organisation_of_another_network_or_a_closed_one_is_no_place_for_a_post(staff, hospital):
    elsewhere = factories.OrganisationFactory()
    with pytest.raises(ValidationError, match="not one of this network’s current organisations"):
        actions.invite_member(by=staff, email="a@example.org", name="A", organisation=elsewhere, level="top")
    actions.close_organisation(by=staff, organisation=hospital)
    with pytest.raises(ValidationError, match="not one of this network’s current organisations"):
        actions.add_post(by=staff, membership=staff, organisation=hospital, job_title="X", level="top")
    assert not Person.objects.filter(email="a@example.org").exists()


def test_a_new_main_post_takes_over_and_when_it_ends_the_other_is_main_again(staff, hospital):
    first = actions.add_post(
        by=staff, membership=staff, organisation=hospital, job_title="GP", level="middle"
    )
    second = actions.add_post(
        by=staff, membership=staff, organisation=hospital, job_title="Director", level="top", is_main=True
    )
    assert staff.main_post == second
    actions.end_post(by=staff, post=second, until=timezone.localdate())
    assert staff.main_post == first
    with pytest.raises(ValidationError, match="cannot end before it began"):
        actions.end_post(by=staff, post=first, until=timezone.localdate().replace(year=2000))


def test_only_a_leader_who_has_joined_decides_and_sponsors(staff, hospital, leader):
    with pytest.raises(ValidationError, match="Sue Staff is not a leader of this network"):
        actions.give_remit(by=staff, membership=staff, organisation=hospital, domain="money")
    with pytest.raises(ValidationError, match="not a leader"):
        actions.set_executive_sponsor(
            by=staff, organisation=hospital, membership=factories.MembershipFactory(roles=["leader"])
        )
    actions.give_remit(by=staff, membership=leader, organisation=hospital, domain="money")
    actions.set_executive_sponsor(by=staff, organisation=hospital, membership=leader)
    assert history_of(hospital) == [
        "Sue Staff made Lea Leader the executive sponsor",
        "Sue Staff said that Lea Leader can decide on Money",
    ]
    assert "Sue Staff said that they can decide on Money at Larkton Hospitals" in history_of(leader)


def test_leaving_ends_posts_and_gives_remits_and_sponsorships_to_the_staffs_list(staff, hospital, leader):
    actions.add_post(by=staff, membership=leader, organisation=hospital, job_title="Chief", level="top")
    for domain in ("money", "data"):
        actions.give_remit(by=staff, membership=leader, organisation=hospital, domain=domain)
    actions.set_executive_sponsor(by=staff, organisation=hospital, membership=leader)
    actions.close_membership(by=staff, membership=leader)
    assert sorted(StaffTask.objects.values_list("text", flat=True)) == [
        "Who can now decide on Data and digital at Larkton Hospitals? Lea Leader could until now.",
        "Who can now decide on Money at Larkton Hospitals? Lea Leader could until now.",
        "Who is now executive sponsor of Larkton Hospitals? Lea Leader was until now.",
    ]
    hospital.refresh_from_db()
    leader.refresh_from_db()
    assert hospital.executive_sponsor is None
    assert not Remit.objects.exists()
    assert leader.main_post is None
    assert not leader.posts.current().exists()
    assert leader.closed_by == staff
    assert history_of(leader)[0] == "Sue Staff closed the membership"


def test_giving_the_remit_to_a_successor_settles_what_waited(staff, hospital, leader):
    actions.give_remit(by=staff, membership=leader, organisation=hospital, domain="money")
    actions.close_membership(by=staff, membership=leader)
    successor = factories.MembershipFactory(network=staff.network, roles=["leader"])
    actions.give_remit(by=staff, membership=successor, organisation=hospital, domain="money")
    task = StaffTask.objects.get()
    assert task.settled_by == staff


def test_rooms_above_are_told_of_a_leaving_inside_its_transaction(staff, leader, monkeypatch):
    told = []
    monkeypatch.setattr(hooks, "membership_closing", [lambda member, by: told.append((member, by))])
    actions.close_membership(by=staff, membership=leader)
    assert told == [(leader, staff)]


def test_the_last_of_the_staff_cannot_leave_nor_stop_being_staff(staff):
    with pytest.raises(ValidationError) as refusal:
        actions.close_membership(by=staff, membership=staff)
    assert (
        sentence(refusal) == "Sue Staff is the last of the network’s staff. Make somebody else staff first."
    )
    with pytest.raises(ValidationError, match="last of the network’s staff"):
        actions.set_roles(by=staff, membership=staff, roles=["member"])
    second = factories.MembershipFactory(network=staff.network, roles=["staff"])
    actions.close_membership(by=staff, membership=staff)
    with pytest.raises(ValidationError, match="last of the network’s staff"):
        actions.close_membership(by=second, membership=second)


def test_who_stops_being_a_leader_keeps_no_remit_and_asks_find_another_owner(
    staff, hospital, leader, monkeypatch
):
    told = []
    monkeypatch.setattr(hooks, "leader_role_ending", [lambda member, by: told.append(member)])
    actions.give_remit(by=staff, membership=leader, organisation=hospital, domain="money")
    actions.set_roles(by=staff, membership=leader, roles=["member", "coach"])
    assert Membership.objects.get(pk=leader.pk).roles == {"member", "coach"}
    assert leader.roles == {"member", "coach"}
    assert not Remit.objects.exists()
    assert StaffTask.objects.get().kind == "remit"
    assert told == [leader]


def test_who_comes_back_has_the_same_membership_with_only_the_roles_given_now(staff, hospital):
    member = factories.MembershipFactory(
        network=staff.network, name="Ann Own", email="ann@example.org", roles=["staff", "leader"]
    )
    actions.close_membership(by=staff, membership=member)
    back = actions.invite_member(by=staff, email="ann@example.org", name="Annie")
    back = Membership.objects.get(pk=back.pk)
    assert back.pk == member.pk
    assert back.roles == {Role.MEMBER}
    assert back.name == "Ann Own"  # her own name, which staff do not change
    assert (back.joined_at, back.closed_at, back.closed_by) == (None, None, None)
    assert history_of(back)[0] == "Sue Staff invited them again"


def test_a_network_takes_no_address_of_ours(db):
    with pytest.raises(ValidationError, match="an address of the product’s own"):
        actions.create_network(slug="accounts", name="Accounts")
    with pytest.raises(ValidationError, match="small letters"):
        actions.create_network(slug="Larkton", name="Larkton")
    with pytest.raises(ValidationError):
        actions.create_network(slug="lark/ton", name="Larkton")
    assert actions.create_network(slug="larkton", name="Larkton").name == "Larkton"


def test_every_first_segment_of_our_addresses_is_reserved(db):
    from django.urls import get_resolver

    from people.models import RESERVED_SLUGS

    first = {str(pattern.pattern).split("/")[0] for pattern in get_resolver().url_patterns}
    assert "accounts" in first
    assert {segment for segment in first if segment and "<" not in segment} <= RESERVED_SLUGS


def test_mandates_are_set_changed_and_taken_away(staff, hospital):
    actions.set_mandate(by=staff, organisation=hospital, domain="estates", text=" Move beds within a ward. ")
    actions.set_mandate(by=staff, organisation=hospital, domain="estates", text="Move beds.")
    assert hospital.mandates.get().text == "Move beds."
    actions.set_mandate(by=staff, organisation=hospital, domain="estates", text="")
    assert not hospital.mandates.exists()
    assert len(history_of(hospital)) == 3


# --- Two at once ----------------------------------------------------------------------------------------


def at_once(*acts):
    """Run the acts at the same moment in threads of their own; return what each returned or raised."""
    results, gate = [None] * len(acts), threading.Barrier(len(acts))

    def run(number, act):
        try:
            gate.wait()
            results[number] = act()
        except ValidationError as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_two_staff_who_invite_the_same_person_at_once_make_one_membership():
    network = factories.NetworkFactory()
    one, other = factories.MembershipFactory.create_batch(2, network=network, roles=["staff"])
    results = at_once(
        lambda: actions.invite_member(by=one, email="new@example.org", name="New"),
        lambda: actions.invite_member(by=other, email="new@example.org", name="New"),
    )
    refused = [result for result in results if isinstance(result, ValidationError)]
    assert len(refused) == 1
    assert "has been invited already" in refused[0].messages[0]
    assert Membership.objects.filter(person__email="new@example.org").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_networks_that_invite_the_same_person_at_once_make_one_person():
    one, other = (factories.MembershipFactory(roles=["staff"]) for _ in range(2))
    results = at_once(
        lambda: actions.invite_member(by=one, email="new@example.org", name="New"),
        lambda: actions.invite_member(by=other, email="new@example.org", name="New"),
    )
    assert all(isinstance(result, Membership) for result in results)
    assert Person.objects.filter(email="new@example.org").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_staff_who_close_each_other_at_once_leave_one():
    network = factories.NetworkFactory()
    one, other = factories.MembershipFactory.create_batch(2, network=network, roles=["staff"])
    results = at_once(
        lambda: actions.close_membership(by=one, membership=other),
        lambda: actions.close_membership(by=other, membership=one),
    )
    assert sum(isinstance(result, ValidationError) for result in results) == 1
    assert Membership.objects.active().count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_second_who_closes_a_membership_hears_who_was_first():
    network = factories.NetworkFactory()
    one, other = (
        factories.MembershipFactory(network=network, name=n, roles=["staff"]) for n in ("Ann", "Bo")
    )
    leaver = factories.MembershipFactory(network=network, name="Cy")
    results = at_once(
        lambda: actions.close_membership(by=one, membership=leaver),
        lambda: actions.close_membership(by=other, membership=leaver),
    )
    first = "Bo" if results[0] else "Ann"
    (refused,) = [result for result in results if result]
    assert refused.messages == [f"Nothing was changed: {first} has closed Cy’s membership already."]
