"""Forms of how a chart is drawn: where its lines begin anew, what fixes them, and what is written on it."""

from datetime import date
from typing import Any

from django import forms

from iocn.shared.forms import Form
from programmes.measures.meaning import Series


def _periods(series: Series, first: int, label: str) -> forms.TypedChoiceField:
    periods = [point.period for point in reversed(series.points[first:])]
    return forms.TypedChoiceField(
        label=label,
        choices=[(at.isoformat(), series.name_of(at)) for at in periods],
        coerce=date.fromisoformat,
        error_messages={
            "required": "Choose a period of the list",
            "invalid_choice": "Choose a period of the list",
        },
    )


class PhaseForm(Form):
    """From which number on the lines are worked out anew."""

    begins = forms.CharField()
    reason = forms.CharField(
        max_length=300, label="Why?", help_text="What changed, such as “new rota in the clinic”."
    )

    def __init__(self, *args: Any, series: Series, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["begins"] = _periods(series, 1, "From when on?")


class KeepForm(PhaseForm):
    """Why the lines stay as they are, though a change was seen to begin with a number."""

    reason = forms.CharField(
        max_length=300, label="Why?", help_text="Such as “it will not stay so”. The history keeps it."
    )

    def __init__(self, *args: Any, series: Series, **kwargs: Any) -> None:
        super().__init__(*args, series=series, **kwargs)
        self.fields["begins"].widget = forms.HiddenInput()


class BaselineForm(Form):
    """Up to which number the lines are those of the baseline."""

    until = forms.CharField()
    reason = forms.CharField(max_length=300, label="Why?", help_text="Such as “before the change began”.")

    def __init__(self, *args: Any, series: Series, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"] = _periods(series, 0, "The last number of the baseline")


class AnnotationForm(Form):
    """What happened on a day."""

    on = forms.DateField(label="When?")
    text = forms.CharField(max_length=200, label="What happened?")

    def __init__(self, *args: Any, series: Series, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class LeaveOutForm(Form):
    """Why a number does not count."""

    reason = forms.CharField(
        max_length=300,
        label="Why?",
        help_text="It is drawn still, marked with a cross, and the history keeps the reason.",
    )
