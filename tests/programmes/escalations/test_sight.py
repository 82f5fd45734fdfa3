"""Nothing is shown of fewer than five asks or two deciders, however shown figures are taken from one another."""

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from programmes.escalations.models import ALL_DOMAINS
from programmes.escalations.sight import COUNTS, FIGURES, STEPS, Base, Sight, median, showable

PLACES = [1, 2, 3, 4]
DOMAINS = ["data", "money", ""]

# An ask: whose power it wants, what about, who raised it, who decided it (None: nobody yet), whether it is done.
ASKS = st.lists(
    st.tuples(
        st.sampled_from([*PLACES, None]),
        st.sampled_from(DOMAINS),
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
        figures += ["not_confirmed"] if decider and not done else []
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


def belongs(ask, figure):
    """Return the place and domain of an ask that a figure is made from, None if it is not."""
    wants, about, asked_in, decider, done = ask
    if figure == "for_partner" and not (decider and done and asked_in and asked_in != wants and wants):
        return None
    if figure in ("to_acknowledge", "to_decide", "promises") and not decider:
        return None
    if figure == "to_do" and not (decider and done):
        return None
    if figure == "not_confirmed" and (done or not decider):
        return None
    if figure == "raised" and not asked_in:
        return None
    return (asked_in if figure == "raised" else wants), about


def is_of_few(asks, figure, cells):
    inside = [ask for ask in asks if belongs(ask, figure) in cells]
    return bool(inside) and (len(inside) < 5 or len({ask[3] for ask in inside} - {None}) < 2)


def read_on_all_pages(asks, own, side_by_side):
    """Return what somebody of a place reads who looks at everything and at each domain: of each figure sets of cells,
    each a place and a domain."""
    rows = list(rows_of(asks))
    found = {figure: set() for figure in FIGURES}
    ours = [row for row in rows if row[0] in (own, None)]
    everything = [row for row in (rows if side_by_side else ours) if row[2] == ALL_DOMAINS]
    of_everything = Sight(480, ALL_DOMAINS, ALL_DOMAINS).read(everything).shown()
    for domain in (ALL_DOMAINS, *DOMAINS):
        shown = of_everything
        if domain != ALL_DOMAINS:
            shown = Sight(480, domain, ALL_DOMAINS).read(ours).shown(of_everything)
        for key, figures in shown.items():
            cells = frozenset(
                (place, about)
                for place in ([*PLACES, None] if key is None else [key])
                for about in (DOMAINS if domain == ALL_DOMAINS else [domain])
            )
            for figure in figures:
                found[figure].add(cells)
    return found


def all_that_follows(known):
    """Return what else is known by taking something away from what holds it, or by adding what has nothing in common,
    again and again."""
    found, new = set(known), list(known)
    while new:
        one = new.pop()
        for other in list(found):
            made = {one - other} if other < one else {other - one} if one < other else set()
            made |= set() if one & other else {one | other}
            for cells in made - found:
                found.add(cells)
                new.append(cells)
    return found


# Six of data and one of money elsewhere; two domains of many and one of few; the same where it is one's own; one that
# one other organisation raised, side by side with all.
@given(asks=ASKS, own=st.sampled_from([None, *PLACES]), side_by_side=st.booleans())
@example(
    asks=[(1, "data", 1, who, True) for who in ("ann", "bob") * 3] + [(2, "data", 2, "ann", True)],
    own=1,
    side_by_side=False,
)
@example(
    asks=[(1, about, 2, who, True) for about in ("data", "money") for who in ("ann", "bob") * 3]
    + [(1, "", 2, "ann", True)],
    own=None,
    side_by_side=False,
)
@example(
    asks=[
        (place, about, 2, who, True)
        for place, most in ((1, 3), (2, 4))
        for about in ("data", "money")
        for who in ("ann", "bob") * most
    ]
    + [(1, "", 2, "ann", True)]
    + [(2, "", 2, who, True) for who in ("ann", "bob") * 3],
    own=1,
    side_by_side=True,
)
@example(
    asks=[(1, "money", 1, who, False) for who in (None, None, None, "ann", "bob")]
    + [(1, "", 1, who, False) for who in (None, None, "ann", "bob")]
    + [(1, "", 2, None, False)],
    own=None,
    side_by_side=True,
)
def test_nothing_that_is_read_tells_of_few_however_it_is_taken_from_one_another(asks, own, side_by_side):
    read = read_on_all_pages(asks, own, side_by_side)
    # The same asks: what is known of one of their totals is known of the others.
    whole = {cells for figure in ("received", "raised", "awaiting") for cells in read[figure]}
    for figure in FIGURES:
        known = set(read[figure])
        if figure in ("received", "raised", "awaiting"):
            known |= {cells for cells in whole if {place for place, _about in cells} > set(PLACES)}
        for cells in all_that_follows(known):
            assert not is_of_few(asks, figure, cells), (figure, sorted(map(str, cells)))


def test_a_domain_of_few_is_not_what_is_left_of_the_others():
    asks = [(1, about, 1, who, True) for about in ("data", "money") for who in ("ann", "bob") * 3]
    asks += [(1, "", 1, "ann", True)]
    everything = Sight(480, ALL_DOMAINS, ALL_DOMAINS).read(all_domains(asks)).shown()
    assert "to_decide" in everything[None]
    pages = {
        domain: Sight(480, domain, ALL_DOMAINS).read(rows_of(asks)).shown(everything) for domain in DOMAINS
    }
    shown = [domain for domain in DOMAINS if "to_decide" in pages[domain][None]]
    assert len(shown) == 1  # one of many, kept back with the one of few


@given(st.permutations(["data", "money", "work", ""]))
def test_of_two_that_are_as_small_the_same_is_kept_back_on_every_page(order):
    many, few = Base(6, Counter(ann=3, bob=3)), Base(1, Counter(ann=1))
    parts = {key: (few if key == "" else many,) for key in order}
    assert showable(parts, (Base(19, Counter(ann=10, bob=9)),)) == ({"money", "work"}, True)


def test_what_is_of_many_is_shown():
    asks = [(place, "data", place, who, True) for place in (1, 2) for who in ("ann", "bob") * 3]
    shown = Sight(480, ALL_DOMAINS, ALL_DOMAINS).read(all_domains(asks)).shown()
    assert shown[None] == shown[1] == shown[2] == set(FIGURES)


def test_the_smallest_is_kept_back_where_the_rest_would_tell_of_one_more():
    asks = [(1, "data", None, who, True) for who in ("ann", "bob") * 5]
    asks += [(2, "data", None, who, True) for who in ("ann", "bob") * 3]
    asks += [(3, "data", None, "ann", True)]
    shown = Sight(480, ALL_DOMAINS, ALL_DOMAINS).read(all_domains(asks)).shown()
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
