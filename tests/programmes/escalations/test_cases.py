"""Business cases: drafted by a team, put to several leaders, decided when the last has answered."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from people.actions.members import close_membership
from people.models import Absence, Message, StaffTask
from programmes.escalations import actions
from programmes.escalations.models import BusinessCase, Commitment, Escalation, Voice
from programmes.escalations.permissions import asks_for, asks_waiting_for, cases_for
from programmes.measures.actions import add_observation
from tests import factories
from tests.programmes.escalations.conftest import member
from tests.races import at_once

SOON = timezone.localdate() + timedelta(days=30)
YES = {"answer": "yes", "what": "The post is in my budget", "due_on": SOON}
IF = {
    "answer": "yes_if",
    "what": "Two rooms",
    "due_on": SOON + timedelta(days=9),
    "text": "The lease is signed",
}
NO = {"answer": "no", "text": "No money this year", "would_change": "Ask again in April"}


def draft(place, **words):
    return actions.draft_case(
        by=place.nurse,
        project=place.project,
        **{"title": "A nurse at home each week", "problem": "People come back in.", **words},
    )


@pytest.fixture
def put(place):
    """A case of the nurse's, put to Dr Patel, who sees it through, and Tom Okafor."""
    place.case = draft(place)
    place.ask = actions.put_case(
        by=place.nurse, case=place.case, lead=place.leader, others=[place.second], urgency="slowing"
    )
    place.case.refresh_from_db()
    return place


def told(who):
    return list(Message.objects.filter(to=who).order_by("pk").values_list("subject", flat=True))


def moves(ask):
    return list(ask.events.values_list("move", flat=True))


# --- Deciding ----------------------------------------------------------------------------------------------
def test_when_all_say_yes_it_is_promised_by_who_sees_it_through(put):
    actions.voice(by=put.second, escalation=put.ask, **IF)
    put.ask.refresh_from_db()
    assert (put.ask.state, put.ask.owner) == ("deciding", None)
    actions.voice(by=put.leader, escalation=put.ask, **YES)
    put.ask.refresh_from_db()
    assert (put.ask.state, put.ask.owner, put.ask.sponsor) == ("accepted", put.leader, put.leader)
    promise = Commitment.objects.get(escalation=put.ask)
    assert (promise.by, promise.what, promise.due_on) == (put.leader, put.case.title, IF["due_on"])
    assert moves(put.ask) == ["put", "voice", "voice", "agree"]
    said = put.ask.events.get(move="agree").text
    assert "Tom Okafor: Yes, if: The lease is signed" in said
    assert "Dr Meera Patel: Yes: The post is in my budget" in said


def test_one_no_declines_it_with_its_reason_once_all_have_answered(put):
    actions.voice(by=put.leader, escalation=put.ask, **NO)
    put.ask.refresh_from_db()
    assert put.ask.state == "deciding"
    actions.voice(by=put.second, escalation=put.ask, **YES)
    put.ask.refresh_from_db()
    assert put.ask.state == "declined"
    event = put.ask.events.get(move="refuse")
    assert event.text == "Dr Meera Patel: No money this year"
    assert event.would_change == "Dr Meera Patel: Ask again in April"
    assert not Commitment.objects.exists()


def test_an_answer_may_change_until_it_is_decided(put):
    actions.voice(by=put.leader, escalation=put.ask, seen=1, **NO)
    actions.voice(by=put.leader, escalation=put.ask, seen=1, **YES)
    actions.voice(by=put.second, escalation=put.ask, seen=1, **YES)
    put.ask.refresh_from_db()
    assert put.ask.state == "accepted"
    with pytest.raises(actions.Conflict):
        actions.voice(by=put.leader, escalation=put.ask, seen=1, **NO)
    with pytest.raises(PermissionDenied):
        actions.voice(by=put.leader, escalation=put.ask, **NO)


