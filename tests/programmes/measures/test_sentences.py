"""What the sentence above a chart says: every kind of chart, every rule, every target."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from programmes.measures.meaning import Point, Series
from programmes.measures.models import CHARTS, Measure
from programmes.measures.spc import Assurance, Rule, Variation
from tests.programmes.measures.test_meaning import series

# Two years by chance alone, around 50.
STEADY = [50, 53, 48, 51, 47, 52, 49, 54, 46, 50, 52, 48, 51, 49, 53, 47, 50, 52, 48, 51, 49, 50, 53, 48]
RISING = [*STEADY[:17], 44, 46, 48, 50, 52, 54, 55]
NEAR = [*STEADY[:-3], 57, 53, 57]


def xmr(values, **fields):
    return series(values, chart="xmr", **fields)


# --- The rules of an XmR chart -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "rule", "words", "short"),
    [
        (
            [*STEADY, 75],
            Rule.ABOVE_LIMIT,
            "Signal: January 2026 (75.0%) is above the upper limit of ",
            "Signal: above the upper limit",
        ),
        (
            [*STEADY, 20],
            Rule.BELOW_LIMIT,
            "Signal: January 2026 (20.0%) is below the lower limit of ",
            "Signal: below the lower limit",
        ),
        (
            RISING,
            Rule.RISING,
            "Signal: 7 months in a row rise, each above the one before, since June 2025",
            "Signal: 7 months rising",
        ),
        (
            [100 - value for value in RISING],
            Rule.FALLING,
            "Signal: 7 months in a row fall, each below the one before, since June 2025",
            "Signal: 7 months falling",
        ),
        (
            [*STEADY, 58, 52, 58],
            Rule.TWO_OF_THREE_ABOVE,
            "Signal: two of the last three numbers are near the upper limit of ",
            "Signal: two of three near the upper limit",
        ),
        (
            [*STEADY, 42, 48, 42],
            Rule.TWO_OF_THREE_BELOW,
            "Signal: two of the last three numbers are near the lower limit of ",
            "Signal: two of three near the lower limit",
        ),
        (
            [*STEADY, 53, 52, 53, 52, 53, 52, 53, 52],
            Rule.SHIFT_ABOVE,
            "Signal: 8 months in a row are above the mean of 50.7%, since January 2026",
            "Signal: 8 months above the mean",
        ),
        (
            [*STEADY, 52, 47, 48, 47, 48, 47, 48, 47],
            Rule.SHIFT_BELOW,
            "Signal: 7 months in a row are below the mean of 49.5%, since February 2026",
            "Signal: 7 months below the mean",
        ),
    ],
)
@pytest.mark.parametrize("better", ["higher", "lower", "neither"])
def test_each_rule_is_told_with_what_it_means(values, rule, words, short, better):
    told = xmr(values, better=better)
    assert told.rule == rule
    assert told.sentence.startswith(words)
    assert told.in_short == short
    assert told.has_signal
    meaning = {True: "this is an improvement.", False: "this is a concern."}[
        rule.high == (better == "higher")
    ]
    if better == "neither":
        assert "this is" not in told.sentence
    else:
        assert told.sentence.endswith(meaning)


def test_all_three_near_a_limit_are_not_called_two():
    assert "all of the last three numbers are near" in xmr([*STEADY * 3, 57, 57.5, 57]).sentence


def test_chance_alone_is_told_as_noise():
    assert xmr(STEADY).sentence == (
        "No signal: the mean is 50.0%, and the last 24 months show no sign of change beyond chance."
    )
    assert xmr(STEADY).in_short == "No signal: chance alone"


def test_a_signal_that_is_over_is_not_called_one_that_is():
    over = xmr([*STEADY, 75, 50, 49, 51])
    assert over.sentence.endswith("Earlier January 2026 was one: above the upper limit.")
    assert (over.in_short, over.has_signal) == ("No signal now", False)
    twice = xmr([*STEADY, 75, 50, 76, 49, 51])
    assert twice.sentence.endswith("Earlier 2 numbers were one, the last of them March 2026.")


def test_a_trend_is_counted_from_its_own_beginning_where_another_ends_beside_it():
    told = xmr([*STEADY, 40, 42, 44, 46, 48, 50, 52, 45, 46, 48, 50, 52, 54, 55.5], better="higher")
    if told.rule == Rule.RISING:
        assert "7 months in a row rise" in told.sentence


def test_few_numbers_may_show_a_signal_and_it_is_called_perhaps_one():
    few = xmr([50, 51, 50, 49, 50, 51, 50, 49, 50, 51, 90])
    assert "11 numbers so far: the mean is " in few.sentence
    assert "Perhaps a signal: November 2024 (90.0%) is above the upper limit" in few.sentence
    assert few.sentence.endswith("Lines may still move much: they are firm from 13 numbers on.")
    assert (few.in_short, few.has_signal) == ("Too few numbers to tell", False)


# --- Targets -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("better", "target", "words"),
    [
        ("higher", 90, "the target of 90.0% will be missed: the limits lie wholly below it."),
        ("higher", 10, "the target of 10.0% will be met: the limits lie wholly above it."),
        ("lower", 90, "the target of 90.0% will be met: the limits lie wholly below it."),
        ("lower", 10, "the target of 10.0% will be missed: the limits lie wholly above it."),
        ("higher", 50, "The target of 50.0% lies within the limits: by chance a number meets it or not."),
        ("lower", 50, "The target of 50.0% lies within the limits: by chance a number meets it or not."),
        ("neither", 50, "no sign of change beyond chance."),
    ],
)
def test_the_target_is_judged_by_the_limits(better, target, words):
    assert xmr(STEADY, better=better, target=target).sentence.endswith(words)


def test_while_something_changes_nobody_is_promised_a_target():
    told = xmr([*STEADY, 75], better="higher", target=10).sentence
    assert told.endswith(
        "Within its limits, which lie wholly above it, the target of 10.0% would be met; but something is changing."
    )


def test_a_run_chart_cannot_judge_a_target_and_says_so():
    told = series(STEADY, target=90)
    assert told.sentence.endswith(
        "A run chart has no limits, so it cannot be said whether the target of 90.0% will be met."
    )


# --- Phases, baseline, what does not count -----------------------------------------------------------------
def test_after_a_rebase_the_newest_phase_is_told_and_the_one_before_compared():
    told = xmr([*STEADY, *(value - 20 for value in STEADY)], begins=[date(2026, 1, 1)])
    assert told.sentence == (
        "The lines begin anew with January 2026; the mean before was 50.0%, and is 30.0% since."
        " No signal: the mean is 30.0%, and the last 24 months show no sign of change beyond chance."
    )
    lines = told.picture()["phases"]
    assert [(line["first"], line["last"], line["centre"]) for line in lines] == [
        (0, 23, 50.0),
        (24, 47, 30.0),
    ]


def test_a_young_phase_has_few_numbers_however_many_came_before():
    told = xmr([*STEADY, 30, 31, 29], begins=[date(2026, 1, 1)])
    assert "3 numbers so far: the mean is 30.0%" in told.sentence
    assert told.in_short == "Too few numbers to tell"


def test_a_frozen_baseline_fixes_the_lines_of_its_phase():
    fields = {
        "baseline_until": date(2025, 12, 1), "baseline_reason": "before the new rota"
    }  # fmt: skip
    frozen = xmr([*STEADY, *[60] * 12], **fields)
    assert frozen.centre_shown == "50.0%"
    assert frozen.picture()["phases"][0]["fixed"] == 23
    assert frozen.sentence.startswith("Signal: December 2026 (60.0%) is above the upper limit")
    later = xmr([*STEADY, *[60] * 13], begins=[date(2026, 1, 1)], **fields)
    assert [line["centre"] for line in later.picture()["phases"]] == [50.0, 60.0]


def test_a_baseline_too_short_for_the_chart_is_said_and_not_used():
    told = xmr(STEADY, baseline_until=date(2024, 5, 1), baseline_reason="x")
    assert told.sentence.startswith(
        "The baseline holds 5 numbers and an XmR chart takes 12, so its lines move with every number. No signal"
    )


def test_what_is_left_out_is_said_and_does_not_move_the_lines():
    told = xmr([*STEADY[:12], 500, *STEADY[12:]], out=[13])
    assert told.centre_shown == "50.0%"
    assert told.sentence.endswith("January 2025 is left out of the lines.")
    assert not told.has_signal
    newest = xmr([*STEADY, 500], out=[25])
    assert newest.rule is None
    assert "No signal:" in newest.sentence


# --- Other kinds -------------------------------------------------------------------------------------------
def test_the_run_that_lasts_is_told_before_a_longer_one_that_is_over():
    told = series([9] * 12 + [1] * 10)
    assert "10 months in a row are below" in told.sentence
    assert told.sentence.endswith("Lower is better: this is an improvement.")


def test_a_time_of_zero_between_events_is_named_and_a_run_chart_stands_in():
    told = series([5, 9, 0, 7] * 4, shape="number", chart="t")
    assert told.sentence.startswith("A T chart needs times above zero, and March 2024 has none.")
    assert told.picture()["kind"] == "run"


def test_a_chart_of_jumps_speaks_of_jumps_and_shows_the_number_itself():
    told = series([*STEADY, 90], chart="mr", better="higher", target=40)
    assert told.sentence.startswith("Signal: the jump to January 2026 (42.0%) is above the upper limit of ")
    assert "this is" not in told.sentence
    assert "target" not in told.sentence
    assert told.last_shown == "90.0%"


def test_a_p_chart_has_limits_and_runs():
    told = series([*STEADY, 90], chart="p", better="higher")
    assert told.sentence.startswith("Signal: January 2026 (90.0%) is above the upper limit of ")
    assert told.sentence.endswith("this is an improvement.")
    assert series(STEADY, chart="p").sentence.startswith("No signal: the mean is 50.0%")


KINDS = [(shape, chart) for shape, charts in CHARTS.items() for chart in charts]


@pytest.mark.parametrize(("shape", "chart"), KINDS)
@pytest.mark.parametrize("better", ["higher", "lower", "neither"])
@settings(max_examples=10, deadline=None)
@example(data=None)
@given(data=st.data())
def test_the_words_never_contradict_the_arithmetic(shape, chart, better, data):
    numbers, out, begins, target = STEADY, [], [], None
    if data is not None:
        numbers = data.draw(st.lists(st.integers(0, 60), max_size=40) | st.just(RISING) | st.just(NEAR))
        out = data.draw(st.lists(st.integers(1, 40), max_size=3))
        begins = data.draw(st.lists(st.integers(2, 40), max_size=2))
        target = data.draw(st.none() | st.integers(0, 100))
    measure = Measure(pk=1, name="x", shape=shape, chart=chart, better=better, target=target)
    months = [date(2020 + at // 12, at % 12 + 1, 1) for at in range(len(numbers))]
    bottom = None if shape == "number" else Decimal(100)
    points = [
        Point(month, Decimal(number), bottom, left_out="x" if at + 1 in out else "")
        for at, (month, number) in enumerate(zip(months, numbers, strict=True))
    ]
    told = Series(measure, points, [months[at - 1] for at in begins if at <= len(months)])
    words, short = told.sentence, told.in_short
    assert words.endswith(".")
    assert "None" not in words
    told.picture()
    if not points:
        return
    assert told.has_signal == short.startswith("Signal")
    assert ("Signal: " in words) == told.has_signal
    if "this is an improvement" in words:
        assert told.rule is None or told.chart.variation in (
            Variation.IMPROVEMENT_HIGH, Variation.IMPROVEMENT_LOW
        )  # fmt: skip
    if "this is a concern" in words:
        assert told.rule is None or told.chart.variation in (Variation.CONCERN_HIGH, Variation.CONCERN_LOW)
    fate = {Assurance.PASS: " be met", Assurance.FAIL: " be missed", Assurance.INCONSISTENT: ""}
    for assurance, text in fate.items():
        if text and text + (":" if "Unless" in words else ";") in words:
            assert told.chart.assurance == assurance
    if told.rule is not None and not told.is_few and better != "neither" and chart != "mr":
        assert "this is " in words


def test_the_first_of_a_month_is_a_day_where_numbers_come_each_week():
    measure = Measure(pk=1, name="Waited", shape="number", unit="people", chart="run", frequency="week")
    mondays = [Point(date(2026, 6, 1) - timedelta(weeks=at), Decimal(10 + at)) for at in range(9)]
    told = Series(measure, mondays)
    assert told.last_period == "1 June 2026"
    assert told.due(date(2026, 6, 8)) == "8 June 2026"
    assert told.picture()["points"][-1]["period"] == "1 June 2026"
    assert told.picture(table=False)["by_day"]
