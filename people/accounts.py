"""How allauth's accounts fit ours."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from people.messages import write_account_mail


class Adapter(DefaultAccountAdapter):
    """Nobody signs up by themselves, and e-mail goes through the same queue as all other."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: people join by invitation."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the e-mail: no page waits for the mail server, nor shows by its speed whether an address is known."""
        mail = self.render_mail(template_prefix, email, context)
        write_account_mail(address=email, subject=str(mail.subject), text=str(mail.body))
