"""Queries whose SQL is kept: each reader gets their own rows, and what cannot be kept is refused."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from iocn.shared.prepared import Typed, prepared
from people.models import Membership, Network, Post
from people.permissions import Role
from people.scopes import listed_members_for
from programmes.escalations.models import Escalation
from tests.factories import MembershipFactory, NetworkFactory

pytestmark = pytest.mark.django_db


@prepared
def _listed(reader: Membership) -> QuerySet[Membership]:
    return listed_members_for(reader).with_roles().order_by("name", "pk")


def test_each_reader_gets_the_rows_of_their_own_network() -> None:
    one, other = NetworkFactory(), NetworkFactory()
    for network in (one, other):
        reader = MembershipFactory(network=network, roles=[Role.LEADER])
        mate = MembershipFactory(network=network, roles=[Role.STAFF])
        assert {member.pk for member in _listed(reader)} == {reader.pk, mate.pk}


def test_readers_of_different_roles_get_what_their_roles_see() -> None:
    network = NetworkFactory()
    staff = MembershipFactory(network=network, roles=[Role.STAFF])
    leader = MembershipFactory(network=network, roles=[Role.LEADER])
    gone = MembershipFactory(network=network, roles=[], closed_at=timezone.now(), closed_by=staff)
    assert gone in _listed(staff)
    assert gone not in _listed(leader)
    assert gone in _listed(staff)


def test_what_is_read_is_as_it_would_be_otherwise() -> None:
    network = NetworkFactory()
    reader = MembershipFactory(network=network, roles=[Role.STAFF, Role.LEADER])
    usual = listed_members_for(reader).with_roles().order_by("name", "pk")
    assert [vars(member).keys() for member in _listed(reader)] == [vars(member).keys() for member in usual]
    assert [member.roles for member in _listed(reader)] == [{Role.STAFF, Role.LEADER}]


def test_times_and_dates_are_values_of_the_second_reader_too() -> None:
    @prepared
    def joined_since(network: int, since: object) -> QuerySet[Membership]:
        return Membership.objects.filter(network=network, joined_at__gte=since)

    now = timezone.now()
    member = MembershipFactory(joined_at=now - timedelta(days=3))
    assert not joined_since(member.network_id, now - timedelta(days=1))
    assert list(joined_since(member.network_id, now - timedelta(days=5))) == [member]

    @prepared
    def posts_from(day: date) -> QuerySet[Post]:
        return Post.objects.filter(from_date__gte=day)

    assert not posts_from(date(2020, 1, 1))


def test_values_lists_and_annotations_are_prepared_as_well() -> None:
    @prepared
    def names(network: int) -> QuerySet[Membership, tuple[str, bool]]:
        mates = Membership.objects.filter(network=OuterRef("network")).exclude(pk=OuterRef("pk"))
        found = Membership.objects.filter(network=network).annotate(has_mates=Exists(mates))
        return found.order_by("pk").values_list("name", "has_mates")

    alone, one = MembershipFactory(), MembershipFactory()
    other = MembershipFactory(network=one.network)
    assert list(names(alone.network_id)) == [(alone.name, False)]
    assert list(names(one.network_id)) == [(one.name, True), (other.name, True)]


def test_a_number_in_a_column_of_small_integers_is_prepared_too() -> None:
    @prepared
    def one(network: int, number: int) -> QuerySet[Escalation]:
        return Escalation.objects.filter(network=network, number=number)

    one(1, 2)
    assert one.__closure__ is not None
    known = next(cell.cell_contents for cell in one.__closure__ if isinstance(cell.cell_contents, dict))
    assert all(known.values())


def test_a_typed_text_is_a_value_whole_or_as_a_part_of_another() -> None:
    @prepared
    def named(network: int, part: Typed) -> QuerySet[Membership]:
        return Membership.objects.filter(network=network, name__icontains=part).order_by("pk")

    @prepared
    def called(network: int, name: Typed) -> QuerySet[Membership]:
        return Membership.objects.filter(network=network, name=name)

    one = MembershipFactory(name="Ann 100% O’Hara_\\")
    other = MembershipFactory(name="Ann 1000", network=one.network)
    for text, who in (
        ("ann", [one, other]),
        ("100%", [one]),
        ("a_", [one]),
        ("_\\", [one]),
        ("", [one, other]),
    ):
        assert list(named(one.network_id, Typed(text))) == who, text
    assert list(called(one.network_id, Typed("Ann 1000"))) == [other]
    assert not called(one.network_id, Typed("%"))


def test_only_a_word_stands_in_the_sql_itself() -> None:
    @prepared
    def spelled(network: int, word: Typed) -> QuerySet[Any, str]:
        spelling = RawSQL(f"'{word}'", [])  # noqa: S611 - what this is about
        return Membership.objects.filter(network=network).values_list(spelling, flat=True)

    network = MembershipFactory().network_id
    assert list(spelled(network, Typed("one"))) == ["one"]
    assert list(spelled(network, Typed("stands0for1"))) == ["stands0for1"]
    with pytest.raises(ValueError, match="Only a word"):
        spelled(network, Typed("'; --"))


def test_what_asks_the_database_for_nothing_stays_empty() -> None:
    @prepared
    def nobody(network: int) -> QuerySet[Membership]:
        return Membership.objects.filter(network=network, pk__in=[])

    network = MembershipFactory().network
    assert list(nobody(network.pk)) == list(nobody(network.pk)) == []


def test_a_time_of_its_own_is_refused_as_it_would_be_kept() -> None:
    @prepared
    def lately(network: int) -> QuerySet[Membership]:
        return Membership.objects.filter(network=network, joined_at__gte=timezone.now())

    with pytest.raises(TypeError, match="a time of its own"):
        lately(1)


def test_a_value_in_what_is_prefetched_is_refused_as_it_would_be_kept() -> None:
    @prepared
    def networks(reader: int) -> QuerySet[Network]:
        mine = Membership.objects.filter(pk=reader)
        return Network.objects.prefetch_related(Prefetch("memberships", queryset=mine))

    with pytest.raises(TypeError, match="memberships"):
        networks(1)


def test_a_query_that_depends_on_a_number_is_found_by_any_test_that_reads_it() -> None:
    @prepared
    def odd(network: int) -> QuerySet[Membership]:
        found = Membership.objects.filter(network=network)
        return found.filter(at_table=True) if network > 100 else found

    with pytest.raises(AssertionError, match="depends on a value"):
        odd(1)


def test_networks_stand_in_the_sql_where_postgresql_may_keep_a_plan_for_each() -> None:
    network = NetworkFactory()
    reader = MembershipFactory(network=network, roles=[Role.LEADER])
    sql, params = _listed(reader).query.get_compiler("default").as_sql()
    stands = connection.vendor == "postgresql"
    assert (f'"network_id" = {network.pk} ' in sql) == stands
    assert sql.replace("%%", "").count("%s") == len(params)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL alone keeps plans")
def test_postgresql_keeps_no_plan_for_some_network() -> None:
    network = NetworkFactory()
    reader = MembershipFactory(network=network, roles=[Role.LEADER])
    for _time in range(8):
        assert [member.pk for member in _listed(reader)] == [reader.pk]
        assert [member.pk for member in Membership.objects.filter(network=network)] == [reader.pk]
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        kept = [statement for (statement,) in cursor]
    ours = [
        statement for statement in kept if "people_membership" in statement and 'network_id" =' in statement
    ]
    assert ours
    assert not [statement for statement in kept if re.search(r'"network_id" (=|IN) \(?\$', statement)]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL alone keeps plans")
def test_postgresql_keeps_no_plan_for_what_writes_as_many_rows_as_there_are() -> None:
    member = MembershipFactory(roles=[Role.LEADER])
    for number in range(8):
        Membership.objects.filter(pk=member.pk).update(name=f"Name {number}")
        Membership.objects.filter(pk__in=Post.objects.values("membership")).update(name="Somebody")
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        kept = [text for (text,) in cursor if text.startswith('UPDATE "people_membership"')]
    assert len(kept) == 1
    assert "SELECT" not in kept[0]
