import csv
import io
from datetime import date, timedelta

import pytest
from django.utils import timezone

from iocn.shared.models import History
from programmes.escalations.actions import raise_ask
from programmes.measures.models import Measure, Observation
from programmes.projects import actions
from programmes.projects.models import PathwayProject, ProgrammeOfCare, Prototype, TeamMember, TestCycle
from tests import factories
from tests.forms import opened

Part = TeamMember.Part
NHS_NUMBER = "943 476 5919"  # the example of the NHS's own documents


@pytest.fixture
def lead(network):
    return factories.MembershipFactory(network=network, name="Ann Quill")


@pytest.fixture
def programme(network):
    return factories.ProgrammeOfCareFactory(network=network, name="Leaving hospital")


@pytest.fixture
def project(lead, programme):
    return actions.create_project(
        by=lead, name="Letters in time", aim="All letters sent within a day", programme=programme
    )


@pytest.fixture
def client(signed_in, lead):
    """The lead's browser."""
    return signed_in(lead)


def somebody(network, *roles, **fields):
    return factories.MembershipFactory(network=network, roles=roles, **fields)


def text_of(response):
    return response.content.decode()


# --- Lists -------------------------------------------------------------------------------------------------
def test_the_list_finds_by_words_programme_stage_own_and_stalled(client, network, project, programme):
    other = factories.ProjectFactory(
        network=network, name="Pulse checks", aim="Fewer strokes", stage="embedding"
    )
    PathwayProject.objects.filter(pk=other.pk).update(moved_at=timezone.now() - timedelta(weeks=5))

    def found(query):
        page = text_of(client.get(f"/larkton/projects/?{query}"))
        return [name for name in ("Letters in time", "Pulse checks") if f">{name}</a>" in page]

    assert found("") == ["Letters in time", "Pulse checks"]
    assert found("q=letters") == ["Letters in time"]
    assert found("q=strokes") == ["Pulse checks"]
    assert found(f"programme={programme.pk}") == ["Letters in time"]
    assert found("stage=embedding") == ["Pulse checks"]
    assert found("mine=on") == ["Letters in time"]
    assert found("stalled=on") == ["Pulse checks"]
    assert found("q=nothing+such") == []


def test_the_list_sorts_by_the_order_of_the_stages(client, network, lead):
    for stage in ("embedding", "problem", "business_case"):
        factories.ProjectFactory(network=network, name=stage.title(), stage=stage)
    names = [row["Project"] for row in download(client, "/larkton/projects/?sort=stage&format=csv")]
    assert names == ["Problem", "Business_Case", "Embedding"]


def download(client, address):
    return list(csv.DictReader(io.StringIO(client.get(address).getvalue().decode("utf-8-sig"))))


def test_the_list_downloads_with_leads_but_not_to_an_evaluator(client, signed_in, network, project):
    row = {"Project": "Letters in time", "Programme": "Leaving hospital", "Stage": "Finding the problem"}
    (got,) = download(client, "/larkton/projects/?format=csv")
    assert got == {**row, "Lead": "Ann Quill", "Last moved": str(timezone.localdate())}
    (got,) = download(signed_in(somebody(network, "evaluator")), "/larkton/projects/?format=csv")
    assert "Lead" not in got


def test_an_evaluators_search_does_not_look_into_aims(signed_in, network, project):
    page = text_of(signed_in(somebody(network, "evaluator")).get("/larkton/projects/?q=within"))
    assert "No project matches" in page


def test_a_citizen_partner_sees_their_own_projects_alone(signed_in, network, project):
    partner = somebody(network, "citizen_partner")
    browser = signed_in(partner)
    assert "Letters in time" not in text_of(browser.get("/larkton/projects/"))
    assert browser.get(f"/larkton/projects/{project.pk}/").status_code == 404
    factories.TeamMemberFactory(project=project, membership=partner, part=Part.CITIZEN_PARTNER)
    assert "Letters in time" in text_of(browser.get("/larkton/projects/"))
    page = text_of(browser.get(f"/larkton/projects/{project.pk}/"))
    assert "All letters sent within a day" in page
    assert "Log a try" in page
    assert "Only the project’s team, its coach and the network’s staff change it." in page
    assert browser.get("/larkton/programmes/").status_code == 404


