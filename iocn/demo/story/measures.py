"""The demonstration's measures: made-up numbers that move for a reason."""

from typing import NamedTuple


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


class Ward(NamedTuple):
    """A ward of the hospitals: how many falls it has for every 1,000 bed days, and its bed days a month."""

    name: str
    falls: float
    bed_days: int


# One does worse than the others by more than chance, and one better; most only look as if they did.
WARDS = [
    Ward("Anthology ward", 5.4, 840),
    Ward("Ballad ward", 5.0, 610),
    Ward("Chronicle ward", 10.2, 780),
    Ward("Diary ward", 5.2, 240),
    Ward("Elegy ward", 5.6, 900),
    Ward("Folktale ward", 4.9, 420),
    Ward("Gazette ward", 1.9, 870),
    Ward("Haiku ward", 5.3, 120),
    Ward("Idyll ward", 5.1, 660),
    Ward("Journal ward", 5.5, 330),
]

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
