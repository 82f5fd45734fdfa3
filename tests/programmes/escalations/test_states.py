"""Every move in every state, and the page of the docs that draws them."""

import itertools

import pytest

from programmes.escalations.states import (
    BEGINS,
    MOVES,
    OPEN,
    WITH_ASKED,
    WITH_OWNER,
    WITH_TEAM,
    Move,
    State,
    after,
)

# The rows say what must hold, written apart from MOVES: move, then the state after each of the ten.
TABLE = """
                raised       acknowledged on_hold      deciding     accepted     declined     done         closed       withdrawn    moved
go_on           raised       -            -            -            -            -            -            -            -            -
settle          done         -            -            -            -            -            -            -            -            -
acknowledge     acknowledged -            -            -            -            -            -            -            -            -
take            acknowledged acknowledged acknowledged -            -            -            -            -            -            -
route           raised       raised       raised       -            accepted     -            -            -            -            -
hand_on         raised       raised       raised       -            accepted     -            -            -            -            -
hold            on_hold      on_hold      -            -            -            -            -            -            -            -
wake            -            -            acknowledged -            -            -            -            -            -            -
accept          accepted     accepted     accepted     -            -            -            -            -            -            -
change_promise  -            -            -            -            accepted     -            -            -            -            -
decline         declined     declined     declined     -            -            -            -            -            -            -
voice           -            -            -            deciding     -            -            -            -            -            -
voice_left      -            -            -            deciding     -            -            -            -            -            -
agree           -            -            -            accepted     -            -            -            -            -            -
refuse          -            -            -            declined     -            -            -            -            -            -
done            -            -            -            -            done         -            -            -            -            -
confirm         -            -            -            -            -            closed       closed       -            -            -
not_confirmed   -            -            -            -            -            closed       closed       -            -            -
not_settled     -            -            -            -            -            -            acknowledged -            -            -
ask_again       -            -            -            -            -            raised       -            -            -            -
reopen          -            -            -            -            -            -            -            raised       -            raised
elsewhere       moved        moved        moved        -            -            -            -            -            -            -
withdraw        withdrawn    withdrawn    withdrawn    withdrawn    withdrawn    withdrawn    withdrawn    -            -            -
wait            raised       acknowledged -            -            -            -            -            -            -            -
join            raised       acknowledged on_hold      deciding     accepted     declined     done         -            -            -
comment         raised       acknowledged on_hold      deciding     accepted     declined     done         closed       withdrawn    moved
attach          raised       acknowledged on_hold      deciding     accepted     declined     done         -            -            -
remind          raised       acknowledged -            deciding     accepted     declined     done         -            -            -
climb           raised       acknowledged -            deciding     -            -            -            -            -            -
owner_left      raised       raised       raised       raised       raised       declined     done         -            -            -
answerable_left raised       acknowledged on_hold      deciding     accepted     declined     done         -            -            -
redact          raised       acknowledged on_hold      deciding     accepted     declined     done         closed       withdrawn    moved
"""


def _table():
    head, *rows = (line.split() for line in TABLE.strip().splitlines())
    return {
        (row[0], state): None if cell == "-" else cell
        for row in rows
        for state, cell in zip(head, row[1:], strict=True)
    }


@pytest.mark.parametrize(("move", "state"), list(itertools.product(MOVES, State)))
def test_each_move_leads_where_it_should_from_each_state(move, state):
    assert after(move, state) == _table()[move, state]


def test_every_move_but_those_that_begin_is_in_the_table():
    assert set(MOVES) == set(Move) - set(BEGINS)


def test_every_open_ask_is_somebodys_turn():
    assert set(WITH_OWNER) | set(WITH_TEAM) | set(WITH_ASKED) == set(OPEN)
    assert len(WITH_OWNER) + len(WITH_TEAM) + len(WITH_ASKED) == len(OPEN)


def test_every_open_state_leads_to_an_end():
    for state in OPEN:
        reached = {state}
        while True:
            more = {after(move, one) for move in MOVES for one in reached} - {None} | reached
            if more == reached:
                break
            reached = more
        assert State.CLOSED in reached


def test_the_diagram_and_the_table_of_mail_in_the_docs_are_current():
    from programmes.management.commands.draw_escalations import MAIL_TABLE, PAGE, drawn

    page = PAGE.read_text(encoding="utf-8")
    assert MAIL_TABLE.search(page)
    assert drawn(page) == page, "run `python manage.py draw_escalations`"
