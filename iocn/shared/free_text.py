"""The one place that looks for NHS numbers in what people write or bring in."""

import re

import nhs_number
from django.core.exceptions import ValidationError

# Ten digits with any single spaces or dashes among them, not part of a longer number.
_TEN_DIGITS = re.compile(
    r"(?<![\d])(?<!\d[ \-\u2010-\u2015\u00a0])\d(?:[ \-\u2010-\u2015\u00a0]?\d){9}(?![ \-\u2010-\u2015\u00a0]?\d)"
)


def nhs_numbers_in(text: str) -> list[str]:
    """Return what in the text could be an NHS number: ten digits with a valid check digit, as written.

    The check digit is NHS England's modulus 11 (nhs-number package). Spaces and dashes between digits count
    as part of the number; digits of other scripts do not.
    """
    return [
        found.group()
        for found in _TEN_DIGITS.finditer(text)
        if nhs_number.is_valid(re.sub(r"\D", "", found.group()))
    ]


def refuse_patient_identifiers(text: str) -> None:
    """Raise ValidationError with the words to remove if the text holds what could be an NHS number."""
    if found := nhs_numbers_in(text):
        raise ValidationError(
            f"Remove “{'”, “'.join(found)}”: it could be a patient’s NHS number."
            " Nothing here may say who a patient is.",
            code="nhs_number",
        )
