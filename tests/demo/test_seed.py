"""The demonstration network."""

import datetime

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from iocn.demo import seed, story
from iocn.home.needs import needs_of
from iocn.shared.models import History
from learning.models import Attendance, CohortAsk
from people.models import Membership, Organisation, Person, Post
from people.permissions import Role
from programmes.escalations.states import State
from programmes.models import Escalation, EscalationEvent, Measure, Observation, PathwayProject, TestCycle

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 6, 10, 15, 0, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def demonstration(django_db_setup, django_db_blocker):
    """The network, loaded once for this module and taken away again."""
    with django_db_blocker.unblock():
        network = seed.load(NOW)
        yield network
        call_command("flush", interactive=False, verbosity=0)


def test_it_has_projects_in_every_stage_and_asks_in_every_state(demonstration):
    stages = PathwayProject.objects.filter(network=demonstration).values_list("stage", flat=True)
    assert set(stages) == set(PathwayProject.Stage.values)
    states = Escalation.objects.filter(network=demonstration).values_list("state", flat=True)
    assert set(states) == set(State.values)
    assert demonstration.programmes_of_care.count() == 3


def test_a_manager_a_stand_in_and_a_delegate_have_something_to_do(demonstration):
    with time_machine.travel(NOW, tick=False):
        found = {}
        for key in ("prose", "epic", "stanza"):
            members = Membership.objects.with_roles().select_related("network")
            reader = members.get(network=demonstration, person__email=f"{key}@example.org")
            sections, _projects = needs_of(reader)
            found[key] = " ".join(
                f"{item.title} {item.hint}"
                for section in sections
                if section.key == "answer"
                for item in section.items
            )
    assert "you sponsor the team and may settle it first" in found["prose"]
    assert "Pay for the home visits" in found["epic"]
    assert "for Grace Legend" in found["stanza"]


def test_one_person_of_each_kind_can_sign_in(demonstration):
    roles = set()
    for _who, email in seed.SIGN_INS:
        client = Client()
        response = client.post(reverse("account_login"), {"login": email, "password": seed.PASSWORD})
        assert response.status_code == 302, email
        membership = Membership.objects.with_roles().get(network=demonstration, person__email=email)
        roles |= membership.roles
        assert client.get(f"/{demonstration.slug}/").status_code == 200, email
    assert roles == set(Role)
    assert Person.objects.get(email="saga@example.org").memberships.active().count() == 2


def test_the_case_studys_21_senior_roles_are_there_with_their_levels(demonstration):
    senior = Post.objects.filter(membership__network=demonstration, level__in=["top", "middle"])
    assert senior.count() >= 21
    assert set(Organisation.objects.filter(network=demonstration).values_list("kind", flat=True)) >= {
        "commissioner",
        "hospital",
        "community",
        "charity",
        "council",
        "other",
        "pharmacy",
    }


def test_measures_are_two_years_long_and_marked_as_made_up(demonstration):
    measures = Measure.objects.filter(network=demonstration)
    assert measures.count() == len(story.MEASURES) + len(story.WARDS)
    assert all(measure.made_up for measure in measures)
    of_projects = measures.exclude(project=None)
    for measure, series in zip(
        sorted(of_projects, key=lambda m: m.name), sorted(story.MEASURES, key=lambda s: s.name), strict=True
    ):
        assert measure.observations.count() == 24 - series.missing


def test_a_funnel_of_its_wards_tells_the_two_that_differ(demonstration, client):
    measure = Measure.objects.filter(name="Falls on the ward").first()
    with time_machine.travel(NOW, tick=False):
        client.force_login(Person.objects.get(email="narrator@example.org"))
        chart = client.get(f"/fableton/measures/{measure.pk}/funnel/").context["chart"]
    assert "2 lie outside the 99.8% limits" in chart["sentence"]


def test_its_history_lies_in_the_past_at_the_moment_of_each_act(demonstration):
    moments = list(EscalationEvent.objects.values_list("at", flat=True)) + list(
        History.objects.values_list("at", flat=True)
    )
    assert max(moments) <= NOW
    assert min(moments) < NOW - datetime.timedelta(days=700)
    assert TestCycle.objects.count() == len(story.TRIES)


def test_three_plp_cohorts_and_an_alp_are_past_running_and_coming(demonstration):
    cohorts = demonstration.cohorts.all()
    assert sorted(cohort.kind for cohort in cohorts) == ["alp", "plp", "plp", "plp"]
    with time_machine.travel(NOW, tick=False):
        assert {cohort.state for cohort in cohorts if cohort.kind == "plp"} == {"Past", "Running", "Coming"}
    past = cohorts.get(name="PLP 1: first steps")
    assert all(session.attendance.count() == 8 for session in past.sessions.all())
    assert {"present", "apologies", "absent", "part"} <= set(
        Attendance.objects.filter(session__cohort__in=cohorts).values_list("mark", flat=True)
    )
    assert CohortAsk.objects.filter(cohort__in=cohorts).count() == len(story.COHORT_ASKS)


def test_nobody_in_it_could_be_real(demonstration):
    assert all(email.endswith("@example.org") for email in Person.objects.values_list("email", flat=True))


def test_the_same_day_gives_the_same_network(demonstration):
    def picture():
        return (
            list(
                Observation.objects.order_by("measure__name", "measure__subgroup", "period").values_list(
                    "period", "numerator", "denominator"
                )
            ),
            list(
                EscalationEvent.objects.order_by("escalation__number", "number").values_list(
                    "move", "at", "text"
                )
            ),
            list(
                Attendance.objects.order_by(
                    "session__starts_at", "session__title", "enrolment__pk"
                ).values_list("session__title", "enrolment__membership__name", "mark", "at")
            ),
        )

    first = picture()
    call_command("flush", interactive=False, verbosity=0)
    seed.load(NOW)
    assert picture() == first
