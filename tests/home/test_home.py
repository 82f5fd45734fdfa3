"""What a person finds on their first page."""

import datetime

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from iocn.home.needs import gather, needs_of
from people import actions as people
from people.models import Membership
from programmes.escalations import actions as asks
from programmes.escalations.models import Beside
from programmes.escalations.permissions import asks_waiting_for
from programmes.measures.models import Measure, Observation
from programmes.measures.results import renew_due
from programmes.projects.models import PathwayProject
from tests.factories import (
    MeasureFactory,
    MembershipFactory,
    ObservationFactory,
    OrganisationFactory,
    PostFactory,
    ProjectFactory,
    RemitFactory,
    TeamMemberFactory,
)


@pytest.fixture
def hospital(network):
    return OrganisationFactory(network=network, name="Larkton Hospital")


@pytest.fixture
def nurse(network, hospital):
    nurse = MembershipFactory(network=network, name="Nell Nurse")
    PostFactory(membership=nurse, organisation=hospital)
    return nurse


@pytest.fixture
def leader(network, hospital):
    leader = MembershipFactory(network=network, name="Lea Leader", roles=["leader"])
    RemitFactory(membership=leader, organisation=hospital, domain="data")
    return leader


def page(signed_in, membership):
    response = signed_in(membership).get(reverse("home:home", args=[membership.network.slug]))
    assert response.status_code == 200
    return response.text


def raise_ask(nurse, **changes):
    return asks.raise_ask(
        by=nurse, **{"ask": "Access to the results system", "urgency": "stopping", "domain": "data"} | changes
    )


def test_a_leader_sees_first_what_waits_for_their_answer_and_for_how_long(signed_in, nurse, leader):
    ask = raise_ask(nurse)
    type(ask).objects.filter(pk=ask.pk).update(waiting_since=timezone.now() - datetime.timedelta(days=6))
    text = page(signed_in, leader)
    assert "What needs you now" in text
    assert "E-1 Access to the results system" in text
    assert "waited 6 days" in text


def test_nobody_but_the_owner_is_told_that_it_waits_for_them(signed_in, network, nurse, leader):
    raise_ask(nurse)
    other = MembershipFactory(network=network, roles=["leader"])
    assert "Access to the results system" not in page(signed_in, other)
    assert "Access to the results system" not in page(signed_in, nurse)


def test_the_team_is_asked_whether_what_is_done_is_settled(signed_in, network, nurse, leader):
    project = ProjectFactory(network=network)
    TeamMemberFactory(project=project, membership=nurse)
    colleague = TeamMemberFactory(project=project).membership
    ask = raise_ask(nurse, project=project)
    asks.accept(by=leader, escalation=ask, seen=None, what="Access by Friday", due_on=timezone.localdate())
    assert "Access by Friday" in page(signed_in, leader)
    assert "Lea Leader said yes" in page(signed_in, colleague)
    asks.mark_done(by=leader, escalation=ask, seen=None)
    for member in (nurse, colleague):
        text = page(signed_in, member)
        assert "Waiting for your team’s word" in text
        assert "Done: is it settled?" in text
    assert "Access by Friday" not in page(signed_in, leader)


def test_who_asked_and_has_left_the_team_still_has_a_home_page_that_asks_for_their_word(
    signed_in, network, nurse, leader
):
    project = ProjectFactory(network=network)
    place = TeamMemberFactory(project=project, membership=nurse)
    ask = raise_ask(nurse, project=project)
    asks.decline(by=leader, escalation=ask, text="No money", would_change="Next year")
    place.left_on = timezone.localdate()
    place.save()
    assert "Waiting for your team’s word" in page(signed_in, nurse)


