"""What measures show is worked out by workers, kept, and renewed when a number or an option changes."""

from datetime import date

import pytest

from people.models import Message
from programmes.measures import actions, results
from programmes.measures.meaning import Series
from programmes.measures.models import WORKING_OUT
from programmes.measures.tasks import work_out_results
from programmes.models import Measure, Observation, Result
from tests.factories import MeasureFactory, MembershipFactory, ProjectFactory, TeamMemberFactory
from tests.races import at_once

STEADY = [12, 14, 11, 13, 12, 15, 11, 14, 13, 12, 14, 11, 13, 12, 14]
WORSE = [*STEADY, 29]
BETTER = [*STEADY, 1]
JULY = date(2025, 7, 1)


@pytest.fixture
def project(network):
    return ProjectFactory(network=network, name="Chest pain pathway")


@pytest.fixture
def nurse(project):
    return TeamMemberFactory(project=project, membership__name="Ana Lund").membership


def shown(measure):
    return Result.objects.get(pk=measure.pk)


def worked_out(project, values, **facts):
    measure = MeasureFactory(project=project, values=values, **facts)
    results.renew([measure.pk])
    return shown(measure)


# --- What a list says --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "facts"),
    [
        ([], {}),
        ([7], {}),
        (STEADY, {}),
        (WORSE, {"unit": "falls", "shape": "number"}),
        (BETTER, {"chart": "run"}),
        (WORSE, {"frequency": "quarter"}),
        (STEADY, {"frequency": "week"}),
        (STEADY, {"frequency": "irregular"}),
        ([*STEADY, 0], {"chart": "t", "shape": "number"}),
        (STEADY, {"chart": "mr"}),
    ],
)
def test_a_list_says_the_same_of_what_is_kept_as_of_the_numbers(
    project, values, facts, django_assert_num_queries
):
    measure = MeasureFactory(project=project, values=values, **facts)
    series = Series.of(measure)
    for is_kept in (False, True):
        if is_kept:
            results.renew([measure.pk])
        [measure] = results.with_results(Measure.objects.filter(pk=measure.pk))
        with django_assert_num_queries(0 if is_kept else 1):
            [line] = results.in_short([measure])
        assert (line.latest, line.centre, line.period) == (
            series.last_shown, series.centre_shown, series.last_period,
        )  # fmt: skip
        assert (line.result.says, line.result.is_signal) == (
            series.in_short,
            bool(values and series.has_signal),
        )
        for today in (date(2023, 12, 1), date(2025, 4, 1), date(2025, 4, 9), date(2026, 1, 1)):
            assert line.due(today) == series.due(today)


def test_a_list_says_nothing_old(project, nurse):
    measure = MeasureFactory(project=project, values=STEADY)
    results.renew([measure.pk])
    Measure.objects.filter(pk=measure.pk).update(version=2)
    Observation.objects.filter(measure=measure).update(numerator=1)
    [line] = results.in_short(list(results.with_results(Measure.objects.filter(pk=measure.pk))))
    assert (line.latest, line.result.says) == ("1.0%", "Always the same")


def test_what_is_due_is_new_once_numbers_come_at_another_rhythm(project, nurse):
    measure = MeasureFactory(project=project, values=STEADY, frequency="month")
    results.renew([measure.pk])
    actions.change_measure(by=nurse, measure=measure, frequency="quarter")
    [line] = results.in_short(list(results.with_results(Measure.objects.filter(pk=measure.pk))))
    assert line.due(date(2025, 12, 1)) == Series.of(Measure.objects.get(pk=measure.pk)).due(date(2025, 12, 1))


# --- What is kept ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "facts", "attention", "variation", "assurance"),
    [
        (WORSE, {}, "CONCERN", "concern_high", ""),
        (BETTER, {}, "IMPROVEMENT", "improvement_low", ""),
        (WORSE, {"better": "higher"}, "IMPROVEMENT", "improvement_high", ""),
        (WORSE, {"better": "neither"}, "CHANGE", "neutral_high", ""),
        (STEADY, {}, "NO_SIGNAL", "common_cause", ""),
        (STEADY, {"target": 2}, "MISSES", "common_cause", "fail"),
        (BETTER, {"target": -9}, "MISSES", "improvement_low", "fail"),
        (WORSE, {"target": 2}, "CONCERN", "concern_high", "fail"),
        (STEADY, {"target": 90}, "NO_SIGNAL", "common_cause", "pass"),
        (STEADY, {"target": 13}, "NO_SIGNAL", "common_cause", "inconsistent"),
        (STEADY[:9], {"target": 2}, "TOO_FEW", "", ""),
        ([], {}, "TOO_FEW", "", ""),
    ],
)
def test_a_result_says_what_the_newest_number_shows(project, values, facts, attention, variation, assurance):
    found = worked_out(project, values, **facts)
    assert found.get_attention_display() == Result.Attention[attention].label
    assert (found.variation, found.assurance) == (variation, assurance)


