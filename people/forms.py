"""What people type in this room."""

from typing import Any, cast

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from iocn.shared.account_forms import HOW_TO_CHOOSE
from iocn.shared.forms import Form
from iocn.shared.table_field import TableField
from people.member_field import MemberField
from people.models import Delegate, Domain, Level, Membership, Organisation, Person
from people.permissions import Role
from people.scopes import listed_members_for


class JoinForm(Form):
    """How somebody joins who has no password yet."""

    name = forms.CharField(
        label="Your name",
        max_length=120,
        help_text="As colleagues know you.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label="Choose a password",
        help_text=HOW_TO_CHOOSE,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if password := cleaned.get("password"):
            # Not saved: the validators compare the password with the name.
            self.person.name = cleaned.get("name", "")
            try:
                password_validation.validate_password(password, self.person)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class SettingsForm(Form):
    """A person's own name, and which e-mail comes from this network."""

    name = forms.CharField(
        label="Your name",
        max_length=120,
        help_text="Shown in every network that you belong to.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    digest_rhythm = forms.ChoiceField(
        label="Your update comes",
        help_text="What moved, what needs you and what is late. When there is nothing to say, nothing is sent.",
        choices=Membership.Rhythm.choices,
        widget=forms.RadioSelect,
    )
    mail_about_asks = forms.BooleanField(label="E-mail me about asks that concern me", required=False)
    mail_about_numbers = forms.BooleanField(label="E-mail me when a number of mine is due", required=False)
    mail_about_concerns = forms.BooleanField(
        label="E-mail me when a measure of a project I handed over, or sponsor, shows a concern",
        required=False,
    )


class InviteForm(Form):
    """Whom to invite."""

    email = forms.EmailField(
        label="E-mail address", max_length=254, help_text="A person’s own, not a shared mailbox."
    )
    name = forms.CharField(
        label="Name", max_length=120, help_text="They can change it when they join; you cannot afterwards."
    )
    roles = forms.MultipleChoiceField(
        label="Roles",
        help_text="What they may do here.",
        choices=Role.choices,
        initial=[Role.MEMBER],
        widget=forms.CheckboxSelectMultiple,
    )
    organisation = forms.ModelChoiceField(
        label="Organisation", queryset=Organisation.objects.none(), required=False
    )
    job_title = forms.CharField(label="Job title", max_length=120, required=False)
    level = forms.ChoiceField(label="Level", choices=[("", "Choose"), *Level.choices], required=False)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_organisation(self, membership)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        has_post = cleaned.get("job_title") or cleaned.get("level")
        if cleaned.get("organisation") and not cleaned.get("level"):
            self.add_error("level", "Choose the level of the post")
        elif has_post and not cleaned.get("organisation") and "organisation" not in self.errors:
            self.add_error("organisation", "Choose the organisation of the post")
        return cleaned


class RolesForm(Form):
    """What a member may do."""

    roles = forms.MultipleChoiceField(
        label="Roles", choices=Role.choices, widget=forms.CheckboxSelectMultiple
    )


class PostForm(Form):
    """A member's post."""

    organisation = forms.ModelChoiceField(label="Organisation", queryset=Organisation.objects.none())
    job_title = forms.CharField(label="Job title", max_length=120)
    level = forms.ChoiceField(label="Level", choices=Level.choices, widget=forms.RadioSelect)
    is_main = forms.BooleanField(label="This is the main post", required=False)
    from_date = forms.DateField(label="From")

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_organisation(self, membership)


class ChangePostForm(Form):
    """Putting a post right, or ending it."""

    job_title = forms.CharField(label="Job title", max_length=120)
    level = forms.ChoiceField(label="Level", choices=Level.choices, widget=forms.RadioSelect)
    is_main = forms.BooleanField(label="This is the main post", required=False)


class EndPostForm(Form):
    """When a post ends."""

    until = forms.DateField(label="Until")


class RemitForm(Form):
    """What a leader can decide on."""

    organisation = forms.ModelChoiceField(label="Organisation", queryset=Organisation.objects.none())
    domain = forms.ChoiceField(label="Can decide on", choices=Domain.choices, widget=forms.RadioSelect)
    order = forms.IntegerField(
        label="Order",
        min_value=1,
        max_value=99,
        initial=1,
        help_text="When several can decide on the same, the lowest number is asked first.",
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_organisation(self, membership)


class NetworkForm(Form):
    """How the network works."""

    second_factor_required = forms.BooleanField(
        label="Staff and leaders sign in with a second step",
        help_text="An authenticator app or a passkey, besides the password. Until they have set one up, they see"
        " no page of this network.",
        required=False,
    )
    leaders_see_all_asks = forms.BooleanField(
        label="All leaders see unrestricted asks",
        help_text="Otherwise a leader sees those that come to them. Restricted asks always stay with those named on"
        " them.",
        required=False,
    )
    compares_organisations = forms.BooleanField(
        label="All members see organisations side by side",
        help_text="In how asks are answered. Otherwise each sees its own organisation and the network’s total. Decide it"
        " together: figures are there to learn from.",
        required=False,
    )
    incident_link = forms.URLField(
        label="Where incidents are reported",
        help_text="The address of the page, such as https://incidents.example.org. Shown to whoever raises an ask.",
        required=False,
        max_length=200,
        assume_scheme="https",
    )
    speak_up_link = forms.URLField(
        label="The Freedom to Speak Up Guardian’s page",
        help_text="Shown to whoever raises an ask.",
        required=False,
        max_length=200,
        assume_scheme="https",
    )
    work_begins = forms.TimeField(
        label="Work begins",
        help_text="Monday to Friday, but for bank holidays and closed days. What is promised in working days and"
        " hours is counted by this.",
    )
    work_ends = forms.TimeField(label="Work ends")


class AbsenceForm(Form):
    """When a leader is away, and who stands in."""

    from_date = forms.DateField(label="First day away")
    until_date = forms.DateField(label="Last day away")
    stand_in = forms.ModelChoiceField(
        label="Who stands in?",
        queryset=Membership.objects.none(),
        required=False,
        empty_label="Nobody",
        help_text="A leader, who gets the asks meanwhile. With nobody, they go on to the next step of their way.",
    )

    def __init__(self, *args: Any, leader: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leaders = Membership.objects.leaders().filter(network_id=leader.network_id)
        cast(forms.ModelChoiceField, self.fields["stand_in"]).queryset = leaders.exclude(pk=leader.pk)


class DelegateForm(Form):
    """Who acts for a leader, with what limits, until when."""

    delegate = MemberField(label="Who?")
    power = forms.ChoiceField(
        label="What may they do?",
        choices=Delegate.Power.choices,
        initial=Delegate.Power.READ,
        widget=forms.RadioSelect,
    )
    copies_mail = forms.BooleanField(label="They get a copy of e-mail about asks", required=False)
    until = forms.DateField(label="Until", help_text="The last day. You can renew it.")

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(MemberField, self.fields["delegate"])
        field.rows = listed_members_for(by).active()
        field.now = self.initial.get("delegate")


class ClosedDayForm(Form):
    """A day on which the network does not work."""

    day = forms.DateField(label="Day")
    name = forms.CharField(label="Why", max_length=60, help_text="Such as “Staff away day”.")


class OrganisationForm(Form):
    """An organisation's own facts."""

    name = forms.CharField(label="Name", max_length=120)
    kind = forms.ChoiceField(label="Kind", choices=Organisation.Kind.choices)
    ods_code = forms.CharField(
        label="ODS code",
        max_length=10,
        required=False,
        help_text="The NHS’s code of the organisation, such as RR8. Imports find it by this.",
    )

    def clean_ods_code(self) -> str:
        return str(self.cleaned_data["ods_code"]).strip().upper()


class SponsorForm(Form):
    """Who is asked when nobody has the remit."""

    executive_sponsor = forms.ModelChoiceField(
        label="Executive sponsor",
        queryset=Membership.objects.none(),
        required=False,
        empty_label="Nobody yet",
        help_text="An ask goes here when nobody is named for its domain. Only leaders can be chosen.",
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["executive_sponsor"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (for the type)
        field.queryset = Membership.objects.leaders().filter(network_id=membership.network_id)


class CloseOrganisationForm(Form):
    """Into which organisation another one went."""

    succeeded_by = forms.ModelChoiceField(
        label="Which organisation takes its place?",
        queryset=Organisation.objects.none(),
        required=False,
    )

    def __init__(self, *args: Any, membership: Membership, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_organisation(self, membership, "succeeded_by")
        field = self.fields["succeeded_by"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (for the type)
        field.queryset = field.queryset.exclude(pk=organisation.pk) if field.queryset else None


class MandateForm(Form):
    """What teams may do without asking."""

    text = forms.CharField(
        label="Without asking, teams may",
        max_length=1000,
        required=False,
        widget=forms.Textarea,
        help_text="Shown before an ask about this is sent. Empty it to take it away.",
    )


class UploadForm(Form):
    """A file of members."""

    file = TableField(
        help_text="Up to 5 MB and 20,000 rows. Of a workbook, the first sheet with anything in it is read."
    )


def _choose_organisation(form: Form, membership: Membership, name: str = "organisation") -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (for the type)
    field.queryset = Organisation.objects.current().filter(network_id=membership.network_id)
    field.empty_label = "Choose" if field.required else "None"
