"""What staff type in this room."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from iocn.shared.forms import Form
from iocn.shared.words import MARKS, Words


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
