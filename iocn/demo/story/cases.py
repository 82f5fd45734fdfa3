"""The demonstration's business cases."""

from typing import Any, NamedTuple


class Case(NamedTuple):
    """A business case: begun and put so many days ago, and how some of those who are asked have answered."""

    project: str
    writer: str
    began: float
    put: float
    words: dict[str, str]
    measures: tuple[str, ...]
    lead: str
    others: tuple[str, ...]
    # Days ago, who, what they answer; its promise is due in so many days.
    voices: tuple[tuple[float, str, dict[str, Any]], ...]


CASES = [
    Case(
        "clinic",
        "rhyme",
        24,
        5.2,
        {
            "title": "Keep the one-stop rhythm clinic every week, with its own physiologist",
            "problem": "The clinic runs on goodwill: a physiologist lent for the trial, and a room that is free on Tuesdays. Both end in spring.",
            "options": "1. Stop, and go back to three visits.\n2. Every second week.\n3. Every week with half a post. We would choose the third.",
            "cost": "Half a physiologist’s post, and one consulting room on Tuesdays.",
            "benefit": "A plan within ten working days for about 46 people a month, and two visits less for each of them.",
            "risk": "Without a second physiologist a holiday stops the clinic. If nothing is done, people wait six weeks again.",
            "asked": "The partnership trust: the post. The commissioner: to pay for the clinic as one visit. Public health: the room.",
        },
        ("A plan within ten working days", "Second visits needed"),
        "legend",
        ("verse", "chronicle"),
        (
            (
                3.1,
                "verse",
                {
                    "answer": "yes_if",
                    "what": "One price for the whole visit",
                    "days": 60,
                    "text": "The numbers are looked at together again after six months.",
                },
            ),
            (
                1.2,
                "chronicle",
                {"answer": "yes", "what": "The room at Harbour House, every Tuesday", "days": 40, "text": ""},
            ),
        ),
    ),
    Case(
        "pulse",
        "inkwell",
        6,
        0,
        {
            "title": "Pay pharmacies for a pulse check",
            "problem": "Four pharmacies check pulses unpaid. More would, if it were part of what they are paid for.",
            "cost": "To be worked out with the pharmacies.",
        },
        ("People over 65 whose pulse was checked",),
        "",
        (),
        (),
    ),
]
