"""The demonstration's organisations and people, and what they may decide."""

from typing import NamedTuple


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

# The tops who meet as peers.
AT_TABLE = ["fable", "verse", "saga", "legend", "chronicle", "ballad", "parable"]

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

# Who is away: (leader, who stands in, days ago it begins, days it lasts).
AWAY = [("novel", "epic", 3, 10)]

# Who acts for whom: (leader, delegate, with what power, for how many days yet).
ACTING = [("legend", "stanza", "act", 120)]
