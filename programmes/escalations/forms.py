"""What people fill in about asks."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property

from iocn.shared.forms import Form
from iocn.shared.prepared import prepared
from people.models import Domain, Membership, Organisation
from people.permissions import Role
from programmes.escalations import actions, files
from programmes.escalations.actions import can_own
from programmes.escalations.hooks import AskedFrom, find_asked_from
from programmes.escalations.models import Escalation
from programmes.escalations.permissions import projects_to_ask_for
from programmes.escalations.routing import own_organisation
from programmes.projects.models import PathwayProject

LONG = 4000


def words_field(
    label: str, limit: int, rows: int, too_long: str = "", missing: str = "", **kwargs: Any
) -> forms.CharField:
    """Return a field for free text that says how much too long it is, and keeps what was typed."""
    field = forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)
    if missing:
        field.error_messages["required"] = missing
    field.validators.append(MaxLengthValidator(limit))
    field.error_messages["max_length"] = (
        f"Shorten “{label}” to {limit:,} characters: it has %(show_value)s now.{too_long}"
    )
    return field


@prepared
def _organisations_to_ask(membership: Membership) -> QuerySet[Any, Any]:
    found = Organisation.objects.current().filter(network=membership.network_id)
    return found.values_list("pk", "name")


@prepared
def _projects_to_ask_for(membership: Membership) -> QuerySet[Any, Any]:
    return projects_to_ask_for(membership).values_list("pk", "name")


class RaiseForm(Form):
    """An ask. Only what is asked and how badly it is missed are needed."""

    ask = words_field(
        "What do you need?",
        200,
        2,
        " The rest can go under “Anything that helps to decide”.",
        "Say what you need.",
        help_text="One sentence, such as “Access to the pharmacy’s discharge letters on the ward”.",
    )
    urgency = forms.ChoiceField(
        label="How badly do you need it?",
        choices=Escalation.Urgency,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how badly you need it."},
    )
    domain = forms.ChoiceField(
        label="What is it about?", choices=[("", "Not sure"), *Domain.choices], required=False
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label="Which organisation decides?",
        required=False,
        empty_label="Not sure",
    )
    project = forms.ModelChoiceField(
        PathwayProject.objects.none(), label="For which project?", required=False, empty_label="None"
    )
    background = words_field("Anything that helps to decide", LONG, 4, required=False)
    restricted = forms.BooleanField(
        label="Restrict who sees it",
        required=False,
        help_text="Only you, whoever decides it and network staff see a restricted ask; your team does not.",
    )
    for_another = forms.BooleanField(
        label="I ask for somebody who does not want to be named",
        required=False,
        help_text="Their name is kept nowhere: only you know it. Answers come to you.",
    )
    # What it is raised from in a room above, such as a cohort.
    asked_from = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        self.membership = membership
        super().__init__(*args, **kwargs)
        if not self.is_bound and "organisation" not in self.initial:
            self.initial["organisation"] = own_organisation(membership)
        organisations = self.fields["organisation"]
        projects = self.fields["project"]
        assert isinstance(organisations, forms.ModelChoiceField)  # noqa: S101
        assert isinstance(projects, forms.ModelChoiceField)  # noqa: S101
        if not (membership.is_staff or Role.COACH in membership.roles):
            del self.fields["for_another"]
        self.fields["ask"].widget.attrs["class"] = "nhsuk-js-character-count"
        organisations.queryset = (
            Organisation.objects.current()
            .filter(network=membership.network_id)
            .select_related("executive_sponsor")
        )
        projects.queryset = projects_to_ask_for(membership).select_related("sponsor")
        # Only what they show: the form is read far more often than sent.
        offered = _organisations_to_ask(membership)  # a query set, which reads its rows once
        organisations.choices = lambda: [("", "Not sure"), *offered]
        for field, what in (
            (organisations, "an organisation of the network"),
            (projects, "a project of yours"),
        ):
            field.error_messages["invalid_choice"] = f"Choose {what} from the list."

    @cached_property
    def has_projects(self) -> bool:
        """Whether there is a project to ask for. Reads what the field offers, once."""
        field = self.fields["project"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        own = list(_projects_to_ask_for(self.membership))
        field.choices = [("", "None"), *own]
        return bool(own)

    @property
    def has_more(self) -> bool:
        """Whether something is in those fields that nobody needs to fill in, or is wrong with them."""
        names = ("project", "background", "restricted", "for_another")
        here = [self[name] for name in names if name in self.fields]
        return any(field.value() or field.errors for field in here)

    def chosen(self, name: str) -> Any:
        """Return what is chosen in a field now, whatever is in the others; nothing if it cannot be chosen."""
        value = self[name].value()
        begins_with = self.initial.get(name)
        if isinstance(begins_with, Organisation) and value == begins_with.pk:
            return begins_with
        if value is None:
            return None
        try:
            return self.fields[name].clean(value)
        except ValidationError:
            return None

    def clean_asked_from(self) -> AskedFrom | None:
        """Return what the ask is tied to; nothing if the person is no longer in it."""
        return find_asked_from(self.membership, self.cleaned_data["asked_from"])


class ActForm(Form):
    """What somebody does to an ask. `seen` is the version that the page showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self, *args: Any, escalation: Escalation, reader: Membership | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.escalation, self.reader = escalation, reader
        self.initial.setdefault("seen", escalation.version)


