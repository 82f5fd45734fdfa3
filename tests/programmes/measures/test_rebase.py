"""A page proposes to begin the lines anew only if a change lasts and has a known cause, and never does so by itself."""

from datetime import date

import pytest

from programmes.measures import actions
from programmes.measures.hooks import Happened
from programmes.measures.meaning import Point, Series
from programmes.measures.models import Measure, Phase
from programmes.measures.rebase import proposal
from programmes.projects.actions import log_try
from tests.factories import (
    MeasureFactory,
    MembershipFactory,
    ProjectFactory,
    PrototypeFactory,
    TeamMemberFactory,
)
from tests.programmes.measures.test_meaning import series

HIGH = [30, 33, 28, 31, 29, 32, 30, 28, 33, 31, 29, 30, 32, 28]
LOW = [12, 14, 11, 13, 12, 15, 11, 14, 13, 12, 14, 11, 13, 12]
CHANGED = [*HIGH, *LOW]  # from March 2025 on
MARCH = date(2025, 3, 1)
DESK = Happened(date(2025, 3, 5), "New triage desk", "")


def proposed(values, *happened, begins=(), out=(), **fields):
    found = series(values, **{"chart": "xmr"} | fields)
    points = [
        Point(point.period, point.numerator, point.denominator, left_out="flood" if at in out else "")
        for at, point in enumerate(found.points)
    ]
    return proposal(Series(found.measure, points, begins), happened)


# --- What is proposed --------------------------------------------------------------------------------------
@pytest.mark.parametrize("chart", ["xmr", "run", "i", "p", "pp"])
def test_a_change_that_lasts_with_a_known_cause_is_proposed(chart):
    found = proposed(CHANGED, DESK, chart=chart)
    assert (found.begins, found.reason) == (MARCH, "New triage desk")
    assert "The last 14 months are all below the m" in found.sentence
    assert "“New triage desk” was on 5 March 2025. If that is why, and it is to stay so" in found.sentence


def test_it_may_go_either_way():
    assert "all above" in proposed([*LOW, *HIGH], DESK).sentence


@pytest.mark.parametrize(
    ("on", "near"),
    [
        (date(2024, 12, 31), False),
        (date(2025, 1, 1), True),
        (date(2025, 4, 30), True),
        (date(2025, 5, 1), False),
    ],
)
def test_the_cause_lies_near_the_change(on, near):
    assert (proposed(CHANGED, Happened(on, "Clinic moved", "")) is not None) == near


def test_of_several_causes_the_nearest_is_offered():
    other = Happened(date(2025, 4, 20), "Second nurse", "tried")
    assert proposed(CHANGED, other, DESK).cause == DESK


def test_a_baseline_that_was_frozen_before_does_not_hinder_it():
    found = proposed(CHANGED, DESK, baseline_until=date(2025, 1, 1), baseline_reason="before the desk")
    # February lies below those lines too, by chance; the desk came in March.
    assert "since February 2025" in found.sentence
    assert found.begins == MARCH


def test_one_odd_number_among_the_new_ones_does_not_hinder_it():
    assert proposed([*HIGH, *LOW[:6], 20, *LOW[6:]], DESK) is not None


def test_numbers_left_out_do_not_count():
    assert proposed([*HIGH, *LOW[:12]], DESK) is not None
    assert proposed([*HIGH, *LOW[:12]], DESK, out=[20]) is None
    assert proposed([*HIGH, *LOW[:6], 40, *LOW[6:]], DESK, out=[20]) is not None


