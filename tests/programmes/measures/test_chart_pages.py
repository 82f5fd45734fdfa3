"""The pages on which a chart's lines, baseline and notes are changed."""

from datetime import date

import pytest

from programmes.models import Annotation, Observation, Phase
from tests.factories import MeasureFactory, ProjectFactory, TeamMemberFactory


@pytest.fixture
def measure(network):
    return MeasureFactory(project=ProjectFactory(network=network), values=range(10, 22))


@pytest.fixture
def client(measure, signed_in):
    return signed_in(TeamMemberFactory(project=measure.project).membership)


def page(measure, rest=""):
    return f"/{measure.network.slug}/measures/{measure.pk}/{rest}"


def test_a_phase_begins_with_a_reason_and_is_taken_back(client, measure):
    there = page(measure, "chart/phase/")
    wrong = client.post(there, {"begins": "2024-03-01", "reason": ""})
    assert "Fill in" in wrong.content.decode()
    assert wrong.context["form"]["begins"].value() == "2024-03-01"
    client.post(there, {"begins": "2024-03-01", "reason": "New rota"})
    phase = Phase.objects.get()
    assert (phase.begins, phase.reason) == (date(2024, 3, 1), "New rota")
    assert "The lines begin anew with March 2024" in client.get(page(measure)).content.decode()
    again = client.post(there, {"begins": "2024-03-01", "reason": "Twice"})
    assert "A phase begins with March 2024 already." in again.content.decode()
    assert "From March 2024: New rota" in client.get(page(measure, "chart/")).content.decode()
    client.post(page(measure, "chart/"), {"take_back": f"phase-{phase.pk}"})
    assert not Phase.objects.exists()


def test_the_baseline_is_frozen_and_let_go(client, measure):
    there = page(measure, "chart/baseline/")
    wrong = client.post(there, {"until": "2024-03-01", "reason": "Before the change"})
    assert "there are 3 up to March 2024" in wrong.content.decode()
    assert wrong.context["form"]["reason"].value() == "Before the change"
    client.post(there, {"until": "2024-12-01", "reason": "Before the change"})
    assert "Frozen with December 2024" in client.get(page(measure, "chart/")).content.decode()
    client.post(page(measure, "chart/"), {"take_back": "baseline"})
    measure.refresh_from_db()
    assert measure.baseline_until is None


def test_what_happened_is_written_on_the_chart_and_removed(client, measure):
    client.post(page(measure, "chart/note/"), {"on": "2024-02-05", "text": "Clinic moved"})
    assert "5 February 2024: Clinic moved" in client.get(page(measure)).content.decode()
    client.post(page(measure, "chart/"), {"take_back": f"note-{Annotation.objects.get().pk}"})
    assert not Annotation.objects.exists()


def test_a_number_is_left_out_and_counts_again(client, measure):
    number = measure.observations.get(period=date(2024, 5, 1))
    there = page(measure, f"numbers/{number.pk}/leave-out/")
    client.post(there, {"reason": "strike"})
    assert Observation.objects.get(pk=number.pk).left_out == "strike"
    assert "May 2024 is left out of the lines." in client.get(page(measure)).content.decode()
    assert "It is left out: strike" in client.get(there).content.decode()
    client.post(there)
    assert Observation.objects.get(pk=number.pk).left_out == ""


def test_ten_years_of_a_measure_are_a_small_page(client, measure):
    long = MeasureFactory(project=measure.project, values=[*range(40, 60)] * 6)
    assert len(client.get(page(long)).content) < 40 * 1024


def test_without_a_script_the_small_picture_stands_in(client, measure):
    text = client.get(page(measure)).content.decode()
    picture = text.partition("<noscript>")[2].partition("</noscript>")[0]
    assert picture.count("<path") == 7
    assert "From January 2024 at the left to December 2024 at the right" in picture
    empty = MeasureFactory(project=measure.project)
    assert "<noscript>" not in client.get(page(empty)).content.decode()