class WordsForm(ActForm):
    """A move with some words, if the person wants."""

    text = words_field("Anything to add?", LONG, 4, required=False)


class NotSettledForm(ActForm):
    """The team's reason to give an answer back."""

    text = words_field("What is missing, or new?", LONG, 4, missing="Say what is missing, or new.")


class SettleForm(ActForm):
    """How the manager has settled it."""

    text = words_field("How is it settled?", LONG, 4, missing="Say how it is settled.")


class AskAgainForm(ActForm):
    """New facts, for the next who may decide."""

    text = words_field(
        "What is new?",
        LONG,
        4,
        missing="Say what is new.",
        help_text="It goes to the next who may decide it, with what was answered before. This can be done once.",
    )


class ReopenForm(ActForm):
    """Why a closed ask is open again."""

    text = words_field("Why is it open again?", LONG, 4, missing="Say why it is open again.")


class ElsewhereForm(ActForm):
    """Where an ask belongs."""

    text = words_field(
        "Where does it belong?",
        LONG,
        3,
        missing="Say where it belongs, so that whoever asked can take it there.",
        help_text="Such as the incident system or the Freedom to Speak Up Guardian.",
    )


class CommentForm(ActForm):
    """A comment."""

    text = words_field("Write a comment", LONG, 3, missing="Write something first.")


class DeclineForm(ActForm):
    """Not possible now: why, and what would change it."""

    text = words_field("Why is it not possible now?", LONG, 4, missing="Say why it is not possible now.")
    would_change = words_field(
        "What would change this, or what can the team do now?",
        LONG,
        4,
        missing="Say what would change this, or what the team can do now.",
        help_text="A date to ask again, somebody else to ask, a smaller step that needs no permission.",
    )


class AcceptForm(ActForm):
    """Yes: what, and by when."""

    what = words_field(
        "What do you promise?",
        300,
        2,
        missing="Say what you promise.",
        help_text="What will be different for the team.",
    )
    due_on = forms.DateField(
        label="By when?",
        error_messages={
            "required": "Choose a day to promise it by.",
            "invalid": "Write the day as in 3/6/2026, or choose it from the calendar.",
        },
    )
    text = words_field("Anything to add?", LONG, 3, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].widget.attrs["min"] = timezone.localdate().isoformat()

    def clean_due_on(self) -> Any:
        """Refuse a day that has passed."""
        due_on = self.cleaned_data["due_on"]
        if due_on < timezone.localdate():
            raise ValidationError("Choose a day from today on: this one has passed.")
        if due_on.year > timezone.localdate().year + 10:
            raise ValidationError("Choose a day within ten years.")
        return due_on


class ChangePromiseForm(AcceptForm):
    """What is promised now, and why it changes."""

    text = words_field("Why does it change?", LONG, 3, missing="Say why the promise changes.")

    def __init__(self, *args: Any, escalation: Escalation, **kwargs: Any) -> None:
        promise = escalation.commitments.filter(kept_at=None, ended_at=None).first()
        now = {"what": promise.what, "due_on": promise.due_on} if promise else {}
        kwargs["initial"] = now | kwargs.pop("initial", {})
        super().__init__(*args, escalation=escalation, **kwargs)


class HoldForm(ActForm):
    """Until when an ask rests, and why."""

    until = forms.DateField(
        label="Until when?",
        help_text="In the morning of this day it wakes by itself.",
        error_messages={
            "required": "Choose the day on which it wakes.",
            "invalid": "Write the day as in 3/6/2026, or choose it from the calendar.",
        },
    )
    text = words_field("What does it wait for?", LONG, 3, missing="Say what it waits for.")

    def clean_until(self) -> Any:
        """Refuse a hold that is over already, or has no end that anybody would live to see."""
        until = self.cleaned_data["until"]
        if until <= timezone.localdate():
            raise ValidationError("Choose a day after today.")
        if until > timezone.localdate() + actions.LONGEST_HOLD:
            raise ValidationError("Choose a day within a year.")
        return until


