"""Forms of a file of numbers."""

from typing import Any

from django import forms

from iocn.shared.forms import Form
from iocn.shared.table_field import TableField
from iocn.shared.tables import Brought, UnreadableTable, read_csv
from iocn.shared.workbooks import takes_long
from people.models import Organisation
from programmes.measures.figures import month
from programmes.measures.imports.columns import FEW_VALUES, guess_columns
from programmes.measures.imports.dates import two_ways
from programmes.measures.imports.pasted import table_of
from programmes.measures.imports.staging import LIMITS, series_there
from programmes.measures.models import CHARTS, Import, Measure

COLUMNS = ("date", "code", "organisation", "subgroup", "numerator", "denominator", "note")
# What is said of the measures that a file of many series makes.
FACTS = ("name", "shape", "unit", "per", "better", "target", "chart", "frequency")


class NumbersField(TableField):
    """Takes a table of numbers. A large workbook is left for a worker: unpacking it takes too long for a request."""

    def taken(self, content: bytes) -> Brought:
        self.limits.check(content)
        return Brought(b"", workbook=content) if takes_long(content) else super().taken(content)


class UploadForm(Form):
    """A file of numbers, read at once if it can be, so that what cannot be read is said at the field."""

    file = NumbersField(
        required=False,
        limits=LIMITS,
        help_text="One row for each number, under a line that names the columns."
        f" Up to {LIMITS.megabytes} MB and {LIMITS.rows:,} rows. Of a workbook, the first sheet with anything in it"
        " is read.",
    )
    paste = forms.CharField(
        label="Or paste cells from a spreadsheet",
        required=False,
        widget=forms.Textarea,
        strip=False,
        help_text="Columns side by side, with or without their names: the date, the number, the denominator if there"
        " is one, a note.",
    )
    begins = forms.DateField(
        label="First period, if you paste a column of numbers alone",
        required=False,
        help_text="The numbers are then of this period and those after it; an empty cell leaves one out.",
    )
    no_patient = forms.BooleanField(label="No patient can be recognised in this file")

    def __init__(self, *args: Any, measure: Measure | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.measure = measure
        if measure is None or measure.has_denominator:
            del self.fields["begins"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        pasted = (cleaned.get("paste") or "").strip("\r\n\t ")
        if not {"file", "paste", "begins"}.intersection(self.errors):
            if cleaned.get("file") and pasted:
                self.add_error("paste", "Choose a file or paste cells, not both")
            elif pasted:
                self._read_pasted(cleaned)
            elif not cleaned.get("file"):
                self.add_error("file", "Choose a CSV or Excel file, or paste cells below")
        if "no_patient" in self.errors and cleaned.get("file") and not pasted:
            self.add_error("file", "Choose the file again: a browser does not keep it")
        return cleaned

    def _read_pasted(self, cleaned: dict[str, Any]) -> None:
        try:
            content = table_of(cleaned["paste"], self.measure, cleaned.get("begins"))
            read_csv(content, LIMITS)
        except UnreadableTable as error:
            self.add_error("paste", str(error))
        else:
            cleaned["file"] = Brought(content, name="pasted cells")


class ColumnsForm(Form):
    """Which columns of the file are ours, and which of its rows to take."""

    date = forms.ChoiceField(label="Date of the period")
    numerator = forms.ChoiceField()
    denominator = forms.ChoiceField(label="Denominator (out of how many)")
    note = forms.ChoiceField(label="Note", required=False)
    add_up = forms.BooleanField(
        label="Add up the rows of the same period",
        required=False,
        help_text="When several rows share a period, such as the departments of one hospital.",
    )

    def __init__(self, *args: Any, brought: Import, ask_order: str = "", **kwargs: Any) -> None:
        kept: dict[str, Any] = kwargs.pop("kept", {})
        super().__init__(*args, **kwargs)
        self.brought, self.ask_order = brought, ask_order
        offer = brought.offer
        self._name_numbers()
        guessed = guess_columns(
            offer["headings"], has_denominator="denominator" in self.fields, many=brought.is_many
        )
        headings = [(heading, heading) for heading in offer["headings"] if heading]
        self._columns = [name for name in COLUMNS if name in self.fields]
        for name in self._columns:
            field = self.fields[name]
            empty = "Choose a column" if field.required else "None"
            field.choices = [("", empty), *headings]  # type: ignore[attr-defined]
            # What was chosen for another file counts where this one has the column too.
            column = kept.get(name, guessed.get(name, ""))
            field.initial = column if column in offer["headings"] else guessed.get(name, "")
            field.error_messages["required"] = f"Choose the column for “{field.label}”"
        self.fields["add_up"].initial = kept.get("add_up", False)
        self._rows = self._add_filters(offer, kept.get("rows", {}))
        self.order_fields([*self._columns, *self._rows, "add_up"])
        if ask_order:
            self._ask_order()

    def _name_numbers(self) -> None:
        measure = self.brought.measure
        assert measure is not None  # noqa: S101 - of many there is a form of its own
        if not measure.has_denominator:
            del self.fields["denominator"]
        self.fields["numerator"].label = "Numerator (how many)" if measure.has_denominator else "The number"

    def _add_filters(self, offer: dict[str, Any], kept: dict[str, list[str]]) -> dict[str, str]:
        names = {}
        for heading, values in offer["choosing"].items():
            name = f"rows_{offer['headings'].index(heading)}"
            names[name] = heading
            choices = [(value, value) for value in values]
            chosen = kept.get(heading, [])
            if len(values) <= FEW_VALUES:
                self.fields[name] = forms.MultipleChoiceField(
                    label=f"Only rows whose {heading} is",
                    help_text="Tick none to take all.",
                    choices=choices,
                    required=False,
                    widget=forms.CheckboxSelectMultiple,
                    initial=chosen,
                )
            else:
                self.fields[name] = forms.ChoiceField(
                    label=f"Only rows whose {heading} is",
                    choices=[("", f"Any of the {len(values)}"), *choices],
                    required=False,
                    initial=chosen[0] if chosen else "",
                )
        return names

    def _ask_order(self) -> None:
        days = two_ways(self.ask_order)
        assert days is not None  # noqa: S101 - the reader has picked such a date to ask about
        self.fields["order"] = forms.ChoiceField(
            label=f"How is “{self.ask_order}” meant?",
            widget=forms.RadioSelect,
            choices=[
                ("day", f"Day first: {days[0].day} {month(days[0])}"),
                ("month", f"Month first: {days[1].day} {month(days[1])}"),
            ],
        )
        self.order_fields(["date", "order", *self.fields])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen: dict[str, str] = {}
        for name in self._columns:
            heading = cleaned.get(name)
            if heading and heading in chosen:
                label, first = self.fields[name].label, self.fields[chosen[heading]].label
                self.add_error(
                    name, f"“{heading}” is chosen for “{first}” already. Choose another for “{label}”."
                )
            elif heading:
                chosen[heading] = name
        return cleaned

    def choices(self) -> dict[str, Any]:
        """Return what was chosen, as an import keeps it."""
        data = self.cleaned_data
        rows: dict[str, list[str]] = {}
        for name, heading in self._rows.items():
            value = data.get(name)
            if value:
                rows[heading] = [value] if isinstance(value, str) else list(value)
        return {
            **{name: data.get(name, "") for name in self._columns},
            "rows": rows,
            "add_up": data["add_up"],
            "day_first": {"day": True, "month": False}.get(data.get("order", "")),
        }


class ManyForm(ColumnsForm):
    """A file of many series: whose each row is, and what the measures are that it makes."""

    code = forms.ChoiceField(label="ODS code of the organisation")
    organisation = forms.ChoiceField(
        label="Name of the organisation", required=False, help_text="For those that are not here yet."
    )
    subgroup = forms.ChoiceField(
        label="Part of the organisation",
        required=False,
        help_text="Such as a type of department: each then has a measure of its own.",
    )
    name = forms.CharField(label="What is measured?", max_length=120)
    shape = forms.ChoiceField(
        label="What is one number of it?", choices=Measure.Shape, widget=forms.RadioSelect
    )
    unit = forms.CharField(
        label="Unit",
        max_length=60,
        required=False,
        help_text=Measure._meta.get_field("unit").help_text,
    )
    per = forms.IntegerField(label="For every so many", min_value=1, required=False, initial=1000)
    better = forms.ChoiceField(label="Which way is better?", choices=Measure.Better, widget=forms.RadioSelect)
    target = forms.DecimalField(
        label="Is there a target?",
        required=False,
        max_digits=18,
        decimal_places=4,
        help_text="The same for all measures that are new. In the unit of the chart: 95 for 95%.",
        widget=forms.NumberInput(attrs={"class": "nhsuk-input--width-5"}),
    )
    chart = forms.ChoiceField(label="Which chart?", choices=Measure.Chart)
    frequency = forms.ChoiceField(label="How often is there a number?", choices=Measure.Frequency)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        facts: dict[str, Any] = kwargs.pop("facts", {})
        super().__init__(*args, **kwargs)
        self.order_fields([*FACTS, *self.fields])
        defaults = {"shape": "percentage", "chart": "xmr", "frequency": "month", "better": ""}
        for name in FACTS:
            self.fields[name].initial = facts.get(name, defaults.get(name, self.fields[name].initial))
        self.fields["better"].error_messages["required"] = "Choose which way is better"

    def _name_numbers(self) -> None:
        self.fields["numerator"].label = "Numerator (how many), or the number"
        self.fields["denominator"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        shape, chart = cleaned.get("shape"), cleaned.get("chart")
        if not shape:
            return cleaned
        what = Measure.Shape(shape).label.split(":")[0].lower()
        if shape == Measure.Shape.NUMBER:
            cleaned["denominator"] = ""
        elif not cleaned.get("denominator") and "denominator" not in self.errors:
            self.add_error("denominator", f"Choose the column for “{self.fields['denominator'].label}”")
        if chart and chart not in CHARTS[shape]:
            self.add_error("chart", f"This chart is not for a {what}. Choose another.")
        cleaned["per"] = cleaned.get("per") or 1000
        if "name" in cleaned:
            self.brought.facts = self.facts()
            other = series_there(self.brought).exclude(shape=shape, per=cleaned["per"]).first()
            if other:
                self.add_error(
                    "name",
                    f"“{other.full_name}” is there already and is no {what} of this kind. Give this another name.",
                )
        return cleaned

    def facts(self) -> dict[str, Any]:
        """Return what the measures are, as an import keeps it."""
        facts = {name: self.cleaned_data.get(name, "") for name in FACTS}
        target = facts.pop("target")
        return facts if target in (None, "") else facts | {"target": str(target)}


class ConfirmForm(Form):
    """What becomes of the organisations that are not here yet."""

    add_as = forms.ChoiceField(
        label="Organisations that are not here yet",
        required=False,
        choices=[
            ("", "Leave their rows out"),
            *[(kind, f"Add them, each as: {label}") for kind, label in Organisation.Kind.choices],
        ],
        initial=Organisation.Kind.HOSPITAL,
    )