@pytest.mark.parametrize(
    "wrong",
    [
        {"answer": "yes"},
        {"answer": "yes", "what": "It", "due_on": timezone.localdate() - timedelta(days=1)},
        {"answer": "yes_if", "what": "It", "due_on": SOON},
        {"answer": "no", "text": "No"},
    ],
)
def test_an_answer_without_what_it_needs_changes_nothing(put, wrong):
    with pytest.raises(actions.NotPossible):
        actions.voice(by=put.leader, escalation=put.ask, **wrong)
    assert Voice.objects.get(leader=put.leader).answer == ""
    assert moves(put.ask) == ["put"]


@pytest.mark.parametrize("who", ["nurse", "colleague", "sponsor", "staff"])
def test_nobody_else_answers_it_or_takes_it(put, who):
    somebody = getattr(put, who)
    with pytest.raises(PermissionDenied):
        actions.voice(by=somebody, escalation=put.ask, **YES)
    for act in (actions.take, actions.acknowledge):
        with pytest.raises((PermissionDenied, actions.NotPossible)):
            act(by=somebody, escalation=put.ask)


def test_who_stands_in_answers_for_a_leader_who_is_away_and_history_says_for_whom(put):
    Absence.objects.create(
        membership=put.second,
        stand_in=put.sponsor,
        from_date=timezone.localdate(),
        until_date=SOON,
        created_by=put.second,
    )
    actions.voice(by=put.sponsor, escalation=put.ask, **YES)
    event = put.ask.events.get(move="voice")
    assert event.who == "Ruth Adler for Tom Okafor"
    assert Voice.objects.get(leader=put.second).answer == "yes"


