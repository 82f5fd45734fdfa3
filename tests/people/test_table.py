"""Who sits at the network table: leaders alone, for as long as they are."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from iocn.shared.models import History
from people import actions
from people.models import Membership
from tests import factories


def at_table(network):
    return list(Membership.objects.at_table().filter(network=network))


def test_a_leader_gets_a_seat_once_and_loses_it(staff, leader):
    actions.set_at_table(by=staff, membership=leader, at_table=True)
    actions.set_at_table(by=staff, membership=leader, at_table=True)
    assert at_table(staff.network) == [leader]
    actions.set_at_table(by=staff, membership=leader, at_table=False)
    assert at_table(staff.network) == []
    assert [row.what for row in History.objects.of(leader)] == [
        "ended their seat at the network table",
        "gave them a seat at the network table",
    ]


def test_only_a_leader_who_has_joined_gets_one(staff, network):
    member = factories.MembershipFactory(network=network)
    awaited = factories.MembershipFactory(network=network, roles=["leader"], joined_at=None)
    for one in (member, awaited):
        with pytest.raises(ValidationError, match="only leaders sit at the table"):
            actions.set_at_table(by=staff, membership=one, at_table=True)
    assert at_table(network) == []


@pytest.mark.parametrize("how", ["role", "left"])
def test_the_seat_ends_with_the_role_and_with_the_membership(staff, leader, how):
    actions.set_at_table(by=staff, membership=leader, at_table=True)
    if how == "role":
        actions.set_roles(by=staff, membership=leader, roles=["member"])
    else:
        actions.close_membership(by=staff, membership=leader)
    leader.refresh_from_db()
    assert not leader.at_table
    assert "ended their seat at the network table" in {row.what for row in History.objects.of(leader)}


def test_the_database_lets_nobody_who_left_sit_there(staff, leader):
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(pk=leader.pk).update(
            at_table=True, closed_at=timezone.now(), closed_by=staff
        )


def test_staff_give_the_seat_on_the_members_page_and_all_who_open_it_see_it(staff, leader, signed_in):
    reader = factories.MembershipFactory(network=staff.network)
    client, path = signed_in(staff), leader.get_absolute_url()
    assert "Give a seat" in client.get(path).text
    assert "network table" not in signed_in(reader).get(path).text
    page = client.post(f"{path}table/", {"at_table": "yes"}, follow=True)
    assert "Lea Leader sits at the network table." in page.text
    page = signed_in(reader).get(path)
    assert "Sits at the network table" in page.text
    assert "End the seat" not in page.text
    rows = client.get("/larkton/members/?table=on").context["listing"].rows
    assert [row.name for row in rows] == ["Lea Leader"]
    assert len(client.get("/larkton/members/").context["listing"].rows) == 3
    client.post(f"{path}table/")
    assert at_table(staff.network) == []
    page = client.post(f"{reader.get_absolute_url()}table/", {"at_table": "yes"}, follow=True)
    assert "only leaders sit at the table" in page.text
    elsewhere = factories.MembershipFactory(roles=["leader"])
    assert client.post(f"/larkton/members/{elsewhere.pk}/table/", {"at_table": "yes"}).status_code == 404
