"""What happens to forms on their way: one that is sent twice acts once, one that comes too late is kept.

Every form of a network's pages carries a token beside the one against forgery (our own {% csrf_token %} writes
both). It says whose page it was and which, and is another one for each form that is shown.

Sent twice (a double click, "back" and again, a retry): the database remembers what was sent, under a key that is
unique, in the same transaction in which the form acts. The second waits for the first and is led to its result.

Sent without a session (it ended, or was ended elsewhere): what was typed waits in the browser's new session for
an hour at most, and is filled in again when the same person has signed in. Nothing is sent by itself. Neither
passwords, codes nor files are kept, and nobody else ever sees it.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url
from django.utils.datastructures import MultiValueDict
from django_htmx.http import HttpResponseClientRedirect

from iocn.shared.models import SentForm

TOKEN = "_form"  # noqa: S105 - a field's name
KEPT = "kept_form"
KEPT_FOR = 60 * 60
LONGEST_KEPT = 100_000
NEVER_KEPT = ("password", "code", "otp", "token", "secret")
_SALT = "iocn.shared.sending"
# A form may stand open for as long as a session lasts.
_TOKEN_AGE = 60 * 60 * 24 * 14


# --- The token ---------------------------------------------------------------------------------------------
def new_token(request: HttpRequest) -> str:
    """Return the token of a form on this page, for the reader who is signed in."""
    return signing.dumps(
        [request.user.pk, request.get_full_path()[:1000], secrets.token_urlsafe(9)], salt=_SALT
    )


@dataclass(frozen=True)
class Origin:
    """Whose page a form was sent from, and which."""

    person: int
    page: str


def _origin(request: HttpRequest) -> Origin | None:
    try:
        person, page, _ = signing.loads(request.POST.get(TOKEN, ""), salt=_SALT, max_age=_TOKEN_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Origin(person, page)


# --- Once --------------------------------------------------------------------------------------------------
def act_once(request: HttpRequest, view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Let the view act on a form that was sent, unless the very same was sent before: then lead to its result.

    Only what led elsewhere is remembered: a form that comes back with its errors has done nothing. A form that
    was changed before it was sent again is another one.
    """
    origin = _origin(request)
    if origin is None or origin.person != request.user.pk:
        return view()
    with transaction.atomic():
        # Of two at once the second waits here until the first is done.
        sent, is_first = SentForm.objects.get_or_create(key=_key(request))
        if not is_first:
            messages.info(request, "This was sent twice. It was done once, and this is what came of it.")
            return _redirect(request, sent.result)
        response = view()
        result = response.headers.get("HX-Redirect") or response.headers.get("Location")
        if result:
            sent.result = result
            sent.save(update_fields=["result"])
        else:
            sent.delete()
    return response


def _key(request: HttpRequest) -> str:
    typed = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    files = [(name, file.name, file.size) for name, sent in request.FILES.lists() for file in sent]
    return sha256(repr((request.path, sorted(typed.items()), files)).encode()).hexdigest()