@pytest.mark.django_db(transaction=True)
def test_two_who_answer_in_the_same_second_both_count_and_decide_once(place):
    for number in range(12):
        ask = actions.put_case(
            by=place.nurse,
            case=draft(place, title=f"Case {number}"),
            lead=place.leader,
            others=[place.second, place.sponsor],
            urgency="slowing",
        )
        results = at_once(
            *(
                lambda who=who, ask=ask: actions.voice(by=who, escalation=ask, seen=1, **YES)
                for who in (place.leader, place.second, place.sponsor)
            )
        )
        assert not [result for result in results if isinstance(result, Exception)], results
        ask.refresh_from_db()
        assert ask.state == "accepted"
        assert sorted(moves(ask)) == ["agree", "put", "voice", "voice", "voice"]
        assert list(ask.events.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
        assert Commitment.objects.filter(escalation=ask).count() == 1


# --- Time --------------------------------------------------------------------------------------------------
def test_only_who_has_not_answered_is_reminded_and_only_once(put):
    actions.voice(by=put.leader, escalation=put.ask, **YES)
    before = len(told(put.leader))
    with time_machine.travel(timezone.now() + timedelta(days=60), tick=False):
        while actions.run_clocks():
            pass
        actions.run_clocks()
    put.ask.refresh_from_db()
    assert moves(put.ask) == ["put", "voice", "remind"]
    assert len(told(put.second)) == 2
    assert len(told(put.leader)) == before
    with time_machine.travel(timezone.now() + timedelta(days=70), tick=False):
        while actions.run_clocks():
            pass
    # Then staff are asked to see to it; nobody is reminded again.
    assert moves(put.ask) == ["put", "voice", "remind", "climb"]
    assert StaffTask.objects.filter(settled_at=None).count() == 1
    assert len(told(put.second)) == 2


# --- People ------------------------------------------------------------------------------------------------
def test_whoever_promised_a_part_is_reminded_of_it_with_who_sees_it_through(put):
    actions.voice(by=put.second, escalation=put.ask, **IF)
    actions.voice(by=put.leader, escalation=put.ask, **YES)
    for days, words in ((0, "is near"), (14, "not yet met")):
        Message.objects.all().delete()
        with time_machine.travel(
            timezone.now() + (IF["due_on"] - timezone.localdate()) + timedelta(days=days)
        ):
            actions.run_clocks()
        for who in (put.leader, put.second):
            [mail] = Message.objects.filter(to=who)
            assert words in mail.text
        assert "You get this because you promised a part of it." in mail.text
    assert mail.to == put.second


def test_those_asked_are_told_and_find_it_among_what_waits_until_they_have_answered(put):
    assert told(put.second) == [f"E-1 waits for you: {put.case.title}"]
    assert list(asks_waiting_for(put.second)) == [put.ask]
    actions.voice(by=put.second, escalation=put.ask, **YES)
    assert not asks_waiting_for(put.second)
    assert told(put.nurse) == [f"E-1: Tom Okafor answered – {put.case.title}"]


def test_who_leaves_is_asked_no_longer_and_the_others_decide(put):
    actions.voice(by=put.leader, escalation=put.ask, **YES)
    close_membership(by=put.staff, membership=put.second)
    put.ask.refresh_from_db()
    assert (put.ask.state, put.ask.owner) == ("accepted", put.leader)
    assert moves(put.ask) == ["put", "voice", "voice_left", "agree"]


def test_a_case_that_nobody_is_left_to_answer_goes_to_staff(put):
    close_membership(by=put.staff, membership=put.second)
    close_membership(by=put.staff, membership=put.leader)
    put.ask.refresh_from_db()
    assert (put.ask.state, put.ask.owner, put.ask.step) == ("raised", None, "staff")
    assert StaffTask.objects.filter(settled_at=None, text__startswith="E-1").count() == 1
    actions.route(by=put.staff, escalation=put.ask, to=put.sponsor)


def test_a_draft_is_the_teams_and_a_put_case_is_seen_as_the_ask_is(place):
    case = draft(place)
    seen = {
        who
        for who in ("nurse", "colleague", "coach", "partner", "leader", "staff", "onlooker", "evaluator")
        if cases_for(getattr(place, who)).exists()
    }
    assert seen == {"nurse", "colleague", "coach", "partner", "staff"}
    ask = actions.put_case(by=place.nurse, case=case, lead=place.leader, urgency="slowing")
    place.network.leaders_see_all_asks = False
    place.network.save()
    for who in ("nurse", "partner", "leader", "second", "staff", "onlooker", "evaluator"):
        reader = getattr(place, who)
        reader.network.leaders_see_all_asks = False
        visible = asks_for(reader).filter(pk=ask.pk).exists()
        assert visible == (who in ("nurse", "partner", "leader", "staff"))
        assert cases_for(reader).exists() == visible


@pytest.mark.parametrize("who", ["onlooker", "leader", "partner", "evaluator"])
def test_only_the_team_writes(place, who):
    with pytest.raises(PermissionDenied):
        actions.draft_case(by=getattr(place, who), project=place.project, title="A", problem="B")


def test_what_a_measure_said_is_kept_as_it_was_when_the_case_was_put(place):
    measure = factories.MeasureFactory(project=place.project, name="Readmissions", shape="number")
    number = {"by": place.nurse, "measure": measure, "period": timezone.localdate().replace(day=1)}
    case = draft(place, measures=[measure])
    assert case.evidence.get().sentence.startswith("There are no numbers yet")
    add_observation(**number, numerator=12)
    actions.put_case(by=place.nurse, case=case, lead=place.leader, urgency="slowing")
    kept = case.evidence.get()
    assert kept.latest.startswith("12")
    measure.observations.update(numerator=99)
    assert case.evidence.get().latest == kept.latest


def test_leaders_of_another_network_and_oneself_cannot_be_asked(place):
    case = draft(place)
    other = member(factories.NetworkFactory(slug="elsewhere"), "Otto Other", "leader")
    for lead in (other, place.onlooker, place.nurse):
        with pytest.raises(actions.NotPossible):
            actions.put_case(by=place.nurse, case=case, lead=lead, urgency="slowing")
    assert not Escalation.objects.exists()


def test_a_case_that_is_put_is_not_changed_or_put_again(put):
    with pytest.raises(actions.NotPossible):
        actions.change_case(by=put.nurse, case=put.case, title="Another", problem="B")
    with pytest.raises(actions.NotPossible):
        actions.put_case(by=put.nurse, case=put.case, lead=put.leader, urgency="slowing")
    assert Escalation.objects.count() == 1


# --- Pages -------------------------------------------------------------------------------------------------
def test_a_case_is_written_put_and_answered_on_its_pages(place, signed_in):
    team, top = signed_in(place.nurse), signed_in(place.leader)
    new = f"/larkton/escalations/cases/new/{place.project.pk}/"
    assert new in team.get(place.project.get_absolute_url()).content.decode()
    shown = team.post(new, {"title": "A nurse", "problem": "", "cost": "One post"}).content.decode()
    assert "Say what the problem is" in shown
    assert "One post" in shown
    team.post(new, {"title": "A nurse", "problem": "People come back in"})
    case = BusinessCase.objects.get()
    page = case.get_absolute_url()
    assert team.get(page).status_code == 200
    assert top.get(page).status_code == 404
    team.post(f"{page}change/", {"title": "Two nurses", "problem": "They come back", "seen": 1})
    late = team.post(f"{page}change/", {"title": "Three nurses", "problem": "Mine", "seen": 1})
    assert late.status_code == 409
    assert "Three nurses" in late.content.decode()
    assert "Choose the leader" in team.post(f"{page}put/", {"urgency": "slowing"}).content.decode()
    team.post(f"{page}put/", {"lead": place.leader.pk, "others": [place.second.pk], "urgency": "slowing"})
    shown = top.get(page).content.decode()
    assert "Yet to answer: Dr Meera Patel, Tom Okafor" in shown
    assert re.search(r"Due in \d+ days\.", shown)
    answer = "/larkton/escalations/E-1/voice/"
    shown = top.post(answer, {"seen": 1, "leader": place.leader.pk, "answer": "no", "text": "No money"})
    assert "what would change this" in shown.content.decode()
    assert "No money" in shown.content.decode()
    top.post(answer, {"seen": 1, "leader": place.leader.pk, **YES})
    assert "Yet to answer: Tom Okafor" in top.get(page).content.decode()
    assert "The post is in my budget" in top.get("/larkton/escalations/E-1/").content.decode()


def test_nobody_answers_for_somebody_by_naming_them(put, signed_in):
    response = signed_in(put.leader).post(
        "/larkton/escalations/E-1/voice/", {"seen": 1, "leader": put.second.pk, **YES}
    )
    assert "Choose one of those for whom you may answer" in response.content.decode()
    assert not Voice.objects.exclude(answer="").exists()


@pytest.mark.parametrize("number", [2, 11])
@pytest.mark.parametrize("who", ["nurse", "leader", "colleague", "staff"])
def test_a_cases_pages_ask_the_same_few_questions(place, signed_in, django_assert_num_queries, number, who):
    leaders = [
        member(place.network, f"Leader {n}", "leader", organisation=place.hospital) for n in range(number)
    ]
    measures = [factories.MeasureFactory(project=place.project, name=f"M {n}") for n in range(number)]
    case = draft(place, measures=measures)
    actions.put_case(by=place.nurse, case=case, lead=place.leader, others=leaders, urgency="slowing")
    client = signed_in(getattr(place, who))
    client.get(case.get_absolute_url())
    # Session, user with memberships; the case, who answered, its evidence, its history.
    with django_assert_num_queries(6):
        client.get(case.get_absolute_url())
    with django_assert_num_queries(7):
        client.get("/larkton/escalations/E-1/")
    with django_assert_num_queries(3):
        client.get("/larkton/escalations/cases/")


def test_the_list_offers_to_answer_a_case_and_not_to_take_it(put, signed_in):
    page = signed_in(put.second).get("/larkton/escalations/")
    assert [[choice.slug for choice in row.choices] for row in page.context["rows"]] == [["voice"]]


def test_an_evaluator_in_a_team_writes_no_case_that_they_could_not_read(place):
    factories.TeamMemberFactory(project=place.project, membership=place.evaluator, part="coach")
    with pytest.raises(PermissionDenied):
        actions.draft_case(
            by=place.evaluator, project=place.project, title="A ward clerk", problem="Nurses type"
        )
