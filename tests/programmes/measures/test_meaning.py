"""What the page says of a measure's numbers, in every case."""

from datetime import date
from decimal import Decimal

import pytest

from programmes.measures.figures import shown, unit_of
from programmes.measures.meaning import Point, Series
from programmes.measures.models import Measure
from programmes.measures.sentences import how_many


def series(
    values,
    shape="percentage",
    better="lower",
    start=(2024, 1),
    skip=(),
    out=(),
    begins=(),
    chart="run",
    **fields,
):
    """Return a series of months, of 100 each; those in `skip` have no number, those in `out` do not count."""
    measure = Measure(pk=1, name="Waited", shape=shape, better=better, chart=chart, **fields)
    year, first = start
    points = []
    at = first - 1
    for value in values:
        while at - first + 2 in skip:
            at += 1
        period = date(year + at // 12, at % 12 + 1, 1)
        left_out = "strike" if at - first + 2 in out else ""
        bottom = None if shape == "number" else Decimal(100)
        points.append(Point(period, Decimal(str(value)), bottom, left_out=left_out))
        at += 1
    return Series(measure, points, begins)


VARYING = [4, 7, 5, 8, 3, 6, 7, 4, 8, 5, 3, 7]


def test_without_numbers_there_is_nothing_to_see():
    nothing = series([])
    assert nothing.sentence == "There are no numbers yet, so there is nothing to see."
    assert (nothing.in_short, nothing.last_shown, nothing.centre_shown) == ("No numbers yet", "", "")
    assert nothing.picture()["points"] == []


def test_one_number_is_told_as_one():
    assert series([12]).sentence == (
        "One number so far: 12.0% for January 2024. Signal can be told from noise from 10 numbers on."
    )


def test_few_numbers_give_their_middle_and_no_verdict():
    few = series([1, 2, 3, 4, 5, 6, 7, 8, 9])
    assert few.sentence == (
        "9 numbers so far: the middle value is 5.0%. Signal can be told from noise from 10 numbers on."
    )
    assert not few.has_signal
    assert few.in_short == "Too few numbers to tell"


def test_numbers_that_vary_by_chance_are_called_noise():
    assert series(VARYING).sentence == (
        "No signal: the middle value is 5.5%, and the last 12 months show no sign of change beyond chance."
        " The longest run on one side is 2 (chance gives up to 7),"
        " and the line crosses the middle 9 times (chance gives 3 or more)."
    )
    assert series(VARYING).in_short == "No signal: chance alone"


def test_a_run_that_lasts_is_a_signal_and_an_improvement_where_lower_is_better():
    fell = series([9, 8, 9, 8, 9, 8, 9, 8, 9, 2, 1, 2, 1, 2, 1, 2, 1, 2])
    assert fell.has_signal
    assert fell.sentence == (
        "Signal: 9 months in a row are below the middle value of 5.0%, since October 2024; chance alone gives up"
        " to 7. The line also crosses the middle value only once, where chance gives 5 or more."
        " Lower is better: this is an improvement."
    )
    assert fell.in_short == "Signal: 9 months below the middle"
    signals = [point.get("signal", "") for point in fell.picture()["points"]]
    assert signals == ["concern"] * 9 + ["improvement"] * 9


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        ([50, 51, 49, 50, 51, 49, 50, 51, 49, 50, 51, 90], "limit"),
        ([50, 52, 48, 50, 52, 48, 50, 52, 48, 50, 52, 43, 45, 47, 49, 51, 53, 55, 56], "rising"),
        ([50, 52, 48, 50, 52, 48, 50, 52, 48, 50, 52, 57, 55, 53, 51, 49, 47, 45, 44], "falling"),
        ([*[50, 51, 49] * 6, 51, 53, 53], "near"),
        ([50, 52, 48, 50, 46, 48, 50, 46, 48, 50, 46, 52, 54, 52, 53, 52, 54, 52, 53], "run"),
    ],
)
def test_each_kind_of_rule_is_drawn_in_its_own_shape(values, shape):
    drawn = series(values, chart="xmr").picture(table=False)
    assert drawn["rules"][drawn["points"][-1]["why"]]["shape"] == shape