def test_a_restricted_ask_reaches_nobody_else_in_the_team(signed_in, network, nurse, leader):
    project = ProjectFactory(network=network)
    TeamMemberFactory(project=project, membership=nurse)
    colleague = TeamMemberFactory(project=project).membership
    ask = raise_ask(nurse, project=project, restricted=True)
    asks.accept(by=leader, escalation=ask, seen=None, what="A quiet word", due_on=timezone.localdate())
    asks.mark_done(by=leader, escalation=ask, seen=None)
    assert "Waiting for your team’s word" in page(signed_in, nurse)
    assert "E-1" not in page(signed_in, colleague)


def test_a_team_reads_for_a_week_of_a_new_signal(signed_in, network, nurse, time_machine):
    time_machine.move_to("2025-05-06 12:00:00+00:00", tick=False)
    project = ProjectFactory(network=network, name="Pulse checks")
    TeamMemberFactory(project=project, membership=nurse)
    measure = MeasureFactory(project=project, name="Waited too long", values=[12, 14, 11, 13, 12] * 3)
    renew_due()
    assert "What your measures show" not in page(signed_in, nurse)
    ObservationFactory(measure=measure, period=datetime.date(2025, 4, 1), numerator=40, denominator=100)
    Measure.objects.update(version=F("version") + 1)
    assert "What your measures show" not in page(signed_in, nurse)
    renew_due()
    text = page(signed_in, nurse)
    assert "What your measures show" in text
    assert "Concern: higher" in text
    stranger = MembershipFactory(network=network)
    assert "Concern: higher" not in page(signed_in, stranger)
    told = gather(network, [nurse, stranger])
    assert ["signal" in [section.key for section in told[who.pk]] for who in (nurse, stranger)] == [
        True,
        False,
    ]
    time_machine.move_to("2025-05-14 12:00:00+00:00", tick=False)
    assert "Concern: higher" not in page(signed_in, nurse)


def test_a_team_is_reminded_of_a_missing_number_and_of_a_quiet_project(signed_in, network, nurse):
    long_ago = timezone.now() - datetime.timedelta(days=40)
    project = ProjectFactory(network=network, name="Pulse checks", moved_at=long_ago)
    TeamMemberFactory(project=project, membership=nurse)
    measure = Measure.objects.create(network=network, project=project, name="Checked", shape="number")
    assert "A number is missing" not in page(signed_in, nurse)
    Observation.objects.create(measure=measure, period=datetime.date(2024, 3, 1), numerator=3, added_by=nurse)
    text = page(signed_in, nurse)
    assert "The last number is for March 2024" in text
    assert "Quiet for three weeks" in text
    project.stage = PathwayProject.Stage.STOPPED
    project.save()
    text = page(signed_in, nurse)
    assert "A number is missing" not in text
    assert "Quiet for three weeks" not in text


def test_a_measure_without_any_number_is_missed_once_its_first_month_is_over(
    signed_in, network, nurse, time_machine
):
    project = ProjectFactory(network=network)
    TeamMemberFactory(project=project, membership=nurse)
    time_machine.move_to("2026-05-20 12:00:00+00:00", tick=False)
    Measure.objects.create(network=network, project=project, name="Checked", shape="number")
    time_machine.move_to("2026-06-07 12:00:00+00:00", tick=False)
    assert "It has no number yet" not in page(signed_in, nurse)
    time_machine.move_to("2026-06-08 12:00:00+00:00", tick=False)
    assert "It has no number yet" in page(signed_in, nurse)


@pytest.mark.parametrize(
    ("frequency", "last", "missing"),
    [
        ("quarter", datetime.date(2026, 4, 1), False),
        ("quarter", datetime.date(2026, 1, 1), True),
        ("irregular", datetime.date(2024, 1, 1), False),
        ("week", datetime.date(2026, 8, 24), True),
        ("week", datetime.date(2026, 9, 7), False),  # that of the 14th is still to be known
        ("day", datetime.date(2026, 9, 11), True),
        ("day", datetime.date(2026, 9, 12), False),
        ("month", datetime.date(2026, 7, 1), True),
        ("month", datetime.date(2026, 8, 1), False),
    ],
)
def test_a_number_is_missed_by_the_measures_own_rhythm(
    signed_in, network, nurse, time_machine, frequency, last, missing
):
    time_machine.move_to("2026-09-20 12:00:00+00:00", tick=False)
    project = ProjectFactory(network=network)
    TeamMemberFactory(project=project, membership=nurse)
    measure = MeasureFactory(project=project, shape="number", frequency=frequency)
    Observation.objects.create(measure=measure, period=last, numerator=3, added_by=nurse)
    assert ("A number is missing" in page(signed_in, nurse)) == missing


