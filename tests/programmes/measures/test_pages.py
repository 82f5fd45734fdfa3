"""The pages of measures: what each person sees and may do there."""

import csv
from datetime import date
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from iocn.shared.models import History
from programmes.measures import results
from programmes.measures.permissions import measures_for
from programmes.models import Measure, Observation
from tests.factories import (
    MeasureFactory,
    MembershipFactory,
    ObservationFactory,
    ProjectFactory,
    TeamMemberFactory,
)

VARYING = [4, 7, 5, 8, 3, 6, 7, 4, 8, 5, 3, 7]


@pytest.fixture
def project(network):
    return ProjectFactory(network=network, name="Chest pain pathway")


@pytest.fixture
def measure(project):
    return MeasureFactory(
        project=project, name="Waited over four hours", unit="attendances", chart="run", values=VARYING
    )


@pytest.fixture
def nurse(project):
    return TeamMemberFactory(project=project, membership__name="Ana Lund").membership


@pytest.fixture
def today(time_machine):
    time_machine.move_to("2025-02-20 12:00:00+00:00", tick=False)


def page(measure, rest=""):
    return f"/{measure.network.slug}/measures/{measure.pk}/{rest}"


def lines(answer):
    return list(csv.reader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()))


# --- Who sees what -----------------------------------------------------------------------------------------
def test_members_see_all_measures_and_citizen_partners_those_of_their_projects(network, measure):
    member = MembershipFactory(network=network)
    outside = MembershipFactory(network=network, roles=["citizen_partner"])
    inside = TeamMemberFactory(
        project=measure.project, part="citizen_partner", membership__roles=["citizen_partner"]
    ).membership
    stranger = MembershipFactory()
    seen = [list(measures_for(who)) for who in (member, inside, outside, stranger)]
    assert seen == [[measure], [measure], [], []]


def test_a_measure_that_one_may_not_see_does_not_exist(signed_in, network, measure):
    outside = signed_in(MembershipFactory(network=network, roles=["citizen_partner"]))
    for rest in ("", "add/", "change/", "import/", f"numbers/{measure.observations.first().pk}/"):
        assert outside.get(page(measure, rest)).status_code == 404
    assert outside.get(f"/larkton/projects/{measure.project.pk}/measures/add/").status_code == 404


def test_who_may_not_add_is_told_why_and_sees_no_button(signed_in, network, measure):
    client = signed_in(MembershipFactory(network=network))
    text = client.get(page(measure)).content.decode()
    assert "Only the project’s team" in text
    assert "Import from a file" not in text
    for rest in ("add/", "change/", f"numbers/{measure.observations.first().pk}/"):
        refused = client.get(page(measure, rest))
        assert refused.status_code == 403
        assert "Only the project’s team" in refused.content.decode()


def test_an_evaluator_reads_numbers_without_names_and_notes(signed_in, network, measure, nurse):
    ObservationFactory(measure=measure, period=date(2025, 1, 1), note="strike on the ward", added_by=nurse)
    client = signed_in(MembershipFactory(network=network, roles=["evaluator"]))
    text = client.get(page(measure)).content.decode()
    assert "January 2025" in text
    assert "strike on the ward" not in text
    assert "Ana Lund" not in text
    download = lines(client.get(page(measure) + "?format=csv"))
    assert download[0] == ["Period", "Value", "Numerator", "Denominator", "Made up"]


# --- The list ----------------------------------------------------------------------------------------------
def test_the_list_shows_the_newest_number_the_median_and_signal_or_noise(signed_in, network, measure):
    text = signed_in(MembershipFactory(network=network)).get("/larkton/measures/").content.decode()
    for words in (
        "Waited over four hours",
        "Chest pain pathway",
        "7.0%",
        "December 2024",
        "5.5%",
        "No signal",
    ):
        assert words in text


def test_made_up_numbers_are_marked_everywhere(signed_in, network, project, nurse):
    measure = MeasureFactory(project=project, made_up=True, values=[1, 2])
    client = signed_in(nurse)
    for address in ("/larkton/measures/", page(measure)):
        assert "Made-up numbers" in client.get(address).content.decode()
    assert lines(client.get("/larkton/measures/?format=csv"))[1][-1] == "yes"
    assert lines(client.get(page(measure) + "?format=csv"))[1][-1] == "yes"