@pytest.mark.parametrize(
    ("better", "words"),
    [
        ("lower", "Lower is better: this is an improvement."),
        ("higher", "Higher is better: this is a concern."),
        ("neither", "5 or more."),
    ],
)
def test_which_way_is_better_decides_what_a_signal_means(better, words):
    fell = series([9, 8, 9, 8, 9, 8, 9, 8, 9, 2, 1, 2, 1, 2, 1, 2, 1, 2], better=better)
    assert fell.sentence.endswith(words)


def test_a_run_that_is_over_says_from_when_to_when():
    over = series([1, 9, 9] * 4 + [2] * 9 + [9, 9, 1, 9, 9, 1, 9, 9, 9])
    assert "9 months in a row are below" in over.sentence
    assert "from January 2025 to September 2025" in over.sentence
    assert "It has ended since." in over.sentence


def test_points_on_the_median_inside_a_run_are_not_counted_as_in_a_row():
    held = series([9, 9, 9, 9, 9, 9, 9, 9, 9, 5, 1, 1, 1, 5, 1, 1, 1, 1, 1, 1])
    assert "9 months are below the middle value of 5.0% (others on it), since November 2024" in held.sentence


def test_a_wave_crosses_too_seldom():
    wave = series(([1] * 6 + [9] * 6) * 3, better="higher")
    assert wave.sentence == (
        "Signal: the line crosses the middle value of 5.0% only 5 times in 36 months; chance alone gives 13 or more."
        " The numbers drift or come in waves: look for what changed when they do."
    )
    assert wave.in_short == "Signal: drifts or comes in waves"


def test_numbers_that_never_change_say_so():
    assert series([7] * 12).sentence == "Every one of the 12 months is the same, 7.0%: nothing changes."
    assert series([7] * 12).in_short == "Always the same"


def test_many_numbers_on_the_median_leave_too_few():
    assert series([5] * 10 + [1, 9]).sentence == (
        "Of the 12 months only 2 are off the middle value of 5.0%: too few to tell signal from noise,"
        " which takes 10."
    )


def test_missing_months_are_said_and_numbers_are_no_longer_months_in_a_row():
    gap = series(VARYING, skip=(3,))
    assert "the last 12 numbers" in gap.sentence
    assert gap.sentence.endswith("March 2024 has no number.")
    assert series(VARYING, skip=(3, 4)).sentence.endswith("2 months in between have no number.")


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("working hours", "1 working hour"),
        ("minutes", "1 minute"),
        ("people", "1 person"),
        ("m/s", "1 m/s"),
        ("", "1"),
    ],
)
def test_one_of_a_unit_is_said_in_the_singular(unit, words):
    measure = Measure(pk=1, name="Waits", shape="number", unit=unit, chart="run")
    assert shown(measure, 1) == words
    assert shown(measure, 1.5) == f"1.5 {unit}".strip()
    points = [Point(date(2024, month, 1), Decimal(month)) for month in (1, 2)]
    for table in (True, False):
        drawn = Series(measure, points).picture(table=table)
        assert drawn["points"][0]["shown"] == words


def test_weeks_are_called_numbers_and_days():
    measure = Measure(pk=1, name="Falls", shape="number", unit="falls", chart="run")
    points = [Point(date(2024, 1, 1 + 7 * week), Decimal(week)) for week in range(4)]
    weekly = Series(measure, points)
    assert not weekly.is_monthly
    assert weekly.last_period == "22 January 2024"
    assert weekly.next_period(date(2026, 1, 1)) == date(2024, 1, 29)