def _redirect(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(url)
    return HttpResponseRedirect(url)


# --- Kept while somebody signs in ----------------------------------------------------------------------------
def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in page, and from there back. What a form held waits meanwhile."""
    if request.headers.get("X-Aside"):
        # What a form fetches by itself must not take the page away from who is writing: sending it leads there.
        return HttpResponse(status=204)
    page = request.get_full_path()
    if request.headers.get("HX-Request"):
        page = (getattr(request, "htmx", None) and request.htmx.current_url_abs_path) or "/"  # type: ignore[attr-defined]
    if request.method == "POST":
        origin = keep(request)
        page = origin.page if origin else page
    return _redirect(request, f"{resolve_url('account_login')}?{urlencode({'next': page})}")


def keep(request: HttpRequest) -> Origin | None:
    """Keep what was typed in the session; return whose it is, None where it is not known or too long to keep."""
    origin = _origin(request)
    if origin is None or (request.user.is_authenticated and request.user.pk != origin.person):
        return None
    typed = {
        name: values
        for name, values in request.POST.lists()
        if name not in (TOKEN, "csrfmiddlewaretoken") and not _is_secret(name)
    }
    if sum(len(name) + sum(map(len, values)) for name, values in typed.items()) > LONGEST_KEPT:
        messages.warning(
            request, "What you sent was too long to be kept. Use your browser’s back button to find it."
        )
        return origin
    request.session[KEPT] = {
        "person": origin.person,
        "page": origin.page,
        "typed": typed,
        "until": time.time() + KEPT_FOR,
    }
    if not request.user.is_authenticated:
        request.session.set_expiry(KEPT_FOR)
    return origin


def _is_secret(name: str) -> bool:
    own = name.rpartition("-")[2].casefold()
    return "password" in own or own in NEVER_KEPT


def throw_away_of_others(request: HttpRequest, user: Any, **kwargs: object) -> None:
    """When somebody signs in: let go of what another person typed in this browser, or too long ago."""
    kept = request.session.get(KEPT)
    if kept is None:
        return
    request.session.set_expiry(None)  # the hour was for what waits; a session has its own length
    if kept["person"] != user.pk or kept["until"] < time.time():
        del request.session[KEPT]


class Waiting:
    """What somebody typed before they signed in again, on its way back into its form."""

    def __init__(self, request: HttpRequest, typed: dict[str, list[str]]) -> None:
        self.request = request
        self.is_shown = False
        self.typed = QueryDict(mutable=True)
        for name, values in typed.items():
            self.typed.setlist(name, values)

    def is_of(self, form: forms.BaseForm) -> bool:
        """Whether it was typed into this form, as far as the names of its fields tell.

        A page need not show all fields of a form, and its button may have a name of its own.
        """
        known = self.typed.keys() & {form.add_prefix(name) for name in form.fields}
        return bool(known) and len(known) >= len(self.typed) / 2

    def value(self, form: forms.BaseForm, name: str) -> object:
        """Return what was typed into the field."""
        self.is_shown = True
        return form.fields[name].widget.value_from_datadict(
            self.typed, MultiValueDict(), form.add_prefix(name)
        )

    def say_so(self) -> None:
        """Tell the reader, above the form."""
        messages.warning(
            self.request,
            "You were signed out before this was sent, so nothing was done. What you typed is here again: look at"
            " it, then send it. A file has to be chosen again.",
        )

    def say_what_is_left(self) -> None:
        """Where the page no longer has the form, say what was typed, so that it is not lost."""
        words = max(self.typed.values(), key=len, default="")
        if words and not self.is_shown:
            messages.warning(self.request, f"The form is no longer on its page. You had typed: “{words}”")


def _may_come_back(name: str, field: forms.Field) -> bool:
    return not (field.widget.is_hidden or _is_secret(name) or isinstance(field.widget, forms.PasswordInput))


_waiting: ContextVar[Waiting | None] = ContextVar("waiting", default=None)


@contextmanager
def filling_in(request: HttpRequest) -> Iterator[None]:
    """While a page is made, fill its form in with what was typed before the reader signed in again, once."""
    kept = request.session.get(KEPT) if request.method == "GET" else None
    if kept is None or kept["page"] != request.get_full_path():
        yield
        return
    del request.session[KEPT]
    if kept["person"] != request.user.pk or kept["until"] < time.time():
        yield
        return
    waiting = Waiting(request, kept["typed"])
    waiting.say_so()
    before = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(before)
    waiting.say_what_is_left()


def typed_before(form: forms.BaseForm, name: str) -> Waiting | None:
    """Return what waits for the field of a form that nobody has sent yet, None where nothing does."""
    waiting = _waiting.get()
    if waiting is None or form.is_bound or not _may_come_back(name, form.fields[name]):
        return None
    return waiting if waiting.is_of(form) else None


def typed_before_here() -> QueryDict | None:
    """Return what waits for this page, for a page that writes its form itself and shows it in its own way."""
    waiting = _waiting.get()
    if waiting is None:
        return None
    waiting.is_shown = True
    return waiting.typed
