"""What staff type in this room."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from iocn.records.retention import DAYS, SCHEDULE, YEARS
from iocn.shared.forms import Form
from iocn.shared.words import MARKS, Words

# The least leaves time to notice; the most is what no record here needs to outlive.
LIMITS = {DAYS: (7, 3650), YEARS: (1, 30)}


class RedactForm(Form):
    """Which words are to go, and why."""

    may_hold_identifiers = ("words",)

    words = forms.CharField(
        label="Words to remove",
        max_length=200,
        help_text="As they are written, such as a name. Whole words are found, in capitals or not; a number is"
        " found however its digits are grouped.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label="Why?",
        max_length=500,
        help_text="This stays and can be read where the words were. Write it without them.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_words(self) -> Words:
        words = Words(self.cleaned_data["words"])
        if not words.is_long_enough:
            raise ValidationError("Write at least two letters or digits")
        if any(words.are_in(mark) for mark in MARKS):
            raise ValidationError("These words mark what was removed. Write others.")
        return words

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        words, reason = cleaned.get("words"), cleaned.get("reason")
        if words and reason and words.are_in(reason):
            self.add_error("reason", "The reason stays: write it without the words that are to go")
        return cleaned


class AnonymiseForm(Form):
    """Why who they were is replaced, and how far."""

    reason = forms.CharField(
        label="Why?",
        max_length=500,
        help_text="This stays. Write it without their name.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    in_texts = forms.BooleanField(
        label="Also where their name or address is written in texts, as below", required=False
    )


class HoldForm(Form):
    """Why something is on hold, and until when."""

    reason = forms.CharField(
        label="Why?",
        max_length=500,
        help_text="Such as the inquiry, the complaint or the request that it is needed for.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    until = forms.DateField(
        label="Until",
        required=False,
        help_text="The last day. Leave it empty to hold until somebody ends it.",
    )


class PeriodsForm(Form):
    """For how long the network keeps what."""

    def __init__(self, *args: Any, numbers: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for rule in SCHEDULE:
            least, most = LIMITS[rule.unit]
            self.fields[rule.key] = forms.IntegerField(
                label=f"{rule.what}: {rule.unit} since {rule.since}",
                initial=numbers[rule.key],
                min_value=least,
                max_value=most,
                help_text=f"{rule.then}. From {least} to {most} {rule.unit}; {rule.number} unless you change it.",
                widget=forms.NumberInput(attrs={"class": "nhsuk-input--width-4"}),
            )
