"""Forms of measures and of one number."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from iocn.shared.forms import Form, ModelForm
from iocn.shared.free_text import refuse_patient_identifiers
from programmes.measures.far_off import far_off
from programmes.measures.figures import entered, month, period_name, plain
from programmes.measures.meaning import Series
from programmes.measures.models import CHARTS, Measure, Observation
from programmes.measures.periods import months_back, period_of
from programmes.measures.rules import NotANumber, problems_with, read_number

MONTHS_OFFERED = 36


class MeasureForm(ModelForm):
    """What a measure is. Its shape cannot change once it has numbers."""

    class Meta:
        model = Measure
        fields = [
            "name",
            "subgroup",
            "kind",
            "shape",
            "unit",
            "per",
            "better",
            "target",
            "chart",
            "frequency",
            "ready_after",
            "reminds",
            "source",
            "made_up",
        ]
        widgets = {"kind": forms.RadioSelect, "shape": forms.RadioSelect, "better": forms.RadioSelect}
        labels = {
            "name": "What is measured?",
            "kind": "What kind of measure is it?",
            "shape": "What is one number of it?",
            "subgroup": "Of which part?",
            "per": "For every so many",
            "target": "Is there a target?",
            "chart": "Which chart?",
            "frequency": "How often is there a number?",
            "ready_after": "So many days after a period its number is known",
            "reminds": "Remind those who lead, or who added the last number, when one is due",
            "better": "Which way is better?",
            "source": "Where do the numbers come from?",
            "made_up": "These numbers are made up (marked so wherever they are shown)",
        }
        help_texts = {
            "name": "Such as “Waited more than four hours”.",
            "target": "In the unit of the chart: 95 for 95%.",
            "chart": "If you are not sure, leave it.",
            "ready_after": "",
        }

    def __init__(self, *args: Any, has_numbers: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].widget.attrs["class"] = "nhsuk-input--width-20"
        self.fields["per"].widget.attrs["class"] = "nhsuk-input--width-5"
        if self.instance.pk is None:
            # A wrong guess would call what gets worse an improvement: the person says it.
            self.initial["better"], self.initial["reminds"] = "", True
        self.fields["better"].error_messages["required"] = "Choose which way is better"
        self.fields["per"].required = self.fields["ready_after"].required = False
        for name in ("target", "ready_after"):
            self.fields[name].widget.attrs["class"] = "nhsuk-input--width-5"
        if has_numbers:
            self.fields["shape"].disabled = True
            self.fields[
                "shape"
            ].help_text = "It has numbers already, which would come to mean something else."

    def clean_per(self) -> int:
        """Want a number above zero of a rate; others have no use for it."""
        per: int | None = self.cleaned_data["per"]
        if per:
            return per
        if self.cleaned_data.get("shape") == Measure.Shape.RATE:
            raise ValidationError("Say for every how many, such as 1000")
        return int(self.fields["per"].initial)

    def clean_ready_after(self) -> int:
        """Take what was there for nothing typed."""
        days: int | None = self.cleaned_data["ready_after"]
        return int(self.fields["ready_after"].initial) if days is None else days

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        shape, chart = cleaned.get("shape"), cleaned.get("chart")
        if shape and chart and chart not in CHARTS[shape]:
            what = Measure.Shape(shape).label.split(":")[0].lower()
            self.add_error("chart", f"This chart is not for a {what}. Choose another.")
        return cleaned


class NumberField(forms.CharField):
    """A number as people write it, thousands marked or not."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "nhsuk-input--width-10"}
        super().__init__(widget=forms.TextInput(attrs=attrs), **kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        refuse_patient_identifiers(text)
        try:
            return read_number(text)
        except NotANumber as error:
            raise ValidationError(str(error)) from None


class RemoveNumberForm(Form):
    """Why a number goes."""

    reason = forms.CharField(
        max_length=300, label="Why is it removed?", help_text="The history keeps the number and the reason."
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class NumberForm(Form):
    """One number of a measure. `there` is the number that is in the way: the form asks whether to change it."""

    period = forms.DateField()
    numerator = NumberField()
    denominator = NumberField()
    note = forms.CharField(
        required=False, max_length=300, help_text="What was different, such as “clinic closed for a week”."
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    change = forms.BooleanField(required=False, widget=forms.HiddenInput)
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        series: Series,
        today: date,
        by_day: bool = False,
        of: Observation | None = None,
        there: Observation | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.series, self.today, self.by_day, self.of, self.there = series, today, by_day, of, there
        measure = series.measure
        self._name_numbers(measure)
        if of is not None:
            del self.fields["period"]
        elif by_day or not series.is_monthly:
            self.fields["period"].label = "Day on which the period begins"
            self.fields["period"].initial = series.next_period(today)
        else:
            self.fields["period"] = self._months()
        if there is not None:
            self.fields["change"] = forms.BooleanField(
                required=False, label=f"Yes, change {period_name(there.period, there.measure.frequency)}"
            )

    def _name_numbers(self, measure: Measure) -> None:
        top, bottom = self.fields["numerator"], self.fields["denominator"]
        if not measure.has_denominator:
            del self.fields["denominator"]
            top.label = f"Number, in {measure.unit}" if measure.unit else "Number"
        else:
            top.label = "How many (numerator)"
            bottom.label = f"Out of how many {measure.unit}".strip() + " (denominator)"
            bottom.error_messages["required"] = "Fill in the denominator"
        top.error_messages["required"] = "Fill in the number"

    def _months(self) -> forms.TypedChoiceField:
        there = {point.period: entered(point.numerator, point.denominator) for point in self.series.points}
        word, due = self.series.period_word, self.series.next_period(self.today)
        choices = [
            (at.isoformat(), f"{month(at)}: {there[at]}" if at in there else month(at))
            for at in months_back(self.today, due, MONTHS_OFFERED)
            if at in there or period_of(self.series.rhythm, at) == at
        ]
        return forms.TypedChoiceField(
            label="Month" if word == "month" else "Quarter, by its first month",
            choices=choices,
            coerce=date.fromisoformat,
            initial=due.isoformat(),
            error_messages={
                "required": f"Choose the {word}",
                "invalid_choice": f"Choose a {word} of the list",
            },
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        period = self.of.period if self.of else cleaned.get("period")
        numerator, denominator = cleaned.get("numerator"), cleaned.get("denominator")
        if period is not None:
            for name, sentence in problems_with(
                self.series.measure, period, numerator, denominator, self.today
            ):
                self.add_error(name if name in self.fields else None, sentence)
        self._look_twice(cleaned, period)
        if self.there is not None:
            self.add_error("change", self._question(self.there, numerator, denominator))
        return cleaned

    def _look_twice(self, cleaned: dict[str, Any], period: date | None) -> None:
        """Ask whether a number is right that is far from the others; whoever ticks “sure” has said so."""
        numerator = cleaned.get("numerator")
        if self.errors or period is None or numerator is None:
            return
        sentence = far_off(
            self.series.measure, self.series.points, period, numerator, cleaned.get("denominator")
        )
        if sentence:
            self.fields["sure"] = forms.BooleanField(
                required=False, label="Yes, the number is right", initial=cleaned.get("sure")
            )
            if not cleaned.get("sure"):
                self.add_error("sure", f"{sentence} Tick “Yes” if it is right, or correct it.")

    def _question(self, there: Observation, top: Decimal | None, bottom: Decimal | None) -> str:
        new = f" to {entered(top, bottom)}" if top is not None else ""
        return (
            f"{period_name(there.period, there.measure.frequency)} has {entered(there.numerator, there.denominator)} already,"
            f" added by {there.added_by}{f', with the note “{there.note}”' if there.note else ''}."
            f" Tick “Yes” to change it{new}{'' if self.of else ', or choose another month'}."
        )

    def asking_about(self, there: Observation) -> "NumberForm":
        """Return the form as typed, with the question whether to change the number that is there."""
        data: dict[str, Any] = {**self.data.dict(), "seen": there.stamp}  # type: ignore[attr-defined]  # a QueryDict
        data.pop("change", None)
        form = NumberForm(
            data, series=self.series, today=self.today, by_day=self.by_day, of=self.of, there=there
        )
        form.full_clean()
        return form

    @classmethod
    def initial_of(cls, observation: Observation) -> dict[str, Any]:
        """Return what the form shows of a number that is to be changed."""
        return {
            "numerator": plain(observation.numerator),
            "denominator": plain(observation.denominator) if observation.denominator is not None else "",
            "note": observation.note,
            "seen": observation.stamp,
        }
