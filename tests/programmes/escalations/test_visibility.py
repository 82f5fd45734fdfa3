"""Who sees which ask: product.md's table, row by row."""

import pytest
from django.utils import timezone

from programmes.escalations import actions
from programmes.escalations.models import Escalation
from programmes.escalations.permissions import asks_for, asks_waiting_for, may
from programmes.escalations.states import Move
from programmes.projects.models import TeamMember
from tests import factories
from tests.programmes.escalations.conftest import member

# Who sees the nurse's ask that Dr Patel handed on to Tom Okafor: unrestricted, with leaders shut out by the
# network, and restricted.
TABLE = {
    "nurse": (True, True, True),  # raised it
    "second": (True, True, True),  # owner
    "leader": (True, True, True),  # answerable
    "staff": (True, True, True),
    "colleague": (True, True, False),  # team
    "coach": (True, True, False),  # coaches the project
    "partner": (True, True, False),  # citizen partner of the project
    "sponsor": (True, False, False),  # a leader outside its route
    "onlooker": (False, False, False),  # a member outside
    "other_coach": (False, False, False),
    "other_partner": (False, False, False),
    "left_team": (False, False, False),  # has left it, after a comment
    "evaluator": (False, False, False),
    "stranger": (False, False, False),  # staff of another network
}


@pytest.fixture
def crowd(place):
    place.other_coach = member(place.network, "Cora", "coach")
    place.other_partner = member(place.network, "Otto", "citizen_partner")
    place.left_team = member(place.network, "Lea Left", "citizen_partner")
    factories.TeamMemberFactory(project=place.project, membership=place.left_team, part="citizen_partner")
    place.stranger = member(factories.NetworkFactory(), "Stranger", "staff", "leader")
    return place


def handed_on(place, restricted):
    ask = actions.raise_ask(
        by=place.nurse,
        ask="Access",
        urgency="slowing",
        project=place.project,
        domain="data",
        restricted=restricted,
    )
    actions.hand_on(by=place.leader, escalation=ask, to=place.second)
    return ask


def leave_after_a_comment(person, ask):
    if not ask.restricted:
        actions.comment(by=person, escalation=ask, text="That would help me too.")
    TeamMember.objects.filter(membership=person).update(left_on=timezone.localdate())


@pytest.mark.parametrize("who", TABLE)
@pytest.mark.parametrize("case", ["unrestricted", "leaders shut out", "restricted"])
def test_lists_pages_and_downloads_show_an_ask_to_exactly_those(crowd, signed_in, who, case):
    ask = handed_on(crowd, restricted=case == "restricted")
    leave_after_a_comment(crowd.left_team, ask)
    crowd.network.leaders_see_all_asks = case != "leaders shut out"
    crowd.network.save()
    reader = member_again(getattr(crowd, who))
    sees = TABLE[who][["unrestricted", "leaders shut out", "restricted"].index(case)]
    assert asks_for(reader).filter(pk=ask.pk).exists() == sees
    client = signed_in(reader)
    assert client.get("/larkton/escalations/E-1/").status_code == (200 if sees else 404)
    assert client.get("/larkton/escalations/E-1/comment/").status_code == (200 if sees else 404)
    sent = client.post("/larkton/escalations/E-1/withdraw/", {"seen": 99})
    assert (sent.status_code != 404) == sees
    if who != "stranger":
        listed = client.get("/larkton/escalations/", {"show": "all", "q": "E-1"})
        assert bool(listed.context["listing"].rows) == sees
        file = client.get("/larkton/escalations/", {"show": "all", "format": "csv"})
        assert (b"Access" in b"".join(file.streaming_content)) == sees


def member_again(membership):
    """Return the membership as a request of now would load it."""
    from people.models import Membership

    return Membership.objects.with_roles().select_related("network", "person").get(pk=membership.pk)


@pytest.mark.parametrize(("restricted", "sees"), [(False, True), (True, False)])
def test_every_leader_sees_an_unrestricted_ask_that_nobody_has(place, restricted, sees):
    place.network.leaders_see_all_asks = False
    place.network.save()
    ask = actions.raise_ask(by=place.onlooker, ask="A room", urgency="helping", restricted=restricted)
    assert ask.owner is None
    assert asks_for(member_again(place.leader)).filter(pk=ask.pk).exists() == sees


def test_who_had_an_ask_before_still_sees_it_unless_restricted(place):
    place.network.leaders_see_all_asks = False
    place.network.save()
    for restricted in (False, True):
        ask = handed_on(place, restricted)
        actions.hand_on(by=place.second, escalation=ask, to=place.sponsor)
        assert asks_for(member_again(place.second)).filter(pk=ask.pk).exists() != restricted
        assert asks_for(member_again(place.leader)).filter(pk=ask.pk).exists()


def test_what_waits_for_whom(place):
    ask = handed_on(place, restricted=False)
    quiet = handed_on(place, restricted=True)
    waiting = {name: set(asks_waiting_for(getattr(place, name))) for name in vars(place) if name in TABLE}
    assert waiting.pop("second") == {ask, quiet}
    assert not any(waiting.values())
    for one in (ask, quiet):
        actions.decline(by=place.second, escalation=one, text="No", would_change="March")
    waiting = {name: set(asks_waiting_for(getattr(place, name))) for name in vars(place) if name in TABLE}
    assert waiting.pop("nurse") == {ask, quiet}
    assert waiting.pop("colleague") == waiting.pop("partner") == {ask}
    assert not any(waiting.values())


# Who may do what to the nurse's ask once it is with Tom Okafor, whatever its state.
MAY = {
    Move.ACCEPT: {"second"},
    Move.TAKE: {"leader", "second", "sponsor"},
    Move.ROUTE: {"staff"},
    Move.CONFIRM: {"nurse", "colleague", "partner", "staff"},
    Move.COMMENT: {"nurse", "colleague", "partner", "staff", "coach", "leader", "second", "sponsor"},
}
SAME_AS = {
    Move.ACKNOWLEDGE: Move.ACCEPT,
    Move.DECLINE: Move.ACCEPT,
    Move.HAND_ON: Move.ACCEPT,
    Move.DONE: Move.ACCEPT,
    Move.NOT_SETTLED: Move.CONFIRM,
    Move.WITHDRAW: Move.CONFIRM,
}


@pytest.mark.parametrize("move", [*MAY, *SAME_AS])
def test_who_may_do_what(place, move):
    ask = Escalation.objects.get(pk=handed_on(place, restricted=False).pk)
    readers = {
        name: person
        for name, person in vars(place).items()
        if name in TABLE and asks_for(person).filter(pk=ask.pk).exists()
    }
    can = {name for name, person in readers.items() if may(person, ask, move)}
    assert can == MAY[SAME_AS.get(move, move)]
    assert all(
        may(person, ask, move).reason.endswith(".") for name, person in readers.items() if name not in can
    )


def test_the_team_of_a_restricted_ask_has_no_say(place):
    ask = handed_on(place, restricted=True)
    assert not may(place.colleague, ask, Move.WITHDRAW)


def test_a_leader_in_the_team_does_not_confirm_what_they_answered(place):
    factories.TeamMemberFactory(project=place.project, membership=place.second, part=TeamMember.Part.TEAM)
    ask = Escalation.objects.get(pk=handed_on(place, restricted=False).pk)
    assert "You answered this ask" in may(place.second, ask, Move.CONFIRM).reason
    assert ask not in asks_waiting_for(place.second).filter(state="done")
