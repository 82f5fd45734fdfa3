"""In a network made at random: what every list, page, download and e-mail tells, against product.md's table."""

import contextlib
import io
import random
import re
from datetime import timedelta
from types import SimpleNamespace

import openpyxl
import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from iocn.digests.actions import write_digests
from people.actions.standing_in import name_delegate, set_absence
from people.delegates import powers_for
from people.models import Membership, Message, Organisation
from programmes.escalations import actions
from programmes.escalations.models import BusinessCase, Escalation
from programmes.escalations.permissions import asks_for, may, possible_now
from programmes.escalations.states import Move, State, Step
from programmes.projects.models import TeamMember
from tests import factories
from tests.programmes.escalations.conftest import member
from tests.programmes.escalations.walk import BY_HAND, CASE, REFUSED, words

# Each person holds one of these.
ROLES = [
    ("staff",),
    ("leader",),
    ("leader",),
    ("leader",),
    ("member",),
    ("member",),
    ("coach",),
    ("citizen_partner",),
    ("evaluator",),
    ("leader", "staff"),
    ("leader", "citizen_partner"),
    ("member", "evaluator"),
]
TO_DO = (State.RAISED, State.ACKNOWLEDGED, State.ACCEPTED)


def token(ask):
    """A word that is in nothing but this ask."""
    return f"wordof{ask}x"


def tokens(text):
    return {int(number) for number in re.findall(r"wordof(\d+)x", text)}


def made(chance, asks):
    """Make a network at random: people, projects, who acts for whom, and asks that have gone some way."""
    network = factories.NetworkFactory(slug="larkton", leaders_see_all_asks=chance.random() < 0.4)
    organisations = factories.OrganisationFactory.create_batch(2, network=network)
    people = [
        member(network, f"Person {number}", *roles, organisation=chance.choice(organisations))
        for number, roles in enumerate(ROLES)
    ]
    leaders = [one for one in people if one.is_leader]
    for one in leaders[:2]:
        one.at_table = True
        one.save(update_fields=["at_table"])
        factories.RemitFactory(membership=one, organisation=chance.choice(organisations), domain="data")
    organisations[0].executive_sponsor = leaders[2]
    organisations[0].save()
    projects = [
        factories.ProjectFactory(network=network, sponsor=chance.choice([None, *people[:6]]))
        for _ in range(2)
    ]
    for project in projects:
        for one in chance.sample(people, 5):
            citizen = one.is_citizen_only
            part = "citizen_partner" if citizen else chance.choice(["lead", "team", "coach"])
            left = timezone.localdate() if chance.random() < 0.2 else None
            factories.TeamMemberFactory(project=project, membership=one, part=part, left_on=left)
    place = SimpleNamespace(network=network, people=people, projects=projects)
    # Some weeks ago, so that what is not answered has climbed by now.
    with time_machine.travel(timezone.now() - timedelta(days=30)):
        for number in range(asks):
            raise_one(place, chance, organisations, number)
            for ask in Escalation.objects.with_people():
                go_some_way(place, chance, ask)
    actions.run_clocks()
    act_for_others(place, chance)
    for ask in Escalation.objects.with_people():
        go_some_way(place, chance, ask)
    return place


def act_for_others(place, chance):
    today = timezone.localdate()
    for _ in range(4):
        leader, other = chance.sample(place.people, 2)
        with contextlib.suppress(ValidationError):
            if chance.random() < 0.5:
                power = chance.choice(["read", "act", "decide"])
                name_delegate(
                    by=leader, leader=leader, delegate=other, power=power, until=today, copies_mail=True
                )
            else:
                set_absence(by=leader, membership=leader, from_date=today, until_date=today, stand_in=other)


def raise_one(place, chance, organisations, number):
    while not Escalation.objects.filter(number=number + 1).exists():
        by = chance.choice(place.people)
        if chance.random() < 0.2:
            put_a_case(place, chance, by, number)
            continue
        with contextlib.suppress(PermissionDenied):
            actions.raise_ask(
                by=by,
                ask=f"A key {token(number + 1)}",
                background=f"Because {token(number + 1)}",
                urgency="slowing",
                domain=chance.choice(["data", ""]),
                project=chance.choice([None, *place.projects]),
                organisation=chance.choice([None, *organisations]),
                restricted=chance.random() < 0.35,
                for_another=by.is_staff or "coach" in by.roles,
            )


def put_a_case(place, chance, by, number):
    lead, *others = chance.sample([one for one in place.people if one.is_leader], 3)
    with contextlib.suppress(*REFUSED), transaction.atomic():
        told = {**CASE, "title": f"A key {token(number + 1)}"}
        case = actions.draft_case(by=by, project=chance.choice(place.projects), **told)
        actions.put_case(by=by, case=case, lead=lead, others=others, urgency="slowing")


def go_some_way(place, chance, ask):
    for person in chance.sample(place.people, 3):
        moves = [move for move in BY_HAND if possible_now(ask, move) and may(person, ask, move)]
        if moves and asks_for(person).filter(pk=ask.pk).exists():
            move = chance.choice(moves)
            with contextlib.suppress(*REFUSED):
                BY_HAND[move](by=person, escalation=ask, **words(move, ask, chance.randrange(2, 40)))


