"""What people fill in about asks."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils import timezone

from iocn.shared.forms import Form
from people.models import Domain, Membership, Organisation
from programmes.escalations.actions import can_own
from programmes.escalations.hooks import AskedFrom, find_asked_from
from programmes.escalations.models import Escalation
from programmes.escalations.permissions import projects_to_ask_for
from programmes.escalations.routing import own_organisation
from programmes.projects.models import PathwayProject

LONG = 4000


def _words(
    label: str, limit: int, rows: int, too_long: str = "", missing: str = "", **kwargs: Any
) -> forms.CharField:
    """Return a field for free text that says how much too long it is, and keeps what was typed."""
    field = forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)
    if missing:
        field.error_messages["required"] = missing
    message = f"Shorten “{label}” to {limit:,} characters: it has %(show_value)s now.{too_long}"
    field.validators.append(MaxLengthValidator(limit, message))
    return field


class RaiseForm(Form):
    """An ask. Only what is asked and how badly it is missed are needed."""

    ask = _words(
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
    background = _words("Anything that helps to decide", LONG, 4, required=False)
    restricted = forms.BooleanField(
        label="Restrict who sees it",
        required=False,
        help_text="Only you, whoever decides it and network staff see a restricted ask; your team does not.",
    )
    # What it is raised from in a room above, such as a cohort.
    asked_from = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        self.membership = membership
        initial = {"form_key": uuid.uuid4(), "organisation": own_organisation(membership)}
        kwargs["initial"] = initial | kwargs.pop("initial", {})
        super().__init__(*args, **kwargs)
        organisations = self.fields["organisation"]
        projects = self.fields["project"]
        assert isinstance(organisations, forms.ModelChoiceField)  # noqa: S101
        assert isinstance(projects, forms.ModelChoiceField)  # noqa: S101
        self.fields["ask"].widget.attrs["class"] = "nhsuk-js-character-count"
        organisations.queryset = Organisation.objects.current().filter(network=membership.network_id)
        projects.queryset = projects_to_ask_for(membership)
        for field, what in (
            (organisations, "an organisation of the network"),
            (projects, "a project of yours"),
        ):
            field.error_messages["invalid_choice"] = f"Choose {what} from the list."

    def clean_asked_from(self) -> AskedFrom | None:
        """Return what the ask is tied to; nothing if the person is no longer in it."""
        return find_asked_from(self.membership, self.cleaned_data["asked_from"])


class ActForm(Form):
    """What somebody does to an ask. `seen` is the version that the page showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, escalation: Escalation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.escalation = escalation
        self.initial.setdefault("seen", escalation.version)


class WordsForm(ActForm):
    """A move with some words, if the person wants."""

    text = _words("Anything to add?", LONG, 4, required=False)


class NotSettledForm(ActForm):
    """The team's reason to give an answer back."""

    text = _words("What is missing, or new?", LONG, 4, missing="Say what is missing, or new.")


class CommentForm(ActForm):
    """A comment."""

    text = _words("Write a comment", LONG, 3, missing="Write something first.")


class DeclineForm(ActForm):
    """Not possible now: why, and what would change it."""

    text = _words("Why is it not possible now?", LONG, 4, missing="Say why it is not possible now.")
    would_change = _words(
        "What would change this, or what can the team do now?",
        LONG,
        4,
        missing="Say what would change this, or what the team can do now.",
        help_text="A date to ask again, somebody else to ask, a smaller step that needs no permission.",
    )


class AcceptForm(ActForm):
    """Yes: what, and by when."""

    what = _words(
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
    text = _words("Anything to add?", LONG, 3, required=False)

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


class LeaderField(forms.ModelChoiceField):
    """A choice of leaders, each with job and organisation: names alone do not tell who could help."""

    def label_from_instance(self, leader: Any) -> str:
        return f"{leader}, {leader.main_post}" if leader.main_post else str(leader)


class HandOnForm(ActForm):
    """To whom an ask goes next."""

    to = LeaderField(
        Membership.objects.none(),
        label="To whom?",
        empty_label="Choose a leader",
        error_messages={
            "required": "Choose a leader.",
            "invalid_choice": "Choose a leader from the list.",
        },
    )
    text = _words("Anything they should know?", LONG, 4, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leaders = self.fields["to"]
        assert isinstance(leaders, LeaderField)  # noqa: S101
        leaders.queryset = can_own(self.escalation).with_main_post().order_by("name", "id")