def test_another_networks_project_does_not_exist(client):
    other = factories.ProjectFactory()
    prototype = factories.PrototypeFactory(project=other)
    for address in ("", "change/", "stage/", "history/", "log/", "team/add/", f"prototypes/{prototype.pk}/"):
        assert client.get(f"/larkton/projects/{other.pk}/{address}").status_code == 404


# --- Programmes --------------------------------------------------------------------------------------------
def test_staff_set_up_and_change_a_programme(signed_in, network):
    browser = signed_in(somebody(network, "staff"))
    page = browser.post("/larkton/programmes/new/", {"name": "AF", "aim": "Fewer strokes"}, follow=True)
    assert "Projects can join it now." in text_of(page)
    programme = ProgrammeOfCare.objects.get()
    address = f"/larkton/programmes/{programme.pk}/change/"
    page = browser.post(address, {"name": "Atrial fibrillation", "aim": "Fewer strokes"}, follow=True)
    assert "Atrial fibrillation" in text_of(page)
    assert "changed the name" in text_of(page)


def test_the_list_of_programmes_is_searched(client, programme):
    assert "Leaving hospital" in text_of(client.get("/larkton/programmes/?q=hosp"))
    assert "Nothing is found" in text_of(client.get("/larkton/programmes/?q=stroke"))


def test_a_name_is_taken_once_and_the_rest_stays_typed(signed_in, network, programme):
    browser = signed_in(somebody(network, "staff"))
    page = text_of(browser.post("/larkton/programmes/new/", {"name": "leaving Hospital", "aim": "Home soon"}))
    assert "There is already “leaving Hospital”. Choose another name." in page
    assert "Home soon" in page


def test_a_member_reads_why_they_do_not_change_a_programme(client, programme):
    assert "staff set up and change programmes" in text_of(client.get(f"/larkton/programmes/{programme.pk}/"))
    refused = client.post(f"/larkton/programmes/{programme.pk}/change/", {"name": "Mine"})
    assert refused.status_code == 403
    assert "staff set up and change programmes" in text_of(refused)


# --- A project ---------------------------------------------------------------------------------------------
def test_a_member_starts_a_project_with_a_name_alone(client, network, lead):
    page = client.post("/larkton/projects/new/", {"name": "Pulse checks", "stage": "problem"}, follow=True)
    assert "“Pulse checks” is started, and you lead it." in text_of(page)
    project = PathwayProject.objects.get()
    assert page.redirect_chain[-1][0] == f"/larkton/projects/{project.pk}/"
    assert "No aim yet" in text_of(page)
    assert "Nothing has been tried yet" in text_of(page)


def test_a_new_project_begins_in_the_programme_it_was_started_from(client, programme):
    page = text_of(client.get(f"/larkton/projects/new/?programme={programme.pk}"))
    assert f'<option value="{programme.pk}" selected>' in page


def test_the_aim_is_changed_and_the_page_tells_who_did(client, project):
    values = {"name": project.name, "aim": "Every letter the same day", "programme": project.programme_id}
    page = text_of(client.post(f"/larkton/projects/{project.pk}/change/", values, follow=True))
    assert "Every letter the same day" in page
    assert "<strong>Ann Quill</strong> changed the aim" in page


def test_going_back_asks_for_a_sentence_and_keeps_the_choice(client, project):
    address = f"/larkton/projects/{project.pk}/stage/"
    client.post(address, {"stage": "prototyping"})
    page = text_of(client.post(address, {"stage": "problem"}))
    assert "Say in a sentence why" in page
    page = text_of(client.post(address, {"stage": "stopped", "reason": "The ward closes."}, follow=True))
    assert "The project’s stage is “Stopped” now." in page
    assert "The ward closes." in page
    assert "take it up again" in page  # where the button to log would be


def test_who_is_missing_from_the_team_is_said_by_level(client, network, project, lead):
    factories.PostFactory(membership=lead, level="front_line", organisation__name="Larkton Infirmary")
    coach = somebody(network, "coach")
    factories.PostFactory(membership=coach, level="top", organisation__name="University of Larkton")
    actions.add_to_team(by=lead, project=project, membership=coach, part=Part.COACH)
    page = text_of(client.get(f"/larkton/projects/{project.pk}/"))
    assert "No citizen partner yet" in page
    assert "Add a citizen partner" in page
    assert "No manager yet" in page
    # A coach who is a senior leader elsewhere does not make the team complete.
    assert "No senior leader yet" in page
    assert "No front line yet" not in page
    assert "2 people from 2 organisations, 1 of them a coach." in page
    assert "Ward sister, Larkton Infirmary" in page