def test_an_ask_that_nobody_has_is_shown_to_staff_and_leaders(signed_in, network, nurse):
    raise_ask(nurse, domain="money")
    staff = MembershipFactory(network=network, roles=["staff"])
    leader = MembershipFactory(network=network, roles=["leader"])
    for member in (staff, leader):
        assert "Asks that nobody has taken" in page(signed_in, member)
    assert "Asks that nobody has taken" not in page(signed_in, nurse)


def test_news_that_no_longer_hold_are_not_told(signed_in, nurse, leader):
    ask = raise_ask(nurse)
    asks.accept(by=leader, escalation=ask, what="Access", due_on=timezone.localdate())
    assert "Lea Leader said yes" in page(signed_in, nurse)
    staff = MembershipFactory(network=nurse.network, roles=["staff"])
    people.close_membership(by=staff, membership=leader)
    text = page(signed_in, nurse)
    assert "Lea Leader said yes" not in text
    assert "Lea Leader is no longer there to answer it" in text


def test_a_leader_without_a_project_is_not_told_to_start_one(signed_in, leader):
    text = page(signed_in, leader)
    assert "You are in no project yet" not in text
    assert "See what the teams work on" in text


def test_staff_of_an_empty_network_are_led_through_its_first_steps(signed_in, network, hospital):
    staff = MembershipFactory(network=network, roles=["staff"])
    text = page(signed_in, staff)
    assert "Begin here" in text
    assert "Set up Larkton Health and Care" in text
    assert "Name a programme of care" in text
    assert "Set up" not in page(signed_in, MembershipFactory(network=network))


def test_each_first_step_is_done_by_itself_and_leads_to_where_it_is_done(signed_in, network, hospital):
    staff = MembershipFactory(network=network, roles=["staff"])

    def steps():
        response = signed_in(staff).get(f"/{network.slug}/")
        return {step["title"]: (step["tag"], step["href"]) for step in response.context["first_steps"]}

    assert steps()["Bring in the members"][0] == "To do"
    member = MembershipFactory(network=network)
    assert steps()["Bring in the members"][0] == "Done"
    assert steps()["Make somebody a leader"] == ("To do", "/larkton/members/")
    people.set_roles(by=staff, membership=member, roles=["leader"])
    assert steps()["Make somebody a leader"][0] == "Done"
    assert steps()["Say who can decide on what"] == ("To do", "/larkton/members/?role=leader")


def test_an_evaluator_sees_numbers_and_no_names(signed_in, network, nurse, leader):
    ProjectFactory(network=network, stage="prototyping")
    raise_ask(nurse)
    text = page(signed_in, MembershipFactory(network=network, roles=["evaluator"]))
    assert "Projects by stage" in text
    assert "Nell Nurse" not in text
    assert "Raise an ask" not in text
    assert "Asks by state" not in text


def test_numbers_of_asks_are_shown_from_five_on_and_never_a_smaller_one(signed_in, network, nurse, leader):
    first, *_others = [raise_ask(nurse) for _ in range(6)]
    asks.acknowledge(by=leader, escalation=first, seen=None)
    response = signed_in(MembershipFactory(network=network, roles=["evaluator"])).get(f"/{network.slug}/")
    assert response.context["asks"][:3] == [
        ("Awaiting first reply", "5"),
        ("Being looked at", "fewer than five"),
        ("On hold", "0"),
    ]


