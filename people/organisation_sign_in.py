"""Signing in through an organisation's own sign-in (OpenID Connect): who is let in, and who is not and why."""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from people.models import Person


class Refused(Exception):
    """The provider's answer opens no account; its text is the sentence for the person."""


def offered() -> dict[str, str]:
    """Return name and address of the organisation's sign-in, or nothing where none is set up."""
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    if not apps:
        return {}
    href = reverse("openid_connect_login", args=[apps[0]["provider_id"]])
    return {"name": apps[0]["name"], "href": href}


def address(then: str = "") -> str:
    """Return where to sign in, and where to go then."""
    href = offered().get("href", "")
    return f"{href}?{urlencode({'next': then})}" if href and then else href


def is_linked(person: Person) -> bool:
    """Whether the person has signed in through their organisation before."""
    return SocialAccount.objects.filter(user=person.pk).exists()


def unlink(person: Person) -> None:
    """Forget who the person is at the provider."""
    SocialAccount.objects.filter(user=person.pk).delete()


def counts_as_second_factor(request: HttpRequest) -> bool:
    """Whether the reader signed in through a provider that asks for a second factor by itself."""
    if not settings.OIDC_SECOND_FACTOR:
        return False
    steps = get_authentication_records(request, request.user)
    ways = [step["method"] for step in steps if step["method"] != "mfa" and not step.get("reauthenticated")]
    return ways[-1:] == ["socialaccount"]


@receiver(pre_save, sender=SocialAccount)
def keep_who_they_are_there_alone(instance: SocialAccount, **kwargs: Any) -> None:
    """Keep the provider's identifier of the person; what else it told is for this sign-in, and not stored."""
    if instance.extra_data:
        instance.told, instance.extra_data = instance.extra_data, {}


class Adapter(DefaultSocialAccountAdapter):
    """Links by a verified address only, and never makes an account."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Return False: people join by invitation."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Link whoever comes for the first time, or refuse with a sentence."""
        account, provider = sociallogin.account, sociallogin.provider.name
        try:
            if sociallogin.state.get("process", "login") != "login":
                raise Refused("Sign out first, then sign in with it.")
            claims = _claims(getattr(account, "told", account.extra_data), provider)
            if not sociallogin.is_existing:
                sociallogin.connect(request, _person(claims, account.provider, provider))
        except Refused as refused:
            page = render(request, "people/organisation_refused.html", {"sentence": str(refused)}, status=403)
            raise ImmediateHttpResponse(page) from refused


def _claims(told: dict[str, Any], provider: str) -> dict[str, Any]:
    """Return what the provider says of the person, from the answer that has the address."""
    token, userinfo = told.get("id_token") or {}, told.get("userinfo") or {}
    if token and userinfo and token.get("sub") != userinfo.get("sub"):
        raise Refused(f"{provider} gave two different answers about who you are. Try again.")
    return userinfo if userinfo.get("email") else token or userinfo


def _person(claims: dict[str, Any], provider_id: str, provider: str) -> Person:
    """Return the known person with the address that the provider has verified."""
    email = str(claims.get("email") or "").strip().lower()
    if not email:
        raise Refused(f"{provider} did not tell us your e-mail address. Sign in with your password instead.")
    # Some providers write the truth value as text.
    if claims.get("email_verified") not in (True, "true"):
        raise Refused(
            f"{provider} does not say that it has verified the address {email}, so it opens no account here."
            " Sign in with your password instead, or ask your organisation’s IT to have the address verified."
        )
    person = Person.objects.filter(email=email).first()
    if person is None:
        raise Refused(
            f"Nobody is invited with the address {email}. Ask your network’s staff to invite this address."
        )
    if not person.is_active:
        raise Refused("Your sign-in has been ended by whoever runs this service. Speak to them first.")
    if SocialAccount.objects.filter(user=person, provider=provider_id).exists():
        # An address may have been given to somebody new, who must not get the account of who had it before.
        raise Refused(
            f"Another account at {provider} opens the account with the address {email}. If it is you, ask whoever"
            " runs this service to unlink the old one."
        )
    return person


class SecondStep(AuthenticateStage):
    """Asks for the second step, unless the provider has."""

    def _should_handle(self, request: HttpRequest) -> bool:
        if settings.OIDC_SECOND_FACTOR:
            steps = get_authentication_records(request, self.login.user)
            if [step["method"] for step in steps][-1:] == ["socialaccount"]:
                return False
        return bool(super()._should_handle(request))
