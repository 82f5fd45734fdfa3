"""Setting up cohorts and their sessions, and what becomes of them when people leave."""

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from iocn.shared.models import History
from learning import actions, planning
from learning.models import Cohort
from people.actions import close_membership, set_roles
from people.models import StaffTask
from tests import factories

TODAY = timezone.localdate


def set_up(place, **changes):
    return actions.create_cohort(
        **{
            "by": place.staff,
            "kind": "plp",
            "name": "PLP autumn",
            "begins_on": date(2026, 9, 1),
            "ends_on": date(2027, 7, 31),
            "capacity": 20,
            "facilitators": [place.coach],
        }
        | changes
    )


def said_of(thing):
    return [row.what for row in History.objects.of(thing)][::-1]


def add(place, cohort, *days, **changes):
    return actions.add_sessions(
        **{
            "by": place.staff,
            "cohort": cohort,
            "days": days,
            "title": "Learning together",
            "starts": time(14, 0),
            "ends": time(17, 0),
            "place": "The library",
        }
        | changes
    )


# --- Cohorts ------------------------------------------------------------------------------------------------
def test_a_cohort_is_set_up_with_its_facilitators(place):
    cohort = set_up(place)
    assert said_of(cohort) == ["set up the cohort", "made Carl Coach a facilitator"]
    assert [one.membership for one in cohort.facilitators.now()] == [place.coach]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "plp SPRING"}, "There is already “plp SPRING”. Choose another name."),
        ({"ends_on": date(2026, 8, 31)}, "Choose an end that is not before the beginning."),
        ({"ends_on": date(2036, 8, 31)}, "Choose an end within three years of the beginning."),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(place, changes, sentence):
    with pytest.raises(ValidationError, match=sentence):
        set_up(place, **changes)
    assert Cohort.objects.count() == 1


def test_only_coaches_and_staff_facilitate(place):
    with pytest.raises(ValidationError, match="Ann Quill is not a coach or staff of the network"):
        set_up(place, facilitators=[place.nurse])
    assert Cohort.objects.count() == 1


def test_a_change_says_what_was_before_and_leaves_nobody_without_a_place(place):
    cohort = set_up(place)
    change = {
        "by": place.staff,
        "cohort": cohort,
        "name": "PLP autumn",
        "begins_on": date(2026, 9, 1),
        "ends_on": date(2027, 7, 31),
        "facilitators": [place.other_coach],
    }
    actions.change_cohort(**change, capacity=24)
    row = History.objects.of(cohort).get(what="changed the cohort")
    assert row.text == "Places: 24 (before: 20)"
    assert [one.membership for one in cohort.facilitators.now()] == [place.other_coach]
    add(place, cohort, date(2026, 9, 10))
    with pytest.raises(ValidationError, match="there would be sessions outside: 10 September 2026"):
        actions.change_cohort(**change | {"begins_on": date(2026, 9, 11)}, capacity=24)
    actions.enrol(by=place.staff, cohort=cohort, memberships=[place.nurse, place.manager])
    with pytest.raises(ValidationError, match="2 people are in the cohort"):
        actions.change_cohort(**change, capacity=1)


# --- Sessions -----------------------------------------------------------------------------------------------
def test_sessions_are_repeated_and_leave_bank_holidays_free():
    # 25 and 28 December 2026 are bank holidays: a Friday and a Monday.
    plan = planning.every(date(2026, 12, 11), weeks=2, times=3)
    assert plan.days == (date(2026, 12, 11), date(2027, 1, 8), date(2027, 1, 22))
    assert plan.notes == ("No session on 25 December 2026: Christmas Day.",)


def test_a_copied_rhythm_goes_round_bank_holidays_with_all_that_follows():
    days = [date(2026, 3, 2), date(2026, 3, 16), date(2026, 3, 23)]
    plan = planning.moved(days, date(2026, 5, 18))
    assert plan.days == (date(2026, 5, 18), date(2026, 6, 1), date(2026, 6, 8))
    assert not plan.notes
    plan = planning.moved(days, date(2026, 5, 11))  # two weeks later is the spring bank holiday
    assert plan.days == (date(2026, 5, 11), date(2026, 6, 1), date(2026, 6, 8))
    assert plan.notes == (
        "25 May 2026 is Spring Bank Holiday: this session and those after it are a week later.",
    )


def test_repeated_sessions_have_the_same_time_of_the_clock_in_summer_and_winter(place):
    cohort = set_up(place)
    made = add(place, cohort, date(2026, 10, 20), date(2026, 11, 3))
    assert [timezone.localtime(one.starts_at).time() for one in made] == [time(14, 0)] * 2
    assert [one.title for one in made] == ["Learning together 1", "Learning together 2"]
    assert said_of(cohort)[-1] == "added 2 sessions"


def test_sessions_outside_the_cohorts_dates_or_at_the_same_time_are_refused_all_together(place):
    cohort = set_up(place)
    with pytest.raises(ValidationError, match="sessions outside: 3 August 2027"):
        add(place, cohort, date(2027, 7, 20), date(2027, 8, 3))
    assert not cohort.sessions.exists()
    add(place, cohort, date(2026, 10, 20))
    with pytest.raises(ValidationError, match="is on 20 October 2026 at 2pm already"):
        add(place, cohort, date(2026, 10, 13), date(2026, 10, 20), starts=time(16, 0), ends=time(18, 0))
    assert cohort.sessions.count() == 1