def test_the_next_number_is_that_of_the_month_after_the_last_and_never_in_the_future():
    today = date(2026, 11, 22)
    assert series([]).next_period(today) == date(2026, 10, 1)
    assert series([1, 2], start=(2026, 8)).next_period(today) == date(2026, 10, 1)
    assert series([1], start=(2026, 11)).next_period(today) == date(2026, 11, 1)
    assert series([1], start=(2026, 11)).due(today) == ""


def quarters(*starts):
    measure = Measure(pk=1, name="Falls", shape="number", unit="falls", chart="xmr", frequency="quarter")
    points = [Point(date.fromisoformat(start), Decimal(5 + at % 3)) for at, start in enumerate(starts)]
    return Series(measure, points)


def test_quarters_are_counted_and_called_so():
    starts = [f"{year}-{month:02}-01" for year in range(2020, 2026) for month in (1, 4, 7, 10)]
    years = quarters(*starts)
    assert years.missing == []
    assert "in between" not in years.sentence
    with_gaps = quarters(*starts[:6], *starts[7:10], *starts[12:])
    assert with_gaps.missing == [date(2021, 7, 1), date(2022, 7, 1), date(2022, 10, 1)]
    assert "3 quarters in between have no number." in with_gaps.sentence
    assert how_many(years, 4) == "4 quarters"
    assert years.picture()["columns"][0]["label"] == "Quarter"


def test_the_next_quarter_is_due_once_it_has_begun():
    year = quarters("2025-07-01", "2025-10-01")
    assert year.next_period(date(2025, 12, 31)) == date(2025, 10, 1)
    assert year.due(date(2025, 12, 31)) == ""
    assert year.due(date(2026, 1, 1)) == "January 2026"
    assert quarters().next_period(date(2026, 2, 10)) == date(2025, 10, 1)


@pytest.mark.parametrize(("frequency", "due"), [("week", "29 January 2024"), ("day", "23 January 2024")])
def test_days_and_weeks_go_on_by_the_measures_own_rhythm(frequency, due):
    measure = Measure(pk=1, name="Falls", shape="number", unit="falls", chart="run", frequency=frequency)
    # Two weeks lie between the last two: one is missing.
    points = [Point(date(2024, 1, day), Decimal(day)) for day in (2, 8, 22)]
    assert Series(measure, points).due(date(2026, 1, 1)) == due
    assert not Series(measure, []).is_monthly


@pytest.mark.parametrize(
    ("fields", "value", "text", "unit"),
    [
        ({"shape": "percentage"}, 12.345, "12.3%", "%"),
        ({"shape": "percentage", "unit": "attendances"}, 0, "0.0%", "% of attendances"),
        (
            {"shape": "rate", "per": 1000, "unit": "bed days"},
            4.256,
            "4.26 per 1,000 bed days",
            "per 1,000 bed days",
        ),
        ({"shape": "rate", "per": 100000}, 0.01234, "0.012 per 100,000", "per 100,000"),
        ({"shape": "number", "unit": "minutes"}, 31, "31 minutes", "minutes"),
        ({"shape": "number"}, 12345.678, "12,345.7", ""),
        ({"shape": "number"}, None, "no number", ""),
    ],
)
def test_values_are_shown_to_sensible_digits(fields, value, text, unit):
    measure = Measure(name="x", **fields)
    assert (shown(measure, value), unit_of(measure)) == (text, unit)


def test_the_chart_holds_what_was_entered_and_no_notes_for_who_may_not_read_them():
    measure = Measure(pk=3, name="Waited", made_up=True, chart="run")
    one = Series(measure, [Point(date(2024, 1, 1), Decimal("12"), Decimal("240"), "strike")])
    point = one.picture()["points"][0]
    assert (point["value"], point["shown"], point["top"], point["bottom"]) == (5.0, "5.0%", "12", "240")
    assert one.picture()["made_up"]
    assert one.picture()["points"][0]["note"] == "strike"
    assert "strike" not in str(one.picture(notes=False))
