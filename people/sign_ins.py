"""Notes each sign-in and what ends it, when Django and allauth say so. Imported by PeopleConfig.ready()."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from people import actions
from people.devices import device_words
from people.models import Person, SignIn
from people.second_factor import FACTORS, authenticators_of

# Which SignIn a session began with.
SIGN_IN = "sign_in"


def this_one(request: HttpRequest) -> int:
    """Return which sign-in the reader's session began with; 0 for none."""
    return int(request.session.get(SIGN_IN, 0))


@receiver(user_logged_in)
def note(request: HttpRequest, user: Person, **kwargs: Any) -> None:
    """Note the sign-in, and in its session which it is."""
    session = request.session
    if not session.session_key:
        session.save()
    method, second_factor = _how(request, user)
    sign_in = actions.note_sign_in(
        person=user,
        method=method,
        second_factor=second_factor,
        device=device_words(request.headers.get("User-Agent", "")),
        address=get_adapter().get_client_ip(request) if request.META.get("REMOTE_ADDR") else None,
        session_key=session.session_key or "",
    )
    session[SIGN_IN] = sign_in.pk


def _how(request: HttpRequest, person: Person) -> tuple[str, str]:
    """Return method and second factor, from what allauth remembers of the steps."""
    method, second_factor = "", ""
    for step in get_authentication_records(request, person):
        if step["method"] == "password":
            method, second_factor = SignIn.Method.PASSWORD, ""
        elif step["method"] == "socialaccount":
            method, second_factor = SignIn.Method.ORGANISATION, ""
        elif step["method"] == "mfa" and step.get("passwordless"):
            method, second_factor = SignIn.Method.PASSKEY, ""
        elif step["method"] == "mfa":
            second_factor = step["type"]
    if not method:  # nothing else signs in without a step of allauth's
        return SignIn.Method.INVITATION, ""
    if method == SignIn.Method.ORGANISATION and settings.OIDC_SECOND_FACTOR:
        return method, second_factor  # it was asked for there
    asked = method != SignIn.Method.PASSKEY and authenticators_of(person).filter(type__in=FACTORS).exists()
    if asked and not second_factor:
        second_factor = SignIn.Second.NOT_ASKED
    return method, second_factor


@receiver(user_logged_out)
def note_sign_out(request: HttpRequest, **kwargs: Any) -> None:
    """Note that the person has signed out here."""
    if sign_in := this_one(request):
        actions.end_sign_ins(SignIn.objects.filter(pk=sign_in))


@receiver([password_changed, password_set])
def end_others_after_new_password(request: HttpRequest, user: Person, **kwargs: Any) -> None:
    """Sign out everywhere else; here the session has a new key."""
    here = this_one(request)
    SignIn.objects.filter(pk=here).update(session_key=request.session.session_key)
    actions.end_sign_ins(SignIn.objects.filter(person=user).exclude(pk=here))


@receiver(password_reset)
def end_all_after_forgotten_password(user: Person, **kwargs: Any) -> None:
    """Sign out everywhere: whoever knew the old password may be signed in."""
    actions.end_sign_ins(SignIn.objects.filter(person=user))


@receiver(authenticator_added)
def end_others_after_first_factor(
    request: HttpRequest, user: Person, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Sign out everywhere else: those sign-ins were made with a password alone."""
    factors = authenticators_of(user).filter(type__in=FACTORS)
    if authenticator.type in FACTORS and factors.count() == 1:
        here = this_one(request)
        actions.end_sign_ins(SignIn.objects.filter(person=user).exclude(pk=here))
