"""A person's own account: how they sign in, and where they are signed in."""

from typing import cast

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from people import actions, organisation_sign_in
from people.models import Person
from people.scopes import open_sign_ins_of
from people.second_factor import authenticators_of
from people.sign_ins import this_one


@require_GET
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Show how one signs in and where, and lead to each change of it."""
    kinds: dict[str, list[Authenticator]] = {}
    for authenticator in authenticators_of(request.user):
        kinds.setdefault(authenticator.type, []).append(authenticator)
    codes = kinds.get(Authenticator.Type.RECOVERY_CODES, [])
    sign_ins = list(open_sign_ins_of(request.user.pk))
    here = this_one(request)
    person = cast(Person, request.user)
    offered = organisation_sign_in.offered()
    context = {
        "app": next(iter(kinds.get(Authenticator.Type.TOTP, [])), None),
        "passkeys": [
            {
                "pk": passkey.pk,
                "name": passkey.wrap().name,
                "at": passkey.created_at,
                "used": passkey.last_used_at,
            }
            for passkey in kinds.get(Authenticator.Type.WEBAUTHN, [])
        ],
        "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else 0,
        "has_password": person.has_usable_password(),
        "offered": offered,
        "is_linked": bool(offered) and organisation_sign_in.is_linked(person),
        "here": [sign_in for sign_in in sign_ins if sign_in.pk == here],
        "elsewhere": [sign_in for sign_in in sign_ins if sign_in.pk != here],
    }
    return render(request, "people/account.html", context)


@require_POST
@login_required
def end_sign_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out on one device."""
    sign_in = get_object_or_404(open_sign_ins_of(request.user.pk), pk=pk)
    actions.end_sign_ins(open_sign_ins_of(request.user.pk).filter(pk=pk))
    messages.success(request, f"Signed out: {sign_in.device}.")
    return redirect("account")


@require_POST
@login_required
def end_other_sign_ins(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    here = this_one(request)
    actions.end_sign_ins(open_sign_ins_of(request.user.pk).exclude(pk=here))
    messages.success(request, "Signed out everywhere else.")
    return redirect("account")


@require_GET
@login_required
def to_overview(request: HttpRequest) -> HttpResponse:
    """Lead to the overview, where everything is listed."""
    return redirect("account")
