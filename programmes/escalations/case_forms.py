"""What people fill in about business cases."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from iocn.shared.forms import Form
from people.models import Membership
from programmes.escalations.actions.cases import MOST_ASKED
from programmes.escalations.forms import LONG, ActForm, LeaderField, words_field
from programmes.escalations.models import BusinessCase, Escalation, Voice
from programmes.escalations.permissions import voices_of
from programmes.measures.models import Measure


class CaseForm(Form):
    """A business case. Only what is asked and the problem are needed to begin; the rest can come later."""

    title = words_field(
        "What do you ask for?",
        200,
        2,
        missing="Say what you ask for.",
        help_text="One sentence, such as “A pharmacist on the ward every weekday morning”.",
    )
    problem = words_field("The problem", LONG, 4, missing="Say what the problem is, and for whom.")
    measures = forms.ModelMultipleChoiceField(
        Measure.objects.none(),
        label="Evidence from the project’s measures",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="What each says, and its newest number, is written into the case as it stands now.",
        error_messages={"invalid_choice": "Choose measures of this project from the list."},
    )
    options = words_field(
        "The options", LONG, 4, required=False, help_text="And which of them you would choose."
    )
    cost = words_field(
        "What it costs", LONG, 3, required=False, help_text="Money, people’s time, what would stop for it."
    )
    benefit = words_field("What it brings", LONG, 3, required=False, help_text="For whom, and from when.")
    risk = words_field("What could go wrong", LONG, 3, required=False, help_text="Also if nothing is done.")
    asked = words_field(
        "What is asked of whom",
        LONG,
        3,
        required=False,
        help_text="Of each leader or organisation: a decision, money, people, a change of policy.",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, measures: QuerySet[Measure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["measures"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101
        field.queryset = measures
        if not measures:
            del self.fields["measures"]

    @property
    def words(self) -> dict[str, Any]:
        """What was filled in, as the actions take it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}


class LeadersField(forms.ModelMultipleChoiceField):
    """A choice of several leaders, each with job and organisation."""

    def label_from_instance(self, leader: Any) -> str:
        return f"{leader}, {leader.main_post}" if leader.main_post else str(leader)


class PutForm(Form):
    """To whom a business case is put, and how long they have."""

    lead = LeaderField(
        Membership.objects.none(),
        label="Who sees it through?",
        empty_label="Choose a leader",
        help_text="They answer it too, and promise it for all when everybody says yes.",
        error_messages={
            "required": "Choose the leader who sees it through.",
            "invalid_choice": "Choose a leader from the list.",
        },
    )
    others = LeadersField(
        Membership.objects.none(),
        label="Who else has to say yes?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Only those without whom it cannot be done: it is decided when all have answered.",
        error_messages={"invalid_choice": "Choose leaders from the list."},
    )
    urgency = forms.ChoiceField(
        label="How badly do you need it?",
        choices=Escalation.Urgency,
        initial=Escalation.Urgency.HELPING,
        widget=forms.RadioSelect,
        help_text="It says how long they have to answer.",
        error_messages={"required": "Choose how badly you need it."},
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, membership: Membership, case: BusinessCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("seen", case.version)
        leaders = Membership.objects.leaders().filter(network=membership.network_id)
        leaders = leaders.exclude(pk=membership.pk).with_main_post().order_by("name", "id")
        for name in ("lead", "others"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
            field.queryset = leaders

    def clean_others(self) -> list[Membership]:
        """Refuse more than can decide together."""
        others = list(self.cleaned_data["others"])
        if len(others) >= MOST_ASKED:
            raise ValidationError(f"Choose at most {MOST_ASKED - 1} others.")
        return others


class VoiceForm(ActForm):
    """A leader's answer to a business case: yes, yes with a condition, or not possible now."""

    leader = forms.ModelChoiceField(
        Membership.objects.none(),
        label="Whose answer is it?",
        empty_label=None,
        error_messages={
            "required": "Choose whose answer it is.",
            "invalid_choice": "Choose one of those for whom you may answer.",
        },
    )
    answer = forms.ChoiceField(
        label="Your answer",
        choices=Voice.Answer,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose yes, yes with a condition, or not possible now."},
    )
    what = words_field(
        "If yes: what do you promise for your part?",
        300,
        2,
        required=False,
        help_text="Such as “The post is in my budget from April”.",
    )
    due_on = forms.DateField(
        label="If yes: by when?",
        required=False,
        error_messages={"invalid": "Write the day as in 3/6/2026, or choose it from the calendar."},
    )
    text = words_field(
        "If “yes, if”: on which condition? If not possible: why?",
        LONG,
        3,
        required=False,
    )
    would_change = words_field(
        "If not possible: what would change this, or what can the team do now?", LONG, 3, required=False
    )

    def __init__(self, *args: Any, escalation: Escalation, **kwargs: Any) -> None:
        super().__init__(*args, escalation=escalation, **kwargs)
        assert self.reader is not None  # noqa: S101
        voices = voices_of(self.reader, escalation)
        field = self.fields["leader"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = Membership.objects.filter(pk__in=[one.leader_id for one in voices])
        if not voices:
            del self.fields["leader"]  # the action refuses it
        elif len(voices) == 1:
            field.widget, field.initial = forms.HiddenInput(), voices[0].leader_id
        if voices and voices[0].answer:
            for name in ("answer", "what", "due_on", "text", "would_change"):
                self.initial.setdefault(name, getattr(voices[0], name))

    def clean_due_on(self) -> Any:
        """Refuse a day that has passed, or that nobody would live to see."""
        due_on = self.cleaned_data["due_on"]
        if due_on and due_on < timezone.localdate():
            raise ValidationError("Choose a day from today on: this one has passed.")
        if due_on and due_on.year > timezone.localdate().year + 10:
            raise ValidationError("Choose a day within ten years.")
        return due_on

    def clean(self) -> dict[str, Any]:
        """Ask of each answer what it needs, and drop what belongs to another."""
        super().clean()
        said = self.cleaned_data
        answer = said.get("answer")
        needed: dict[Any, dict[str, str]] = {
            Voice.Answer.YES: {
                "what": "Say what you promise for your part.",
                "due_on": "Choose a day to promise it by.",
            },
            Voice.Answer.NO: {
                "text": "Say why it is not possible now.",
                "would_change": "Say what would change this, or what the team can do now.",
            },
        }
        needed[Voice.Answer.YES_IF] = {
            **needed[Voice.Answer.YES],
            "text": "Say on which condition you say yes.",
        }
        for name, sentence in needed.get(answer, {}).items():
            if not said.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        return said