def test_a_result_holds_the_picture_and_the_newest_number(project):
    found = worked_out(project, WORSE, target=5)
    assert (found.latest, found.numbers, found.last_period) == ("29.0%", 16, date(2025, 4, 1))
    assert found.variation_reason == "above the upper limit"
    assert found.line.count("L") == 15
    assert found.concerns.count("h0") == 1
    assert found.limits.count("M") == 2
    assert found.target_line.startswith("M0 ")
    assert found.low < found.lower < found.centre < found.upper < found.high == pytest.approx(29)


def test_a_picture_is_short_however_many_numbers_there_are(project, nurse):
    measure = MeasureFactory(project=project, shape="number", frequency="day")
    Observation.objects.bulk_create(
        Observation(
            measure=measure, period=date.fromordinal(735_000 + day), numerator=day % 7, added_by=nurse
        )
        for day in range(3000)
    )
    results.renew([measure.pk])
    assert shown(measure).line.count("L") == 59


@pytest.mark.parametrize("chart", ["xmr", "run", "i", "mr", "p", "pp", "ip"])
def test_every_kind_of_chart_has_its_picture(project, chart):
    assert worked_out(project, WORSE, chart=chart).line


def test_a_chart_of_jumps_has_no_target(project):
    assert worked_out(project, WORSE, chart="mr", target=5).target_line == ""


def test_what_cannot_be_worked_out_says_that_it_cannot_tell(project):
    found = worked_out(project, [0, *STEADY], shape="number", chart="t")
    assert (found.attention, found.line) == (Result.Attention.TOO_FEW, "")


def test_phases_left_out_points_and_a_baseline_count(project, nurse):
    measure = MeasureFactory(project=project, values=[*STEADY, *[value + 30 for value in STEADY]])
    results.renew([measure.pk])
    assert shown(measure).variation == "concern_high"
    actions.begin_phase(by=nurse, measure=measure, begins=date(2025, 4, 1), reason="Another way to count")
    results.renew([measure.pk])
    assert shown(measure).variation == "common_cause"
    actions.set_baseline(by=nurse, measure=measure, until=date(2026, 3, 1), reason="Before the change")
    for number in measure.observations.filter(period__lt=date(2025, 5, 1)):
        actions.leave_out(by=nurse, observation=number, reason="Counted twice")
    results.renew([measure.pk])
    assert shown(measure).version == Measure.objects.get(pk=measure.pk).version == 19


@pytest.mark.parametrize("chart", ["xmr", "run", "mr", "p"])
def test_a_small_chart_has_the_lines_of_the_measures_own_page(project, nurse, chart):
    measure = MeasureFactory(project=project, values=[*STEADY, *WORSE], chart=chart)
    actions.set_baseline(by=nurse, measure=measure, until=date(2024, 12, 1), reason="Before the change")
    results.renew([measure.pk])
    page, small = Series.of(Measure.objects.get(pk=measure.pk)).chart, shown(measure)
    assert (small.centre, small.lower, small.upper) == (page.centre[-1], page.lower[-1], page.upper[-1])


# --- When it is renewed ------------------------------------------------------------------------------------
def test_a_change_wakes_a_worker_once_it_is_committed(
    project, nurse, monkeypatch, django_capture_on_commit_callbacks
):
    woken = []
    monkeypatch.setattr("iocn.shared.waking.wake", lambda task: woken.append(task.name))
    with django_capture_on_commit_callbacks(execute=True):
        measure = actions.create_measure(by=nurse, project=project, name="Falls", shape="number")
        assert not woken
    with django_capture_on_commit_callbacks(execute=True):
        actions.add_observation(by=nurse, measure=measure, period=date(2025, 1, 1), numerator=3)
    assert woken == [work_out_results.name] * 2


def test_the_sweep_works_out_only_what_is_missing_or_old(project, nurse):
    first, second = (MeasureFactory(project=project, values=STEADY) for _ in range(2))
    assert results.renew_due() == 2
    assert results.renew_due() == 0
    assert attention(first, second) == [Result.Attention.NO_SIGNAL] * 2
    actions.add_observation(by=nurse, measure=second, period=JULY, numerator=40, denominator=100)
    assert list(results.stale()) == [second]
    assert attention(first, second) == [Result.Attention.NO_SIGNAL, WORKING_OUT]
    assert results.renew_due() == 1
    assert (shown(first).attention, shown(second).attention) == (
        Result.Attention.NO_SIGNAL,
        Result.Attention.CONCERN,
    )
    assert attention(first, second) == [Result.Attention.NO_SIGNAL, Result.Attention.CONCERN]


