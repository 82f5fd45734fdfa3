"""Cohorts of the demonstration network: a past, a running and a coming PLP, and an ALP."""

from typing import NamedTuple


class Cohort(NamedTuple):
    """A cohort: its first session so many days ago, so many sessions some weeks apart; who, with which project."""

    key: str
    kind: str
    name: str
    first: int
    titles: tuple[str, ...]
    weeks: int
    capacity: int
    facilitators: tuple[str, ...]
    # Participants in order; a project where the person is in the team of several or of none.
    people: tuple[tuple[str, str], ...]
    starts: str = "10:00"
    ends: str = "13:00"
    place: str = "Fableton Library, Story Room"
    link: str = ""


COHORTS = [
    Cohort(
        "plp1",
        "plp",
        "PLP 1: first steps",
        420,
        (
            "Finding the problem with citizens",
            "Aims and measures",
            "Small tests",
            "Run charts",
            "Asking upwards",
            "Making the case",
        ),
        3,
        10,
        ("stanza",),
        (
            ("rhyme", "clinic"),
            ("ode", "discharge"),
            ("quill", "anticoag"),
            ("scribe", "discharge"),
            ("chapter", "clinic"),
            ("folio", "anticoag"),
            ("prose", "discharge"),
            ("index", "sensors"),
        ),
    ),
    Cohort(
        "plp2",
        "plp",
        "PLP 2: pathways",
        56,
        (
            "Finding the problem with citizens",
            "Aims and measures",
            "Small tests",
            "Run charts",
            "Asking upwards",
            "Making the case",
            "Embedding and letting go",
            "Showing what changed",
        ),
        2,
        14,
        ("stanza", "bookmark"),
        (
            ("inkwell", "pulse"),
            ("author", "kitchen"),
            ("plot", "falls"),
            ("tale", "falls"),
            ("riddle", ""),
            ("rhyme", "clinic"),
            ("prose", "breathline"),
            ("reader", "pulse"),
            ("listener", "pack"),
            ("page", ""),
            ("quill", "pulse"),
        ),
    ),
    Cohort(
        "alp",
        "alp",
        "ALP: leading a city",
        100,
        (
            "What we cede and what we gain",
            "Answering asks in a week",
            "Variation: signal or noise?",
            "A day on a ward",
            "Mandates: what needs no asking",
            "The story we tell together",
        ),
        5,
        12,
        ("bookmark",),
        (
            ("verse", ""),
            ("saga", ""),
            ("novel", ""),
            ("epic", ""),
            ("chronicle", ""),
            ("myth", ""),
            ("legend", ""),
            ("fable", ""),
            ("ballad", ""),
        ),
        "16:00",
        "18:00",
        "University of Fableton, Common Room",
        "https://meet.example.org/leading-a-city",
    ),
]


class Copied(NamedTuple):
    """The next cohort like one that is there, set up so many days ago; its first session is yet to come."""

    key: str
    like: str
    name: str
    set_up: int
    first_in: int
    capacity: int
    people: tuple[tuple[str, str], ...]


COMING = [
    Copied(
        "plp3",
        "plp2",
        "PLP 3: next spring",
        12,
        44,
        16,
        (("ode", "pack"), ("preface", ""), ("scribe", ""), ("folio", "anticoag"), ("riddle", "")),
    ),
]

# Raised from a cohort: (cohort, days ago, who, what is needed, how badly, organisation, domain).
COHORT_ASKS = [
    (
        "plp2",
        13.2,
        "stanza",
        "Half a day every fortnight, kept free in the rota, for everybody in the programme",
        "slowing",
        "hospitals",
        "workforce",
    ),
]
