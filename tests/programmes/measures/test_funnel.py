"""The limits of a funnel, against what can be worked out in another way."""

import math
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from programmes.measures.funnel import Limits, Verdict, funnel

SETS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 40)).map(lambda pair: (min(pair), max(pair))),
    min_size=3,
    max_size=12,
).filter(lambda points: 0 < sum(events for events, _ in points) < sum(cases for _, cases in points))


def made(points, proportion):
    """Return the funnel of (events, cases)."""
    events, cases = zip(*points, strict=True)
    return funnel(events, cases, proportion=proportion)


def chance_of(number, centre, cases, proportion):
    """Return the exact chance of so many events: of a proportion as a fraction, of a rate by the gamma function."""
    if proportion:
        part = Fraction(centre).limit_denominator(10**9)
        return float(math.comb(cases, number) * part**number * (1 - part) ** (cases - number))
    mean = centre * cases
    return math.exp(number * math.log(mean) - mean - math.lgamma(number + 1))


def tails(number, centre, cases, proportion):
    """Return the chances of so many events or fewer, and of so many or more."""
    before = [chance_of(each, centre, cases, proportion) for each in range(number + 1)]
    return sum(before), 1 - sum(before[:-1])


def expected(number, centre, cases, proportion):
    few, many = tails(number, centre, cases, proportion)
    for chance, far, near in (
        (many, Verdict.FAR_ABOVE, Verdict.ABOVE),
        (few, Verdict.FAR_BELOW, Verdict.BELOW),
    ):
        assume(min(abs(chance - 0.001), abs(chance - 0.025)) > 1e-9)
        if chance < 0.025:
            return far if chance < 0.001 else near
    rarer = min(centre, 1 - centre) if proportion else centre
    assume(abs(rarer * cases - 1) > 1e-9)
    return Verdict.FEW if rarer * cases < 1 else Verdict.WITHIN


# --- What lies outside -------------------------------------------------------------------------------------
@given(SETS, st.booleans())
def test_a_point_is_outside_when_the_exact_chance_of_it_is_small(points, proportion):
    found = made(points, proportion)
    assume(not found.is_widened)
    for (events, cases), verdict in zip(points, found.verdicts, strict=True):
        assert verdict == expected(events, found.centre, cases, proportion)


@pytest.mark.parametrize(
    ("events", "verdict"),
    # Of 20 at one in ten: 5 or more have a chance of 4.3%, 6 or more 1.1%, 7 or more 0.24%, 8 or more 0.04%.
    [
        (0, Verdict.WITHIN),  # 12.2%
        (5, Verdict.WITHIN),
        (6, Verdict.ABOVE),
        (7, Verdict.ABOVE),
        (8, Verdict.FAR_ABOVE),
    ],
)
def test_the_tables_of_the_binomial_say_the_same(events, verdict):
    # Many others, who together have exactly one in ten.
    rest = [(1000, 10_000), *[(10, 100)] * 20, (2 - events + 1000, 10_000)]
    found = made([(events, 20), *rest], proportion=True)
    assert found.centre == pytest.approx(0.1)
    assert not found.is_widened
    assert found.verdicts[0] == verdict


@pytest.mark.parametrize(
    ("events", "verdict"),
    # Garwood's table of the Poisson with a mean of 10: 3 or fewer 1.03%, 4 or fewer 2.93%; 18 or more 1.43%, 17 or
    # more 2.70%; 21 or more 0.16%, 22 or more 0.07%.
    [
        (1, Verdict.FAR_BELOW),
        (3, Verdict.BELOW),
        (4, Verdict.WITHIN),
        (17, Verdict.WITHIN),
        (18, Verdict.ABOVE),
        (21, Verdict.ABOVE),
        (22, Verdict.FAR_ABOVE),
    ],
)
def test_the_tables_of_the_poisson_say_the_same(events, verdict):
    rest = [*[(10, 1000.0)] * 20, (10 - events + 1000, 100_000.0)]
    found = made([(events, 1000.0), *rest], proportion=False)
    assert found.centre == pytest.approx(0.01)
    assert found.verdicts[0] == verdict


def test_the_limits_lie_between_whole_numbers_as_spiegelhalter_has_it():
    """One in ten of 20: F(0) = 0.12158; F(4) = 0.95683, F(5) = 0.98875; F(6) = 0.99761, F(7) = 0.99958."""
    found = made([(10, 100)] * 20, proportion=True).limits_at(20)
    assert (found.far_low, found.low) == (0, 0)
    assert found.high * 20 == pytest.approx(6 - (0.98875 - 0.975) / (0.98875 - 0.95683), abs=0.001)
    assert found.far_high * 20 == pytest.approx(8 - (0.99958 - 0.999) / (0.99958 - 0.99761), abs=0.005)