def test_an_evaluator_reads_stage_and_counts_without_names_and_words(signed_in, network, project, lead):
    factories.PostFactory(membership=lead)
    try_ = actions.log_try(
        by=lead,
        project=project,
        do="Six by noon.",
        new_prototype="Noon round",
        study="Beds free",
        ending="adapt",
    )
    browser = signed_in(somebody(network, "evaluator", name="Eve Lowe"))
    secrets = ("Ann Quill", "All letters", "Six by noon", "Noon round", "Beds free", "Ward sister")
    for address in ("", f"prototypes/{try_.prototype_id}/"):
        page = text_of(browser.get(f"/larkton/projects/{project.pk}/{address}"))
        assert not [secret for secret in secrets if secret in page]
        assert "1 try" in page
        assert "Adapted" in page
    assert browser.get(f"/larkton/projects/{project.pk}/tries/{try_.pk}/").status_code == 404
    assert browser.get(f"/larkton/projects/{project.pk}/history/").status_code == 403
    place = project.team.get()
    assert browser.get(f"/larkton/projects/{project.pk}/team/{place.pk}/").status_code == 404


def test_a_member_of_no_team_reads_all_and_changes_nothing(signed_in, network, project, lead):
    try_ = actions.log_try(by=lead, project=project, do="Six by noon.", new_prototype="Noon round")
    browser = signed_in(somebody(network, "member"))
    page = text_of(browser.get(f"/larkton/projects/{project.pk}/"))
    assert "Six by noon." in page
    assert "Log a try" not in page
    place = project.team.get()
    for address in (
        "change/",
        "stage/",
        "log/",
        "team/add/",
        f"team/{place.pk}/",
        f"team/{place.pk}/leave/",
        f"tries/{try_.pk}/",
    ):
        refused = browser.post(f"/larkton/projects/{project.pk}/{address}")
        assert refused.status_code == 403, address
        assert "Only the project’s team" in text_of(refused)
    assert PathwayProject.objects.get().team.now().count() == 1


# --- Teams -------------------------------------------------------------------------------------------------
def test_a_citizen_partner_is_added_from_the_button(client, network, project):
    partner = somebody(network, "citizen_partner", name="Cy Moss")
    somebody(network, "member", name="Sam Reed")
    address = f"/larkton/projects/{project.pk}/team/add/?part=citizen_partner"
    page = text_of(client.get(address))
    assert "Cy Moss" in page
    assert "Sam Reed" not in page
    page = client.post(address, {"who": partner.pk, "part": "citizen_partner"}, follow=True)
    assert "Cy Moss is in the team now." in text_of(page)
    assert "No citizen partner yet" not in text_of(page)


def test_a_citizen_partner_has_no_other_part(client, network, project):
    partner = somebody(network, "citizen_partner", name="Cy Moss")
    address = f"/larkton/projects/{project.pk}/team/add/"
    page = text_of(client.post(address, {"who": partner.pk, "part": "team"}))
    assert "Cy Moss is a citizen partner. Choose that part." in page


def test_only_active_members_of_the_network_who_are_not_in_the_team_can_be_chosen(client, network, project):
    somebody(network, "member", name="Not Joined", joined_at=None)
    somebody(network, "evaluator", name="Eve Lowe")
    factories.MembershipFactory(name="Sam Stranger")
    somebody(network, "member", name="Sam Reed")
    form = client.get(f"/larkton/projects/{project.pk}/team/add/").context["form"]
    chosen = [member.name for member in form.members.values()]
    assert chosen == ["Sam Reed"]


def test_a_part_is_changed_and_a_place_ended(client, network, project, lead):
    sam = somebody(network, "member", name="Sam Reed")
    place = actions.add_to_team(by=lead, project=project, membership=sam, part=Part.TEAM)
    address = f"/larkton/projects/{project.pk}/team/{place.pk}/"
    assert "Sam Reed is changed" in text_of(client.post(address, {"part": "lead"}, follow=True))
    place.refresh_from_db()
    assert place.part == Part.LEAD
    for _twice in range(2):
        assert "Sam Reed is off the team." in text_of(client.post(f"{address}leave/", follow=True))
    assert [str(entry) for entry in History.objects.of(project)].count(
        "Ann Quill took Sam Reed off the team"
    ) == 1
    assert client.get(address).status_code == 404


