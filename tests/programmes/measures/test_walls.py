"""Pages of many measures as small charts: what needs attention comes first, and nothing old is shown as new."""

import csv
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from programmes.measures import actions, results
from programmes.models import Measure, ProgrammeOfCare, Result
from tests.factories import (
    MeasureFactory,
    MembershipFactory,
    OrganisationFactory,
    ProjectFactory,
    TeamMemberFactory,
)
from tests.programmes.measures.test_results import BETTER, STEADY, WORSE


@pytest.fixture
def project(network):
    return ProjectFactory(network=network, name="Chest pain pathway")


@pytest.fixture
def client(signed_in, network):
    return signed_in(MembershipFactory(network=network))


def names(answer):
    text = answer.content.decode()
    return [name.strip() for name in re.findall(r'iocn-wall__name"><a href="[^"]*">([^<]*)<', text)]


def add(project, name, values, **facts):
    return MeasureFactory(project=project, name=name, values=values, **facts)


def test_what_needs_attention_comes_first(client, project):
    add(project, "Steady", STEADY)
    add(project, "Few", STEADY[:4])
    add(project, "Better", BETTER)
    add(project, "Misses", STEADY, target=2)
    add(project, "Worse", WORSE)
    results.renew_due()
    add(project, "New", STEADY)
    answer = client.get("/larkton/measures/small-charts/")
    assert names(answer) == ["Worse", "Misses", "Better", "Steady", "Few", "New"]
    text = answer.content.decode()
    for words in (
        "Concern: higher",
        "Improvement: lower",
        "Will miss the target",
        "No change beyond chance",
        "4 numbers: too few to tell",
        "Being worked out",
        "29.0%",
        "April 2025",
    ):
        assert words in text


def test_an_old_result_is_not_shown_as_new(client, project):
    lead = TeamMemberFactory(project=project).membership
    measure = add(project, "Waits", WORSE)
    results.renew_due()
    assert "Concern: higher" in client.get("/larkton/measures/small-charts/").content.decode()
    number = measure.observations.order_by("-period").first()
    actions.change_observation(by=lead, observation=number, numerator=12, denominator=100)
    text = client.get("/larkton/measures/small-charts/").content.decode()
    assert "Being worked out" in text
    assert "Concern: higher" not in text
    assert "29.0%" not in text
    rows = client.get("/larkton/measures/small-charts/?format=csv")
    download = list(csv.DictReader(b"".join(rows.streaming_content).decode("utf-8-sig").splitlines()))
    assert (download[0]["What it shows"], download[0]["Latest"]) == ("Being worked out", "")
    results.renew_due()
    text = client.get("/larkton/measures/small-charts/").content.decode()
    assert "12.0%" in text
    assert "Concern: higher" not in text


def test_each_owner_has_its_page(client, network):
    programme = ProgrammeOfCare.objects.create(network=network, name="Hearts")
    project = ProjectFactory(network=network, programme=programme)
    hospital = OrganisationFactory(network=network)
    add(project, "Of the project", STEADY)
    add(None, "Of the programme", STEADY, network=network, programme=programme)
    add(None, "Of the hospital", STEADY, network=network, organisation=hospital)
    add(None, "Of the network", STEADY, network=network)
    add(ProjectFactory(), "Elsewhere", STEADY)
    results.renew_due()
    pages = {
        f"projects/{project.pk}": {"Of the project"},
        f"programmes/{programme.pk}": {"Of the project", "Of the programme"},
        f"organisations/{hospital.pk}": {f"Of the hospital – {hospital.name}"},
        "measures": {
            "Of the project",
            "Of the programme",
            f"Of the hospital – {hospital.name}",
            "Of the network",
        },
    }
    for path, there in pages.items():
        assert set(names(client.get(f"/larkton/{path}/small-charts/"))) == there
    assert client.get("/larkton/projects/999999/small-charts/").status_code == 404


def test_a_citizen_partner_sees_those_of_their_projects_only(signed_in, network, project):
    add(project, "Theirs", STEADY)
    add(ProjectFactory(network=network), "Of others", STEADY)
    inside = TeamMemberFactory(
        project=project, part="citizen_partner", membership__roles=["citizen_partner"]
    ).membership
    assert names(signed_in(inside).get("/larkton/measures/small-charts/")) == ["Theirs"]


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("q=wai", ["Waits – Type 1"]),
        ("of=heart", ["Falls"]),
        ("subgroup=type+1", ["Waits – Type 1"]),
        ("attention=1", ["Falls"]),
        ("attention=9", []),
    ],
)
def test_the_page_is_filtered(client, network, project, query, there):
    add(project, "Waits", STEADY, subgroup="Type 1")
    add(ProjectFactory(network=network, name="Heart failure"), "Falls", WORSE)
    results.renew_due()
    assert names(client.get(f"/larkton/measures/small-charts/?{query}")) == there


def test_a_hundred_are_on_a_page(client, project):
    first = add(project, "Measure", STEADY)
    results.renew_due()
    copies = Measure.objects.bulk_create(
        Measure(network=first.network, project=project, name=f"Copy {n:03}") for n in range(110)
    )
    found = Result.objects.get()
    Result.objects.bulk_create(_copy(found, measure) for measure in copies)
    assert len(names(client.get("/larkton/measures/small-charts/"))) == 100
    assert len(names(client.get("/larkton/measures/small-charts/?page=2"))) == 11


