"""Small asks of the last year, each answered in its time: so that there is something to see in how asks are answered."""

from iocn.demo.story.asks import Ask

_THINGS = [
    ("A second blood pressure monitor for {}", "data"),
    ("Half a day of a physiotherapist for {}", "workforce"),
    ("The discharge letters on the screen of {}", "data"),
    ("Cover for one afternoon of training at {}", "workforce"),
    ("A shared calendar with {}", "data"),
    ("A second pair of hands on Mondays at {}", "workforce"),
]
_PLACES = [
    "the heart failure nurses",
    "the stroke ward",
    "the falls clinic",
    "the breathing clinic",
    "the district nurses",
    "the frailty team",
    "the pharmacy on Quill Lane",
    "the home visits",
    "the memory clinic",
    "the rehabilitation team",
    "the walking group",
    "the evening clinic",
]
_LEADERS = {
    ("hospitals", "data"): "saga",
    ("hospitals", "workforce"): "myth",
    ("ccg", "data"): "epic",
    ("ccg", "workforce"): "sonnet",
}
_RAISERS = ["inkwell", "rhyme", "plot", "ode"]


def _ask(number: int) -> Ask:
    thing, domain = _THINGS[number % len(_THINGS)]
    org = "ccg" if number // 2 % 3 == 0 else "hospitals"
    leader, raiser = _LEADERS[org, domain], _RAISERS[number // 3 % len(_RAISERS)]
    # Leaders reply sooner than they did: four days at first, one since spring.
    reply = (96 if number < 32 else 26) + 7 * (number % 5)
    place = _PLACES[number // len(_THINGS) % len(_PLACES)]
    moves: list[tuple] = [(reply, leader, "acknowledge", "")]
    if number % 9 == 4:
        moves.append((reply + 60, leader, "decline", "There is no money for it this year.", "Ask in April."))
        moves.append((reply + 90, raiser, "confirm", ""))
    else:
        late = 60 if number % 7 == 2 else 0
        moves.append((reply + 48, leader, "accept", "It is arranged", 14))
        moves.append((reply + 48 + 24 * (10 + late // 4), leader, "done", "Done."))
        moves.append((reply + 48 + 24 * (12 + late // 4), raiser, "confirm", ""))
    return Ask(410 - 5.2 * number, raiser, thing.format(place), "slowing", org, domain, moves=tuple(moves))


PAST = [_ask(number) for number in range(len(_THINGS) * len(_PLACES))]
