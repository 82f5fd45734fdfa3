"""allauth's forms in our words and with our errors; settings.ACCOUNT_FORMS names them."""

from typing import Any

from allauth.account import forms as allauth

from iocn.shared.forms import FormMixin

HOW_TO_CHOOSE = "At least 12 characters. Three words that do not belong together are easy to remember."


class Plain(FormMixin):
    """No placeholders: they vanish when one types, and say what the label says."""

    labels: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "password1" in self.fields:
            self.fields["password1"].help_text = HOW_TO_CHOOSE
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)


class SignIn(Plain, allauth.LoginForm):
    labels = {"login": "E-mail address", "remember": "Keep me signed in on this device"}


class ForgottenPassword(Plain, allauth.ResetPasswordForm):
    labels = {"email": "E-mail address"}


class NewPassword(Plain, allauth.ResetPasswordKeyForm):
    labels = {"password1": "New password", "password2": "New password again"}


class ChangePassword(Plain, allauth.ChangePasswordForm):
    labels = {
        "oldpassword": "Password now",
        "password1": "New password",
        "password2": "New password again",
    }


class FirstPassword(Plain, allauth.SetPasswordForm):
    labels = {"password1": "Password", "password2": "Password again"}


class ConfirmPassword(Plain, allauth.ReauthenticateForm):
    labels = {"password": "Password"}