def test_a_leader_in_the_team_is_not_asked_whether_their_own_answer_settles_it(
    signed_in, network, nurse, leader
):
    project = ProjectFactory(network=network)
    TeamMemberFactory(project=project, membership=nurse)
    TeamMemberFactory(project=project, membership=leader)
    ask = raise_ask(nurse, project=project)
    asks.decline(by=leader, escalation=ask, seen=None, text="No money", would_change="A new year")
    assert "Waiting for your team’s word" not in page(signed_in, leader)
    assert "Waiting for your team’s word" in page(signed_in, nurse)


def test_a_citizen_partner_sees_their_projects_only(signed_in, network):
    own = ProjectFactory(network=network, name="Own project")
    ProjectFactory(network=network, name="Another project")
    partner = MembershipFactory(network=network, roles=["citizen_partner"])
    assert "You are in no project yet" in page(signed_in, partner)
    TeamMemberFactory(project=own, membership=partner, part="citizen_partner")
    text = page(signed_in, partner)
    assert "Own project" in text
    assert "Another project" not in text


def test_somebody_of_another_network_finds_nothing_there(signed_in, network):
    stranger = MembershipFactory()
    response = signed_in(stranger).get(reverse("home:home", args=[network.slug]))
    assert response.status_code == 404


@pytest.mark.parametrize("times", [1, 10])
def test_the_page_takes_the_same_queries_however_much_there_is(
    signed_in, network, nurse, leader, django_assert_num_queries, times
):
    for _ in range(times):
        project = ProjectFactory(network=network)
        TeamMemberFactory(project=project, membership=leader)
        TeamMemberFactory(project=project, membership=nurse)
        ask = raise_ask(nurse, project=project)
        asks.accept(by=leader, escalation=ask, seen=None, what="Soon", due_on=timezone.localdate())
        raise_ask(nurse)
    client = signed_in(leader)
    # Session, person with memberships, teams with their projects, asks to answer, promises, the team's word, news,
    # numbers, asks that nobody took.
    with django_assert_num_queries(9):
        client.get(reverse("home:home", args=[network.slug]))


def test_an_ask_that_its_manager_may_settle_first_is_not_one_that_nobody_has_taken(
    signed_in, network, nurse, leader
):
    project = ProjectFactory(network=network, sponsor=MembershipFactory(network=network))
    TeamMemberFactory(project=project, membership=nurse)
    ask = asks.raise_ask(by=nurse, ask="A quiet room", urgency="helping", project=project)
    assert ask.manager == project.sponsor
    assert "A quiet room" not in page(signed_in, leader)


# --- What waits for an answer, and for whom -------------------------------------------------------------------


def brought_in(ask, *leaders):
    Beside.objects.bulk_create(
        Beside(escalation=ask, membership=leader, part=Beside.Part.BROUGHT_IN) for leader in leaders
    )


def as_read(membership):
    return Membership.objects.with_roles().select_related("network").get(pk=membership.pk)


@pytest.fixture
def busy(network, nurse, leader, hospital):
    """Asks that wait for a manager, for an owner, for one brought in, for who acts and who stands in."""
    manager = MembershipFactory(network=network, name="Mo Manager")
    project = ProjectFactory(network=network, sponsor=manager)
    TeamMemberFactory(project=project, membership=nurse)
    other, deputy, away, chained = (
        MembershipFactory(network=network, name=name, roles=["leader"])
        for name in ("Otto Other", "Dep Uty", "Ada Way", "Cy Chained")
    )
    assistant = MembershipFactory(network=network, name="Sam Assistant")
    RemitFactory(membership=away, organisation=hospital, domain="money")
    made = [
        raise_ask(nurse, ask="A quiet room", project=project),
        raise_ask(nurse, ask="Results"),
        raise_ask(nurse, ask="A budget", domain="money"),
        raise_ask(nurse, ask="A quiet word", restricted=True),
        raise_ask(nurse, ask="Estates matters", domain="estates"),
        raise_ask(deputy, ask="Asked by the deputy", organisation=hospital),
    ]
    brought_in(made[1], other)
    today = network.today()
    for delegate, power in ((assistant, "read"), (deputy, "decide")):
        people.name_delegate(by=leader, leader=leader, delegate=delegate, power=power, until=today)
    people.set_absence(by=away, membership=away, from_date=today, until_date=today, stand_in=other)
    people.set_absence(by=other, membership=other, from_date=today, until_date=today, stand_in=chained)
    people_here = [nurse, leader, manager, other, deputy, away, chained, assistant]
    return [as_read(one) for one in people_here]