def sees(person, ask):
    """Say whether product.md lets the person see the ask: its rules once more, one by one, from the rows."""
    if person.is_staff:
        return True
    if person.is_evaluator_only:
        return False
    if person in (ask.raised_by, ask.owner, ask.sponsor):
        return True
    if ask.restricted:
        return False
    if person.is_leader and person.network.leaders_see_all_asks:
        return True
    if person.is_leader and ask.owner is None and ask.state in TO_DO and ask.step != Step.MANAGER:
        return True
    team = TeamMember.objects.filter(project=ask.project_id, left_on=None)
    if person == ask.manager or person.pk in team.values_list("membership", flat=True):
        return True
    events = list(ask.events.all())
    route = {event.to_id for event in events} | {event.by_id for event in events if event.move == Move.TAKE}
    route |= {one.pk for one in (ask.owner, ask.sponsor, *ask.brought_in) if one}
    route |= set(ask.voices.values_list("leader", flat=True))
    acted_for = set() if person.is_citizen_only else set(powers_for(person))
    return bool(({person.pk} | acted_for) & (route - {None}))


def again(person):
    """Return the membership as a request of now would load it."""
    return Membership.objects.with_roles().select_related("network", "person").get(pk=person.pk)


def told(client, path, **query):
    response = client.get(f"/larkton/{path}", query)
    assert response.status_code in (200, 404), (path, query, response.status_code)
    if response.status_code == 404:
        return ""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if query.get("format") == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        return " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
    return content.decode()


def check(place, signed_in, person):
    client, person = signed_in(person), again(person)
    asks = {ask.number: ask for ask in Escalation.objects.with_people()}
    visible = {number for number, ask in asks.items() if sees(person, ask)}
    assert {ask.number for ask in asks_for(person)} == visible
    # All of them, and no more, in the list, its files and its search; in its tabs some.
    shown, page = set(), 1
    while found := tokens(told(client, "escalations/", show="all", page=page)) - shown:
        shown, page = shown | found, page + 1
    assert shown == visible
    for format in ("csv", "xlsx"):
        assert tokens(told(client, "escalations/", show="all", format=format)) == visible
    for show in ("waiting", "raised", "unowned", "open"):
        assert tokens(told(client, "escalations/", show=show)) <= visible
    for number in asks:
        wanted = {number} & visible
        page = told(client, f"escalations/E-{number}/")
        assert tokens(page) == wanted
        if not wanted:
            assert client.post(f"/larkton/escalations/E-{number}/comment/", {"text": "a"}).status_code == 404
    number = random.Random(person.pk).choice(list(asks))
    # A business case has its words in its own table; as an ask it is its title.
    background = "a key" if hasattr(asks[number], "case") else "because"
    for sought in (token(number), f"E-{number}", f"{background} {token(number)}"):
        # The page repeats what was searched for.
        rows = told(client, "escalations/", show="all", q=sought, format="csv")
        assert tokens(rows) == {number} & visible
    similar = told(client, "escalations/raise/similar/", ask=f"A key {token(number)}")
    assert tokens(similar) <= visible
    for case in BusinessCase.objects.exclude(escalation=None):
        wanted = {case.escalation.number} & visible
        assert tokens(told(client, f"escalations/cases/{case.pk}/")) == wanted
    for path in ("cases/", "meeting/", "leadership/", "stories/"):
        assert tokens(told(client, f"escalations/{path}")) <= visible, path
    for path in ("", "escalations/raise/", *(f"projects/{one.pk}/" for one in place.projects)):
        assert tokens(told(client, path)) <= visible, path
    for path in ("members/", "organisations/", f"members/{place.people[1].pk}/"):
        assert tokens(told(client, path)) <= visible, path
    return visible


def check_mail(person, visible, restricted):
    """What the network wrote of its own accord: of asks that they see, and no word of a restricted one."""
    for message in Message.objects.filter(to=person, kind=Message.Kind.DIGEST):
        found = tokens(message.subject + message.text + message.html)
        assert found <= visible - restricted
    for message in Message.objects.filter(to=person, kind=Message.Kind.ASK):
        assert not tokens(message.subject + message.text + message.html) & restricted


def check_seed(seed, asks, signed_in):
    place = made(random.Random(seed), asks)
    Membership.objects.update(joined_at="2020-01-01T00:00Z")
    elsewhere = factories.NetworkFactory(slug="elsewhere")
    strangers = [member(elsewhere, "Stranger", *roles) for roles in (("staff", "leader"), ("leader",))]
    # One is in both networks: nothing comes along.
    both = factories.MembershipFactory(
        network=elsewhere, person=place.people[0].person, roles=["staff", "leader"], name="Both"
    )
    write_digests(network=place.network)
    write_digests(network=elsewhere)
    restricted = set(Escalation.objects.filter(restricted=True).values_list("number", flat=True))
    assert restricted
    for person in place.people:
        check_mail(person, check(place, signed_in, person), restricted)
    for person in strangers:
        client = signed_in(person)
        for path in (
            "",
            "escalations/",
            "escalations/raise/",
            "escalations/E-1/",
            "escalations/E-1/comment/",
        ):
            assert client.get(f"/larkton/{path}").status_code == 404
    for person in (*strangers, both):
        client = signed_in(person)
        assert not asks_for(again(person)).exists()
        for path in ("", "escalations/?show=all", "escalations/?show=all&q=key&format=csv"):
            response = client.get(f"/elsewhere/{path}")
            content = b"".join(response.streaming_content) if response.streaming else response.content
            assert not tokens(content.decode())
        assert client.get("/elsewhere/escalations/E-1/").status_code == 404
        assert not Message.objects.filter(to=person, kind=Message.Kind.ASK).exists()
    assert Organisation.objects.filter(network=elsewhere).count() == 0


def test_every_page_download_and_mail_tells_of_an_ask_to_exactly_those_who_may_see_it(db, signed_in):
    check_seed(1, 8, signed_in)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 10))
def test_so_it_is_in_other_networks_made_at_random(db, signed_in, seed):
    check_seed(seed, 20, signed_in)