def test_a_session_is_not_moved_onto_another(place):
    cohort = set_up(place)
    (first,) = add(place, cohort, date(2026, 10, 20))
    (second,) = add(place, cohort, date(2026, 10, 27))
    change = {"by": place.coach, "session": second, "title": "Measuring", "place": "", "link": ""}
    with pytest.raises(ValidationError, match="is on 20 October 2026 at 2pm already"):
        actions.change_session(**change, on=first.on_day, starts=time(16, 0), ends=time(18, 0))
    actions.change_session(**change, on=second.on_day, starts=time(15, 0), ends=time(18, 0))
    second.refresh_from_db()
    assert second.title == "Measuring"


def test_a_session_is_changed_or_called_off_and_stays_readable(place):
    cohort = set_up(place)
    (session,) = add(place, cohort, date(2026, 10, 20))
    change = {
        "by": place.coach,
        "session": session,
        "title": "Measuring",
        "on": date(2026, 10, 21),
        "starts": time(9, 0),
        "ends": time(12, 0),
        "link": "",
    }
    actions.change_session(**change, place="Town hall")
    row = History.objects.of(cohort)[0]
    assert row.what == "changed the session “Measuring”"
    assert "Place: Town hall (before: The library)" in row.text
    assert "When: 21 October 2026, 9am to midday" in row.text
    for _twice in range(2):
        actions.call_off(by=place.coach, session=session)
    assert said_of(cohort).count("called off the session “Measuring”") == 1
    with pytest.raises(ValidationError, match="was called off"):
        actions.change_session(**change, place="Elsewhere")


def test_a_session_at_which_people_were_is_not_called_off(place):
    actions.take_attendance(by=place.coach, session=place.session, all_others_present=True)
    with pytest.raises(ValidationError, match="People were at this session"):
        actions.call_off(by=place.coach, session=place.session)


# --- Copying ------------------------------------------------------------------------------------------------
def test_the_next_cohort_is_a_copy_with_sessions_in_the_same_rhythm(place):
    cohort = set_up(place, facilitators=[place.coach, place.other_coach])
    add(place, cohort, date(2026, 9, 10), date(2026, 9, 24), date(2026, 10, 15))
    (called_off,) = add(place, cohort, date(2026, 10, 22))
    actions.call_off(by=place.staff, session=called_off)
    set_roles(by=place.staff, membership=place.other_coach, roles=["member"])
    days = [date(2027, 9, 9), date(2027, 9, 23), date(2027, 10, 14)]
    copy = actions.copy_cohort(
        by=place.staff, cohort=cohort, name="PLP 2027", first_on=days[0], capacity=16, seen=days
    )
    assert [session.on_day for session in copy.sessions.all()] == days
    assert {timezone.localtime(session.ends_at).time() for session in copy.sessions.all()} == {time(17, 0)}
    assert (copy.kind, copy.capacity, copy.begins_on) == ("plp", 16, date(2027, 8, 31))
    assert [one.membership for one in copy.facilitators.now()] == [place.coach]
    assert not copy.enrolments.exists()
    assert not set(copy.sessions.values_list("code", flat=True)) & set(
        cohort.sessions.values_list("code", flat=True)
    )


def test_a_copy_of_what_has_changed_since_it_was_looked_at_is_not_made(place):
    cohort = set_up(place)
    add(place, cohort, date(2026, 9, 10))
    with pytest.raises(ValidationError, match="Look at the days again"):
        actions.copy_cohort(
            by=place.staff, cohort=cohort, name="B", first_on=date(2027, 9, 9), capacity=1, seen=[]
        )
    assert not Cohort.objects.filter(name="B").exists()


# --- Leaving ------------------------------------------------------------------------------------------------
def test_leaving_the_network_ends_enrolments_and_puts_what_one_facilitates_on_staffs_list(place):
    past = factories.CohortFactory(
        network=place.network, begins_on=date(2024, 1, 1), ends_on=date(2024, 6, 30), name="PLP 2024"
    )
    kept = factories.EnrolmentFactory(cohort=past, membership=place.nurse)
    close_membership(by=place.staff, membership=place.nurse)
    place.ann.refresh_from_db()
    kept.refresh_from_db()
    assert (place.ann.left_on, kept.left_on) == (TODAY(), None)
    assert "ended the enrolment of Ann Quill, who left the network" in said_of(place.cohort)

    close_membership(by=place.staff, membership=place.coach)
    task = StaffTask.objects.get(kind="cohort", settled_at=None)
    assert task.text == "Who facilitates “PLP spring” now? Carl Coach did until now."
    assert task.subject == place.cohort
    assert not place.cohort.facilitators.now().exists()

    # A successor takes it off the list.
    cohort = place.cohort
    actions.change_cohort(
        by=place.staff,
        cohort=cohort,
        name=cohort.name,
        begins_on=cohort.begins_on,
        ends_on=cohort.ends_on,
        capacity=4,
        facilitators=[place.other_coach],
    )
    assert not StaffTask.objects.filter(kind="cohort", settled_at=None).exists()


def test_who_is_no_longer_a_coach_facilitates_no_more(place):
    set_roles(by=place.staff, membership=place.coach, roles=["member"])
    assert not place.cohort.facilitators.now().exists()
    assert StaffTask.objects.filter(kind="cohort", settled_at=None).exists()
    set_roles(by=place.staff, membership=place.nurse, roles=["evaluator"])
    assert list(place.cohort.enrolments.now()) == [place.max]


def test_the_begin_of_a_cohort_says_whether_it_is_coming_running_or_past(place):
    assert place.cohort.state == "Running"
    assert factories.CohortFactory(begins_on=TODAY() + timedelta(1)).state == "Coming"
    past = factories.CohortFactory(
        begins_on=TODAY() - timedelta(9), ends_on=TODAY() - timedelta(1), network=place.network
    )
    assert past.state == "Past"
