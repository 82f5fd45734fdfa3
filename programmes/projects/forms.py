"""Forms of programmes, projects, teams and tries."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms.models import model_to_dict
from django.utils import timezone

from iocn.shared.forms import Form, ModelForm
from people.member_field import MemberField
from people.models import Membership
from people.permissions import Role
from people.scopes import listed_members_for
from programmes.projects.models import PathwayProject, ProgrammeOfCare, Prototype, TeamMember, TestCycle
from programmes.projects.permissions import may_have_part, programmes_for
from programmes.projects.states import MOVES, OPEN, WAY, needs_reason

Stage = PathwayProject.Stage
Part = TeamMember.Part


class ThingForm(ModelForm):
    """A form that begins with a thing's values and leaves the thing alone: its action compares old and new."""

    def __init__(self, *args: Any, thing: Model | None = None, **kwargs: Any) -> None:
        if thing is not None:
            kwargs["initial"] = model_to_dict(thing, fields=self._meta.fields)
        super().__init__(*args, **kwargs)


class ProgrammeForm(ThingForm):
    """A programme of care."""

    class Meta:
        model = ProgrammeOfCare
        fields = ["name", "aim"]
        labels = {"name": "What is the programme called?", "aim": "What does it aim at?"}
        help_texts = {"name": "Such as “Atrial fibrillation”.", "aim": "What will be better, for whom."}


class ProjectForm(ThingForm):
    """What a project is called, aims at and belongs to, and which manager sponsors its team."""

    sponsor = MemberField(
        label="Which manager sponsors the team?",
        required=False,
        help_text="Hears first of what the team asks, and may settle it. Their name, or their whole e-mail address.",
    )

    class Meta:
        model = PathwayProject
        fields = ["name", "aim", "programme"]
        labels = {
            "name": "What is the project called?",
            "aim": "What do you aim at?",
            "programme": "Which programme does it belong to?",
        }
        help_texts = {
            "name": "A few words that people outside the team understand.",
            "aim": "What will be better, for whom, by how much, by when. You can come back to it.",
        }

    def __init__(self, *args: Any, by: Membership, thing: Model | None = None, **kwargs: Any) -> None:
        super().__init__(*args, thing=thing, **kwargs)
        programme = cast(forms.ModelChoiceField, self.fields["programme"])
        programme.queryset = programmes_for(by)
        programme.empty_label = "None"
        sponsor = cast(MemberField, self.fields["sponsor"])
        sponsor.rows = listed_members_for(by).active()
        if isinstance(thing, PathwayProject):
            self.initial["sponsor"] = sponsor.now = thing.sponsor


class NewProjectForm(ProjectForm):
    """A project and where it stands already."""

    stage = forms.ChoiceField(
        label="How far is it?",
        choices=[(stage.value, stage.label) for stage in OPEN],
        initial=Stage.PROBLEM.value,
    )


