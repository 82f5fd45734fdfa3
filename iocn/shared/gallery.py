"""Every component on one page, with made-up content: to look at and to test. Not routed in production."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from iocn.shared.forms import Form
from iocn.shared.history import History
from iocn.shared.lists import Column, Listing


class SampleForm(Form):
    """One field of every kind."""

    ask = forms.CharField(
        label="What do you ask?", widget=forms.Textarea, help_text="One sentence is enough."
    )
    link = forms.CharField(label="Where to read more", required=False, max_length=40)
    number = forms.IntegerField(label="How many this month?", help_text="A whole number.")
    on = forms.DateField(label="When?")
    file = forms.FileField(label="A file", required=False, help_text="CSV, up to 5 MB.")
    domain = forms.ChoiceField(
        label="Domain", choices=[("", "Not sure"), ("data", "Data and digital"), ("money", "Money")]
    )
    severity = forms.ChoiceField(
        label="How badly does it stop you?",
        help_text="It decides how soon it is looked at.",
        widget=forms.RadioSelect,
        choices=[("stops", "We cannot go on"), ("slows", "It slows us"), ("nice", "It would help")],
    )
    told = forms.MultipleChoiceField(
        label="Whom have you told?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("team", "My team"), ("manager", "My manager")],
    )
    agreed = forms.BooleanField(label="No patient can be recognised in this")


class _Filter(django_filters.FilterSet):
    what = django_filters.CharFilter(label="Search", lookup_expr="icontains")
    kind = django_filters.ChoiceFilter(
        label="Stage", choices=[("a", "Trying"), ("b", "Embedding")], method="unused"
    )
    since = django_filters.DateFilter(label="Since", method="unused")
    mine = django_filters.BooleanFilter(label="Mine", method="unused", widget=forms.CheckboxInput)

    class Meta:
        model = History
        fields: list[str] = []
        form = Form

    def unused(self, rows: Any, name: str, value: object) -> Any:
        """Filter nothing: these fields are here to be looked at."""
        return rows


def _listing(request: HttpRequest) -> Listing:
    """Return a list whose rows are made up, so that the page needs nothing in the database."""
    columns = [
        Column("what", "Ask", lambda row: row.what, ("what",)),
        Column("with", "With", lambda row: row.who),
        Column("state", "State", lambda row: row.state),
        Column("waited", "Waited", lambda row: row.days, ("at",), numeric=True),
    ]
    listing = Listing(request, History.objects.none(), columns, _Filter, sort="what", name="asks")
    now = timezone.now()
    made_up = [
        ("E-42", "Access to the pharmacy’s discharge letters", "Dr Meera Patel", "Awaiting first reply", "orange", 6),
        ("E-41", "A room for the heart-failure clinic on Tuesdays", "Tom Okafor", "Acknowledged", "blue", 2),
        ("E-37", "Sharing ECGs between the practice and the hospital", "Network table", "Not yet met", "red", 19),
        ("E-30", "Two hours a week for the test of change", "Sam Lee for Dr Patel", "Settled", "green", 40),
    ]  # fmt: skip
    listing.__dict__["_window"] = [
        SimpleNamespace(
            ref=ref, what=what, who=who, state=state, colour=colour, at=now - timedelta(days=days, hours=2)
        )
        for ref, what, who, state, colour, days in made_up * 8
    ]
    return listing


def _gallery_signal(month: int) -> dict[str, str]:
    if month == 2:
        return {"signal": "concern", "rule": "above the upper limit", "shape": "limit"}
    if month > 14:
        return {"signal": "improvement", "rule": "seven or more below the mean", "shape": "run"}
    return {}


def _charts() -> list[dict[str, Any]]:
    values = [
        81,
        78,
        84,
        79,
        77,
        83,
        80,
        76,
        82,
        None,
        78,
        81,
        74,
        72,
        73,
        69,
        71,
        68,
        70,
        66,
        67,
        65,
        68,
        64,
    ]
    points = [
        {
            "date": date(2024 + month // 12, month % 12 + 1, 1).isoformat(),
            "value": value,
            "numerator": value and value * 3,
            "denominator": 300,
            **_gallery_signal(month),
            "note": "Started the new letter" if month == 12 else "",
        }
        for month, value in enumerate(values)
    ]
    return [
        {
            "id": "breaches",
            "kind": "xmr",
            "title": "Waited more than four hours",
            "sentence": "Fell: nine months in a row below the mean since April 2025.",
            "unit": "% of attendances",
            "points": points,
            "phases": [{"first": 0, "last": len(points) - 1, "centre": 75.5, "lower": 62, "upper": 89}],
            "centre_name": "mean",
            "target": 70,
            "made_up": True,
        },
        {
            "id": "nothing",
            "kind": "run",
            "title": "Letters sent within a day",
            "sentence": "No numbers yet.",
            "unit": "letters",
            "points": [],
            "made_up": False,
        },
    ]


class _Reader:
    """Stands in for a membership, so that the header shows its sections."""

    is_staff = True
    is_citizen_only = False
    is_evaluator_only = False


@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Show all components; `?wrong` shows the form with errors, `?plain` the page outside any network."""
    now = timezone.now()
    wrong = QueryDict("number=many&ask=Patient 943 476 5919 waits&domain=data")
    if "plain" not in request.GET:
        messages.success(request, "Your ask E-42 is with Dr Meera Patel.")
    network = SimpleNamespace(name="Eastmere Health and Care Network", slug="eastmere")
    context = {
        "network": None if "plain" in request.GET else network,
        "membership": None if "plain" in request.GET else _Reader(),
        "messages": get_messages(request),
        "form": SampleForm(wrong if "wrong" in request.GET else None),
        "listing": _listing(request),
        "charts": _charts(),
        "choices": [("replied", "First reply"), ("decided", "Decision")],
        "small_chart": {
            "first": "January 2024",
            "last": "December 2025",
            "low": "60%",
            "high": "90%",
            "line": "M0,60L250,110L500,90L750,190L1000,240",
            "centre_line": "M0,130L1000,130",
        },
        "icons": [
            ("improvement_high", "Improvement: higher"),
            ("improvement_low", "Improvement: lower"),
            ("concern_high", "Concern: higher"),
            ("concern_low", "Concern: lower"),
            ("neutral_high", "Change: higher"),
            ("neutral_low", "Change: lower"),
            ("common_cause", "No change beyond chance"),
            ("pass", "Will meet the target"),
            ("fail", "Will miss the target"),
            ("inconsistent", "May meet or miss the target"),
        ],
        "now": now,
        "yesterday": now - timedelta(days=1),
        "long_ago": now - timedelta(days=171),
        "facts": [
            ("Reference", "E-42"),
            ("Stage", "Trying", {"href": "#", "text": "Change", "hidden": "stage"}),
            ("Team", "Dr Meera Patel\nTom Okafor"),
            ("Coach", ""),
        ],
        "tasks": [
            {
                "title": "Access to the pharmacy’s discharge letters",
                "href": "#ask",
                "hint": "From the heart-failure team, waited 6 days",
                "tag": "Awaiting first reply",
                "colour": "orange",
            },
            {"title": "Add October’s number", "href": "#number", "tag": "Due", "colour": "blue"},
            {"title": "Confirm the hand-over", "hint": "When the owner has signed"},
        ],
        "reauthentication_alternatives": [{"url": "#form", "description": "Use your password"}],
        "history": [
            SimpleNamespace(at=now - timedelta(days=6), who="Jo Bright", what="raised the ask", text=""),
            SimpleNamespace(
                at=now - timedelta(days=1),
                who="Sam Lee for Dr Patel",
                what="handed on to Tom Okafor",
                text="Estates decides on rooms.\n\nI stay answerable.",
            ),
            SimpleNamespace(
                at=now, who="", what="first reply is late: brought to the network table", text=""
            ),
        ],
        "colours": [
            "white",
            "grey",
            "green",
            "aqua-green",
            "blue",
            "purple",
            "pink",
            "red",
            "orange",
            "yellow",
        ],
    }
    return render(request, "gallery.html", context)