def attention(*measures):
    """Return what pages of many measures sort these by."""
    return [Measure.objects.get(pk=measure.pk).attention for measure in measures]


def test_many_are_worked_out_in_as_many_queries_as_few(project, django_assert_num_queries):
    for _ in range(3):
        MeasureFactory(project=project, values=STEADY)
    with django_assert_num_queries(10):
        assert results.renew_due() == 3
    Result.objects.all().delete()
    for _ in range(30):
        MeasureFactory(project=project, values=STEADY)
    with django_assert_num_queries(10):
        assert results.renew_due() == 33


def test_what_was_overtaken_is_not_written(project, nurse, monkeypatch):
    measure = MeasureFactory(project=project, values=STEADY)
    read = Series.of_many

    def overtaken(measures):
        found = read(measures)
        actions.add_observation(by=nurse, measure=measure, period=JULY, numerator=40, denominator=100)
        return found

    monkeypatch.setattr(Series, "of_many", overtaken)
    assert results.renew([measure.pk]) == 0
    assert not Result.objects.exists()
    monkeypatch.undo()
    assert results.renew_due() == 1
    assert shown(measure).attention == Result.Attention.CONCERN


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_leave_one_result_each():
    project = ProjectFactory()
    measures = [MeasureFactory(project=project, values=STEADY) for _ in range(4)]
    done = at_once(results.renew_due, results.renew_due)
    assert all(isinstance(count, int) for count in done), done
    assert Result.objects.count() == len(measures)
    assert not results.stale().exists()


def test_one_measure_that_fails_does_not_keep_the_others(project, monkeypatch):
    bad, good = (MeasureFactory(project=project, values=STEADY) for _ in range(2))
    work_out = results.result_of

    def fails(series):
        if series.measure.pk == bad.pk:
            raise ZeroDivisionError
        return work_out(series)

    monkeypatch.setattr(results, "result_of", fails)
    assert results.renew_due() == 1
    assert shown(good)


# --- Who is told -------------------------------------------------------------------------------------------
def test_a_concern_in_a_handed_over_project_tells_its_sponsor_once(network, nurse, project):
    project.stage, project.sponsor = "handed_over", MembershipFactory(network=network, name="Ruth Hale")
    project.save()
    measure = MeasureFactory(project=project, name="Waits", values=STEADY)
    results.renew([measure.pk])
    assert not Message.objects.filter(kind="concern").exists()
    actions.add_observation(by=nurse, measure=measure, period=JULY, numerator=40, denominator=100)
    results.renew([measure.pk])
    results.renew([measure.pk])
    message = Message.objects.get(kind="concern")
    assert message.to == project.sponsor
    assert "Waits: a concern since the project was handed over" in message.subject
    assert "40.0% (above the upper limit)" in message.text
    actions.add_observation(by=nurse, measure=measure, period=date(2025, 8, 1), numerator=44, denominator=100)
    results.renew([measure.pk])
    assert Message.objects.filter(kind="concern").count() == 1


def test_without_a_sponsor_who_led_the_team_is_told(network, nurse, project):
    project.stage = "handed_over"
    project.save()
    lead = TeamMemberFactory(project=project, part="lead").membership
    results.renew([MeasureFactory(project=project, values=WORSE).pk])
    assert Message.objects.get(kind="concern").to == lead


def test_who_stopped_mail_about_concerns_is_not_told_of_them_and_is_of_numbers(
    network, signed_in, deliver, project
):
    project.stage, project.sponsor = "handed_over", MembershipFactory(network=network)
    project.save()
    results.renew([MeasureFactory(project=project, values=WORSE).pk])
    (mail,) = deliver()
    path = mail["List-Unsubscribe"].strip("<>").partition("//")[2].partition("/")[2]
    client = signed_in(project.sponsor)
    assert "concerns in measures of projects that were handed over" in client.get(f"/{path}").content.decode()
    client.post(f"/{path}")
    project.sponsor.refresh_from_db()
    assert (project.sponsor.mail_about_concerns, project.sponsor.mail_about_numbers) == (False, True)
    results.renew([MeasureFactory(project=project, values=WORSE).pk])
    assert deliver() == []


def test_a_concern_while_work_goes_on_writes_no_mail_of_its_own(project, nurse):
    results.renew([MeasureFactory(project=project, values=WORSE).pk])
    assert not Message.objects.filter(kind="concern").exists()
