"""Finding asks by their words: in the list, and like the one that is being typed."""

import os

import pytest

from people import actions as people
from programmes.escalations import actions
from programmes.escalations.outcomes import came_of_it
from programmes.escalations.permissions import asks_for, in_reach_of
from programmes.escalations.search import search, similar_asks, sought
from tests.programmes.escalations.conftest import member
from tests.programmes.escalations.test_visibility import TABLE, crowd, handed_on, member_again  # noqa: F401

on_postgresql = pytest.mark.skipif(
    "postgres" not in os.environ.get("DATABASE_URL", ""), reason="SQLite knows no English"
)


def ask(place, words, **more):
    return actions.raise_ask(
        by=more.pop("by", place.nurse), ask=words, urgency="slowing", **{"project": place.project} | more
    )


def found(reader, text):
    return list(search(asks_for(reader), reader, sought(text)).values_list("ask", flat=True))


@pytest.fixture
def asked(place):
    """Three asks of the team."""
    place.letters = ask(place, "Access to the pharmacy’s discharge letters")
    place.room = ask(place, "A quiet room on Tuesdays", background="The clinic has no letter box either.")
    place.it = ask(place, "An IT account for each pharmacist")
    return place


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("discharge", ["letters"]),
        ("DISCHARGE pharm", ["letters"]),
        ("letters", ["letters", "room"]),
        ("tuesday", ["room"]),
        ("room discharge", []),
        ("IT account", ["it"]),
        ("it", ["it"]),
        ("E-2", ["room"]),
        ("2", ["room"]),
        ("E-99", []),
        ("!?", []),
        ("'; drop & ( |", []),
        ("disch:* \0", ["letters"]),
    ],
)
def test_words_and_references_find_asks(asked, text, which):
    wanted = {getattr(asked, name).ask for name in which}
    for reader in (asked.nurse, asked.staff):
        got = found(reader, text)
        if text == "it" and "postgres" not in os.environ.get("DATABASE_URL", ""):
            assert wanted <= set(got)  # SQLite finds it inside of words, too
        else:
            assert set(got) == wanted


@on_postgresql
def test_endings_make_no_difference(asked):
    assert found(asked.nurse, "accounts for pharmacists") == ["An IT account for each pharmacist"]
    assert found(asked.nurse, "discharged letter") == ["Access to the pharmacy’s discharge letters"]


def test_a_search_finds_what_was_written_last(asked):
    type(asked.room).objects.filter(pk=asked.room.pk).update(ask="A fridge")
    assert found(asked.staff, "room") == []
    assert found(asked.staff, "fridge") == ["A fridge"]


def like(reader, text):
    return [one.ask for one in similar_asks(reader, text)]


def test_asks_that_share_most_words_come_first(asked):
    ask(asked, "Discharge letters for the practice")
    typed = "We need to read discharge letters of the pharmacy"
    assert like(asked.nurse, typed) == [
        "Access to the pharmacy’s discharge letters",
        "Discharge letters for the practice",
    ]
    assert like(asked.nurse, "Parking at the hospital gate") == []
    assert like(asked.nurse, "and the what") == []
    assert like(asked.nurse, "") == []
    assert like(asked.nurse, "room") == ["A quiet room on Tuesdays"]


@pytest.mark.parametrize("case", ["unrestricted", "leaders shut out", "restricted"])
@pytest.mark.parametrize("who", TABLE)
def test_searches_and_suggestions_show_an_ask_to_exactly_those_who_may_see_it(crowd, who, case):  # noqa: F811
    ask = handed_on(crowd, restricted=case == "restricted")
    crowd.network.leaders_see_all_asks = case != "leaders shut out"
    crowd.network.save()
    reader = member_again(getattr(crowd, who))
    sees = asks_for(reader).filter(pk=ask.pk).exists()
    assert bool(found(reader, "access")) == sees
    assert like(reader, "access") == (["Access"] if sees else [])


@pytest.mark.parametrize("leaders_see_all", [True, False])
def test_what_is_in_reach_of_somebody_is_all_that_they_see(crowd, leaders_see_all):  # noqa: F811
    crowd.network.leaders_see_all_asks = leaders_see_all
    crowd.network.save()
    delegate = member(crowd.network, "Della Delegate")
    people.name_delegate(
        by=crowd.leader, leader=crowd.leader, delegate=delegate, power="read", until=crowd.network.today()
    )
    taken = actions.raise_ask(by=crowd.onlooker, ask="A room", urgency="helping")
    actions.raise_ask(by=crowd.onlooker, ask="A fridge", urgency="helping")
    if taken.owner is None:
        actions.take(by=crowd.leader, escalation=taken)
    handed_on(crowd, restricted=True)
    handed_on(crowd, restricted=False)
    case = actions.draft_case(
        by=crowd.nurse, project=crowd.project, title="A nurse", problem="They come back."
    )
    actions.put_case(by=crowd.nurse, case=case, lead=crowd.sponsor, others=[crowd.leader], urgency="slowing")
    for person in (*(getattr(crowd, name) for name in TABLE), delegate):
        reader = member_again(person)
        reach = in_reach_of(reader)
        if reach is not None:
            assert set(asks_for(reader)) == set(asks_for(reader).filter(pk__in=reach)), reader.name


def outcome(place, which):
    [one] = [one for one in asks_for(place.nurse).with_names().with_outcome() if one.pk == which.pk]
    return came_of_it(one)


def test_what_came_of_an_ask_is_said_in_a_line(raised):
    from tests.programmes.escalations.test_pages import SOON

    leader, nurse, one = raised.leader, raised.nurse, raised.ask
    assert outcome(raised, one) == "With Dr Meera Patel for less than a minute."
    actions.accept(by=leader, escalation=one, what="Read access", due_on=SOON)
    assert outcome(raised, one).endswith(": Read access")
    assert outcome(raised, one).startswith("Promised by ")
    actions.mark_done(by=leader, escalation=one, text="It is on.\nSorry that it took so long.")
    assert outcome(raised, one) == "Promise kept: It is on. Sorry that it took so long."
    actions.not_settled(by=nurse, escalation=one, text="Not for me.")
    actions.decline(by=leader, escalation=one, text="No money", would_change="April")
    assert outcome(raised, one) == "Not possible: No money What would change this: April"
    actions.confirm(by=nurse, escalation=one, text="")
    assert outcome(raised, one) == "Not possible: No money What would change this: April"
