"""The form field that takes a table, CSV or Excel."""

from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from iocn.shared.tables import USUAL, Brought, Limits, UnreadableTable, read_csv
from iocn.shared.workbooks import brought


class TableField(forms.FileField):
    """Takes a CSV file or an Excel workbook and gives it as CSV; what cannot be read is said at the field."""

    def __init__(self, *, limits: Limits = USUAL, **kwargs: Any) -> None:
        self.limits = limits
        super().__init__(
            label="CSV or Excel file",
            error_messages={"required": "Choose a CSV or Excel file"},
            widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
            allow_empty_file=True,
            **kwargs,
        )

    def clean(self, data: UploadedFile | None, initial: object = None) -> Brought | None:
        """Return the file as CSV with its name; None where none was chosen and none is needed."""
        file = super().clean(data, initial)
        if not file:
            return None
        try:
            # A byte more than allowed is enough to be refused.
            taken = self.taken(file.read(self.limits.size + 1))
        except UnreadableTable as error:
            raise ValidationError(str(error)) from None
        return replace(taken, name=file.name or "")

    def taken(self, content: bytes) -> Brought:
        """Return what was brought as CSV. Raises UnreadableTable with a sentence where that cannot be done."""
        taken = brought(content, self.limits)
        read_csv(taken.csv, self.limits)
        return taken