def answers(sections):
    return {
        item.title: item.hint for section in sections if section.key == "answer" for item in section.items
    }


def test_a_manager_sees_what_they_may_settle_first_and_a_leader_what_was_brought_to_them(signed_in, busy):
    _nurse, _leader, manager, other, *_rest = busy
    text = page(signed_in, manager)
    assert "Waiting for your answer" in text
    assert "A quiet room" in text
    assert "you sponsor the team and may settle it first" in text
    text = page(signed_in, other)
    assert "brought to you beside Lea Leader" in text
    assert "for Ada Way" in text


def test_who_acts_for_a_leader_sees_what_waits_for_them_but_nothing_restricted_or_their_own(busy):
    _nurse, leader, _manager, _other, deputy, _away, _chained, assistant = busy
    assert set(answers(needs_of(leader)[0])) == {
        "E-2 Results",
        "E-4 A quiet word",
        "E-6 Asked by the deputy",
    }
    found = answers(needs_of(assistant)[0])
    assert set(found) == {"E-2 Results", "E-6 Asked by the deputy"}
    assert all(hint.endswith("for Lea Leader") for hint in found.values())
    assert set(answers(needs_of(deputy)[0])) == {"E-2 Results"}


def test_the_update_and_the_home_page_say_the_same_and_it_is_what_waits(network, busy):
    in_update = gather(network, busy)
    for member in busy:
        alone = needs_of(member)[0]
        assert answers(alone) == answers(in_update[member.pk]), member
        waiting = asks_waiting_for(member).filter(state__in=["raised", "acknowledged"])
        expected = {str(ask) for ask in waiting.exclude(owner=None, manager=None)}
        assert set(answers(alone)) == expected, member


def test_news_say_of_every_step_what_others_did(signed_in, nurse, leader, busy):
    today = timezone.localdate()
    ask = raise_ask(nurse, ask="Discharge letters")
    other = busy[3]
    for act, said in [
        (
            lambda: asks.hold(
                by=leader, escalation=ask, until=today + datetime.timedelta(days=9), text="Budget"
            ),
            "Lea Leader put it on hold",
        ),
        (lambda: asks.wake(by=leader, escalation=ask), "Lea Leader took it off hold"),
        (lambda: asks.join(by=other, escalation=ask), "Otto Other needs this too"),
        (lambda: asks.comment(by=leader, escalation=ask, text="Soon"), "Lea Leader wrote"),
        (lambda: asks.accept(by=leader, escalation=ask, what="It", due_on=today), "Lea Leader said yes"),
        (
            lambda: asks.change_promise(
                by=leader, escalation=ask, what="More", due_on=today, text="Supplier"
            ),
            "Lea Leader changed the promise",
        ),
    ]:
        act()
        assert said in page(signed_in, nurse), said


def test_what_belongs_elsewhere_is_news_and_what_the_team_said_is_not(signed_in, nurse, leader):
    staff = MembershipFactory(network=nurse.network, name="Stef Staff", roles=["staff"])
    ask = raise_ask(nurse)
    asks.move_elsewhere(by=staff, escalation=ask, text="The incident system.")
    assert "Stef Staff said that it belongs elsewhere" in page(signed_in, nurse)
    other = raise_ask(nurse, ask="A phone")
    asks.acknowledge(by=leader, escalation=other)
    asks.withdraw(by=nurse, escalation=other)
    assert "A phone" not in page(signed_in, nurse)
