"""How allauth's accounts fit ours."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from people.messages import write_account_mail


class Adapter(DefaultAccountAdapter):
    """Nobody signs up by themselves, and e-mail goes through the same queue as all other."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The e-mail address or the password is not right.",
        "incorrect_password": "That is not your password.",
        "enter_current_password": "That is not your password now.",
        "too_many_login_attempts": "Too many attempts to sign in. Wait five minutes, or use “Forgot your password?”.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: people join by invitation."""
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return the first page: whoever has changed their password is done with that form."""
        return "/"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the e-mail: no page waits for the mail server, nor shows by its speed whether an address is known."""
        mail = self.render_mail(template_prefix, email, context)
        write_account_mail(address=email, subject=str(mail.subject), text=str(mail.body))
