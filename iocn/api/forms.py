from django import forms

from iocn.shared.forms import Form


class KeyForm(Form):
    """What an access key is for."""

    name = forms.CharField(
        label="What will use it?", max_length=100, help_text="Such as “Nightly job of the data warehouse”."
    )
