"""The one place that looks for NHS numbers in what people write or bring in."""

import re
from collections.abc import Iterator

import nhs_number
from django.core.exceptions import ValidationError

# Groups of digits on one line, with spaces or dashes between them.
_RUN = re.compile(r"\d+(?:(?:[^\S\r\n]|[\-\u2010-\u2015]){1,3}\d+)*")
# How ten digits are grouped when they stand among others: "Bed 4 943 476 5919", two numbers side by side.
_USUAL = ([10], [3, 3, 4])


def nhs_numbers_in(text: str) -> list[str]:
    """Return what in the text could be an NHS number: ten digits with a valid check digit, as written.

    The check digit is NHS England's modulus 11 (nhs-number package). Ten digits alone count however spaces and
    dashes group them; among other digits they count where they are grouped as NHS numbers are.
    """
    return [
        found
        for run in _RUN.finditer(text)
        for found in _ten_digits_in(run.group())
        if nhs_number.is_valid(re.sub(r"\D", "", found))
    ]


def _ten_digits_in(run: str) -> Iterator[str]:
    groups = list(re.finditer(r"\d+", run))
    lengths = [len(group.group()) for group in groups]
    if sum(lengths) == 10:
        yield run
        return
    for first in range(len(groups)):
        for usual in _USUAL:
            last = first + len(usual)
            if lengths[first:last] == usual:
                yield run[groups[first].start() : groups[last - 1].end()]


def refuse_patient_identifiers(text: str) -> None:
    """Raise ValidationError with the words to remove if the text holds what could be an NHS number."""
    if found := nhs_numbers_in(text):
        raise ValidationError(
            f"Remove “{'”, “'.join(found)}”: it could be a patient’s NHS number."
            " Nothing here may say who a patient is.",
            code="nhs_number",
        )