# --- What is not -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "values",
    [
        pytest.param([], id="no numbers"),
        pytest.param([*HIGH, *HIGH], id="a cause but no change"),
        pytest.param([*HIGH, *LOW[:11]], id="too short"),
        pytest.param([*HIGH[:5], *LOW], id="too few before"),
        pytest.param([*CHANGED, 31, 30], id="it has ended"),
        pytest.param([*HIGH, *LOW, 5, 4, 4, 5, 3, 4, 5, 4, 3, 4, 5, 4], id="it goes on changing"),
        pytest.param([*HIGH, *range(24, 10, -1)], id="it falls still"),
    ],
)
def test_without_a_change_that_lasts_nothing_is_proposed(values):
    causes = [Happened(date(2024 + at // 12, at % 12 + 1, 5), "Each month something", "") for at in range(40)]
    assert proposed(values, *causes) is None


def test_without_a_cause_nothing_is_proposed():
    assert proposed(CHANGED) is None


def test_that_the_lines_begin_anew_is_no_cause():
    assert proposed(CHANGED, Happened(MARCH, "As agreed", Phase.HAPPENED)) is None


def test_what_was_drawn_anew_is_not_proposed_again():
    assert proposed(CHANGED, DESK, begins=[MARCH]) is None
    # A month beside it: the change is drawn, if not from the same month on.
    assert proposed(CHANGED, DESK, begins=[date(2025, 4, 1)]) is None


def test_a_second_change_is_proposed_after_the_first_was_drawn():
    third = [55, 58, 53, 56, 54, 57, 55, 53, 58, 56, 54, 55]
    again = Happened(date(2026, 5, 2), "Clinic closed", "")
    assert proposed([*CHANGED, *third], DESK, again, begins=[MARCH]).begins == date(2026, 5, 1)


def test_a_change_whose_lines_were_kept_is_not_proposed_again():
    assert proposed(CHANGED, DESK, lines_kept_from=MARCH) is None
    assert proposed(CHANGED, DESK, lines_kept_from=date(2025, 4, 1)) is None
    # With more numbers, or another note, the same change may be seen to begin a little later.
    assert proposed(CHANGED, DESK, lines_kept_from=date(2025, 1, 1)) is None
    assert proposed(CHANGED, DESK, lines_kept_from=date(2024, 12, 1)).begins == MARCH


def test_jumps_are_not_drawn_anew():
    assert proposed(CHANGED, DESK, chart="mr") is None


# --- The page ----------------------------------------------------------------------------------------------
@pytest.fixture
def measure(network):
    return MeasureFactory(project=ProjectFactory(network=network), name="Waits", values=CHANGED)


@pytest.fixture
def nurse(measure):
    return TeamMemberFactory(project=measure.project).membership


def test_a_person_confirms_what_the_page_proposes(signed_in, measure, nurse):
    client, there = signed_in(nurse), f"/larkton/measures/{measure.pk}/"
    assert "Nothing is drawn anew by itself" not in client.get(there).content.decode()
    desk = PrototypeFactory(project=measure.project, name="Triage desk")
    log_try(by=nurse, project=measure.project, prototype=desk, do="Three days", on=date(2025, 3, 5))
    text = client.get(there).content.decode()
    assert "“Triage desk, try 1” was on 5 March 2025." in text
    assert "Nothing is drawn anew by itself" in text
    form = client.get(f"{there}chart/phase/?proposed=yes")
    assert "Triage desk, try 1" in form.content.decode()
    offered = {key: form.context["form"][key].value() for key in ("begins", "reason")}
    assert offered == {"begins": "2025-03-01", "reason": "Triage desk, try 1"}
    assert not Phase.objects.exists()
    client.post(f"{there}chart/phase/?proposed=yes", offered | {"reason": "The desk stays"})
    assert Phase.objects.get().reason == "The desk stays"
    assert "Nothing is drawn anew by itself" not in client.get(there).content.decode()


def test_a_person_may_keep_the_lines_and_is_not_asked_again(signed_in, measure, nurse):
    client, there = signed_in(nurse), f"/larkton/measures/{measure.pk}/"
    actions.annotate(by=nurse, measure=measure, on=date(2025, 3, 5), text="New triage desk")
    assert f"{there}chart/keep/" in client.get(there).text
    form = client.get(f"{there}chart/keep/")
    assert "this is not proposed again" in form.text
    data = {"begins": form.context["form"]["begins"].value(), "reason": ""}
    assert "Enter" in (refused := client.post(f"{there}chart/keep/", data)).text
    assert "Nothing is drawn anew" in client.get(there).text
    assert refused.context["form"]["begins"].value() == "2025-03-01"
    client.post(f"{there}chart/keep/", data | {"reason": "The desk closes in May"})
    page = client.get(there)
    assert "Nothing is drawn anew" not in page.text
    assert "let the lines go on through March 2025" in page.text
    assert "The desk closes in May" in page.text
    # An old link leads back to the measure.
    assert client.get(f"{there}chart/keep/").headers["Location"] == there
    # And it can be taken back.
    assert "proposed up to March 2025, and declined" in client.get(f"{there}chart/").text
    client.post(f"{there}chart/", {"take_back": "kept"})
    page = client.get(there)
    assert "Nothing is drawn anew" in page.text
    assert "wants it proposed again that the lines begin anew" in page.text


def test_who_may_not_draw_anew_is_offered_nothing(signed_in, network, measure, nurse):
    actions.annotate(by=nurse, measure=measure, on=date(2025, 3, 5), text="New triage desk")
    there = f"/larkton/measures/{measure.pk}/"
    assert "Nothing is drawn anew" in signed_in(nurse).get(there).content.decode()
    other = signed_in(MembershipFactory(network=network))
    assert "Nothing is drawn anew" not in other.get(there).content.decode()


def test_an_old_link_to_a_proposal_leads_to_the_empty_form(signed_in, measure, nurse):
    form = signed_in(nurse).get(f"/larkton/measures/{measure.pk}/chart/phase/?proposed=yes")
    assert not form.context["form"]["reason"].value()
    assert Measure.objects.get(pk=measure.pk).version == 1