def test_the_list_is_searched_filtered_and_sorted(signed_in, network, measure):
    MeasureFactory(project=ProjectFactory(network=network, name="Stroke"), name="Falls", kind="balancing")
    client = signed_in(MembershipFactory(network=network))

    def names(query):
        return [row.name for row in client.get(f"/larkton/measures/?{query}").context["listing"].rows]

    assert names("") == ["Falls", "Waited over four hours"]
    assert names("sort=-name") == ["Waited over four hours", "Falls"]
    assert names("q=chest") == ["Waited over four hours"]
    assert names("of=stroke") == ["Falls"]
    assert names("kind=balancing") == ["Falls"]
    assert "No measure fits" in client.get("/larkton/measures/?q=nothing").content.decode()


def test_an_empty_list_teaches(signed_in, network):
    text = signed_in(MembershipFactory(network=network)).get("/larkton/measures/").content.decode()
    assert "No measures yet" in text


def test_the_list_downloads_what_it_shows(signed_in, network, measure):
    client = signed_in(MembershipFactory(network=network))
    assert lines(client.get("/larkton/measures/?format=csv")) == [
        ["Measure", "Of", "Kind", "Latest", "Period", "Centre", "Signal or noise", "Made up"],
        [
            "Waited over four hours", "Chest pain pathway", "Outcome", "7.0%", "December 2024", "5.5%",
            "No signal: chance alone", "no",
        ],
    ]  # fmt: skip


@pytest.mark.parametrize("many", [2, 20])
def test_the_list_takes_as_many_queries_for_ten_times_the_measures(
    signed_in, network, project, many, django_assert_num_queries
):
    made = [MeasureFactory(project=project, values=[1, 2, 3]).pk for _ in range(many)]
    client = signed_in(MembershipFactory(network=network))
    client.get("/larkton/measures/")
    with django_assert_num_queries(4):  # nothing is worked out yet: one for the numbers
        assert len(client.get("/larkton/measures/").context["lines"]) == many
    with django_assert_num_queries(4):
        assert len(lines(client.get("/larkton/measures/?format=csv"))) == many + 1
    results.renew(made)
    with django_assert_num_queries(3):
        assert len(client.get("/larkton/measures/").context["lines"]) == many


# --- One measure -------------------------------------------------------------------------------------------
def test_the_page_answers_signal_or_noise(signed_in, nurse, measure, today):
    text = signed_in(nurse).get(page(measure)).content.decode()
    assert "No signal: the middle value is 5.5%" in text
    assert "Add January 2025" in text
    assert "% of attendances" in text
    assert "Lower is better" in text


def test_an_empty_measure_teaches_how_to_begin(signed_in, nurse, project, today):
    text = signed_in(nurse).get(page(MeasureFactory(project=project))).content.decode()
    assert "No numbers yet" in text
    assert "Import from a file" in text
    assert "Add January 2025" in text


@pytest.mark.parametrize("many", [2, 20])
def test_a_measure_takes_as_many_queries_for_ten_times_the_numbers(
    signed_in, nurse, project, many, django_assert_num_queries
):
    measure = MeasureFactory(project=project, values=range(many))
    client = signed_in(nurse)
    client.get(page(measure))
    with django_assert_num_queries(10):
        assert len(client.get(page(measure)).context["numbers"]) == many


def test_of_many_numbers_the_newest_are_drawn_and_all_where_that_is_wanted(signed_in, nurse, project):
    measure = MeasureFactory(project=project, values=[20] * 210 + [30] * 30, chart="xmr")
    first, *_, newest = measure.observations.order_by("period")
    begins = measure.observations.order_by("period")[210].period
    measure.phases.create(begins=begins, reason="Two wards became one", by=nurse)
    measure.annotations.create(on=first.period, text="The clinic closed", by=nurse)
    measure.annotations.create(on=newest.period, text="The clinic opened", by=nurse)
    client = signed_in(nurse)
    answer = client.get(page(measure))
    assert "The picture shows the newest 120 of 240 numbers." in answer.text
    assert len(answer.content) < 40 * 1024
    chart = answer.context["chart"]
    assert chart["points"][-1]["date"] == newest.period.isoformat()
    assert [(line["first"], line["last"], line["centre"]) for line in chart["phases"]] == [
        (0, 89, 20),
        (90, 119, 30),
    ]
    assert [event["text"] for event in chart["events"]] == ["Two wards became one", "The clinic opened"]
    whole = client.get(page(measure, "?picture=all"))
    assert len(whole.context["chart"]["points"]) == 240
    assert "The picture shows the newest" not in whole.text
    assert whole.context["chart"]["sentence"] == chart["sentence"]


