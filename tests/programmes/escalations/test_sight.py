"""Nothing is shown of fewer than five asks or two deciders, however shown figures are taken from one another."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from programmes.escalations.models import ALL_DOMAINS
from programmes.escalations.sight import COUNTS, FIGURES, STEPS, Sight, median

PLACES = [1, 2, 3, 4]

# An ask: whose power it wants, what about, who raised it, who decided it (None: nobody yet), whether it is done.
ASKS = st.lists(
    st.tuples(
        st.sampled_from([*PLACES, None]),
        st.sampled_from(["data", "money"]),
        st.sampled_from([*PLACES, None]),
        st.sampled_from([None, "ann", "bob", "cat"]),
        st.booleans(),
    ),
    max_size=45,
)


def rows_of(asks):
    """Return the rows of the table, as the task makes them."""
    found = {}
    for place, domain, asked_in, decider, done in asks:
        figures = ["received", *(["to_acknowledge", "to_decide", "promises"] if decider else [])]
        figures += ["to_do"] if decider and done else []
        partner = place if decider and done and asked_in and asked_in != place else None
        for of in (domain, ALL_DOMAINS):
            for where, what in ((place, figures), (asked_in, ["raised"]), (partner, ["for_partner"])):
                if where is None and what != figures:
                    continue
                for key in {where, None}:
                    cell = found.setdefault((key, of), (Counter(), {s: Counter() for s in STEPS}, {}))
                    for figure in what:
                        if figure in STEPS:
                            cell[1][figure]["60"] += 1
                        else:
                            cell[0]["kept" if figure == "promises" else figure] += 1
                        if decider:
                            cell[2].setdefault(figure, Counter())[decider] += 1
    for (key, of), (counts, took, deciders) in found.items():
        yield (
            key,
            f"Place {key}",
            of,
            *(counts[name] for name in COUNTS),
            *(dict(took[name]) for name in STEPS),
            {name: dict(who) for name, who in deciders.items()},
        )


def all_domains(asks):
    return [row for row in rows_of(asks) if row[2] == ALL_DOMAINS]


def asks_of(asks, figure, place, domain):
    """Return the numbers of the asks that a figure is made from; place "all" is the network."""
    for number, (wants, about, asked_in, decider, done) in enumerate(asks):
        where = asked_in if figure == "raised" else wants
        if figure == "for_partner" and not (decider and done and asked_in and asked_in != wants and wants):
            continue
        if figure in ("to_acknowledge", "to_decide", "promises") and not decider:
            continue
        if figure == "to_do" and not (decider and done):
            continue
        if domain in (about, ALL_DOMAINS) and (
            place == where or (place == "all" and (figure != "raised" or where))
        ):
            yield number


def is_of_few(asks, numbers):
    deciders = {asks[number][3] for number in numbers} - {None}
    return bool(numbers) and (len(numbers) < 5 or len(deciders) < 2)


@given(asks=ASKS, domain=st.sampled_from([ALL_DOMAINS, "data"]), only=st.sampled_from([None, *PLACES]))
@example(
    asks=[(1, "data", 1, who, True) for who in ("ann", "bob") * 3] + [(2, "data", 2, "ann", True)],
    domain="all",
    only=1,
)
def test_nothing_shown_tells_of_few_by_itself_or_taken_from_another(asks, domain, only):
    rows = [row for row in rows_of(asks) if only is None or row[0] in (only, None)]
    rows = [row for row in rows if row[2] in (domain, ALL_DOMAINS)]
    shown = Sight(480).read(rows, domain, ALL_DOMAINS).shown()
    for figure in FIGURES:
        of = {key: set(asks_of(asks, figure, key or "all", domain)) for key in shown if figure in shown[key]}
        of = {key: numbers for key, numbers in of.items() if numbers or key is None}
        everything = {key: set(asks_of(asks, figure, key or "all", ALL_DOMAINS)) for key in of}
        places = [key for key in of if key]
        for key, numbers in of.items():
            assert not is_of_few(asks, numbers), (figure, key)
            assert not is_of_few(asks, everything[key] - numbers), (figure, key, "other domains")
        for size in range(1, len(places) + 1) if None in of else ():
            for taken in combinations(places, size):
                rest = of[None] - set().union(*(of[key] for key in taken))
                assert not is_of_few(asks, rest), (figure, taken)
    # The network's asks are known from one of these if they are from another.
    assert len({figure in shown[None] for figure in ("received", "raised", "awaiting")}) == 1


def test_what_is_of_many_is_shown():
    asks = [(place, "data", place, who, True) for place in (1, 2) for who in ("ann", "bob") * 3]
    shown = Sight(480).read(all_domains(asks), ALL_DOMAINS, ALL_DOMAINS).shown()
    assert shown[None] == shown[1] == shown[2] == set(FIGURES)


def test_the_smallest_is_kept_back_where_the_rest_would_tell_of_one_more():
    asks = [(1, "data", None, who, True) for who in ("ann", "bob") * 5]
    asks += [(2, "data", None, who, True) for who in ("ann", "bob") * 3]
    asks += [(3, "data", None, "ann", True)]
    shown = Sight(480).read(all_domains(asks), ALL_DOMAINS, ALL_DOMAINS).shown()
    assert "to_decide" in shown[None] & shown[1]
    assert "to_decide" not in shown[2] | shown[3]


@pytest.mark.parametrize(
    ("spread", "middle"),
    [
        ({}, None),
        ({"5": 1}, 5),
        ({"100": 1, "20": 1}, 20),
        ({"5": 2, "1000": 3}, 1000),
        ({"5": 3, "60": 2}, 5),
    ],
)
def test_the_median_is_the_middle_ask(spread, middle):
    assert median(spread) == middle
