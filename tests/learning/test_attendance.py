"""Taking attendance: on one screen, at once, by code, and by two people at the same time."""

import re

import pytest
from django.core.exceptions import ValidationError

from iocn.shared.models import History
from learning import actions
from learning.actions.attendance import Noted
from learning.models import Attendance
from tests import factories
from tests.learning.conftest import somebody
from tests.races import at_once


def marks(session):
    rows = session.attendance.select_related("enrolment__membership")
    return {row.enrolment.membership.name: row.words for row in rows}


def take(place, who, *noted, **more):
    return actions.take_attendance(by=who, session=place.session, noted=noted, **more)


# --- The action ---------------------------------------------------------------------------------------------
def test_all_are_present_first_and_then_come_the_exceptions(place):
    take(place, place.coach, all_others_present=True)
    assert marks(place.session) == {"Ann Quill": "Present", "Max Moss": "Present"}
    take(place, place.coach, Noted(place.max.pk, "substitute", "Jo Lee", seen="present"))
    take(place, place.coach, Noted(place.ann.pk, "apologies", seen="present"))
    assert marks(place.session) == {"Ann Quill": "Apologies", "Max Moss": "Substitute: Jo Lee"}
    history = [(row.who, row.text) for row in History.objects.of(place.session)]
    assert history == [
        ("Carl Coach", "Ann Quill: Apologies (before: Present)"),
        ("Carl Coach", "Max Moss: Substitute: Jo Lee (before: Present)"),
        ("Carl Coach", "Ann Quill: Present\nMax Moss: Present"),
    ]


def test_everybody_there_leaves_what_has_been_said_of_somebody(place):
    take(place, place.coach, Noted(place.max.pk, "absent"))
    take(place, place.staff, all_others_present=True)
    assert marks(place.session) == {"Ann Quill": "Present", "Max Moss": "Absent"}


def test_the_second_of_two_is_told_what_the_first_wrote_and_nothing_is_overwritten(place):
    take(place, place.staff, Noted(place.ann.pk, "apologies"))
    taken = take(place, place.coach, Noted(place.ann.pk, "absent"), Noted(place.max.pk, "part"))
    ((theirs, meant),) = taken.conflicts.values()
    assert (theirs.words, theirs.by.name, meant.mark) == ("Apologies", "Sam Lee", "absent")
    assert marks(place.session) == {"Ann Quill": "Apologies", "Max Moss": "Part"}
    # Having seen it, they may.
    take(place, place.coach, Noted(place.ann.pk, "absent", seen="apologies"))
    assert marks(place.session)["Ann Quill"] == "Absent"


def test_who_says_the_same_as_the_first_meets_no_conflict_and_writes_nothing(place):
    take(place, place.staff, Noted(place.ann.pk, "apologies"))
    taken = take(place, place.coach, Noted(place.ann.pk, "apologies"))
    assert (taken.written, taken.conflicts) == (0, {})
    assert place.session.attendance.get().by == place.staff


def test_attendance_waits_for_the_day_and_not_for_what_was_called_off(place):
    coming = factories.SessionFactory(cohort=place.cohort, in_days=2)
    with pytest.raises(ValidationError, match="Attendance can be taken from"):
        actions.take_attendance(by=place.coach, session=coming, all_others_present=True)
    actions.call_off(by=place.staff, session=place.session)
    with pytest.raises(ValidationError, match="was called off"):
        take(place, place.coach, all_others_present=True)


def test_somebody_of_another_cohort_is_never_noted(place):
    stranger = factories.EnrolmentFactory()
    take(place, place.coach, Noted(stranger.pk, "present"))
    assert not Attendance.objects.exists()


# --- By code ------------------------------------------------------------------------------------------------
def test_a_participant_notes_themselves_by_the_days_code(place, signed_in):
    client = signed_in(place.nurse)
    code = place.session.code
    page = client.post(
        "/larkton/learning/here/", {"code": f" {code[:3].lower()} {code[3:]} "}, follow=True
    ).text
    assert "You are noted as present at “Finding the problem”." in page
    row = place.session.attendance.get()
    assert (row.enrolment, row.mark, row.by) == (place.ann, "present", place.nurse)


@pytest.mark.parametrize("who", ["onlooker", "coach", "evaluator"])
def test_the_code_is_for_participants_alone(place, signed_in, who):
    page = signed_in(getattr(place, who)).post("/larkton/learning/here/", {"code": place.session.code}).text
    assert "No session of yours" in page
    assert not Attendance.objects.exists()


def test_the_code_works_on_the_sessions_day_alone(place, signed_in):
    before = factories.SessionFactory(cohort=place.cohort, in_days=-1)
    assert (
        "has this code" in signed_in(place.nurse).post("/larkton/learning/here/", {"code": before.code}).text
    )
    with pytest.raises(ValidationError, match="The code worked on"):
        actions.mark_self(by=place.nurse, session=before)


