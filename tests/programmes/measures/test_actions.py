"""Writing measures and numbers, and what history says of it."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from iocn.shared.models import History
from programmes.measures import actions
from programmes.models import Measure, Observation
from tests.factories import (
    MeasureFactory,
    MembershipFactory,
    ObservationFactory,
    ProjectFactory,
    TeamMemberFactory,
)

JUNE = date(2026, 6, 1)


@pytest.fixture
def measure(network):
    return MeasureFactory(project=ProjectFactory(network=network))


@pytest.fixture
def nurse(measure):
    return TeamMemberFactory(project=measure.project, membership__name="Ana Lund").membership


def told(thing):
    return [(str(row), row.text) for row in History.objects.of(thing)]


def test_a_measure_is_added_to_a_project_with_its_history(network, nurse, measure):
    made = actions.create_measure(
        by=nurse, project=measure.project, name="Falls", kind="outcome", shape="rate", better="lower",
        unit="bed days",
    )  # fmt: skip
    assert (made.network, made.per, made.made_up) == (network, 1000, False)
    assert told(made) == [("Ana Lund added the measure", "")]


def test_a_project_has_no_two_measures_of_one_name(nurse, measure):
    with pytest.raises(ValidationError, match="has a measure called"):
        actions.create_measure(
            by=nurse,
            project=measure.project,
            name=measure.name,
            kind="outcome",
            shape="number",
            better="lower",
        )


def changed(measure, **fields):
    keys = ("name", "kind", "shape", "better", "unit", "per", "source", "made_up")
    return {key: getattr(measure, key) for key in keys} | fields


def test_a_changed_measure_says_what_it_was(nurse, measure):
    actions.change_measure(by=nurse, measure=measure, **changed(measure, better="higher", unit="attendances"))
    assert told(measure) == [
        (
            "Ana Lund changed the measure",
            "Better: Lower is better → Higher is better\nUnit: empty → attendances",
        )
    ]
    actions.change_measure(by=nurse, measure=measure, **changed(Measure.objects.get()))
    assert len(told(measure)) == 1


def test_a_measure_with_numbers_keeps_its_shape(nurse, measure):
    ObservationFactory(measure=measure)
    with pytest.raises(ValidationError, match="come to mean something else"):
        actions.change_measure(by=nurse, measure=measure, **changed(measure, shape="number"))


def test_a_number_is_added_and_shows_that_the_project_moves(nurse, measure):
    before = measure.project.moved_at
    actions.add_observation(
        by=nurse, measure=measure, period=JUNE, numerator=12, denominator=240, note="strike"
    )
    assert told(measure) == [("Ana Lund added June 2026", "12 of 240 – strike")]
    measure.project.refresh_from_db()
    assert measure.project.moved_at > before


def test_the_same_number_again_changes_nothing(nurse, measure):
    for _ in range(2):
        actions.add_observation(by=nurse, measure=measure, period=JUNE, numerator=12, denominator=240)
    assert len(told(measure)) == 1


def test_another_number_of_the_same_month_is_not_written_but_shown(nurse, measure):
    first = actions.add_observation(by=nurse, measure=measure, period=JUNE, numerator=12, denominator=240)
    with pytest.raises(actions.PeriodTaken) as taken:
        actions.add_observation(by=nurse, measure=measure, period=JUNE, numerator=13, denominator=240)
    assert taken.value.there == first
    assert Observation.objects.get().numerator == 12


def test_a_changed_number_says_from_what_to_what(nurse, measure):
    there = actions.add_observation(by=nurse, measure=measure, period=JUNE, numerator=12, denominator=240)
    actions.change_observation(by=nurse, observation=there, numerator=13, denominator=240, note="late")
    assert told(measure)[0] == (
        "Ana Lund changed June 2026 from 12 of 240 to 13 of 240",
        "Note: empty → late",
    )


def test_nobody_overwrites_what_they_have_not_seen(nurse, measure):
    there = actions.add_observation(by=nurse, measure=measure, period=JUNE, numerator=12, denominator=240)
    seen = there.stamp
    actions.change_observation(by=nurse, observation=there, numerator=13, denominator=240, seen=seen)
    with pytest.raises(actions.PeriodTaken) as taken:
        actions.change_observation(by=nurse, observation=there, numerator=14, denominator=240, seen=seen)
    assert taken.value.there.numerator == 13


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ({"numerator": 250, "denominator": 240}, "a part cannot be larger than its whole"),
        ({"numerator": -1, "denominator": 240}, "below zero"),
        ({"numerator": 1, "denominator": 0}, "nothing to divide by"),
        ({"numerator": 1}, "needs a denominator"),
        ({"numerator": 1, "denominator": 2, "period": date(2099, 1, 1)}, "in the future"),
        ({"numerator": 1, "denominator": 2, "period": date(1900, 1, 1)}, "before 1948"),
    ],
)
def test_a_number_that_cannot_be_is_refused_with_a_sentence(nurse, measure, numbers, words):
    with pytest.raises(ValidationError, match=words):
        actions.add_observation(**{"by": nurse, "measure": measure, "period": JUNE, **numbers})
    row = actions.NewNumber(**({"period": JUNE, "denominator": None, "note": None} | numbers))
    with pytest.raises(ValidationError, match=words):
        actions.import_observations(by=nurse, measure=measure, rows=[row])
    assert not Observation.objects.exists()


def test_a_plain_number_may_be_below_zero_and_wants_no_denominator(nurse, measure):
    measure.shape = "number"
    measure.save()
    actions.add_observation(by=nurse, measure=measure, period=JUNE, numerator=Decimal("-1.5"))
    assert told(measure)[0][1] == "-1.5"
    with pytest.raises(ValidationError, match="has no denominator"):
        actions.add_observation(by=nurse, measure=measure, period=JUNE, numerator=1, denominator=2)


def test_an_import_adds_and_changes_with_one_history_row(nurse, measure):
    other = ObservationFactory(measure=measure, period=JUNE, numerator=12, denominator=240, note="kept")
    rows = [(date(2026, month, 1), Decimal(month), Decimal(240), None) for month in (4, 5, 6)]
    assert actions.import_observations(by=nurse, measure=measure, rows=rows, source="a.csv") == (2, 1)
    assert told(measure) == [
        (
            "Ana Lund imported numbers from a.csv: 2 added, 1 changed",
            "June 2026: 12 of 240 – kept → 6 of 240 – kept",
        )
    ]
    there = Observation.objects.get(pk=other.pk)
    assert (there.numerator, there.note, there.added_by) == (6, "kept", other.added_by)
    assert actions.import_observations(by=nurse, measure=measure, rows=rows) == (0, 0)
    assert len(told(measure)) == 1


def test_an_import_with_one_wrong_row_writes_nothing(nurse, measure):
    rows = [(JUNE, Decimal(1), Decimal(2), None), (date(2099, 1, 1), Decimal(1), Decimal(2), None)]
    with pytest.raises(ValidationError):
        actions.import_observations(by=nurse, measure=measure, rows=rows)
    with pytest.raises(ValidationError, match="twice"):
        actions.import_observations(by=nurse, measure=measure, rows=[rows[0], rows[0]])
    assert not Observation.objects.exists()


def test_thousands_of_rows_take_few_statements(nurse, measure, django_assert_max_num_queries):
    measure.shape = "number"
    measure.save()
    start = date(1990, 1, 1).toordinal()
    rows = [(date.fromordinal(start + day), Decimal(day), None, None) for day in range(5000)]
    with django_assert_max_num_queries(20):
        assert actions.import_observations(by=nurse, measure=measure, rows=rows) == (5000, 0)


def test_the_database_keeps_one_number_a_period(measure):
    ObservationFactory(measure=measure, period=JUNE)
    with pytest.raises(IntegrityError), transaction.atomic():
        ObservationFactory(measure=measure, period=JUNE)


def test_another_networks_member_writes_nothing(measure):
    stranger = MembershipFactory()
    with pytest.raises(Measure.DoesNotExist):
        actions.add_observation(by=stranger, measure=measure, period=JUNE, numerator=1, denominator=2)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_add_the_same_month_at_once_the_second_is_told():
    measure = MeasureFactory()
    people = [MembershipFactory(network=measure.network) for _ in range(2)]
    start, outcomes = threading.Barrier(2), []

    def add(by, number):
        try:
            start.wait(timeout=10)
            actions.add_observation(by=by, measure=measure, period=JUNE, numerator=number, denominator=240)
            outcomes.append("written")
        except actions.PeriodTaken as taken:
            outcomes.append(f"told of {taken.there.numerator:.0f}")
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=(by, number)) for number, by in enumerate(people, 12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    written = Observation.objects.get().numerator
    assert sorted(outcomes) == [f"told of {written:.0f}", "written"]