def test_a_citizen_partner_leaves_and_sees_the_project_no_more(signed_in, network, project):
    partner = somebody(network, "citizen_partner")
    place = factories.TeamMemberFactory(project=project, membership=partner, part=Part.CITIZEN_PARTNER)
    browser = signed_in(partner)
    address = f"/larkton/projects/{project.pk}/team/{place.pk}/"
    assert "You will not see the project any more." in text_of(browser.get(address))
    assert browser.post(address, {"part": "lead"}).status_code == 403
    page = browser.post(f"{address}leave/", follow=True)
    assert "You have left the team of “Letters in time”." in text_of(page)
    assert browser.get(f"/larkton/projects/{project.pk}/").status_code == 404


# --- Logging -----------------------------------------------------------------------------------------------
def test_a_try_is_logged_with_one_sentence_of_the_last_prototype(client, project, lead):
    actions.log_try(by=lead, project=project, do="An old one.", new_prototype="Phone the ward")
    actions.log_try(by=lead, project=project, do="Six by noon.", new_prototype="Noon round")
    form = client.get(f"/larkton/projects/{project.pk}/log/").context["form"]
    chosen = form["prototype"].initial
    assert Prototype.objects.get(pk=chosen).name == "Noon round"
    page = client.post(
        f"/larkton/projects/{project.pk}/log/",
        {"do": "Seven by noon.", "prototype": chosen, "on": timezone.localdate()},
        follow=True,
    )
    assert "Try 2 of “Noon round” is logged." in text_of(page)
    assert "Seven by noon." in text_of(page)


def test_the_first_try_of_a_project_names_its_idea(client, project):
    address, today = f"/larkton/projects/{project.pk}/log/", timezone.localdate()
    page = text_of(client.post(address, {"do": "Six by noon.", "on": today}))
    assert "Give the new idea a name, in a few words" in page
    assert "Six by noon." in page
    client.post(address, {"do": "Six by noon.", "new_prototype": "Noon round", "on": today})
    assert Prototype.objects.get().name == "Noon round"


def test_a_name_beside_a_known_prototype_is_not_lost_in_silence(client, project, lead):
    known = actions.log_try(by=lead, project=project, do="Six.", new_prototype="Noon round").prototype
    values = {"do": "Rang.", "prototype": known.pk, "new_prototype": "Ring", "on": timezone.localdate()}
    page = text_of(client.post(f"/larkton/projects/{project.pk}/log/", values))
    assert "Choose “Something new” if “Ring” is a new idea, or empty this" in page
    client.post(f"/larkton/projects/{project.pk}/log/", {**values, "prototype": "new"})
    assert Prototype.objects.filter(name="Ring").exists()


def test_an_nhs_number_is_refused_at_its_field_and_nothing_else_is_lost(client, project):
    values = {
        "do": "Six by noon.",
        "new_prototype": "Noon round",
        "study": f"Patient {NHS_NUMBER} went home early",
        "act": "Try seven",
        "ending": "adapt",
        "on": "2026-11-20",
    }
    page = text_of(client.post(f"/larkton/projects/{project.pk}/log/", values))
    assert f"Remove “{NHS_NUMBER}”" in page
    assert '<details class="nhsuk-details" open>' in page
    for kept in ("Six by noon.", "Noon round", "went home early", "Try seven", "2026-11-20"):
        assert kept in page
    assert not TestCycle.objects.exists()


def test_a_try_is_not_logged_before_it_happens(client, project):
    tomorrow = timezone.localdate() + timedelta(days=1)
    values = {"do": "Six.", "new_prototype": "Noon round", "on": tomorrow}
    page = text_of(client.post(f"/larkton/projects/{project.pk}/log/", values))
    assert "Choose today or an earlier day" in page


def test_the_same_form_sent_twice_logs_once(client, project):
    address = f"/larkton/projects/{project.pk}/log/"
    token = opened(client, address)
    values = {"do": "Six.", "new_prototype": "Noon round", "on": timezone.localdate(), "_form": token}
    assert client.post(address, values).status_code == 302
    assert client.post(address, values).status_code == 302
    assert TestCycle.objects.count() == 1
    # The browser's "back" and another sentence: something new on an old form.
    client.post(address, values | {"do": "Seven."})
    assert list(TestCycle.objects.values_list("number", "do")) == [(2, "Seven."), (1, "Six.")]


