import threading
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from iocn.shared.models import History
from people import hooks
from people.actions import set_roles
from people.models import StaffTask
from programmes.projects import actions
from programmes.projects.models import PathwayProject, Prototype, TeamMember, TestCycle
from tests import factories

Part = TeamMember.Part


@pytest.fixture
def by(network):
    return factories.MembershipFactory(network=network, name="Ann Quill")


@pytest.fixture
def project(by):
    project = actions.create_project(by=by, name="Letters in time")
    long_ago = timezone.now() - timedelta(days=60)
    PathwayProject.objects.filter(pk=project.pk).update(moved_at=long_ago)
    project.refresh_from_db()
    return project


def told(thing):
    """The thing's history as a person reads it, newest first."""
    return [str(entry) for entry in History.objects.of(thing)]


def test_whoever_starts_a_project_leads_it(network, by):
    programme = actions.create_programme(by=by, name="Atrial fibrillation", aim="Fewer strokes")
    project = actions.create_project(by=by, name="Pulse checks", aim="A check each", programme=programme)
    assert project.network == network
    assert [(place.membership, place.part) for place in project.team.now()] == [(by, Part.LEAD)]
    assert told(project) == ["Ann Quill started the project"]
    assert told(programme) == ["Ann Quill created the programme"]


def test_a_project_does_not_start_stopped(by):
    with pytest.raises(ValidationError, match="work goes on"):
        actions.create_project(by=by, name="Pulse checks", stage="stopped")


def test_a_project_does_not_join_another_networks_programme(by):
    with pytest.raises(ValidationError, match="another network"):
        actions.create_project(by=by, name="Pulse checks", programme=factories.ProgrammeOfCareFactory())


def test_a_change_is_told_with_what_it_was_before(by, project):
    actions.change_project(by=by, project=project, name=project.name, aim="All within a day", programme=None)
    entry = History.objects.of(project).first()
    assert (entry.what, entry.text) == ("changed the aim", "Aim: All within a day (before: –)")
    assert not PathwayProject.objects.get(pk=project.pk).is_stalled


def test_saving_a_project_unchanged_tells_nothing(by, project):
    actions.change_project(by=by, project=project, name=project.name, aim="", programme=None)
    assert len(told(project)) == 1


def test_a_programme_is_renamed(by):
    programme = actions.create_programme(by=by, name="AF")
    actions.change_programme(by=by, programme=programme, name="Atrial fibrillation", aim="Fewer strokes")
    assert told(programme)[0] == "Ann Quill changed the name and the aim"


# --- Teams -------------------------------------------------------------------------------------------------
def test_somebody_joins_changes_part_and_leaves(network, by, project):
    sam = factories.MembershipFactory(network=network, name="Sam Reed")
    place = actions.add_to_team(by=by, project=project, membership=sam, part=Part.TEAM)
    assert actions.add_to_team(by=by, project=project, membership=sam, part=Part.LEAD) == place
    actions.leave_team(by=sam, team_member=TeamMember.objects.get(pk=place.pk))
    place.refresh_from_db()
    assert place.left_on == timezone.localdate()
    assert told(project)[:3] == [
        "Sam Reed left the team",
        "Ann Quill changed the part of Sam Reed: leads the team",
        "Ann Quill added Sam Reed: in the team",
    ]
    # And may come back.
    assert actions.add_to_team(by=by, project=project, membership=sam, part=Part.TEAM) != place


def test_somebody_of_another_network_joins_no_team(by, project):
    with pytest.raises(ValidationError, match="another network"):
        actions.add_to_team(by=by, project=project, membership=factories.MembershipFactory(), part=Part.TEAM)


def test_staff_hear_of_a_project_that_nobody_leads_until_somebody_does(network, by, project):
    actions.leave_team(by=by, team_member=project.team.get())
    task = StaffTask.objects.get()
    assert (task.kind, task.text) == ("project", "Nobody leads the project “Letters in time” now.")
    assert task.left_by == by
    sam = factories.MembershipFactory(network=network)
    actions.add_to_team(by=by, project=project, membership=sam, part=Part.LEAD)
    task.refresh_from_db()
    assert task.settled_by == by


def test_closing_a_membership_ends_its_places_and_leaves_no_project_unled_in_silence(network, by, project):
    sam = factories.MembershipFactory(network=network)
    shared = actions.create_project(by=by, name="Pulse checks")
    actions.add_to_team(by=by, project=shared, membership=sam, part=Part.LEAD)
    staff = factories.MembershipFactory(network=network, roles=["staff"])
    assert actions.leave_teams in hooks.membership_closing
    actions.leave_teams(by, staff)
    assert not TeamMember.objects.now().filter(membership=by).exists()
    assert [task.subject for task in StaffTask.objects.all()] == [project]


