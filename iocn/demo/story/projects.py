"""The demonstration's programmes, projects, and what their teams tried."""

from typing import NamedTuple


class Project(NamedTuple):
    key: str
    programme: str
    name: str
    aim: str
    stages: tuple[str, ...]
    lead: str
    team: tuple[str, ...]
    partners: tuple[str, ...] = ()
    coach: str = ""
    began: int = 300  # days ago


PROGRAMMES = {
    "af": (
        "Atrial fibrillation",
        "Nobody in Fableton has a stroke that finding and treating atrial fibrillation would have prevented.",
    ),
    "breath": (
        "Breathing well",
        "People with COPD spend fewer days in hospital and more days doing what they like.",
    ),
    "frailty": ("Frailty and falls", "Older people stay on their feet, at home, among people they know."),
}

PROJECTS = [
    Project(
        "pulse",
        "af",
        "Pulse checks in pharmacies",
        "By next June, 8 in 10 people over 65 who collect medicine have had their pulse checked this year.",
        ("problem", "investigating", "prototyping"),
        "inkwell",
        ("quill", "rhyme", "lyric"),
        ("reader",),
        "stanza",
        420,
    ),
    Project(
        "clinic",
        "af",
        "One-stop rhythm clinic",
        "From an irregular pulse to a treatment plan within ten working days for everybody.",
        ("problem", "investigating", "prototyping", "business_case"),
        "rhyme",
        ("saga", "chapter", "quill"),
        ("reader",),
        "stanza",
        520,
    ),
    Project(
        "anticoag",
        "af",
        "Anticoagulant reviews at home",
        "Everybody housebound on an anticoagulant is reviewed once a year.",
        ("problem", "investigating", "prototyping", "business_case", "embedding"),
        "quill",
        ("folio", "lyric"),
        ("reader",),
        "",
        640,
    ),
    Project(
        "pack",
        "breath",
        "Rescue packs that people understand",
        "Half as many admissions in the month after a flare-up.",
        ("problem", "investigating", "prototyping"),
        "ode",
        ("quill", "inkwell", "prose"),
        ("listener",),
        "bookmark",
        380,
    ),
    Project(
        "discharge",
        "breath",
        "Home by lunchtime",
        "7 in 10 people on the respiratory ward who can go home do so before 1pm.",
        ("problem", "investigating", "prototyping", "business_case", "embedding", "handed_over"),
        "ode",
        ("scribe", "author", "prose"),
        ("listener",),
        "bookmark",
        700,
    ),
    Project(
        "breathline",
        "breath",
        "A line to the respiratory team",
        "Anyone with COPD reaches a nurse who knows them within an hour.",
        ("problem", "investigating"),
        "prose",
        ("ode",),
        (),
        "",
        120,
    ),
    Project(
        "falls",
        "frailty",
        "Strength classes after a fall",
        "Nobody waits more than three weeks for a class.",
        ("problem", "investigating", "prototyping"),
        "plot",
        ("author", "tale", "riddle"),
        ("listener",),
        "stanza",
        400,
    ),
    Project(
        "kitchen",
        "frailty",
        "Kitchen checks by the fire service",
        "Every person referred is visited within a month.",
        ("problem",),
        "author",
        ("tale",),
        (),
        "",
        95,
    ),
    Project(
        "sensors",
        "frailty",
        "Movement sensors at home",
        "Know of a fall within ten minutes.",
        ("problem", "investigating", "stopped"),
        "index",
        ("plot",),
        (),
        "",
        330,
    ),
]

# (project, days ago, who, change idea, what happened, ending)
TRIES = [
    (
        "pulse",
        210,
        "inkwell",
        "Ask while the bag is packed",
        "Asked 12 people while their bag was packed. 9 said yes, it took two minutes each.",
        "",
    ),
    (
        "pulse",
        182,
        "inkwell",
        "Ask while the bag is packed",
        "30 people in a week. Two pulses were irregular and both saw Dr Quill within three days.",
        "adapt",
    ),
    (
        "pulse",
        96,
        "inkwell",
        "A chair by the counter",
        "People sat down by themselves and asked what it was for. 41 checks in a week, no queue.",
        "",
    ),
    (
        "pulse",
        33,
        "rhyme",
        "A chair by the counter",
        "Second pharmacy: no room for a chair, used the flu jab room instead. 17 checks.",
        "",
    ),
    (
        "pulse",
        6,
        "reader",
        "A chair by the counter",
        "I sat with two people who were worried by the result. A leaflet with a phone number would help.",
        "",
    ),
    (
        "clinic",
        300,
        "rhyme",
        "ECG and echo on one morning",
        "Six people had both tests before 11 and a plan by noon. One needed a second visit.",
        "",
    ),
    (
        "clinic",
        255,
        "rhyme",
        "ECG and echo on one morning",
        "Four mornings, 26 people, 24 plans the same day.",
        "adopt",
    ),
    (
        "clinic",
        75,
        "quill",
        "Book it from the practice",
        "Booked straight from our screen for eight people; no letters.",
        "",
    ),
    (
        "anticoag",
        420,
        "folio",
        "The practice nurse reviews at home",
        "Nine visits in a week. Eight people reviewed, one was in hospital.",
        "",
    ),
    (
        "anticoag",
        370,
        "folio",
        "The practice nurse reviews at home",
        "31 visits in a month, blood taken on the same visit.",
        "adopt",
    ),
    (
        "pack",
        140,
        "ode",
        "Coloured cards in the pack",
        "Ten people got cards. Seven could say when to start which tablet a week later, four could before.",
        "adapt",
    ),
    (
        "pack",
        48,
        "listener",
        "Cards made by patients",
        "Four of us rewrote the cards at the kitchen table. Shorter, and the phone number comes first.",
        "",
    ),
    (
        "pack",
        12,
        "ode",
        "Cards made by patients",
        "22 new cards out. Two calls this week, both answered by us and not by 999.",
        "",
    ),
    (
        "falls",
        150,
        "plot",
        "First class in the hospital gym",
        "Five of eight came. Parking was the reason for the three who did not.",
        "abandon",
    ),
    ("falls", 90, "plot", "Class in the library", "Nine came, two brought a neighbour.", ""),
    ("falls", 26, "author", "Class in the library", "Full. The waiting list is now two weeks.", "adopt"),
    (
        "discharge",
        400,
        "scribe",
        "Tablets to take home ordered the evening before",
        "7 of 9 went before 1pm.",
        "adopt",
    ),
]

# Which manager sponsors a team, and hears of its asks first: (project, manager, days ago they were named).
SPONSORS = [("clinic", "prose", 1)]
