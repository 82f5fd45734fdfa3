"""The demonstration network’s facts: a city that does not exist, people who do not exist.

The kinds of organisation, the senior roles and their levels follow those of a real place-based network, as its
published case study lists them. Every name, number and sentence is made up; surnames are words for stories so
that nobody takes them for real.
"""

from typing import NamedTuple

CITY = "Fableton"
PASSWORD = "once-upon-a-time"  # noqa: S105  # known to everybody: exists in the demonstration only


class Org(NamedTuple):
    key: str
    name: str
    kind: str
    ods_code: str = ""
    sponsor: str = ""


ORGANISATIONS = [
    Org("ccg", "Fableton Clinical Commissioning Group", "commissioner", "ZZ901", sponsor="verse"),
    Org("hospitals", "Fableton Teaching Hospitals NHS Trust", "hospital", "ZZ902", sponsor="saga"),
    Org("partnerships", "Fableton Partnerships NHS Foundation Trust", "community", "ZZ903", sponsor="legend"),
    Org("council", "Fableton City Council", "council", sponsor="chronicle"),
    Org("foundation", "Fableton Community Foundation", "charity"),
    Org("management", "Storyhill Health Management", "other", sponsor="parable"),
    Org("pharmacy", "Fableton Community Pharmacy", "pharmacy", sponsor="ballad"),
    Org("university", "University of Fableton", "university"),
    Org("practice", "Quill Lane Surgery", "practice", "ZZ904"),
]


class Who(NamedTuple):
    """A person: key (also the address before @example.org), name, organisation, job title, level, roles."""

    key: str
    name: str
    org: str
    title: str
    level: str
    roles: tuple[str, ...] = ("member",)


PEOPLE = [
    # The senior roles of the case study’s network.
    Who("verse", "Dr Helen Verse", "ccg", "Clinical Chief Officer", "top", ("leader",)),
    Who("prose", "Martin Prose", "hospitals", "General Manager", "middle"),
    Who("sonnet", "Joy Sonnet", "ccg", "Director of Nursing and Quality", "top", ("leader",)),
    Who("saga", "Dr Omar Saga", "hospitals", "Medical Director - Quality", "top", ("leader",)),
    Who("stanza", "Ruth Stanza", "partnerships", "AHP Strategic Lead", "middle", ("member", "coach")),
    Who("novel", "Dr Priya Novel", "ccg", "GP and Clinical Director", "top", ("leader",)),
    Who("epic", "Dr Neil Epic", "ccg", "Medical Director (Transformation)", "top", ("leader",)),
    Who("chapter", "Gwen Chapter", "ccg", "Head of acute provider commissioning", "middle"),
    Who("folio", "Bev Folio", "ccg", "Lead Practice Nurse", "middle"),
    Who("tale", "Sunil Tale", "foundation", "Programmes Manager", "middle"),
    Who("chronicle", "Dr Anne Chronicle", "council", "Director of Public Health", "top", ("leader",)),
    Who("myth", "Dr Peter Myth", "hospitals", "Chief Medical Officer", "top", ("leader",)),
    Who("preface", "Laura Preface", "ccg", "Head of Cancer & Non Elective Commissioning", "middle"),
    Who("parable", "Colin Parable", "management", "CEO", "top", ("leader",)),
    Who("ballad", "Nadia Ballad", "pharmacy", "Chief Executive Officer", "top", ("leader",)),
    Who("riddle", "Dr Tom Riddlesworth", "council", "Consultant in Public Health Medicine", "middle"),
    Who("legend", "Grace Legend", "partnerships", "Chief Executive Officer", "top", ("leader",)),
    Who("lyric", "Dr Asif Lyric", "ccg", "Medical Director and Prescribing Lead", "top", ("leader",)),
    Who("fable", "Maria Fable", "ccg", "Chief Executive Officer", "top", ("leader",)),
    Who("page", "Dawn Pageturner", "ccg", "Primary Care Locality Manager", "middle"),
    Who("index", "Leo Indexer", "management", "Data Scientist", "middle"),
    # The front line.
    Who("rhyme", "Aisha Rhyme", "hospitals", "Ward sister, cardiology", "front_line"),
    Who("ode", "Ben Ode", "hospitals", "Respiratory nurse specialist", "front_line"),
    Who("quill", "Dr Kate Quill", "practice", "GP partner", "front_line"),
    Who("inkwell", "Joe Inkwell", "pharmacy", "Community pharmacist", "front_line"),
    Who("plot", "Siân Plotline", "partnerships", "Falls physiotherapist", "front_line"),
    Who("scribe", "Marcus Scribe", "hospitals", "Occupational therapist", "front_line"),
    Who("author", "Femi Author", "council", "Social worker", "front_line"),
    # Patients, carers and service users.
    Who(
        "reader",
        "Mary Reader",
        "foundation",
        "Lives with atrial fibrillation",
        "citizen",
        ("citizen_partner",),
    ),
    Who("listener", "George Listener", "foundation", "Cares for his mother", "citizen", ("citizen_partner",)),
    # The network’s own staff and its evaluator.
    Who("narrator", "Nora Narrator", "ccg", "Network manager", "middle", ("staff",)),
    Who("bookmark", "Theo Bookmark", "ccg", "Network coordinator", "middle", ("staff", "coach")),
    Who("critic", "Prof Iris Critic", "university", "Evaluator", "top", ("evaluator",)),
]

