"""The list and the page of cohorts, for each of their readers."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.utils import timezone

from learning import actions
from learning.actions.attendance import Noted
from learning.models import Cohort, CohortAsk, Session
from programmes.escalations import actions as asks
from programmes.models import TestCycle
from tests import factories
from tests.learning.conftest import somebody

TODAY = timezone.localdate


def cohort_page(place, signed_in, who):
    return signed_in(who).get(f"/larkton/learning/{place.cohort.pk}/")


# --- Who sees what ------------------------------------------------------------------------------------------
def test_staff_see_all_cohorts_and_others_their_own(place, signed_in):
    other = factories.CohortFactory(network=place.network, name="ALP city", kind="alp")
    factories.EnrolmentFactory(cohort=other, membership=place.onlooker)
    factories.CohortFactory(name="Of another network")

    def seen(who):
        page = signed_in(who).get("/larkton/learning/").text
        return [name for name in ("PLP spring", "ALP city", "Of another network") if f">{name}</a>" in page]

    assert seen(place.staff) == ["PLP spring", "ALP city"]
    assert seen(place.evaluator) == ["PLP spring", "ALP city"]
    assert seen(place.coach) == ["PLP spring"]
    assert seen(place.nurse) == ["PLP spring"]
    assert seen(place.onlooker) == ["ALP city"]
    assert seen(place.other_coach) == []
    assert "You are in no cohort" in signed_in(place.other_coach).get("/larkton/learning/").text


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("staff", 200),
        ("coach", 200),
        ("nurse", 200),
        ("evaluator", 200),
        ("onlooker", 404),
        ("other_coach", 404),
    ],
)
def test_a_cohorts_page_exists_for_those_who_may_see_it(place, signed_in, who, status):
    assert cohort_page(place, signed_in, getattr(place, who)).status_code == status


def test_an_evaluator_reads_numbers_and_no_names(place, signed_in):
    page = cohort_page(place, signed_in, place.evaluator).text
    assert "2 people in 4 places" in page
    for name in ("Ann Quill", "Max Moss", "Carl Coach"):
        assert name not in page
    assert signed_in(place.evaluator).get(f"/larkton/learning/{place.cohort.pk}/people/").status_code == 404


def test_participants_see_one_another_but_not_anothers_attendance(place, signed_in):
    actions.take_attendance(by=place.coach, session=place.session, all_others_present=True)
    page = cohort_page(place, signed_in, place.nurse).text
    assert "Max Moss" in page
    assert "Ann Quill: at 1 of 1 sessions" in page
    assert "Max Moss: at 1 of 1 sessions" not in page
    assert "Max Moss: at 1 of 1 sessions" in cohort_page(place, signed_in, place.coach).text


def test_of_who_could_not_come_yet_no_figure_is_shown(place, signed_in):
    actions.call_off(by=place.staff, session=place.session)
    page = cohort_page(place, signed_in, place.coach).text
    assert "Ann Quill: no session yet" in page
    assert "0 of 0" not in page


def test_a_citizen_partner_in_a_cohort_sees_it_without_others_projects(place, signed_in):
    partner = somebody(place.network, "Cy Moss", "citizen_partner")
    factories.EnrolmentFactory(cohort=place.cohort, membership=partner)
    place.ann.project = factories.ProjectFactory(network=place.network, name="Pulse checks")
    place.ann.save()
    page = cohort_page(place, signed_in, partner).text
    assert "Ann Quill" in page
    assert "Pulse checks" not in page
    assert f"/members/{place.nurse.pk}/" not in page


# --- Who is missing, and what is next -----------------------------------------------------------------------
def test_the_top_says_who_is_missing_and_what_is_next(place, signed_in):
    Session.objects.all().delete()
    factories.SessionFactory(cohort=place.cohort, in_days=-7, title="Past")
    factories.SessionFactory(cohort=place.cohort, in_days=7, title="Measuring", place="Town hall")
    page = cohort_page(place, signed_in, place.staff)
    assert page.context["composition"].sentence == (
        "No senior leader or citizen partner, nobody from Larkton Council."
    )
    assert "2 people in 4 places: 2 free." in page.text
    assert "<strong>Measuring</strong>" in page.text
    assert "9am to 11am, Town hall" in page.text
    assert "Take the attendance of “Past”" in page.text


def test_the_grid_counts_levels_by_organisation_and_keeps_rows_for_the_missing(place, signed_in):
    page = cohort_page(place, signed_in, place.staff)
    rows = {str(row.organisation): row.cells for row in page.context["composition"].rows}
    assert rows == {"Larkton General": (0, 1, 1, 0), "Larkton Council": (0, 0, 0, 0)}


def test_an_empty_cohort_lacks_everybody(place, signed_in):
    place.cohort.enrolments.all().delete()
    assert "Everybody: nobody is enrolled yet." in cohort_page(place, signed_in, place.staff).text


def test_its_projects_show_their_stage_last_test_and_open_asks(place, signed_in):
    project = factories.ProjectFactory(network=place.network, name="Pulse checks", stage="prototyping")
    place.ann.project = project
    place.ann.save()
    factories.TeamMemberFactory(project=project, membership=place.nurse)
    prototype = factories.PrototypeFactory(project=project)
    for number, on in enumerate([date(2026, 3, 2), date(2026, 3, 9)], 1):
        TestCycle.objects.create(prototype=prototype, number=number, on=on, do="Tried", logged_by=place.nurse)
    asks.raise_ask(by=place.nurse, ask="A room with a door", urgency="slowing", project=project)
    gone = asks.raise_ask(by=place.nurse, ask="Settled long ago", urgency="slowing", project=project)
    asks.withdraw(by=place.nurse, escalation=gone)
    page = cohort_page(place, signed_in, place.coach)
    (line,) = page.context["lines"]
    assert (line.project, line.people, line.project.last_test_on) == (
        project,
        [place.nurse],
        date(2026, 3, 9),
    )
    assert ">Prototyping</strong>" in page.text
    # The coach of the cohort is not in the team: the ask is not theirs to see.
    assert "A room with a door" not in page.text
    staff = cohort_page(place, signed_in, place.staff).text
    assert "A room with a door" in staff
    assert "1 open ask<" in staff
    assert "Settled long ago" not in staff


# --- Asks from a cohort -------------------------------------------------------------------------------------
def test_an_ask_is_raised_from_a_cohort_and_shows_there(place, signed_in):
    client = signed_in(place.coach)
    page = cohort_page(place, signed_in, place.coach).text
    assert f"escalations/raise/?from=cohort:{place.cohort.pk}" in page
    form = client.get(f"/larkton/escalations/raise/?from=cohort:{place.cohort.pk}")
    assert "From <a" in form.text
    sent = {"ask": "Time kept free", "urgency": "slowing", "asked_from": f"cohort:{place.cohort.pk}"}
    page = client.post("/larkton/escalations/raise/", sent, follow=True).text
    assert "Raised from" in page
    tie = CohortAsk.objects.get()
    assert (tie.cohort, tie.escalation.ask) == (place.cohort, "Time kept free")
    assert "E-1 Time kept free" in cohort_page(place, signed_in, place.coach).text
    # A participant who may not see the ask does not see it here.
    assert "Time kept free" not in cohort_page(place, signed_in, place.manager).text


@pytest.mark.parametrize(
    "key", ["cohort:0", "cohort:x", "cohort:²", "nonsense", "cohort:99999999999999999999", ""]
)
def test_an_ask_from_nowhere_or_from_a_cohort_of_others_is_an_ask_like_any(place, signed_in, key):
    client = signed_in(place.onlooker)
    for from_where in (key, f"cohort:{place.cohort.pk}"):
        assert "From <a" not in client.get("/larkton/escalations/raise/", {"from": from_where}).text
        sent = {"ask": f"A phone {from_where}", "urgency": "slowing", "asked_from": from_where}
        assert client.post("/larkton/escalations/raise/", sent).status_code == 302
    assert not CohortAsk.objects.exists()


# --- A person's page ----------------------------------------------------------------------------------------
def test_a_persons_page_shows_their_cohorts_and_attendance_over_all_programmes(place, signed_in):
    alp = factories.CohortFactory(network=place.network, name="ALP city", kind="alp")
    other = factories.EnrolmentFactory(cohort=alp, membership=place.nurse)
    session = factories.SessionFactory(cohort=alp, in_days=-3)
    factories.AttendanceFactory(session=session, enrolment=other, mark="absent", by=place.staff)
    factories.AttendanceFactory(session=place.session, enrolment=place.ann, mark="part", by=place.coach)
    factories.SessionFactory(cohort=alp, in_days=3)

    def page(reader):
        return " ".join(signed_in(reader).get(f"/larkton/members/{place.nurse.pk}/").text.split())

    for reader in (place.staff, place.nurse):
        assert "PLP spring</a>: at 1 of 1 session<" in page(reader)
        assert "ALP city</a>: at 0 of 1 session<" in page(reader)
        assert "Over all programmes at 1 of 2 sessions." in page(reader)
    assert "PLP spring</a>: at 1 of 1 session<" in page(place.coach)
    assert "ALP city" not in page(place.coach)
    assert "PLP spring</a></li>" in page(place.manager)
    assert "PLP spring" not in page(place.onlooker)
    coach = " ".join(signed_in(place.staff).get(f"/larkton/members/{place.coach.pk}/").text.split())
    assert "PLP spring</a>: facilitates it" in coach


# --- Lists and their files ----------------------------------------------------------------------------------
def download(client, address):
    text = b"".join(client.get(address).streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_lists_are_searched_filtered_and_downloaded(place, signed_in):
    factories.CohortFactory(
        network=place.network,
        name="ALP city",
        kind="alp",
        begins_on=TODAY() - timedelta(90),
        ends_on=TODAY() - timedelta(9),
    )
    client = signed_in(place.staff)

    def found(query):
        return [row["Cohort"] for row in download(client, f"/larkton/learning/?format=csv&{query}")]

    assert found("") == ["PLP spring", "ALP city"]
    assert found("q=city") == ["ALP city"]
    assert found("kind=plp") == ["PLP spring"]
    assert found("state=past") == ["ALP city"]
    assert found("state=running") == ["PLP spring"]
    assert found("state=coming") == []
    actions.take_attendance(by=place.coach, session=place.session, all_others_present=True)
    people = download(client, f"/larkton/learning/{place.cohort.pk}/people/?format=csv")
    assert [
        (row["Name"], row["Organisation"], row["Sessions there"], row["E-mail address"]) for row in people
    ] == [
        ("Ann Quill", "Larkton General", "1", "ann@example.org"),
        ("Max Moss", "Larkton General", "1", "max@example.org"),
    ]
    seen = download(signed_in(place.nurse), f"/larkton/learning/{place.cohort.pk}/people/?format=csv")
    assert "Sessions there" not in seen[0]
    assert "E-mail address" not in seen[0]


def test_sessions_and_who_was_there_are_taken_along(place, signed_in, django_assert_num_queries):
    there = f"/larkton/learning/{place.cohort.pk}/"
    factories.SessionFactory(cohort=place.cohort, title="=Coming", in_days=20)
    off = factories.SessionFactory(cohort=place.cohort, title="Flooded", in_days=-7)
    actions.call_off(by=place.staff, session=off)
    noted = [Noted(place.max.pk, "substitute", "Mo Moss")]
    actions.take_attendance(by=place.coach, session=place.session, noted=noted, all_others_present=True)
    client = signed_in(place.coach)
    page = client.get(there).text
    assert "sessions/?format=csv" in page
    assert "attendance/?format=xlsx" in page

    sessions = download(client, f"{there}sessions/?format=csv")
    assert [(row["Session"], row["State"], row["There"], row["Noted"]) for row in sessions] == [
        ("Flooded", "called off", "", ""),
        ("Finding the problem", "held", "2", "2"),
        ("'=Coming", "to come", "", ""),
    ]
    held = f"{place.session.on_day} Finding the problem"
    rows = download(client, f"{there}attendance/?format=csv")
    assert [(row["Name"], row["Organisation"], row["Sessions there"], row[held]) for row in rows] == [
        ("Ann Quill", "Larkton General", "1", "Present"),
        ("Max Moss", "Larkton General", "1", "Substitute: Mo Moss"),
    ]
    assert client.get(f"{there}attendance/?format=xlsx").headers["Content-Disposition"].endswith('.xlsx"')

    # Numbers for who reads numbers, names for who runs it alone.
    evaluator = signed_in(place.evaluator)
    assert len(download(evaluator, f"{there}sessions/")) == 3
    assert evaluator.get(f"{there}attendance/").status_code == 403
    nurse = signed_in(place.nurse)
    assert "attendance/?format" not in nurse.get(there).text
    assert nurse.get(f"{there}attendance/").status_code == 403
    assert signed_in(place.onlooker).get(f"{there}sessions/").status_code == 404

    client = signed_in(place.coach)
    for more in (0, 20):
        for _ in range(more):
            factories.EnrolmentFactory(cohort=place.cohort, membership__network=place.network)
        with django_assert_num_queries(6):
            assert len(download(client, f"{there}attendance/")) == 2 + more


# --- Setting up ---------------------------------------------------------------------------------------------
def test_a_cohort_is_set_up_copied_and_given_sessions_on_pages(place, signed_in):
    client = signed_in(place.staff)
    new = {
        "kind": "alp",
        "name": "ALP city",
        "begins_on": "2026-09-01",
        "ends_on": "2027-07-31",
        "capacity": "12",
        "facilitators": [place.coach.pk],
    }
    assert (
        "There is already “PLP spring”"
        in client.post("/larkton/learning/new/", {**new, "name": "PLP spring"}).text
    )
    assert "is set up" in client.post("/larkton/learning/new/", new, follow=True).text
    cohort = Cohort.objects.get(name="ALP city")
    url = f"/larkton/learning/{cohort.pk}/"

    # Sessions: the days are shown first, then added.
    several = {
        "title": "Evening",
        "on": "2026-12-11",
        "starts": "16:00",
        "ends": "18:00",
        "times": "3",
        "weeks": "2",
    }
    page = client.post(f"{url}sessions/add/", several)
    assert "No session on 25 December 2026: Christmas Day." in page.text
    assert not cohort.sessions.exists()
    client.post(f"{url}sessions/add/", {**several, "seen": page.context["seen"]})
    assert [str(one.on_day) for one in cohort.sessions.all()] == ["2026-12-11", "2027-01-08", "2027-01-22"]
    # Days outside the cohort's are said before anything is confirmed.
    page = client.post(f"{url}sessions/add/", {**several, "on": "2027-07-20"})
    assert "there would be sessions outside: 3 August 2027, 17 August 2027." in page.text
    assert page.text.count("there would be sessions outside") == 1
    assert "Add them" not in page.text
    one = {**several, "times": "1", "on": "2026-12-25"}
    assert (
        "25 December 2026 is a bank holiday (Christmas Day)" in client.post(f"{url}sessions/add/", one).text
    )

    # The copy: the same, and another day is looked at again before anything is written.
    copy = {"name": "ALP city 2", "first_on": "2027-12-10", "capacity": "14"}
    page = client.post(f"{url}copy/", copy)
    assert "Evening 3" in page.text
    seen = page.context["seen"]
    client.post(f"{url}copy/", {**copy, "first_on": "2027-12-17", "seen": seen})
    assert not Cohort.objects.filter(name="ALP city 2").exists()
    assert "is set up with 3 sessions" in client.post(f"{url}copy/", {**copy, "seen": seen}, follow=True).text
    made = Cohort.objects.get(name="ALP city 2")
    assert [str(one.on_day) for one in made.sessions.all()] == ["2027-12-10", "2028-01-07", "2028-01-21"]


def test_a_session_is_moved_and_called_off_on_its_page(place, signed_in):
    client = signed_in(place.coach)
    url = f"/larkton/learning/{place.cohort.pk}/sessions/{place.session.pk}/"
    page = client.get(url).text
    assert 'value="09:00"' in page
    changed = {"title": "Aims", "on": str(TODAY()), "starts": "13:00", "ends": "12:00", "place": "Hall"}
    assert "Choose an end that is after the beginning" in client.post(url, changed).text
    assert "The session is changed." in client.post(url, {**changed, "ends": "15:00"}, follow=True).text
    assert "“Aims” is called off." in client.post(f"{url}call-off/", follow=True).text
    assert "What happened" in client.get(f"/larkton/learning/{place.cohort.pk}/history/").text


# --- What it costs ------------------------------------------------------------------------------------------
def fill(place, people, sessions):
    for number in range(people):
        organisation = (
            factories.OrganisationFactory(
                network=place.network, name=f"Organisation number {number % 9}{'' if number < 9 else number}"
            )
            if number < 9
            else place.council
        )
        who = somebody(place.network, f"Participant Number{number}", organisation=organisation)
        project = factories.ProjectFactory(network=place.network, name=f"A project about matter {number}")
        factories.EnrolmentFactory(cohort=place.cohort, membership=who, project=project)
        factories.TeamMemberFactory(project=project, membership=who)
        asks.raise_ask(
            by=who, ask="Something that only others can decide", urgency="slowing", project=project
        )
    for number in range(sessions):
        session = factories.SessionFactory(
            cohort=place.cohort,
            in_days=7 * number - 20,
            title=f"Session about {number}",
            link="https://meet.example.org/abc",
        )
        if session.has_begun:
            actions.take_attendance(by=place.coach, session=session, all_others_present=True)


@pytest.mark.parametrize(("who", "size"), [("staff", (3, 1)), ("staff", (30, 10)), ("nurse", (30, 10))])
def test_the_page_takes_nine_queries_and_stays_small(place, signed_in, django_assert_num_queries, size, who):
    fill(place, *size)
    client = signed_in(getattr(place, who))
    client.get(f"/larkton/learning/{place.cohort.pk}/")
    # Session, person with membership; the cohort, its people, sessions, projects, asks, facilitators, organisations.
    with django_assert_num_queries(9):
        page = client.get(f"/larkton/learning/{place.cohort.pk}/")
    assert len(page.content) <= 40_000, len(page.content)


@pytest.mark.parametrize("times", [1, 10])
def test_the_lists_take_the_same_queries_for_ten_times_the_rows(
    place, signed_in, django_assert_num_queries, times
):
    fill(place, 2 * times, 1)
    for _ in range(2 * times):
        factories.CohortFactory(network=place.network)
    client = signed_in(place.staff)
    for path, queries in (("", 3), (f"{place.cohort.pk}/people/", 5)):
        client.get(f"/larkton/learning/{path}")
        with django_assert_num_queries(queries):
            client.get(f"/larkton/learning/{path}")