def test_numbers_download_as_a_spreadsheet_reads_them(signed_in, network, project):
    measure = MeasureFactory(project=project)
    ObservationFactory(
        measure=measure,
        numerator=Decimal("1234.5"),
        denominator=20000,
        note="=cmd()",
        added_by__name="Sam Lee",
    )
    client = signed_in(MembershipFactory(network=network))
    assert lines(client.get(page(measure) + "?format=csv")) == [
        ["Period", "Value", "Numerator", "Denominator", "Note", "Added by", "Made up"],
        ["2024-01-01", "6.2%", "1234.5", "20000", "'=cmd()", "Sam Lee", "no"],
    ]


def test_a_number_below_zero_downloads_as_a_number(signed_in, network, project):
    measure = MeasureFactory(project=project, shape="number", values=[-5])
    client = signed_in(MembershipFactory(network=network))
    assert lines(client.get(page(measure) + "?format=csv"))[1][1:3] == ["-5", "-5"]


# --- Adding and changing a measure -------------------------------------------------------------------------
ANSWERS = {
    "chart": "xmr",
    "frequency": "month",
    "name": "Falls",
    "kind": "outcome",
    "shape": "number",
    "better": "lower",
    "per": "1000",
}


def test_a_team_adds_a_measure(signed_in, nurse, project):
    client = signed_in(nurse)
    address = f"/larkton/projects/{project.pk}/measures/add/"
    assert "Add a measure" in client.get(address).content.decode()
    done = client.post(address, ANSWERS, follow=True)
    assert "“Falls” is a measure of Chest pain pathway." in done.content.decode()
    assert Measure.objects.get().shape == "number"


def test_which_way_is_better_is_never_guessed(signed_in, nurse, project):
    client = signed_in(nurse)
    address = f"/larkton/projects/{project.pk}/measures/add/"
    assert (
        "checked"
        not in client.get(address).content.decode().split('name="better"', 1)[1].split("</fieldset>")[0]
    )
    refused = client.post(address, {**ANSWERS, "better": ""})
    assert "Choose which way is better" in refused.content.decode()


def test_only_a_rate_needs_for_every_how_many(signed_in, nurse, project):
    client = signed_in(nurse)
    address = f"/larkton/projects/{project.pk}/measures/add/"
    for per in ("", "0"):
        refused = client.post(address, ANSWERS | {"shape": "rate", "per": per})
        assert "Say for every how many" in refused.content.decode()
    client.post(address, ANSWERS | {"per": ""})
    assert Measure.objects.get().per == 1000


def test_a_name_that_the_project_has_is_refused_at_its_field(signed_in, nurse, project, measure):
    address = f"/larkton/projects/{project.pk}/measures/add/"
    text = signed_in(nurse).post(address, ANSWERS | {"name": measure.name}).content.decode()
    assert "The project has a measure called “Waited over four hours” already." in text
    text = signed_in(nurse).post(
        page(MeasureFactory(project=project), "change/"), ANSWERS | {"name": measure.name}
    )
    assert "already. Give it another name." in text.content.decode()


def test_a_measure_is_changed_but_not_the_shape_of_its_numbers(signed_in, nurse, measure):
    client = signed_in(nurse)
    assert "It has numbers already" in client.get(page(measure, "change/")).content.decode()
    client.post(page(measure, "change/"), ANSWERS | {"source": "Hospital data warehouse"})
    measure.refresh_from_db()
    assert (measure.name, measure.shape, measure.source) == ("Falls", "percentage", "Hospital data warehouse")
    assert "What is measured?" not in History.objects.of(measure).get().text