@pytest.mark.parametrize(
    ("roles", "stays"),
    [
        (["member", "leader"], True),
        (["member", "evaluator"], True),
        (["evaluator"], False),
        (["citizen_partner"], False),
    ],
)
def test_who_may_be_in_the_team_no_more_leaves_it(network, by, project, roles, stays):
    staff = factories.MembershipFactory(network=network, name="Sam Lee", roles=["staff"])
    set_roles(by=staff, membership=by, roles=roles)
    assert TeamMember.objects.now().filter(membership=by).exists() is stays
    assert StaffTask.objects.filter(kind="project").exists() is not stays
    assert ("Sam Lee ended the place of Ann Quill, whose roles changed" in told(project)) is not stays


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("create", [actions.create_project, actions.create_programme])
def test_of_two_who_give_the_same_name_at_once_the_second_is_told(network, by, create):
    together = threading.Barrier(2)
    refused = []

    def start():
        together.wait()
        try:
            create(by=by, name="Falls at home")
        except ValidationError as error:
            refused.append(error.message_dict["name"])
        finally:
            connection.close()

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == [["There is already “Falls at home”. Choose another name."]]


def test_a_handed_over_project_needs_no_lead(by, project):
    PathwayProject.objects.update(stage="handed_over")
    actions.leave_team(by=by, team_member=TeamMember.objects.get())
    assert not StaffTask.objects.exists()


# --- Tries -------------------------------------------------------------------------------------------------
def test_one_sentence_is_a_try_of_a_new_prototype(by, project):
    logged = actions.log_try(by=by, project=project, do="Sent six by noon.", new_prototype="Noon round")
    assert (logged.number, logged.on, logged.prototype.name) == (1, timezone.localdate(), "Noon round")
    assert logged.prototype.state == "testing"
    assert told(project)[0] == "Ann Quill logged try 1 of “Noon round”"
    assert not PathwayProject.objects.get(pk=project.pk).is_stalled


def test_a_new_name_that_is_there_already_is_the_same_prototype(by, project):
    first = actions.log_try(by=by, project=project, do="Six by noon.", new_prototype="Noon round")
    second = actions.log_try(by=by, project=project, do="Seven by noon.", new_prototype="noon round ")
    assert second.prototype == first.prototype
    assert second.number == 2


def test_a_prototype_follows_the_ending_of_its_last_try(by, project):
    logged = actions.log_try(by=by, project=project, do="Six.", new_prototype="Noon round", ending="adapt")
    assert Prototype.objects.get().state == "adapted"
    actions.log_try(by=by, project=project, do="Seven.", prototype=logged.prototype)
    assert Prototype.objects.get().state == "testing"
    actions.log_try(by=by, project=project, do="Ten.", prototype=logged.prototype, ending="adopt")
    assert Prototype.objects.get().state == "adopted"


def test_what_was_learned_can_come_later(by, project):
    logged = actions.log_try(by=by, project=project, do="Six by noon.", new_prototype="Noon round")
    actions.complete_try(
        by=by,
        test_cycle=logged,
        do=logged.do,
        on=logged.on,
        study="Beds free by two",
        ending="abandon",
    )
    logged.refresh_from_db()
    assert (logged.study, logged.do) == ("Beds free by two", "Six by noon.")
    assert Prototype.objects.get().state == "abandoned"
    assert told(project)[0] == "Ann Quill added to try 1 of “Noon round”"


def test_what_was_overwritten_in_a_try_stays_in_its_history(by, project):
    logged = actions.log_try(
        by=by, project=project, do="Six.", on=date(2026, 3, 2), study="Beds free", new_prototype="Noon round"
    )
    # A form that was opened before the rest was written: it empties what it did not show.
    TestCycle.objects.filter(pk=logged.pk).update(act="Ask the pharmacy", ending="adapt")
    actions.complete_try(by=by, test_cycle=logged, do="Six.", on=date(2026, 3, 3), study="Beds free by two")
    assert told(project)[0] == "Ann Quill changed try 1 of “Noon round”"
    assert History.objects.of(project)[0].text.splitlines() == [
        "Before, it was on 2 March 2026",
        "Before, we learned: Beds free",
        "Before, next was: Ask the pharmacy",
        "Before, we would: Adapt it and try again",
    ]


def test_a_try_of_another_projects_prototype_is_refused(by, project):
    with pytest.raises(ValidationError, match="another project"):
        actions.log_try(by=by, project=project, do="Six.", prototype=factories.PrototypeFactory())


def test_a_try_of_nothing_is_refused(by, project):
    with pytest.raises(ValidationError, match="what was tried"):
        actions.log_try(by=by, project=project, do="Six.", new_prototype=" ")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("new", [False, True], ids=["a known prototype", "a new one of the same name"])
def test_two_who_log_at_once_are_both_kept(network, by, project, new):
    sam = factories.MembershipFactory(network=network)
    prototype = None if new else factories.PrototypeFactory(project=project, name="Noon round")
    together = threading.Barrier(2)
    failures = []

    def log(who):
        together.wait()
        try:
            actions.log_try(
                by=who,
                project=PathwayProject.objects.get(pk=project.pk),
                do=f"By {who.pk}",
                prototype=prototype,
                new_prototype="Noon round" if new else "",
            )
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=log, args=(who,)) for who in (by, sam)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert Prototype.objects.count() == 1
    assert sorted(TestCycle.objects.values_list("number", flat=True)) == [1, 2]
    assert set(TestCycle.objects.values_list("logged_by", flat=True)) == {by.pk, sam.pk}
