"""What people fill in about cohorts."""

from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from iocn.shared.forms import Form, ModelForm
from iocn.shared.templatetags.components import day
from iocn.shared.working_time import bank_holiday
from learning.models import Cohort, Enrolment, Session
from learning.permissions import facilitators_to_choose, projects_to_choose
from people.models import Membership
from programmes.projects.models import PathwayProject


class PeopleField(forms.ModelMultipleChoiceField):
    """A choice of members, each with job and organisation."""

    def label_from_instance(self, member: Any) -> str:
        return f"{member}, {member.main_post}" if member.main_post else str(member)


class CohortForm(ModelForm):
    """A cohort: its name, dates, places and facilitators. The programme is chosen once."""

    capacity = forms.IntegerField(label="How many places are there?", min_value=1, max_value=1000)
    facilitators = PeopleField(
        queryset=Membership.objects.none(),
        label="Who facilitates it?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Coaches and the network’s staff. They take attendance and change sessions.",
    )

    class Meta:
        model = Cohort
        fields = ["kind", "name", "begins_on", "ends_on", "capacity"]
        labels = {
            "kind": "Which programme?",
            "name": "What is the cohort called?",
            "begins_on": "When does it begin?",
            "ends_on": "When does it end?",
        }
        help_texts = {"name": "Such as “PLP spring 2027”."}
        widgets = {"kind": forms.RadioSelect}

    def __init__(self, *args: Any, by: Membership, cohort: Cohort | None = None, **kwargs: Any) -> None:
        if cohort is not None:
            # The thing itself stays as it is: the action compares old and new.
            now = forms.model_to_dict(cohort, fields=["name", "begins_on", "ends_on", "capacity"])
            now["facilitators"] = list(cohort.facilitators.now().values_list("membership", flat=True))
            kwargs["initial"] = now | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        if cohort is not None:
            del self.fields["kind"]
        else:
            kind = cast(forms.ChoiceField, self.fields["kind"])
            kind.choices = Cohort.Kind.choices
        people = cast(PeopleField, self.fields["facilitators"])
        people.queryset = facilitators_to_choose(by).with_main_post().order_by("name", "id")

    def _post_clean(self) -> None:
        """Leave the model's own checks to the action, which knows the network."""


class CopyForm(Form):
    """The next cohort like an earlier one."""

    name = forms.CharField(label="What is the new cohort called?", max_length=120)
    first_on = forms.DateField(label="When is its first session?")
    capacity = forms.IntegerField(label="How many places are there?", min_value=1, max_value=1000)


class SessionForm(Form):
    """A session, or the first of several."""

    title = forms.CharField(label="What is it about?", max_length=110)
    on = forms.DateField(label="When is it?")
    starts = forms.TimeField(label="From")
    ends = forms.TimeField(label="To")
    place = forms.CharField(label="Where?", max_length=200, required=False)
    link = forms.URLField(label="Link to join online", max_length=500, required=False, assume_scheme="https")

    # Days that stay even on a bank holiday: the one that the session is on already.
    keeps: date | None = None

    def __init__(self, *args: Any, session: Session | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keeps = session.on_day if session else None

    def clean_on(self) -> date:
        """Refuse a bank holiday."""
        on: date = self.cleaned_data["on"]
        if on != self.keeps and (name := bank_holiday(on)):
            raise ValidationError(f"{day(on)} is a bank holiday ({name}). Choose another day")
        return on

    def clean(self) -> dict[str, Any]:
        """Want an end after the beginning."""
        data = super().clean() or self.cleaned_data
        if data.get("starts") and data.get("ends") and data["ends"] <= data["starts"]:
            self.add_error("ends", "Choose an end that is after the beginning")
        return data


class NewSessionForm(SessionForm):
    """A session and how often it is repeated."""

    times = forms.IntegerField(
        label="How many sessions?",
        initial=1,
        min_value=1,
        max_value=40,
        help_text="More than one are at the same time and place, and numbered.",
    )
    weeks = forms.IntegerField(
        label="How many weeks apart?", initial=2, min_value=1, max_value=13, required=False
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("times", 1) > 1 and not data.get("weeks") and "weeks" not in self.errors:
            self.add_error("weeks", "Say how many weeks apart they are")
        return data


class AddressesForm(Form):
    """Pasted addresses."""

    addresses = forms.CharField(
        label="E-mail addresses",
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        max_length=40_000,
        error_messages={"required": "Paste at least one address."},
        help_text="One in a line, or with commas or semicolons between. “Name <address>”, as your mail program"
        " copies it, is fine.",
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class ProjectChoiceForm(Form):
    """Which project a participant brings."""

    project = forms.ModelChoiceField(
        PathwayProject.objects.none(),
        label="Which project do they bring?",
        required=False,
        empty_label="None",
        error_messages={"invalid_choice": "Choose a project from the list."},
    )

    def __init__(self, *args: Any, by: Membership, enrolment: Enrolment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ModelChoiceField, self.fields["project"])
        field.queryset = projects_to_choose(by, enrolment)
        if enrolment.membership_id == by.pk:
            field.label = "Which project do you bring?"


class CodeForm(Form):
    """The code that a facilitator shows."""

    code = forms.CharField(
        label="Code of the session",
        max_length=20,
        help_text="Six letters and numbers that whoever runs the session shows.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "class": "nhsuk-input--width-10"}
        ),
        error_messages={"required": "Type the code that is shown in the session."},
    )

    def clean_code(self) -> str:
        """Take small letters and spaces too."""
        return "".join(self.cleaned_data["code"].split()).upper()