def _copy(result, measure):
    fields = {one.name: getattr(result, one.name) for one in Result._meta.concrete_fields}
    return Result(**{**fields, "measure": measure})


@pytest.mark.parametrize("path", ["measures", "projects/{}"])
def test_as_many_queries_however_many_measures(client, project, path):
    def queries():
        results.renew_due()
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/larkton/{path.format(project.pk)}/small-charts/")
        statements = [query["sql"] for query in asked.captured_queries]
        assert len(statements) == len(set(statements))
        return len(statements)

    add(project, "First", STEADY)
    few = queries()
    for number in range(10):
        add(project, f"Another {number}", STEADY[:10])
    assert queries() == few <= 5


def test_an_empty_page_teaches(client, project):
    assert "No measures yet" in client.get("/larkton/measures/small-charts/").content.decode()
    assert "To the project" in client.get(f"/larkton/projects/{project.pk}/small-charts/").content.decode()


def test_names_are_escaped(client, project):
    add(project, "<b>Bold</b>", STEADY)
    results.renew_due()
    assert "<b>Bold" not in client.get("/larkton/measures/small-charts/").content.decode()


def test_pages_lead_to_their_small_charts(client, network, project):
    add(project, "Waits", STEADY)
    programme, hospital = (
        ProgrammeOfCare.objects.create(network=network, name="Hearts"),
        OrganisationFactory(network=network),
    )
    for path in (
        f"projects/{project.pk}",
        f"programmes/{programme.pk}",
        f"organisations/{hospital.pk}",
        "measures",
    ):
        assert f"/larkton/{path}/small-charts/" in client.get(f"/larkton/{path}/").content.decode()


# --- Compare -----------------------------------------------------------------------------------------------
def picture(text, name):
    """Return the matrix and the line of the card that has the words in its name."""
    card = next(part for part in text.split('class="iocn-wall__card"') if f"{name}</a>" in part)
    return re.search(r'transform="matrix\(([^)]*)\)".*iocn-small__line" d="([^"]*)"', card).groups()


def heights(text, name):
    """Return where the points of a card's line lie, from the top, on the scale that all share."""
    matrix, line = picture(text, name)
    _, _, _, down, _, below = map(float, matrix.split())
    return [float(y) * down + below for y in re.findall(r"[ML]\d+ (\d+)", line)]


def test_the_same_measure_of_others_is_on_one_scale(client, network, django_assert_num_queries):
    for name, values in (("Larkton", STEADY), ("Easton", [value + 60 for value in STEADY])):
        hospital = OrganisationFactory(network=network, name=name)
        measure = add(None, "Waits", values, network=network, organisation=hospital)
    add(None, "Another", STEADY, network=network)
    results.renew_due()
    with django_assert_num_queries(7):
        answer = client.get(f"/larkton/measures/{measure.pk}/compare/")
    text = answer.content.decode()
    assert names(answer) == ["Waits – Easton", "Waits – Larkton"]
    low, high = heights(text, "Waits – Larkton"), heights(text, "Waits – Easton")
    assert max(high) < min(low)
    # 60 percentage points apart, as they are of one shape.
    apart = [below - above for below, above in zip(low, high, strict=True)]
    assert max(apart) - min(apart) < 2
    assert "2 alike, all on one scale" in text
    assert "January 2024" in text


def test_teams_are_compared_by_the_same_measure_of_their_projects(client, network, project):
    measure = add(project, "Waits", STEADY)
    add(ProjectFactory(network=network, name="Heart failure"), "Waits", WORSE)
    add(ProjectFactory(network=network, name="Stroke"), "Waits", STEADY, unit="patients")  # of something else
    add(ProjectFactory(), "Waits", STEADY)  # of another network
    results.renew_due()
    page = client.get(f"/larkton/measures/{measure.pk}/compare/")
    assert "2 alike, all on one scale" in page.text
    assert "Heart failure" in page.text
    assert "Stroke" not in page.text


def test_more_than_a_hundred_are_compared_page_by_page_on_the_scale_of_all(client, network, project):
    measure = add(project, "Waits", STEADY)
    results.renew_due()
    projects = ProjectFactory.create_batch(110, network=network)
    copies = Measure.objects.bulk_create(
        Measure(
            network=network, project=one, name="Waits", attention=5, unit=measure.unit, better=measure.better
        )
        for one in projects
    )
    found = Result.objects.get()
    Result.objects.bulk_create(_copy(found, one) for one in copies)
    Result.objects.filter(measure=copies[-1]).update(high=found.high + 50)
    pages = [client.get(f"/larkton/measures/{measure.pk}/compare/?page={page}") for page in (1, 2)]
    assert [len(names(page)) for page in pages] == [100, 11]
    assert all("111 alike, all on one scale" in page.text for page in pages)
    assert pages[0].context["scale"] == pages[1].context["scale"]


def test_a_measure_alone_has_nothing_to_compare_with(client, project):
    measure = add(project, "Waits", STEADY)
    results.renew_due()
    assert (
        "Nothing to compare with yet"
        in client.get(f"/larkton/measures/{measure.pk}/compare/").content.decode()
    )