class StageForm(Form):
    """The next stage of a project, and why where that needs saying."""

    stage = forms.ChoiceField(label="Which stage is it at now?", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Why?",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One sentence. Needed when the project goes back, stops, or is taken up again.",
    )

    def __init__(self, *args: Any, project: PathwayProject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project
        allowed = MOVES[Stage(project.stage)]
        field = cast(forms.ChoiceField, self.fields["stage"])
        field.choices = [(stage.value, stage.label) for stage in (*WAY, Stage.STOPPED) if stage in allowed]
        if project.is_open:
            following = WAY[WAY.index(Stage(project.stage)) + 1]
            self.initial.setdefault("stage", following.value)

    def clean(self) -> dict[str, Any]:
        """Want a reason for the moves that need one."""
        data = super().clean() or {}
        stage = data.get("stage")
        said = data.get("reason") or "reason" in self.errors
        if stage and needs_reason(self.project.stage, stage) and not said:
            self.add_error("reason", "Say in a sentence why")
        return data


class PartForm(Form):
    """A team member's part."""

    part = forms.ChoiceField(
        label="What is their part?", choices=Part.choices, initial=Part.TEAM.value, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, member: Membership | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member

    def clean(self) -> dict[str, Any]:
        """Refuse a part that the member cannot have."""
        data = super().clean() or {}
        if self.member and data.get("part"):
            answer = may_have_part(self.member, data["part"])
            if not answer:
                self.add_error("part", answer.reason)
        return data


class TeamForm(PartForm):
    """Somebody of the network who is not in the team yet, and their part."""

    who = forms.ChoiceField(
        label="Who?",
        help_text="Who is not in the list has to be invited to the network first, by its staff.",
    )

    field_order = ["who", "part"]

    def __init__(self, *args: Any, members: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = {str(member.pk): member for member in members if not member.is_evaluator_only}
        groups: dict[str, list[tuple[str, str]]] = {"Members": [], "Citizen partners": []}
        for key, member in self.members.items():
            label = f"{member.name} – {member.main_post}" if member.main_post else member.name
            groups["Citizen partners" if Role.CITIZEN_PARTNER in member.roles else "Members"].append(
                (key, label)
            )
        who = cast(forms.ChoiceField, self.fields["who"])
        who.choices = [("", "Choose"), *((name, people) for name, people in groups.items() if people)]

    def clean_who(self) -> Membership:
        """Return the member, whom the part is checked against."""
        self.member = self.members[self.cleaned_data["who"]]
        return self.member


class TryForm(ThingForm):
    """A try as somebody completes it later."""

    class Meta:
        model = TestCycle
        fields = ["do", "plan", "study", "act", "ending", "on"]
        labels = {
            "do": "What did you try, and what happened?",
            "plan": "What did you expect?",
            "study": "What did you learn?",
            "act": "What comes next?",
            "ending": "So we will",
            "on": "When was it?",
        }
        widgets = {
            "do": forms.Textarea(attrs={"rows": 4}),
            **{name: forms.Textarea(attrs={"rows": 2}) for name in ("plan", "study", "act")},
            "ending": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ending = cast(forms.ChoiceField, self.fields["ending"])
        ending.choices = [("", "We do not know yet"), *TestCycle.Ending.choices]
        self.fields["do"].error_messages["required"] = "Say in a sentence what you tried and what happened"

    def clean_on(self) -> date:
        """Refuse a day that has not come."""
        on: date = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise ValidationError("Choose today or an earlier day: a try is logged when it has happened")
        return on


class LogForm(TryForm):
    """A try, logged in under a minute: one sentence, and the last prototype chosen already."""

    NEW = "new"
    # More than these would be a long way to thumb.
    AS_RADIOS = 4

    prototype = forms.ChoiceField(label="Which change idea was it?")
    new_prototype = forms.CharField(
        label="What do you call the new idea?",
        required=False,
        max_length=200,
        help_text="A few words, such as “Discharge letter the same day”.",
    )

    field_order = ["do", "prototype", "new_prototype"]

    def __init__(self, *args: Any, prototypes: list[Prototype], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prototypes = {str(prototype.pk): prototype for prototype in prototypes}
        # A form made before the first prototype has no such question; it may arrive again after it.
        if not prototypes or (self.is_bound and "prototype" not in self.data):
            del self.fields["prototype"]
            self.fields["new_prototype"].label = "What do you call the change idea?"
            return
        field = cast(forms.ChoiceField, self.fields["prototype"])
        choices = [(key, prototype.name) for key, prototype in self.prototypes.items()]
        if len(choices) <= self.AS_RADIOS:
            field.widget = forms.RadioSelect()
        field.choices = [*choices, (self.NEW, "Something new")]
        self.initial.setdefault("prototype", choices[0][0])

    def clean(self) -> dict[str, Any]:
        """Want a name for something new, and none for what has one."""
        data = super().clean() or {}
        prototype, name = data.get("prototype", self.NEW), data.get("new_prototype")
        if "prototype" in self.errors or "new_prototype" in self.errors:
            return data
        if prototype == self.NEW and not name:
            self.add_error("new_prototype", "Give the new idea a name, in a few words")
        elif prototype != self.NEW and name:
            # It was typed before another was chosen, or where the browser shows the field whatever is chosen.
            self.add_error(
                "new_prototype", f"Choose “Something new” if “{name}” is a new idea, or empty this"
            )
        data["prototype"] = self.prototypes.get(prototype)
        return data

    @property
    def more(self) -> list[forms.BoundField]:
        """The fields under “Add more”."""
        return [self[name] for name in ("plan", "study", "act", "ending", "on")]

    @property
    def more_is_open(self) -> bool:
        """Whether something under “Add more” was filled in or is wrong."""
        return any(field.errors for field in self.more) or any(
            self.data.get(name) for name in ("plan", "study", "act", "ending")
        )