def test_what_was_learned_is_added_later_by_a_citizen_partner(signed_in, network, project, lead):
    logged = actions.log_try(by=lead, project=project, do="Six by noon.", new_prototype="Noon round")
    partner = somebody(network, "citizen_partner", name="Cy Moss")
    factories.TeamMemberFactory(project=project, membership=partner, part=Part.CITIZEN_PARTNER)
    browser = signed_in(partner)
    address = f"/larkton/projects/{project.pk}/tries/{logged.pk}/"
    assert "Six by noon." in text_of(browser.get(address))
    values = {"do": "Six by noon.", "study": "People were ready", "ending": "adopt", "on": logged.on}
    page = text_of(browser.post(address, values, follow=True))
    assert "People were ready" in page
    assert "Adopted" in page


def test_the_short_cut_goes_to_the_only_project_or_lets_one_choose(client, network, project, lead):
    assert client.get("/larkton/log/").url == f"/larkton/projects/{project.pk}/log/"
    actions.create_project(by=lead, name="Pulse checks")
    page = text_of(client.get("/larkton/log/"))
    assert "Letters in time" in page
    assert "Pulse checks" in page


def test_the_short_cut_tells_who_has_no_project_what_to_do(signed_in, network):
    page = text_of(signed_in(somebody(network, "member")).get("/larkton/log/"))
    assert "You are in no project’s team yet" in page
    assert "Start a project" in page


# --- How many queries --------------------------------------------------------------------------------------
def fill(network, lead, programme, times):
    """Make `times` projects, and in one of them as many people, prototypes, tries and history."""
    for number in range(times):
        other = factories.ProjectFactory(network=network, programme=programme)
        factories.TeamMemberFactory(project=other, part=Part.LEAD)
        member = somebody(network, "member")
        factories.PostFactory(membership=member)
        project = PathwayProject.objects.get(name="Letters in time")
        actions.add_to_team(by=lead, project=project, membership=member, part=Part.TEAM)
        factories.PostFactory(membership=somebody(network, "member"))
        for name in ("Noon round", f"Idea {number}"):
            actions.log_try(by=member, project=project, do="Six.", new_prototype=name)
        factories.ProgrammeOfCareFactory(network=network)
        actions.create_project(by=lead, name=f"Own {number}")
        # Of the rooms above, which the project's page shows too.
        measure = Measure.objects.create(network=network, project=project, name=f"Measure {number}")
        for period in (date(2026, 1, 1), date(2026, 2, 1)):
            Observation.objects.create(
                measure=measure, period=period, numerator=1, denominator=2, added_by=lead
            )
        raise_ask(by=lead, ask="A room on Tuesdays", urgency="slowing", project=project)


PAGES = {
    "/larkton/projects/": 5,
    "/larkton/projects/?q=Letters&mine=on": 5,
    "/larkton/programmes/": 3,
    "/larkton/programmes/{programme}/": 6,
    "/larkton/projects/{project}/": 10,
    "/larkton/projects/{project}/history/": 4,
    "/larkton/projects/{project}/log/": 4,
    "/larkton/projects/{project}/stage/": 3,
    "/larkton/projects/{project}/change/": 4,
    "/larkton/projects/{project}/team/add/": 5,
    "/larkton/projects/{project}/prototypes/{prototype}/": 5,
    "/larkton/log/": 3,
}


@pytest.mark.parametrize("times", [2, 20])
@pytest.mark.parametrize("address", PAGES)
def test_a_page_asks_the_database_as_often_with_ten_times_the_rows(
    client, network, project, programme, lead, address, times, django_assert_num_queries
):
    fill(network, lead, programme, times)
    prototype = Prototype.objects.get(name="Noon round")
    page = address.format(project=project.pk, programme=programme.pk, prototype=prototype.pk)
    client.get(page)  # content types are read once for all
    with django_assert_num_queries(PAGES[address]):
        assert client.get(page).status_code == 200


def test_a_programmes_projects_download_whatever_its_name_is(signed_in, network):
    programme = factories.ProgrammeOfCareFactory(network=network, name='Falls “at home”\nand "away"')
    client = signed_in(factories.MembershipFactory(network=network))
    response = client.get(f"/{network.slug}/programmes/{programme.pk}/?format=csv")
    assert response["Content-Disposition"] == 'attachment; filename="falls-at-home-and-away.csv"'