# Who decides on what: (leader, organisation, domain, order).
REMITS = [
    ("saga", "hospitals", "clinical", 1),
    ("myth", "hospitals", "clinical", 2),
    ("myth", "hospitals", "workforce", 1),
    ("saga", "hospitals", "data", 1),
    ("legend", "partnerships", "workforce", 1),
    ("legend", "partnerships", "money", 1),
    ("novel", "ccg", "commissioning", 1),
    ("fable", "ccg", "money", 1),
    ("lyric", "ccg", "clinical", 1),
    ("epic", "ccg", "data", 1),
    ("sonnet", "ccg", "workforce", 1),
    ("chronicle", "council", "sharing", 1),
    ("chronicle", "council", "money", 1),
    ("ballad", "pharmacy", "clinical", 1),
    ("parable", "management", "data", 1),
]

MANDATES = [
    (
        "hospitals",
        "clinical",
        "change how a clinic is run within its own sessions, if no drug protocol changes.",
    ),
    (
        "hospitals",
        "estates",
        "move furniture and equipment within their own ward, and spend up to £250 on trying something.",
    ),
    ("hospitals", "data", "use de-identified counts from their own ward’s systems in a project."),
    (
        "ccg",
        "commissioning",
        "try a pathway with up to 30 patients for three months without a contract change.",
    ),
    ("partnerships", "workforce", "swap up to half a day a week between teams that both agree."),
    ("pharmacy", "clinical", "offer pulse checks in any pharmacy of the city."),
]


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


class Series(NamedTuple):
    """A made-up measure: 24 months of `level` that moves to `after` since `change` months ago."""

    project: str
    name: str
    kind: str
    shape: str
    better: str
    unit: str
    level: float
    after: float
    change: int
    size: int
    spread: float
    missing: int = 0  # so many of the last months have no number yet


MEASURES = [
    Series(
        "pulse",
        "People over 65 whose pulse was checked",
        "process",
        "percentage",
        "higher",
        "people",
        31,
        47,
        7,
        420,
        3.5,
    ),
    Series(
        "clinic",
        "A plan within ten working days",
        "outcome",
        "percentage",
        "higher",
        "people",
        38,
        71,
        9,
        46,
        6,
    ),
    Series("clinic", "Second visits needed", "balancing", "number", "lower", "visits", 9, 9, 0, 0, 2.4),
    Series(
        "anticoag",
        "Housebound people reviewed in the last year",
        "process",
        "percentage",
        "higher",
        "people",
        44,
        82,
        12,
        160,
        4,
    ),
    Series(
        "pack", "Admissions after a flare-up", "outcome", "rate", "lower", "admissions", 31, 24, 5, 900, 4
    ),
    Series("discharge", "Home before 1pm", "outcome", "percentage", "higher", "people", 34, 66, 15, 120, 5),
    Series(
        "discharge", "Back within a week", "balancing", "percentage", "lower", "people", 7, 7, 0, 120, 1.8
    ),
    Series(
        "falls", "Days from fall to first class", "outcome", "number", "lower", "days", 44, 22, 4, 0, 5, 1
    ),
]


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
]
