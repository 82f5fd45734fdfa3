import pytest

from people.models import Membership
from programmes.projects import permissions
from programmes.projects.models import TeamMember
from tests import factories

Part = TeamMember.Part


def member(network, *roles):
    return factories.MembershipFactory(network=network, roles=roles)


@pytest.fixture
def project(network):
    return factories.ProjectFactory(network=network)


def put_in_team(project, membership, part=Part.TEAM):
    return factories.TeamMemberFactory(project=project, membership=membership, part=part)


@pytest.mark.parametrize("role", ["staff", "leader", "member", "coach", "evaluator"])
def test_everybody_but_citizen_partners_sees_all_projects_and_programmes(network, project, role):
    programme = factories.ProgrammeOfCareFactory(network=network)
    reader = member(network, role)
    assert list(permissions.projects_for(reader)) == [project]
    assert list(permissions.programmes_for(reader)) == [programme]


def test_a_citizen_partner_sees_a_project_from_joining_its_team_to_leaving_it(network, project):
    factories.ProgrammeOfCareFactory(network=network)
    partner = member(network, "citizen_partner")
    assert not permissions.projects_for(partner).exists()
    assert not permissions.programmes_for(partner).exists()
    place = put_in_team(project, partner, Part.CITIZEN_PARTNER)
    assert list(permissions.projects_for(partner)) == [project]
    place.left_on = place.joined_on
    place.save()
    assert not permissions.projects_for(partner).exists()


def test_nobody_sees_another_networks_projects(network, project):
    for role in ("staff", "leader", "member", "coach", "evaluator", "citizen_partner"):
        stranger = factories.MembershipFactory(roles=[role])
        assert not permissions.projects_for(stranger).exists()
        assert not permissions.programmes_for(stranger).exists()


@pytest.mark.parametrize(
    ("role", "part", "changes", "logs"),
    [
        ("staff", None, True, True),
        ("member", None, False, False),
        ("leader", None, False, False),
        ("coach", None, False, False),
        ("evaluator", None, False, False),
        ("member", Part.LEAD, True, True),
        ("member", Part.TEAM, True, True),
        ("leader", Part.TEAM, True, True),
        ("coach", Part.COACH, True, True),
        ("citizen_partner", Part.CITIZEN_PARTNER, False, True),
    ],
)
def test_who_changes_a_project_and_who_logs_in_it(network, project, role, part, changes, logs):
    person = member(network, role)
    if part:
        put_in_team(project, person, part)
    for answer, expected in (
        (permissions.may_change(person, project), changes),
        (permissions.may_log(person, project), logs),
    ):
        assert bool(answer) is expected
        assert expected or answer.reason.endswith(".")


def test_who_has_left_a_team_no_longer_changes_its_project(network, project):
    person = member(network, "member")
    place = put_in_team(project, person, Part.LEAD)
    place.left_on = place.joined_on
    place.save()
    assert not permissions.may_change(person, project)
    assert not permissions.may_log(person, project)


def test_nobody_logs_in_a_stopped_project_and_the_reason_says_so(network):
    project = factories.ProjectFactory(network=network, stage="stopped")
    assert "stopped" in permissions.may_log(member(network, "staff"), project).reason


@pytest.mark.parametrize(
    ("role", "creates"),
    [
        ("staff", True),
        ("leader", True),
        ("member", True),
        ("coach", True),
        ("citizen_partner", False),
        ("evaluator", False),
    ],
)
def test_who_starts_a_project(network, role, creates):
    assert bool(permissions.may_create(member(network, role))) is creates


def test_an_evaluator_reads_no_words_unless_they_are_in_the_team(network, project):
    assert not permissions.may_read_words(member(network, "evaluator"), project)
    partner_too = member(network, "evaluator", "citizen_partner")
    assert not permissions.may_read_words(partner_too, project)
    put_in_team(project, partner_too, Part.CITIZEN_PARTNER)
    assert permissions.may_read_words(partner_too, project)


@pytest.mark.parametrize(
    ("roles", "part", "possible"),
    [
        (["member"], Part.LEAD, True),
        (["member"], Part.CITIZEN_PARTNER, False),
        (["citizen_partner"], Part.CITIZEN_PARTNER, True),
        (["citizen_partner"], Part.TEAM, False),
        (["citizen_partner", "member"], Part.TEAM, True),
        (["evaluator"], Part.TEAM, False),
    ],
)
def test_which_part_a_role_can_have(network, roles, part, possible):
    assert bool(permissions.may_have_part(member(network, *roles), part)) is possible


def test_teammates_are_those_in_ones_own_teams_now(network, project):
    from people import hooks

    partner = member(network, "citizen_partner")
    put_in_team(project, partner, Part.CITIZEN_PARTNER)
    sister = put_in_team(project, member(network, "member")).membership
    gone = put_in_team(project, member(network, "member"))
    gone.left_on = gone.joined_on
    gone.save()
    factories.TeamMemberFactory(project__network=network)  # of another project
    met = Membership.objects.none()
    for hook in hooks.teammates:
        met = met | hook(partner)
    assert set(met) == {partner, sister}