class AttachForm(ActForm):
    """A file, and that nobody can be recognised in it."""

    file = forms.FileField(
        label="File",
        help_text=f"{files.ALLOWED_WORDS}, up to {files.MOST_BYTES // 1024 // 1024} MB.",
        error_messages={"required": "Choose a file.", "empty": "The file is empty. Choose another."},
    )
    no_patient = forms.BooleanField(
        label="No patient can be recognised in this file",
        error_messages={"required": "Say that no patient can be recognised in this file, or leave it out."},
    )
    text = words_field("Anything to add?", LONG, 3, required=False)

    def clean_file(self) -> files.Checked:
        """Refuse what is too large, of another kind than its name says, or not allowed here."""
        return files.checked(self.cleaned_data["file"])

    def clean(self) -> dict[str, Any]:
        """Leave what the action takes."""
        super().clean()
        self.cleaned_data.pop("no_patient", None)
        return self.cleaned_data


class LeaderField(forms.ModelChoiceField):
    """A choice of leaders, each with job and organisation: names alone do not tell who could help."""

    def label_from_instance(self, leader: Any) -> str:
        return f"{leader}, {leader.main_post}" if leader.main_post else str(leader)


def _leader() -> LeaderField:
    return LeaderField(
        Membership.objects.none(),
        label="To whom?",
        empty_label="Choose a leader",
        error_messages={
            "required": "Choose a leader.",
            "invalid_choice": "Choose a leader from the list.",
        },
    )


class HandOnForm(ActForm):
    """To whom an ask goes next."""

    to = _leader()
    text = words_field("Anything they should know?", LONG, 4, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leaders = self.fields["to"]
        assert isinstance(leaders, LeaderField)  # noqa: S101
        found = can_own(self.escalation)
        if self.is_bound:
            # Sent twice, the second names who has it by now: the action says what happened meanwhile.
            found = Membership.objects.leaders().filter(network=self.escalation.network_id)
        leaders.queryset = found.with_main_post().order_by("name", "id")


class SeveralForm(Form):
    """To whom several asks go next."""

    to = _leader()
    text = words_field("Anything they should know?", LONG, 4, required=False)

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, LeaderField)  # noqa: S101
        leaders = Membership.objects.leaders().filter(network=by.network_id).exclude(pk=by.pk)
        field.queryset = leaders.with_main_post().order_by("name", "id")


class RemoveFileForm(Form):
    """Why a file is taken away."""

    text = words_field(
        "Why?", 500, 2, required=False, help_text="Stays on the ask for everybody who sees it."
    )


class StoryForm(Form):
    """What became of an ask, in one line for the whole network."""

    text = forms.CharField(
        label="The story in one line",
        help_text="What was settled, and what it changed. No name of a patient.",
        max_length=200,
    )


class RouteForm(Form):
    """For which asks the route is looked up."""

    domain = forms.ChoiceField(
        label="About",
        choices=[*Domain.choices, ("", "Not sure")],
        required=False,
        error_messages={"invalid_choice": "Choose what it is about from the list."},
    )
    organisation = forms.ChoiceField(
        label="Whose power is needed",
        error_messages={
            "required": "Choose an organisation.",
            "invalid_choice": "Choose an organisation of the network from the list.",
        },
    )

    def __init__(self, *args: Any, organisations: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._organisations = {str(one.pk): one for one in organisations}
        field = self.fields["organisation"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [("", "Choose"), *((pk, one.name) for pk, one in self._organisations.items())]

    def clean_organisation(self) -> Organisation:
        """Return the organisation that was chosen."""
        return self._organisations[self.cleaned_data["organisation"]]


class GiveRemitForm(Form):
    """Who can decide on what the route is about."""

    leader = forms.ModelChoiceField(
        Membership.objects.none(),
        label="Who else can decide on it?",
        empty_label="Choose",
        error_messages={"required": "Choose a leader.", "invalid_choice": "Choose a leader from the list."},
    )
    order = forms.IntegerField(
        label="Order",
        min_value=1,
        max_value=99,
        help_text="The lowest number is asked first.",
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), "Fill in “Order” as a whole number from 1 to 99."
        ),
    )

    def __init__(self, *args: Any, leaders: QuerySet[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["leader"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = leaders


def _hours(label: str, help_text: str = "") -> forms.IntegerField:
    sentence = f"Fill in “{label}” as whole working hours, from 1 to 2,000."
    wrong = dict.fromkeys(("required", "invalid", "min_value", "max_value"), sentence)
    return forms.IntegerField(
        label=label, min_value=1, max_value=2000, help_text=help_text, error_messages=wrong
    )


class TimesForm(Form):
    """How long asks of an urgency may wait, in working hours."""

    acknowledge = _hours("First reply within", "Working hours from when it comes to whoever has it.")
    decide = _hours("Decision within", "Working hours from when it was asked.")
    climb = _hours(
        "Brought to the next step after another",
        "Working hours after a missed time, and from each step to the next.",
    )

    def in_minutes(self) -> dict[str, int]:
        """Return the working minutes of what was filled in."""
        return {name: hours * 60 for name, hours in self.cleaned_data.items()}
