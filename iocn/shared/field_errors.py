"""Errors of fields in our words: each names its field and says how to put it right. Django's own do neither."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

# A year outside these was mistyped; reckoning on from it would leave the calendar.
YEARS = range(1900, 2200)


def say_in_our_words(field: forms.Field, name: str) -> None:
    """Replace what Django would say of the field, but not what the form says in its own words."""
    label = field.label or name.replace("_", " ").capitalize()
    for code, message in _messages(field, str(label)).items():
        if field.error_messages.get(code) == _of_django(field, code):
            field.error_messages[code] = message


def refuse_mistyped_years(field: forms.Field) -> None:
    """Let a field for days take no day of the year 0026 or 9999."""
    if isinstance(field, forms.DateField | forms.DateTimeField):
        field.validators.append(_year_is_sensible)


def _year_is_sensible(value: date) -> None:
    if value.year not in YEARS:
        raise ValidationError(f"Look at the year: {value.year} is not between {YEARS[0]} and {YEARS[-1]}")


def _of_django(field: forms.Field, code: str) -> Any:
    """Return what Django's own class says; None for what a validator says."""
    for known in type(field).__mro__:
        messages = vars(known).get("default_error_messages", {})
        if known.__module__.startswith("django.") and code in messages:
            return messages[code]
    return None


class _Sentence(str):
    """A message that stays as it is: Django fills some in with "%", and a label may hold one."""

    __slots__ = ()

    def __mod__(self, params: object) -> str:
        return self


def _messages(field: forms.Field, label: str) -> dict[str, str]:
    """Return our sentence for each of Django's codes."""
    choose = _Sentence(f"Choose an answer for “{label}” from the list")
    out_of_range = _Sentence(_when_out_of_range(field, label))
    return {
        "required": _when_missing(field, label),
        "invalid": _Sentence(_when_unreadable(field, label)),
        "invalid_choice": choose,
        "invalid_pk_value": choose,
        "max_length": f"Shorten “{label.replace('%', '%%')}” to %(limit_value)s characters:"
        " it has %(show_value)s now",
        "min_value": out_of_range,
        "max_value": out_of_range,
        "null_characters_not_allowed": _Sentence(
            f"Type “{label}” again: it holds a sign that cannot be kept"
        ),
    }


def _when_missing(field: forms.Field, label: str) -> str:
    if isinstance(field, forms.BooleanField):
        return f"Tick “{label}” to go on"
    if isinstance(field, forms.FileField):
        return f"Choose a file for “{label}”"
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return f"Choose an answer for “{label}”"
    return f"Fill in “{label}”"


def _when_unreadable(field: forms.Field, label: str) -> str:
    kinds = (
        (forms.DateField, "a day that exists, such as 31/12/2026,"),
        (forms.DateTimeField, "a day and time that exist, such as 31/12/2026 14:30,"),
        (forms.TimeField, "a time, such as 14:30,"),
        (forms.DecimalField, "a number"),
        (forms.FloatField, "a number"),
        (forms.IntegerField, "a whole number"),
        (forms.EmailField, "an e-mail address, such as name@example.org,"),
        (forms.URLField, "a web address, such as https://example.org,"),
    )
    what = next((what for kind, what in kinds if isinstance(field, kind)), "something else")
    return f"Write {what} for “{label}”"


def _when_out_of_range(field: forms.Field, label: str) -> str:
    least, most = getattr(field, "min_value", None), getattr(field, "max_value", None)
    if least is not None and most is not None:
        return f"Write a number from {least} to {most} for “{label}”"
    return f"Write a number of at {f'least {least}' if most is None else f'most {most}'} for “{label}”"
