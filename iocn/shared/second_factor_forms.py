"""allauth's forms of the second factor in our words and with our errors; settings.MFA_FORMS names them."""

from typing import Any

from allauth.mfa.base import forms as base
from allauth.mfa.recovery_codes import forms as recovery_codes
from allauth.mfa.totp import forms as app
from allauth.mfa.webauthn import forms as passkeys

from iocn.shared.account_forms import Plain

ANY_CODE = "The six digits that your app shows now, or one of your recovery codes."


class _CodeField(Plain):
    labels = {"code": "Code"}
    code_hint = ANY_CODE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.help_text = self.code_hint
        field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}


class Code(_CodeField, base.AuthenticateForm):
    pass


class ConfirmByCode(_CodeField, base.ReauthenticateForm):
    pass


class AddApp(_CodeField, app.ActivateTOTPForm):
    code_hint = "The six digits that the app shows now."


class RemoveApp(Plain, app.DeactivateTOTPForm):
    pass


class NewRecoveryCodes(Plain, recovery_codes.GenerateRecoveryCodesForm):
    pass


class AddPasskey(Plain, passkeys.AddWebAuthnForm):
    """Every passkey of ours can stand for password and second factor alike, so the device must ask for a
    fingerprint, a face or a PIN."""

    labels = {"name": "A name for this passkey"}
    passwordless = None  # a choice that nobody should have to understand

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = "So that you know it from others: “Work laptop”, “My phone”."
        self.fields["name"].required = True

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True
        return super().clean() or self.cleaned_data


class RenamePasskey(Plain, passkeys.EditWebAuthnForm):
    labels = {"name": "Name of this passkey"}


class _Credential(Plain):
    """What the browser answers, in a field that nobody sees."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"].error_messages["required"] = "Your device sent no passkey. Try again."


class Passkey(_Credential, passkeys.AuthenticateWebAuthnForm):
    pass


class ConfirmByPasskey(_Credential, passkeys.ReauthenticateWebAuthnForm):
    pass


class SignInByPasskey(_Credential, passkeys.LoginWebAuthnForm):
    pass
