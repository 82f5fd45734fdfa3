"""Measures of projects, programmes, organisations and the network: whose they are, who sees and changes them."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from programmes.measures import actions
from programmes.measures.permissions import may_change, measures_for
from programmes.models import Measure
from tests.factories import (
    MeasureFactory,
    MembershipFactory,
    OrganisationFactory,
    PostFactory,
    ProgrammeOfCareFactory,
    ProjectFactory,
    RemitFactory,
    TeamMemberFactory,
)

WAITS = {"name": "Waits", "kind": "outcome", "shape": "percentage", "better": "lower"}


@pytest.fixture
def staff(network):
    return MembershipFactory(network=network, roles=["staff"])


@pytest.fixture
def hospital(network):
    return OrganisationFactory(network=network, name="Larkton Hospital")


@pytest.fixture
def measures(network, staff, hospital):
    """One measure of each owner."""
    owners = {
        "project": ProjectFactory(network=network),
        "programme": ProgrammeOfCareFactory(network=network),
        "organisation": hospital,
    }
    made = {key: actions.create_measure(by=staff, **WAITS, **{key: owner}) for key, owner in owners.items()}
    return {**made, "network": actions.create_measure(by=staff, **WAITS)}


def test_a_measure_knows_whose_it_is(network, measures):
    for key, measure in measures.items():
        assert measure.belongs_to == (network if key == "network" else getattr(measure, key))
    assert measures["project"].belongs_to.name in [
        row.belongs_to.name for row in Measure.objects.with_owners()
    ]


def test_a_measure_of_a_programme_may_say_whose_numbers_it_has(network, staff, hospital):
    programme = ProgrammeOfCareFactory(network=network, name="Urgent care")
    made = [
        actions.create_measure(
            by=staff, programme=programme, organisation=hospital, subgroup=subgroup, **WAITS
        )
        for subgroup in ("type 1", "type 2")
    ]
    assert made[0].belongs_to == programme
    assert made[0].full_name == "Waits – type 1 – Larkton Hospital"
    MeasureFactory(project=ProjectFactory(network=network), name="Waits")
    assert list(Measure.objects.alike(made[0])) == made


def test_no_owner_has_two_measures_of_one_name(staff, measures):
    for key, measure in measures.items():
        owner = {} if key == "network" else {key: getattr(measure, key)}
        with pytest.raises(ValidationError, match="called “Waits” already"):
            actions.create_measure(by=staff, **WAITS, **owner)
        with pytest.raises(IntegrityError), transaction.atomic():
            Measure.objects.create(network=measure.network, name="Waits", **owner)


def test_no_measure_is_of_a_project_and_a_programme(network):
    with pytest.raises(IntegrityError), transaction.atomic():
        Measure.objects.create(
            network=network,
            project=ProjectFactory(network=network),
            programme=ProgrammeOfCareFactory(network=network),
            name="Waits",
        )


def test_a_citizen_partner_sees_the_measures_of_own_projects_alone(network, measures):
    partner = MembershipFactory(network=network, roles=["citizen_partner"])
    assert not measures_for(partner)
    TeamMemberFactory(project=measures["project"].project, membership=partner, part="citizen_partner")
    assert list(measures_for(partner)) == [measures["project"]]
    assert measures_for(MembershipFactory(network=network)).count() == 4
    assert not measures_for(MembershipFactory())


def test_staff_and_the_leaders_of_an_organisation_change_its_measures(network, staff, hospital, measures):
    decides = RemitFactory(membership__network=network, organisation=hospital).membership
    leads = PostFactory(
        membership=MembershipFactory(network=network, roles=["leader"]), organisation=hospital, level="top"
    ).membership
    nurse = PostFactory(membership=MembershipFactory(network=network), organisation=hospital).membership
    for who, allowed in ((staff, True), (decides, True), (leads, True), (nurse, False)):
        assert bool(may_change(who, measures["organisation"])) is allowed
    assert str(may_change(nurse, measures["organisation"]).reason).startswith("Leaders of Larkton Hospital")
    for key in ("programme", "network"):
        assert may_change(staff, measures[key])
        assert not may_change(leads, measures[key])


def test_a_team_changes_the_measures_of_its_project(measures, network):
    lead = TeamMemberFactory(project=measures["project"].project, part="lead").membership
    assert may_change(lead, measures["project"])
    assert not may_change(lead, measures["programme"])


def test_a_chart_fits_the_shape_of_its_measure(staff, measures):
    measure = measures["network"]
    with pytest.raises(ValidationError, match="not for a percentage"):
        actions.change_measure(by=staff, measure=measure, chart="c")
    with pytest.raises(IntegrityError), transaction.atomic():
        Measure.objects.filter(pk=measure.pk).update(chart="c")
    assert actions.change_measure(by=staff, measure=measure, chart="p").chart == "p"


def test_staff_find_on_a_programmes_page_how_it_gets_measures(signed_in, network, staff):
    path = f"/larkton/programmes/{ProgrammeOfCareFactory(network=network).pk}/"
    page = signed_in(staff).get(path).text
    for address in ("measures/add/", "measures/import/", "keys/"):
        assert f'href="{path}{address}"' in page
    assert "measures/import/" not in signed_in(MembershipFactory(network=network)).get(path).text


@pytest.mark.parametrize("address", ["programmes/{programme}/", "organisations/{organisation}/", ""])
def test_staff_add_a_measure_on_a_page(signed_in, network, staff, hospital, address):
    programme = ProgrammeOfCareFactory(network=network)
    path = f"/larkton/{address}measures/add/".format(programme=programme.pk, organisation=hospital.pk)
    client = signed_in(staff)
    form = client.get(path).context["form"]
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    sent = {key: value for key, value in data.items() if value is not None}
    client.post(path, sent | {"name": "Waits", "better": "lower", "target": "5"})
    made = Measure.objects.get()
    assert (made.name, made.chart, made.target, made.reminds) == ("Waits", "xmr", 5, True)
    assert client.get(made.get_absolute_url()).status_code == 200
    assert "Waits" in client.get("/larkton/measures/").text
