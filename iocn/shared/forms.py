"""What every form shares: how it looks, how it says what is wrong, and the check for NHS numbers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms.renderers import TemplatesSetting

from iocn.shared.field_errors import refuse_mistyped_years, say_in_our_words
from iocn.shared.free_text import refuse_patient_identifiers
from iocn.shared.sending import typed_before
from iocn.shared.tables import Brought

if TYPE_CHECKING:
    _Base = forms.BaseForm
else:
    _Base = object


class Renderer(TemplatesSetting):
    """Renders forms and fields, ours and allauth's, with templates/django/forms."""

    form_template_name = "django/forms/form.html"


class FormMixin(_Base):
    """Native date fields, errors that name their field, no NHS numbers in free text."""

    # Fields in which somebody may type an NHS number: to have it removed.
    may_hold_identifiers: tuple[str, ...] = ()
    # The server says what is missing, in one voice, at the field and in the summary.
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _use_native_input(field.widget)
            refuse_mistyped_years(field)

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """Return what the field begins with: what was typed into it before a sign-in, if that waits."""
        if waiting := typed_before(self, field_name):
            return waiting.value(self, field_name)
        return super().get_initial_for_field(field, field_name)

    def _clean_fields(self) -> None:
        for name, field in self.fields.items():  # not in __init__: a form may change its labels after it
            say_in_our_words(field, name)
        super()._clean_fields()  # type: ignore[misc]  # Django's own hook, absent from its stubs
        for name, field in self.fields.items():
            if name in self.may_hold_identifiers:
                continue
            try:
                refuse_patient_identifiers(_free_text(field, self.cleaned_data.get(name)))
            except ValidationError as error:
                self.add_error(name, error)


def _free_text(field: forms.Field, value: Any) -> str:
    """Return what the person wrote in the field, which may be the name they gave a file."""
    if isinstance(value, UploadedFile | Brought):
        return value.name or ""
    if not isinstance(field, forms.CharField) or not isinstance(value, str):
        return ""
    unseen = field.widget.is_hidden or isinstance(field.widget, forms.PasswordInput)
    return "" if unseen else value


def _use_native_input(widget: forms.Widget) -> None:
    """Let the browser's own pickers do dates and times (they want ISO values); keep all else as it was typed."""
    if isinstance(widget, forms.DateInput):
        widget.input_type, widget.format = "date", "%Y-%m-%d"
    elif isinstance(widget, forms.DateTimeInput):
        widget.input_type, widget.format = "datetime-local", "%Y-%m-%dT%H:%M"
    elif isinstance(widget, forms.TimeInput):
        widget.input_type, widget.format = "time", "%H:%M"
    elif isinstance(widget, forms.NumberInput):
        # type=number drops what it cannot read, and a wheel over it changes the number unseen.
        widget.input_type = "text"
        widget.attrs["inputmode"] = "numeric" if widget.attrs.get("step") in (None, "1", 1) else "decimal"
        for name in ("min", "max", "step"):
            widget.attrs.pop(name, None)
    elif isinstance(widget, forms.Textarea):
        # A browser cuts a longer paste off without a word; the server's error keeps all of it.
        widget.attrs.pop("maxlength", None)
        if widget.attrs.get("rows") == "10":
            widget.attrs["rows"] = "5"


@contextmanager
def refusals_at(form: forms.BaseForm) -> Iterator[None]:
    """Say at the form what an action refuses: what was right when the form was read need not be any more."""
    try:
        yield
    except ValidationError as error:
        form.add_error(None, error)


class Form(FormMixin, forms.Form):
    """Base of every form that is not made from a model."""


class ModelForm(FormMixin, forms.ModelForm):
    """Base of every form that is made from a model."""