def test_large_denominators_have_the_limits_of_the_normal_distribution():
    found = made([(100_000, 1_000_000)] * 5, proportion=True).limits_at(1_000_000)
    error = math.sqrt(0.1 * 0.9 / 1_000_000)
    assert found.low == pytest.approx(0.1 - 1.95996 * error, abs=2e-6)
    assert found.high == pytest.approx(0.1 + 1.95996 * error, abs=2e-6)
    assert found.far_low == pytest.approx(0.1 - 3.09023 * error, abs=2e-6)
    assert found.far_high == pytest.approx(0.1 + 3.09023 * error, abs=2e-6)


# --- What always holds -------------------------------------------------------------------------------------
@given(SETS, st.booleans(), st.integers(1, 100_000))
def test_the_limits_hold_the_centre_and_one_another(points, proportion, cases):
    found = made(points, proportion)
    at = found.limits_at(cases)
    assert 0 <= at.far_low <= at.low <= found.centre <= at.high <= at.far_high
    assert not proportion or at.far_high <= 1


@given(SETS, st.booleans())
def test_the_order_of_points_does_not_matter(points, proportion):
    there, back = made(points, proportion), made(points[::-1], proportion)
    assert there.verdicts == back.verdicts[::-1]
    assert there.dispersion == pytest.approx(back.dispersion)


@given(SETS)
def test_those_without_the_event_are_the_mirror_of_those_with_it(points):
    """Whether one counts who waited too long or who did not, the same lie outside."""
    there = made(points, proportion=True)
    back = made([(cases - events, cases) for events, cases in points], proportion=True)
    for (_, cases), one, other in zip(points, there.limits, back.limits, strict=True):
        mirror = Limits(1 - other.far_high, 1 - other.high, 1 - other.low, 1 - other.far_low)
        for name in Limits.__slots__:
            assert getattr(one, name) == pytest.approx(getattr(mirror, name), abs=1e-7), cases


@given(st.integers(2, 60), st.integers(1, 12))
def test_more_cases_bring_the_limits_nearer(start, times):
    found = made([(10, 100)] * 5, proportion=True)
    widths = [(at.far_high - at.far_low) for at in map(found.limits_at, (start * 16, start * 64 * times))]
    assert all(wide >= narrow for wide, narrow in pairwise(widths))


# --- More than chance as a whole ---------------------------------------------------------------------------
def test_what_varies_by_more_than_chance_widens_the_limits():
    """Ten of 1,000 at 5% and ten at 15%: each is 0.05 / sqrt(0.1 * 0.9 / 1000) = 5.27 standard errors off."""
    found = made([*[(50, 1000)] * 10, *[(150, 1000)] * 10], proportion=True)
    assert found.dispersion == pytest.approx(27.78, abs=0.01)
    assert found.is_widened
    assert set(found.verdicts) == {Verdict.WITHIN}
    error = math.sqrt(27.7778 * 0.1 * 0.9 / 1000)
    assert found.limits[0].high == pytest.approx(0.1 + 1.95996 * error, abs=1e-6)
    assert found.limits[0].far_low == 0


def test_one_odd_point_does_not_widen_the_limits_of_the_others():
    found = made([*[(100, 1000)] * 15, (300, 1000)], proportion=True)
    assert not found.is_widened
    assert found.verdicts[-1] == Verdict.FAR_ABOVE


def test_what_varies_by_less_than_chance_does_not_narrow_them():
    found = made([(100, 1000)] * 10, proportion=True)
    assert found.dispersion == pytest.approx(0)
    assert not found.is_widened


# --- What has no funnel ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("points", "proportion"),
    [
        ([(1, 10), (2, 10)], True),
        ([(1, 10), (2, 10), (0, 0)], True),
        ([(1, 10), (2, 10), (0.5, 10)], False),
        ([(1, 10), (2, 10), (1, 9.5)], True),
        ([(1, 10), (2, 10), (11, 10)], True),
        ([(1, 10), (2, 10), (-1, 10)], False),
        ([(0, 10), (0, 20), (0, 30)], False),
        ([(10, 10), (20, 20), (30, 30)], True),
    ],
)
def test_what_cannot_be_compared_is_refused(points, proportion):
    with pytest.raises(ValueError, match=r"^(A|Nothing) "):
        funnel(*zip(*points, strict=True), proportion=proportion)
