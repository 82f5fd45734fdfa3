"""The manager who sponsors a project's team: named by the team, shown, and followed by somebody when they leave."""

import pytest
from django.core.exceptions import ValidationError

from iocn.shared.models import History
from people.actions import close_membership, set_roles
from people.models import StaffTask
from programmes.projects import actions
from programmes.projects.models import PathwayProject
from tests import factories


@pytest.fixture
def lead(network):
    return factories.MembershipFactory(network=network, name="Ann Quill")


@pytest.fixture
def manager(network):
    return factories.MembershipFactory(network=network, name="Mo Manager", email="mo@example.org")


@pytest.fixture
def staff(network):
    return factories.MembershipFactory(network=network, name="Sue Staff", roles=["staff"])


@pytest.fixture
def project(lead):
    return actions.create_project(by=lead, name="Letters in time")


def sponsored(project, lead, sponsor):
    actions.change_project(
        by=lead, project=project, name=project.name, aim="", programme=None, sponsor=sponsor
    )
    return PathwayProject.objects.get(pk=project.pk).sponsor


def test_a_team_names_its_sponsor_and_takes_the_name_back(project, lead, manager):
    assert sponsored(project, lead, manager) == manager
    assert History.objects.of(project)[0].what == "changed the sponsor"
    assert History.objects.of(project)[0].text == "Sponsor: Mo Manager (before: –)"
    namesake = factories.MembershipFactory(network=lead.network, name="Mo Manager")
    assert sponsored(project, lead, namesake) == namesake
    assert sponsored(project, lead, None) is None
    assert list(manager.sponsored_projects.all()) == []


@pytest.mark.parametrize("roles", [["citizen_partner"], ["evaluator"]])
def test_citizen_partners_and_evaluators_sponsor_no_team(project, lead, roles):
    other = factories.MembershipFactory(network=lead.network, roles=roles)
    with pytest.raises(ValidationError, match="sponsors no team"):
        sponsored(project, lead, other)
    with pytest.raises(ValidationError, match="sponsors no team"):
        actions.create_project(by=lead, name="Another", sponsor=other)


def test_nobody_from_elsewhere_and_nobody_who_has_not_joined_sponsors_a_team(project, lead):
    with pytest.raises(ValidationError, match="is not a member of this network"):
        sponsored(project, lead, factories.MembershipFactory())
    awaited = factories.MembershipFactory(network=lead.network, joined_at=None)
    with pytest.raises(ValidationError, match="is not an active member"):
        sponsored(project, lead, awaited)
    project.refresh_from_db()
    assert project.sponsor is None


@pytest.mark.parametrize("how", ["left", "roles"])
def test_when_the_sponsor_leaves_staff_are_asked_who_follows(project, lead, manager, staff, how):
    stopped = actions.create_project(by=lead, name="Stopped", sponsor=manager)
    actions.move_stage(by=lead, project=stopped, stage="stopped", reason="Enough.")
    sponsored(project, lead, manager)
    if how == "left":
        close_membership(by=staff, membership=manager)
    else:
        set_roles(by=staff, membership=manager, roles=["evaluator"])
    for one in (project, stopped):
        one.refresh_from_db()
        assert one.sponsor is None
        assert str(History.objects.of(one)[0]) == "Sue Staff ended that Mo Manager sponsors the team"
    task = StaffTask.objects.get(settled_at=None)
    assert task.text == "Which manager sponsors the team of “Letters in time” now? Mo Manager did until now."
    assert task.subject == project
    sponsored(project, staff, lead)
    assert not StaffTask.objects.filter(settled_at=None).exists()


def test_the_sponsor_is_typed_shown_and_kept_when_the_form_is_sent_again(project, lead, manager, signed_in):
    factories.MembershipFactory(network=lead.network, name="Mo Manager", email="other@example.org")
    client, path = signed_in(lead), f"{project.get_absolute_url()}change/"
    data = {"name": project.name, "aim": "", "programme": ""}
    page = client.post(path, data | {"sponsor": "Mo Manager", "aim": "Typed"})
    assert "Several match “Mo Manager”" in page.text
    assert "Typed" in page.text
    assert (
        "Nobody here is called “Nobody Known”" in client.post(path, data | {"sponsor": "Nobody Known"}).text
    )
    client.post(path, data | {"sponsor": "mo@example.org"})
    project.refresh_from_db()
    assert project.sponsor == manager
    assert 'value="Mo Manager"' in client.get(path).text
    client.post(path, data | {"sponsor": "Mo Manager", "aim": "Better"})
    project.refresh_from_db()
    assert (project.sponsor, project.aim) == (manager, "Better")
    assert (
        f'{manager.get_absolute_url()}">Mo Manager</a> sponsors the team.'
        in client.get(project.get_absolute_url()).text
    )
    evaluator = factories.MembershipFactory(network=lead.network, roles=["evaluator"])
    assert "Mo Manager" not in signed_in(evaluator).get(project.get_absolute_url()).text


def test_a_project_may_begin_with_its_sponsor(lead, manager, signed_in):
    data = {"name": "Pulse checks", "stage": "problem", "sponsor": "mo manager"}
    signed_in(lead).post(f"/{lead.network.slug}/projects/new/", data)
    assert PathwayProject.objects.get(name="Pulse checks").sponsor == manager