def test_the_code_does_not_undo_what_a_facilitator_noted(place, signed_in):
    take(place, place.coach, Noted(place.ann.pk, "apologies"))
    page = signed_in(place.nurse).post("/larkton/learning/here/", {"code": place.session.code}).text
    assert "Carl Coach has noted “Apologies” for you" in page
    assert marks(place.session) == {"Ann Quill": "Apologies"}


def test_a_code_cannot_be_guessed_by_trying(place, signed_in):
    client = signed_in(place.nurse)
    for _guess in range(12):
        assert "has this code" in client.post("/larkton/learning/here/", {"code": "WRONG"}).text
    page = client.post("/larkton/learning/here/", {"code": place.session.code}).text
    assert "wrong too often today" in page
    assert not Attendance.objects.exists()


# --- The screen ---------------------------------------------------------------------------------------------
def screen(place):
    return f"/larkton/learning/{place.cohort.pk}/sessions/{place.session.pk}/attendance/"


def change(client, place, enrolment, mark, seen="", **more):
    """Send one change as htmx does."""
    data = {"row": enrolment.pk, f"m{enrolment.pk}": mark, f"s{enrolment.pk}": seen, **more}
    return client.post(screen(place), data, headers={"HX-Request": "true"})


def test_each_change_is_saved_at_once(place, signed_in):
    client = signed_in(place.coach)
    answer = change(client, place, place.ann, "apologies")
    assert "Saved: Apologies, Carl Coach" in answer.text
    assert f'name="s{place.ann.pk}" value="apologies"' in answer.text
    assert "Max Moss" not in answer.text
    change(client, place, place.ann, "substitute", "apologies", **{f"n{place.ann.pk}": "Jo Lee"})
    assert marks(place.session) == {"Ann Quill": "Substitute: Jo Lee"}


def test_the_sum_above_follows_each_change(place, signed_in):
    client = signed_in(place.coach)
    assert "The other 1 was there" in change(client, place, place.ann, "apologies").text
    assert "1 of 2 were there." in change(client, place, place.max, "part").text
    assert "2 of 2 were there." in change(client, place, place.ann, "present", "apologies").text


def test_a_change_that_came_after_the_session_ended_is_shown_and_not_lost(place, signed_in):
    client = signed_in(place.coach)
    form = re.search(r'name="_form" value="([^"]+)"', client.get(screen(place)).text)[1]
    client.logout()
    answer = change(client, place, place.ann, "substitute", _form=form, **{f"n{place.ann.pk}": "Jo Lee"})
    assert "/accounts/login/" in answer["HX-Redirect"]
    assert "what you typed is kept" in client.get(answer["HX-Redirect"]).text
    client.post(answer["HX-Redirect"], {"login": place.coach.person.email, "password": factories.PASSWORD})
    page = client.get(screen(place)).text
    assert "You chose “Substitute: Jo Lee” when you were signed out, so it is not saved" in page
    assert page.count("when you were signed out") == 1
    assert "The form is no longer on its page" not in client.get("/larkton/").text
    assert not Attendance.objects.exists()


def test_a_null_character_in_a_substitutes_name_is_left_out(place, signed_in):
    change(signed_in(place.coach), place, place.ann, "substitute", **{f"n{place.ann.pk}": "Jo\0 Lee"})
    assert marks(place.session) == {"Ann Quill": "Substitute: Jo Lee"}


def test_who_was_enrolled_after_they_came_is_counted_from_the_session_on(place, signed_in):
    before = factories.SessionFactory(cohort=place.cohort, in_days=-7)
    factories.SessionFactory(cohort=place.cohort, in_days=-3)
    place.ann.enrolled_on = place.session.on_day
    place.ann.save()
    actions.take_attendance(by=place.coach, session=before, noted=[Noted(place.ann.pk, "present")])
    cohort = f"/larkton/learning/{place.cohort.pk}/"
    assert "Ann Quill: at 1 of 3 sessions" in signed_in(place.coach).get(cohort).text
    assert "at 1 of 3 sessions" in signed_in(place.staff).get(f"/larkton/members/{place.nurse.pk}/").text


def test_a_change_that_comes_second_brings_the_row_with_what_the_first_wrote(place, signed_in):
    change(signed_in(place.staff), place, place.ann, "apologies")
    answer = change(signed_in(place.coach), place, place.ann, "absent")
    assert answer["HX-Retarget"] == f"#r{place.ann.pk}"
    assert "Sam Lee wrote “Apologies”" in answer.text
    assert "You chose “Absent”" in answer.text
    assert marks(place.session) == {"Ann Quill": "Apologies"}


def test_a_substitutes_name_is_no_nhs_number_and_all_else_is_saved(place, signed_in):
    client = signed_in(place.coach)
    number = {f"n{place.ann.pk}": "943 476 5919"}
    assert "Remove “943 476 5919”" in change(client, place, place.ann, "substitute", **number).text
    whole = {f"m{place.ann.pk}": "substitute", f"m{place.max.pk}": "part", **number}
    page = client.post(screen(place), whole).text
    assert "Remove “943 476 5919”" in page
    assert 'value="943 476 5919"' in page
    assert marks(place.session) == {"Max Moss": "Part"}