def test_an_nhs_number_is_refused_in_the_source(signed_in, nurse, measure):
    text = (
        signed_in(nurse).post(page(measure, "change/"), ANSWERS | {"source": "943 476 5919"}).content.decode()
    )
    assert "could be a patient’s NHS number" in text


# --- One number --------------------------------------------------------------------------------------------
JANUARY = {"period": "2025-01-01", "numerator": "9", "denominator": "100", "note": ""}


def test_this_months_number_is_added_with_the_last_ones_in_sight(signed_in, nurse, measure, today):
    client = signed_in(nurse)
    form = client.get(page(measure, "add/"))
    text = form.content.decode()
    assert form.context["form"]["period"].value() == "2025-01-01"
    assert "December 2024: 7 of 100" in text
    assert "How many (numerator)" in text
    assert "Out of how many attendances (denominator)" in text
    done = client.post(page(measure, "add/"), JANUARY, follow=True)
    assert "January 2025 is 9 of 100 (9.0%)." in done.content.decode()
    assert Observation.objects.get(period=date(2025, 1, 1)).added_by == nurse


def test_a_measure_that_rested_for_years_goes_on_where_it_stopped(signed_in, nurse, measure, time_machine):
    time_machine.move_to("2032-06-05 12:00:00+00:00")
    form = signed_in(nurse).get(page(measure, "add/")).context["form"]
    assert form["period"].value() == "2025-01-01"
    assert "2025-01-01" in [value for value, label in form.fields["period"].choices]


def test_a_plain_number_is_one_field(signed_in, nurse, project, today):
    measure = MeasureFactory(project=project, shape="number", unit="minutes")
    client = signed_in(nurse)
    assert "Number, in minutes" in client.get(page(measure, "add/")).content.decode()
    done = client.post(page(measure, "add/"), {"period": "2025-01-01", "numerator": "31"}, follow=True)
    assert "January 2025 is 31." in done.content.decode()


def test_a_number_may_be_of_a_day(signed_in, nurse, measure, today):
    client = signed_in(nurse)
    assert 'type="date"' in client.get(page(measure, "add/?day")).content.decode()
    client.post(page(measure, "add/?day"), JANUARY | {"period": "2019-05-13"})
    assert Observation.objects.filter(period=date(2019, 5, 13)).exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"numerator": ""}, "Fill in the number"),
        ({"denominator": ""}, "Fill in the denominator"),
        ({"numerator": "nine"}, "“nine” is not a number. Write digits, such as 12 or 12.5."),
        ({"numerator": "101"}, "The numerator (101) is above the denominator (100)"),
        ({"numerator": "1e400"}, "“1e400” is too large."),
        ({"denominator": "9434765919"}, "could be a patient’s NHS number"),
        ({"denominator": "0"}, "there is nothing to divide by"),
        ({"note": "Mrs 943 476 5919"}, "could be a patient’s NHS number"),
        ({"period": "2025-03-01"}, "Choose a month of the list"),
    ],
)
def test_a_number_that_cannot_be_keeps_what_was_typed(signed_in, nurse, measure, today, typed, sentence):
    answer = signed_in(nurse).post(page(measure, "add/"), JANUARY | {"note": "snow"} | typed)
    assert sentence in answer.content.decode()
    for name, value in (JANUARY | {"note": "snow"} | typed).items():
        assert answer.context["form"][name].value() == value
    assert Observation.objects.count() == 12


def test_a_future_day_is_refused(signed_in, nurse, measure, today):
    text = (
        signed_in(nurse).post(page(measure, "add/?day"), JANUARY | {"period": "2025-02-21"}).content.decode()
    )
    assert "21 February 2025 is in the future" in text


def test_today_is_the_networks_own(signed_in, nurse, measure, time_machine):
    time_machine.move_to("2025-01-31 23:30:00+00:00", tick=False)
    measure.network.time_zone = "Pacific/Auckland"
    measure.network.save()
    client = signed_in(nurse)
    client.post(page(measure, "add/?day"), JANUARY | {"period": "2025-02-01"})
    assert Observation.objects.filter(period=date(2025, 2, 1)).exists()


