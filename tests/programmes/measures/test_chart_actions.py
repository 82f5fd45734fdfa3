"""How a chart is drawn is changed with a reason, and told: phases, baseline, what does not count, what is written."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from iocn.shared.models import History
from programmes.measures import actions
from programmes.models import Annotation, Measure, Observation, Phase
from programmes.projects.actions import log_try
from tests.factories import (
    MeasureFactory,
    MembershipFactory,
    ProjectFactory,
    PrototypeFactory,
    TeamMemberFactory,
)

MARCH = date(2024, 3, 1)


@pytest.fixture
def measure(network):
    return MeasureFactory(project=ProjectFactory(network=network), values=range(10, 22))


@pytest.fixture
def nurse(measure):
    return TeamMemberFactory(project=measure.project, membership__name="Ana Lund").membership


def told(thing):
    return [(str(row), row.text) for row in History.objects.of(thing)]


def version(measure):
    return Measure.objects.get(pk=measure.pk).version


def test_a_phase_begins_for_a_reason_and_can_be_joined_again(measure, nurse):
    phase = actions.begin_phase(by=nurse, measure=measure, begins=MARCH, reason="New rota")
    assert (phase.by, version(measure)) == (nurse, 2)
    actions.join_phases(by=nurse, phase=phase)
    assert not Phase.objects.exists()
    assert told(measure) == [
        ("Ana Lund took away the phase that began with March 2024", "New rota"),
        ("Ana Lund began a new phase with March 2024", "New rota"),
    ]
    assert version(measure) == 3


@pytest.mark.parametrize(
    ("begins", "reason", "match"),
    [
        (MARCH, " ", "Say what changed"),
        (date(2024, 1, 1), "New rota", "not the first one"),
        (date(2024, 3, 2), "New rota", "has a number"),
    ],
)
def test_a_phase_wants_a_reason_and_a_later_number(measure, nurse, begins, reason, match):
    with pytest.raises(ValidationError, match=match):
        actions.begin_phase(by=nurse, measure=measure, begins=begins, reason=reason)
    assert not Phase.objects.exists()


def test_a_phase_begins_once(measure, nurse):
    actions.begin_phase(by=nurse, measure=measure, begins=MARCH, reason="New rota")
    with pytest.raises(ValidationError, match="begins with March 2024 already"):
        actions.begin_phase(by=nurse, measure=measure, begins=MARCH, reason="Again")
    with pytest.raises(IntegrityError), transaction.atomic():
        Phase.objects.create(measure=measure, begins=MARCH, reason="Again", by=nurse)


def test_a_baseline_is_frozen_with_a_reason_and_let_go(measure, nurse):
    december = date(2024, 12, 1)
    frozen = actions.set_baseline(by=nurse, measure=measure, until=december, reason="Before the change")
    assert (frozen.baseline_until, frozen.baseline_by) == (december, nurse)
    assert frozen.baseline_at is not None
    free = actions.end_baseline(by=nurse, measure=measure)
    assert (free.baseline_until, free.baseline_reason, free.baseline_by) == (None, "", None)
    assert told(measure) == [
        ("Ana Lund let the baseline move again", ""),
        ("Ana Lund froze the baseline with December 2024", "Before the change"),
    ]
    with pytest.raises(ValidationError, match="Say why"):
        actions.set_baseline(by=nurse, measure=measure, until=MARCH, reason="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Measure.objects.filter(pk=measure.pk).update(baseline_until=MARCH)


def test_too_short_a_baseline_of_an_xmr_chart_is_refused_with_a_sentence(measure, nurse):
    before = version(measure)
    with pytest.raises(
        ValidationError, match="12 numbers or more, and since its lines begin there are 3 up to March"
    ):
        actions.set_baseline(by=nurse, measure=measure, until=MARCH, reason="Before the change")
    actions.begin_phase(by=nurse, measure=measure, begins=date(2024, 2, 1), reason="New rota")
    with pytest.raises(ValidationError, match="there are 11 up to December 2024"):
        actions.set_baseline(by=nurse, measure=measure, until=date(2024, 12, 1), reason="Before the change")
    assert version(measure) == before + 1  # the phase
    Measure.objects.filter(pk=measure.pk).update(chart="run")
    measure.refresh_from_db()
    frozen = actions.set_baseline(by=nurse, measure=measure, until=MARCH, reason="Before the change")
    assert frozen.baseline_until == MARCH


def test_a_number_is_left_out_for_a_reason_and_counts_again(measure, nurse):
    march = measure.observations.get(period=MARCH)
    assert actions.leave_out(by=nurse, observation=march, reason="Flood").left_out_by == nurse
    actions.count_again(by=nurse, observation=march)
    assert told(measure) == [
        ("Ana Lund let March 2024 count again", ""),
        ("Ana Lund left March 2024 out of the limits", "Flood"),
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        Observation.objects.filter(pk=march.pk).update(left_out="No one said so")


def test_what_was_written_on_a_chart_is_told_and_can_go(measure, nurse):
    note = actions.annotate(by=nurse, measure=measure, on=date(2024, 3, 9), text="Ward moved")
    actions.remove_annotation(by=nurse, annotation=note)
    assert not Annotation.objects.exists()
    assert told(measure) == [
        ("Ana Lund removed from the chart", "2024-03-09: Ward moved"),
        ("Ana Lund wrote on the chart at 9 March 2024", "Ward moved"),
    ]


def test_a_number_is_removed_for_a_reason_and_stays_in_history(measure, nurse):
    march = measure.observations.get(period=MARCH)
    with pytest.raises(ValidationError, match="Say why"):
        actions.remove_observation(by=nurse, observation=march, reason=" ")
    actions.remove_observation(by=nurse, observation=march, reason="Of another ward")
    assert not measure.observations.filter(period=MARCH).exists()
    assert told(measure) == [("Ana Lund removed March 2024, which was 12 of 100", "Of another ward")]


def test_nobody_removes_a_number_that_is_another_by_now(measure, nurse):
    march = measure.observations.get(period=MARCH)
    actions.change_observation(by=nurse, observation=march, numerator=40, denominator=100)
    with pytest.raises(actions.PeriodTaken):
        actions.remove_observation(by=nurse, observation=march, reason="Wrong", seen=march.stamp)
    assert measure.observations.filter(period=MARCH).exists()


def test_only_what_the_chart_is_made_of_makes_it_old(measure, nurse):
    actions.change_measure(by=nurse, measure=measure, name="Other name", source="The ward")
    assert version(measure) == 1
    actions.change_measure(by=nurse, measure=measure, target=5)
    assert version(measure) == 2
    actions.add_observation(by=nurse, measure=measure, period=date(2025, 1, 1), numerator=1, denominator=100)
    assert version(measure) == 3


def test_the_chart_tells_what_happened_to_who_may_read_it(signed_in, measure, nurse, network):
    actions.annotate(by=nurse, measure=measure, on=date(2024, 2, 5), text="Clinic moved")
    actions.begin_phase(by=nurse, measure=measure, begins=MARCH, reason="New rota")
    prototype = PrototypeFactory(project=measure.project, name="Noon round")
    log_try(by=nurse, project=measure.project, prototype=prototype, new_prototype="", do="x", ending="")
    prototype.test_cycles.update(on=date(2024, 4, 2))
    page = f"/{network.slug}/measures/{measure.pk}/"
    told = signed_in(nurse).get(page).context["chart"]["events"]
    assert [(event["day"], event["text"], event["what"]) for event in told] == [
        ("5 February 2024", "Clinic moved", ""),
        ("1 March 2024", "New rota", "the lines begin anew"),
        ("2 April 2024", "Noon round, try 1", "tried"),
    ]
    evaluator = MembershipFactory(network=network, roles=["evaluator"])
    assert signed_in(evaluator).get(page).context["chart"]["events"] == []


def test_what_happened_since_the_newest_number_is_told_too(signed_in, measure, nurse, network):
    newest = measure.observations.latest("period").period
    for days in (30, 45, 70):
        actions.annotate(by=nurse, measure=measure, on=newest + timedelta(days=days), text=f"{days} days on")
    told = signed_in(nurse).get(f"/{network.slug}/measures/{measure.pk}/").context["chart"]["events"]
    # In its own month and the next, whose number is not there yet.
    assert [event["text"] for event in told] == ["30 days on", "45 days on"]
