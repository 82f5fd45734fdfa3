"""A person's own account: how they sign in."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from people.second_factor import authenticators_of


@require_GET
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Show how one signs in, and lead to each change of it."""
    kinds: dict[str, list[Authenticator]] = {}
    for authenticator in authenticators_of(request.user):
        kinds.setdefault(authenticator.type, []).append(authenticator)
    codes = kinds.get(Authenticator.Type.RECOVERY_CODES, [])
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
    }
    return render(request, "people/account.html", context)


@require_GET
@login_required
def to_overview(request: HttpRequest) -> HttpResponse:
    """Lead to the overview, where everything is listed."""
    return redirect("account")
