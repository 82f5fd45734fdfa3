"""What the home page and the weekly update say of cohorts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from iocn.digests.actions import write_digests
from iocn.home.needs import gather
from learning import actions
from people.models import Message
from tests import factories
from tests.learning.conftest import somebody


def needs(place, who):
    sections = gather(place.network, [who])[who.pk]
    return {section.title: [(item.title, item.hint) for item in section.items] for section in sections}


@pytest.fixture
def coming(place):
    """A session in three days, beside today's, whose attendance is taken."""
    actions.take_attendance(by=place.coach, session=place.session, all_others_present=True)
    place.session.delete()
    return factories.SessionFactory(cohort=place.cohort, in_days=3, title="Measuring", place="Town hall")


def test_participants_and_facilitators_read_their_next_session(place, coming):
    when = timezone.localtime(coming.starts_at)
    hint = f"{when:%A} {when.day} {when:%B %Y} at 9am · Town hall"
    for who in (place.nurse, place.coach):
        assert needs(place, who) == {"Your next sessions": [("Measuring (PLP spring)", hint)]}
    assert needs(place, place.onlooker) == {}
    actions.end_enrolment(by=place.staff, enrolment=place.ann)
    assert needs(place, place.nurse) == {}


def test_facilitators_are_reminded_of_attendance_until_it_is_taken(place):
    session = factories.SessionFactory(cohort=place.cohort, in_days=-2, title="Aims")
    place.session.delete()
    assert list(needs(place, place.coach)) == ["Attendance to take"]
    assert needs(place, place.coach)["Attendance to take"][0][0] == "Aims (PLP spring)"
    assert "Attendance to take" not in needs(place, place.nurse)
    actions.take_attendance(by=place.coach, session=session, all_others_present=True)
    assert needs(place, place.coach) == {}


def test_staff_read_which_coming_cohorts_lack_people_and_which_lack_a_facilitator(place):
    place.session.delete()
    today = timezone.localdate()
    dates = {"begins_on": today + timedelta(weeks=3), "ends_on": today + timedelta(weeks=30)}
    soon = factories.CohortFactory(network=place.network, name="ALP city", capacity=12, **dates)
    factories.EnrolmentFactory(cohort=soon, membership=place.onlooker)
    said = {"Cohorts that lack somebody": [("ALP city", "Nobody facilitates it, 11 of 12 places are free")]}
    assert needs(place, place.staff) == said
    factories.FacilitatorFactory(cohort=soon, membership=place.other_coach)
    assert needs(place, place.staff)["Cohorts that lack somebody"] == [
        ("ALP city", "11 of 12 places are free")
    ]
    assert needs(place, place.other_coach) == {}


def test_what_is_over_is_not_spoken_of(place):
    factories.SessionFactory(cohort=place.cohort, in_days=-60)
    place.session.delete()
    past = factories.CohortFactory(
        network=place.network,
        begins_on=timezone.localdate() - timedelta(90),
        ends_on=timezone.localdate() - timedelta(30),
    )
    assert not past.facilitators.exists()
    for who in (place.staff, place.coach, place.nurse):
        assert needs(place, who) == {}


def test_the_update_of_a_whole_network_says_the_same(place, coming):
    place.network.memberships.update(joined_at=timezone.now() - timedelta(days=30))
    write_digests(network=place.network)
    to = {message.to.name: message.text for message in Message.objects.filter(kind="digest")}
    assert set(to) == {"Ann Quill", "Max Moss", "Carl Coach"}
    assert "Measuring (PLP spring)" in to["Ann Quill"]


@pytest.mark.parametrize("times", [1, 10])
def test_all_cohorts_are_read_in_one_query(place, coming, django_assert_num_queries, times):
    from learning.needs import cohort_needs

    for _ in range(3 * times):
        who = somebody(place.network, "Another")
        cohort = factories.CohortFactory(network=place.network)
        factories.EnrolmentFactory(cohort=cohort, membership=who)
        factories.SessionFactory(cohort=cohort, in_days=1)
    with django_assert_num_queries(1):
        assert len(list(cohort_needs(place.network, timezone.now()))) == 1 + 3 * times
    with django_assert_num_queries(1):
        assert len(list(cohort_needs(place.network, timezone.now(), place.nurse))) == 1