def test_a_month_that_has_a_number_is_changed_only_after_asking(signed_in, nurse, measure, today):
    client = signed_in(nurse)
    typed = JANUARY | {"period": "2024-12-01", "note": "counted again"}
    asked = client.post(page(measure, "add/"), typed)
    text = asked.content.decode()
    assert "December 2024 has 7 of 100 already, added by" in text
    assert "Tick “Yes” to change it to 9 of 100" in text
    assert asked.context["form"]["note"].value() == "counted again"
    assert Observation.objects.get(period=date(2024, 12, 1)).numerator == 7
    seen = asked.context["form"]["seen"].value()
    done = client.post(page(measure, "add/"), typed | {"seen": seen, "change": "on"}, follow=True)
    assert "December 2024 is 9 of 100 (9.0%)." in done.content.decode()
    assert History.objects.of(measure).get().what == "changed December 2024 from 7 of 100 to 9 of 100"


def test_ticking_yes_for_what_one_has_not_seen_asks_again(signed_in, nurse, measure, today):
    client = signed_in(nurse)
    typed = JANUARY | {"period": "2024-12-01"}
    seen = client.post(page(measure, "add/"), typed).context["form"]["seen"].value()
    Observation.objects.filter(period=date(2024, 12, 1)).update(numerator=8)
    text = client.post(page(measure, "add/"), typed | {"seen": seen, "change": "on"}).content.decode()
    assert "December 2024 has 8 of 100 already" in text


def test_a_number_is_changed(signed_in, nurse, measure):
    december = measure.observations.get(period=date(2024, 12, 1))
    client = signed_in(nurse)
    form = client.get(page(measure, f"numbers/{december.pk}/")).context["form"]
    assert (form["numerator"].value(), form["denominator"].value()) == ("7", "100")
    typed = {"numerator": "8", "denominator": "100", "note": "", "seen": form["seen"].value()}
    done = client.post(page(measure, f"numbers/{december.pk}/"), typed, follow=True)
    assert "December 2024 is 8 of 100 (8.0%)." in done.content.decode()


def test_the_second_of_two_who_change_a_number_is_told_and_loses_nothing(signed_in, nurse, measure):
    december = measure.observations.get(period=date(2024, 12, 1))
    client = signed_in(nurse)
    address = page(measure, f"numbers/{december.pk}/")
    typed = {"numerator": "9", "denominator": "100", "note": "mine", "seen": december.stamp}
    Observation.objects.filter(pk=december.pk).update(numerator=8)
    asked = client.post(address, typed)
    assert "December 2024 has 8 of 100 already" in asked.content.decode()
    assert asked.context["form"]["numerator"].value() == "9"
    typed["seen"] = asked.context["form"]["seen"].value()
    untouched = client.post(address, typed)
    assert untouched.status_code == 302
    december.refresh_from_db()
    assert (december.numerator, december.note) == (9, "mine")


# --- On a project's page -----------------------------------------------------------------------------------
def shown_on(project, membership):
    context = {"membership": membership, "network": membership.network, "project": project}
    request = RequestFactory().get("/")
    return Template("{% load measures %}{% measures_of project %}").render(
        Context(context | {"request": request})
    )


def test_a_project_shows_its_measures_and_the_button_to_add_one(project, measure, nurse, today):
    MeasureFactory(name="Of another project", project__network=project.network)
    text = shown_on(project, nurse)
    for words in ("Waited over four hours", "7.0%", "5.5%", "No signal: chance alone", "Add January 2025"):
        assert words in text
    assert f"/larkton/projects/{project.pk}/measures/add/" in text
    assert "Of another project" not in text


def test_a_project_without_measures_teaches_the_team(project, nurse, network):
    assert "Count one thing over time" in shown_on(project, nurse)
    assert "No measures yet." in shown_on(project, MembershipFactory(network=network))


@pytest.mark.parametrize("many", [1, 10])
def test_a_projects_measures_take_as_many_queries_for_ten_times_as_many(
    project, nurse, many, django_assert_num_queries
):
    for _ in range(many):
        MeasureFactory(project=project, values=[1, 2, 3])
    assert nurse.roles
    with django_assert_num_queries(3):
        shown_on(project, nurse)
