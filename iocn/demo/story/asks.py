"""The demonstration's asks, settled and open."""

from typing import NamedTuple


class Ask(NamedTuple):
    """An ask and its whole way: moves are (hours after it was raised, who, move, words...)."""

    days_ago: float
    raiser: str
    ask: str
    urgency: str
    org: str
    domain: str
    project: str = ""
    background: str = ""
    restricted: bool = False
    moves: tuple[tuple, ...] = ()


ASKS = [
    # Settled long ago.
    Ask(
        150,
        "inkwell",
        "Let pharmacists see the last pulse result from the practice",
        "stopping",
        "ccg",
        "data",
        "pulse",
        "We ask people what their last result was. Half of them cannot say.",
        moves=(
            (20, "epic", "acknowledge", "I will ask the records team what is possible."),
            (90, "epic", "accept", "Read access for the four pharmacies that take part", 30),
            (400, "epic", "done", "Switched on this morning for all four."),
            (430, "inkwell", "confirm", "It works. Two minutes saved for each person."),
        ),
    ),
    Ask(
        118,
        "rhyme",
        "Two cardiac physiologist sessions on Tuesdays",
        "stopping",
        "hospitals",
        "workforce",
        "clinic",
        "The clinic stands or falls with ECG and echo on one morning.",
        moves=(
            (30, "myth", "acknowledge", ""),
            (120, "myth", "accept", "Two sessions until the end of the trial", 21),
            (800, "myth", "done", "The rota has them from Tuesday; sorry that it took so long."),
            (830, "rhyme", "confirm", ""),
        ),
    ),
    Ask(
        95,
        "plot",
        "A room with free parking for the strength class",
        "slowing",
        "council",
        "money",
        "falls",
        "",
        moves=(
            (26, "chronicle", "hand_on", "parable", "You know the library’s people."),
            (70, "parable", "accept", "The library’s hall, Thursdays, without rent", 14),
            (200, "parable", "done", "Keys are with the caretaker."),
            (240, "plot", "confirm", "Nine people came to the first one."),
        ),
    ),
    Ask(
        80,
        "ode",
        "Stop the second form for every rescue pack",
        "helping",
        "ccg",
        "clinical",
        "pack",
        "",
        moves=(
            (
                40,
                "lyric",
                "decline",
                "The form is a condition of the current prescribing contract, which runs to March.",
                "Send me ten examples of where the two forms differ; I will take them to the contract talks in January.",
            ),
            (70, "ode", "confirm", "Understood. The examples are on their way."),
        ),
    ),
    Ask(
        60,
        "author",
        "Ask the fire service for a second visitor",
        "helping",
        "council",
        "",
        "kitchen",
        "",
        moves=((30, "author", "withdraw", "They found one themselves."),),
    ),
    # Open.
    Ask(
        6.2,
        "inkwell",
        "A leaflet with a phone number for people with an irregular pulse",
        "slowing",
        "pharmacy",
        "clinical",
        "pulse",
        "People go home worried. One page with the arrhythmia nurses' number would do.",
        moves=((30, "ballad", "acknowledge", "Reading the draft this week."),),
    ),
    Ask(
        2.3,
        "rhyme",
        "Book clinic slots straight from the practice’s screen",
        "stopping",
        "hospitals",
        "data",
        "clinic",
        "It worked for eight people on paper. Every further booking is a letter that takes nine days.",
        moves=(),
    ),
    Ask(
        9.1,
        "quill",
        "Blood tests at home for people who cannot come",
        "slowing",
        "ccg",
        "commissioning",
        "anticoag",
        "",
        moves=((50, "novel", "hand_on", "legend", "Your community nurses pass these doors every week."),),
    ),
    Ask(
        16,
        "plot",
        "A second physiotherapist for the Thursday class",
        "slowing",
        "partnerships",
        "workforce",
        "falls",
        "The class is full and the waiting list grows again.",
        moves=(
            (28, "legend", "acknowledge", "Looking at who could swap."),
            (100, "legend", "accept", "Half a day a week from the Eastside team", 40),
        ),
    ),
    Ask(
        34,
        "ode",
        "An inhaler technique video in four languages",
        "helping",
        "ccg",
        "money",
        "pack",
        "",
        moves=((60, "fable", "accept", "Pay for the translation of the video", 12),),
    ),
    Ask(
        24,
        "scribe",
        "Keep the discharge pharmacist after the trial",
        "stopping",
        "hospitals",
        "workforce",
        "",
        "Home before lunch depends on her being on the ward at 8.",
        moves=(
            (30, "myth", "acknowledge", ""),
            (90, "myth", "accept", "Make the post permanent", 20),
            (500, "myth", "done", "The post is advertised as permanent."),
        ),
    ),
    Ask(
        20,
        "prose",
        "Extend the respiratory line to Sundays",
        "slowing",
        "ccg",
        "money",
        "breathline",
        "",
        moves=(
            (
                70,
                "fable",
                "decline",
                "There is no money for it before the new year’s budget.",
                "Three months of Saturday figures would let me put it into the January plan. Until then, Saturdays may be moved to Sundays without asking.",
            ),
        ),
    ),
    Ask(
        3.5,
        "author",
        "Who may share the list of people who have fallen with the fire service?",
        "stopping",
        "council",
        "sharing",
        "kitchen",
        "We have consent forms, and nobody who says that they are enough.",
        moves=((20, "chronicle", "acknowledge", "Our data protection officer is reading the form."),),
    ),
    Ask(
        1.1,
        "tale",
        "Tea and transport for partners who come to meetings",
        "helping",
        "foundation",
        "money",
        "falls",
        "",
        moves=(),
    ),
    # While Dr Novel is away.
    Ask(
        1.8,
        "quill",
        "Pay for the home visits of the second pharmacist",
        "slowing",
        "ccg",
        "commissioning",
        "anticoag",
        "She sees six people a day whom nobody else reaches. The money ends with the month.",
        moves=(),
    ),
    Ask(
        4.6,
        "scribe",
        "Talk with me about how the ward round is run",
        "slowing",
        "hospitals",
        "clinical",
        "",
        "I would rather not name the consultants here.",
        restricted=True,
        moves=(),
    ),
    Ask(
        0.2,
        "quill",
        "Let practices order the home ECG themselves",
        "helping",
        "ccg",
        "clinical",
        "clinic",
        "",
        moves=(),
    ),
    Ask(
        12,
        "quill",
        "A second home monitor for the surgery",
        "helping",
        "hospitals",
        "money",
        "clinic",
        "",
        moves=((30, "saga", "hold", 60, "The equipment budget is decided in two months."),),
    ),
    Ask(
        40,
        "tale",
        "Somebody fell on the wet stairs of the hall",
        "stopping",
        "council",
        "",
        "falls",
        "",
        moves=((3, "narrator", "elsewhere", "The incident system: please report it there today."),),
    ),
]

# Which of them the network is told about, since how many days.
STORIES = [
    (0, 120, "Pharmacists see the last pulse result: two minutes saved for each person who comes."),
    (1, 75, "Two physiologist sessions on Tuesdays: ECG and echo on one morning."),
    (2, 80, "The library’s hall without rent: nine people came to the first strength class."),
]
