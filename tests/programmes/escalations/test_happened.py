"""What became of a project's asks stands on the charts of its measures, for whoever may see them."""

from datetime import date

import pytest

from programmes.escalations import actions
from programmes.escalations.models import EscalationEvent
from tests.factories import MeasureFactory


@pytest.fixture
def chart(place, signed_in):
    """Return what somebody is told beside the chart of a measure of the project, of twelve months of 2024."""
    measure = MeasureFactory(project=place.project, values=range(10, 22))

    def told(reader):
        page = signed_in(reader).get(f"/larkton/measures/{measure.pk}/")
        return [(event["day"], event["text"], event["what"]) for event in page.context["chart"]["events"]]

    return told


def answered(place, answer, **words):
    ask = actions.raise_ask(
        by=place.nurse,
        ask="Money for a second nurse",
        urgency="slowing",
        project=place.project,
        domain="data",
        organisation=place.hospital,
        **words,
    )
    answer(ask)
    EscalationEvent.objects.update(at="2024-04-03T12:00:00Z")
    return ask


def test_a_promise_and_what_came_of_it_stand_on_the_chart(place, chart):
    def keep(ask):
        actions.accept(by=place.leader, escalation=ask, what="Two days a week", due_on=date(2099, 1, 1))
        actions.mark_done(by=place.leader, escalation=ask, text="She is here")

    ask = answered(place, keep)
    assert chart(place.nurse) == [
        ("3 April 2024", f"{ask.reference} Money for a second nurse", "done as promised"),
        ("3 April 2024", f"{ask.reference} Money for a second nurse", "said yes"),
    ]
    # The chart is for all members, and the ask is not theirs to see.
    assert chart(place.onlooker) == []
    assert chart(place.evaluator) == []


def test_what_is_not_possible_stands_there_too(place, chart):
    answered(
        place,
        lambda ask: actions.decline(by=place.leader, escalation=ask, text="No money", would_change="April"),
    )
    assert [what for _day, _text, what in chart(place.nurse)] == ["not possible now"]


def test_a_restricted_ask_never_stands_on_a_chart_not_even_for_who_asked(place, chart):
    def promise(ask):
        actions.accept(by=place.leader, escalation=ask, what="Two days a week", due_on=date(2099, 1, 1))

    answered(place, promise, restricted=True)
    assert chart(place.nurse) == []