def test_without_javascript_the_whole_form_is_sent_and_only_what_was_changed_counts(place, signed_in):
    first, second = signed_in(place.staff), signed_in(place.coach)
    # Both open the screen while nothing is noted.
    whole = {f"s{place.ann.pk}": "", f"s{place.max.pk}": "", f"m{place.ann.pk}": "apologies"}
    assert first.post(screen(place), whole).status_code == 302
    both = {**whole, f"m{place.ann.pk}": "absent", f"m{place.max.pk}": "part"}
    answer = second.post(screen(place), both)
    assert answer.status_code == 409
    assert "Ann Quill: Sam Lee wrote “Apologies”, you chose “Absent”" in answer.text
    assert marks(place.session) == {"Ann Quill": "Apologies", "Max Moss": "Part"}
    # A screen from before, on which nothing was touched, changes nothing.
    old = {f"s{place.ann.pk}": "present", f"m{place.ann.pk}": "present"}
    assert second.post(screen(place), old).status_code == 302
    assert marks(place.session)["Ann Quill"] == "Apologies"


def test_one_button_says_that_everybody_was_there(place, signed_in):
    client = signed_in(place.coach)
    assert "Everybody was there" in client.get(screen(place)).text
    data = {"all": "1", f"m{place.max.pk}": "absent", f"s{place.max.pk}": ""}
    page = client.post(screen(place), data, follow=True).text
    assert "1 of 2 were there" in page
    assert marks(place.session) == {"Ann Quill": "Present", "Max Moss": "Absent"}


def test_facilitators_see_todays_code_and_participants_do_not(place, signed_in):
    assert place.session.code in signed_in(place.coach).get(screen(place)).text
    answer = signed_in(place.nurse).get(screen(place))
    assert answer.status_code == 403
    assert place.session.code not in answer.text
    assert signed_in(place.other_coach).get(screen(place)).status_code == 404


def test_who_left_the_cohort_stays_on_the_screen_of_sessions_they_were_at(place, signed_in):
    take(place, place.coach, all_others_present=True)
    actions.end_enrolment(by=place.staff, enrolment=place.max)
    later = factories.SessionFactory(cohort=place.cohort)
    client = signed_in(place.coach)
    assert "Max Moss" in client.get(screen(place)).text
    assert "Max Moss" not in client.get(screen(place).replace(str(place.session.pk), str(later.pk))).text


@pytest.mark.parametrize("times", [1, 10])
def test_the_screen_takes_the_same_queries_and_stays_small(
    place, signed_in, django_assert_num_queries, times
):
    for number in range(3 * times):
        who = somebody(place.network, f"Participant {number}", organisation=place.hospital)
        enrolment = factories.EnrolmentFactory(cohort=place.cohort, membership=who)
        factories.AttendanceFactory(session=place.session, enrolment=enrolment, by=place.coach)
    client = signed_in(place.coach)
    # Session, person with membership; the cohort, the session, what is noted, the people, history (with its type).
    client.get(screen(place))
    with django_assert_num_queries(7):
        page = client.get(screen(place))
    assert len(page.content) < 40_000


# --- At the same moment -------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_of_two_who_note_the_same_person_at_once_one_writes_and_the_other_is_told(place):
    for days_ago in range(5):
        session = factories.SessionFactory(cohort=place.cohort, in_days=-days_ago)
        meant = {place.staff: "apologies", place.coach: "absent"}
        results = at_once(
            *(
                lambda who=who, mark=mark, session=session: actions.take_attendance(
                    by=who, session=session, noted=[Noted(place.ann.pk, mark)], all_others_present=True
                )
                for who, mark in meant.items()
            )
        )
        told = [result for result in results if result.conflicts]
        assert len(told) == 1, results
        ((theirs, own),) = told[0].conflicts.values()
        row = session.attendance.get(enrolment=place.ann)
        assert (row.mark, row.by) == (theirs.mark, theirs.by)
        assert meant[row.by] == row.mark != own.mark
        assert session.attendance.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_code_and_a_facilitator_at_once_leave_one_row(place):
    results = at_once(
        lambda: actions.mark_self(by=place.nurse, session=place.session),
        lambda: actions.take_attendance(by=place.coach, session=place.session, all_others_present=True),
        lambda: actions.mark_self(by=place.nurse, session=place.session),
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    assert marks(place.session) == {"Ann Quill": "Present", "Max Moss": "Present"}


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_given_once(place):
    place.cohort.capacity = 3
    place.cohort.save()
    others = [factories.MembershipFactory(network=place.network) for _ in range(2)]
    results = at_once(
        *(
            lambda who=who: actions.enrol(by=place.staff, cohort=place.cohort, memberships=[who])
            for who in others
        )
    )
    assert sum(isinstance(result, ValidationError) for result in results) == 1, results
    assert place.cohort.enrolments.now().count() == 3
