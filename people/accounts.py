"""How allauth's accounts fit ours."""

import base64
import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac

from people.devices import device_words
from people.messages import absolute, write_account_mail

_WAYS_TO_CONFIRM = {
    "reauthenticate": "Use your password",
    "mfa_reauthenticate": "Use a code of your app, or a recovery code",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}


class Adapter(DefaultAccountAdapter):
    """Nobody signs up by themselves, and e-mail goes through the same queue as all other."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The e-mail address or the password is not right.",
        "incorrect_password": "That is not your password.",
        "enter_current_password": "That is not your password now.",
        "too_many_login_attempts": "Too many attempts to sign in. Wait five minutes, or use “Forgot your password?”.",
        "rate_limited": "Too many attempts. Wait five minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: people join by invitation."""
        return False

    def get_login_stages(self) -> list[str]:
        """Return the steps of signing in, with our own second step."""
        ours = {"allauth.mfa.stages.AuthenticateStage": "people.organisation_sign_in.SecondStep"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return the first page: whoever has changed their password is done with that form."""
        return "/"

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Return the ways to confirm that it is you, in our words."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        for method in methods:
            method["description"] = _WAYS_TO_CONFIRM.get(method["id"], method["description"])
        return methods

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the e-mail: no page waits for the mail server, nor shows by its speed whether an address is known."""
        mail = self.render_mail(template_prefix, email, context)
        write_account_mail(address=email, subject=str(mail.subject), text=str(mail.body))

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the person that how they sign in has changed, from which device, and what to do if it was not them."""
        more = {
            "device": device_words(self.get_http_user_agent(self.request)),
            "reset_url": absolute(reverse("account_reset_password")),
        }
        super().send_notification_mail(template_prefix, user, (context or {}) | more, email)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors in our words; what they are made from is encrypted, so that a copy of the database alone
    opens nothing."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "That was not accepted. An app shows a new code every 30 seconds, and each works once:"
        " type the one that it shows now.",
        "cannot_generate_recovery_codes": "Recovery codes stand in for an app or a passkey. Add one of them first.",
    }

    def encrypt(self, text: str) -> str:
        """Return the text as it is kept in the database."""
        return _lock().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what was encrypted. After SECRET_KEY has changed: something that no code fits."""
        try:
            return _lock().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return for which service a passkey is: the name in the address, and ours."""
        return {**super().get_public_key_credential_rp_entity(), "name": "IOCN"}

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """Return a name for a new passkey, which its owner may change."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return f"Passkey {number}"


def _lock() -> Fernet:
    return Fernet(
        base64.urlsafe_b64encode(salted_hmac("people.second-factor", "", algorithm="sha256").digest())
    )
