"""Pages of a person rather than of a network: choosing a network, joining one, stopping e-mail."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from people import actions, invitations, organisation_sign_in
from people.actions.account import is_stopped
from people.forms import JoinForm, SettingsForm
from people.messages import STOP_SALT
from people.models import Membership, Message, Network
from people.web import MemberRequest, network_page, posted

BACKEND = "people.backend.Backend"


@require_GET
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Lead to the network's home, or where one chooses between several."""
    networks, invited = _networks_of(request)
    if len(networks) == 1 and not invited:
        return redirect("home:home", networks[0].slug)
    return render(request, "people/networks.html", {"networks": networks, "invited": invited})


@require_GET
@login_required
def networks(request: HttpRequest) -> HttpResponse:
    """Show all of one's networks, and those one is invited to."""
    networks, invited = _networks_of(request)
    return render(request, "people/networks.html", {"networks": networks, "invited": invited})


def _networks_of(request: HttpRequest) -> tuple[list[Network], list[dict[str, object]]]:
    current = Membership.objects.current().filter(person=request.user.pk).select_related("network")
    found = list(current.order_by("network__name"))
    networks = [membership.network for membership in found if membership.joined_at]
    invited: list[dict[str, object]] = [
        {
            "name": membership.network.name,
            "href": "" if invitations.is_too_old(membership) else invitations.path(membership),
        }
        for membership in found
        if not membership.joined_at
    ]
    return networks, invited


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let the invited person join: with a new password, or signed in with the one they have."""
    try:
        membership = invitations.membership_of(token)
    except invitations.LinkRefused as refused:
        return render(request, "people/invitation_refused.html", {"sentence": str(refused)}, status=410)
    context: dict[str, object] = {"invited": membership, "email": membership.person.email}
    if request.user.is_authenticated and request.user.pk != membership.person_id:
        return render(request, "people/invitation_other.html", context)
    is_known = membership.person.has_usable_password() or organisation_sign_in.is_linked(membership.person)
    if is_known or request.user.is_authenticated:
        return _join_signed_in(request, membership, context)
    form = JoinForm(posted(request), person=membership.person, initial={"name": membership.name})
    if request.method == "POST" and form.is_valid():
        try:
            joined = actions.join(
                membership=membership,
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            # The link proved whose address it is, and this POST set the password.
            login(request, joined.person, backend=BACKEND)
            return _welcome(request, joined)
    return render(request, "people/invitation.html", context | {"form": form})


def _join_signed_in(request: HttpRequest, membership: Membership, context: dict[str, object]) -> HttpResponse:
    if request.user.is_authenticated and request.method == "POST":
        try:
            return _welcome(request, actions.accept_invitation(membership))
        except ValidationError as error:
            return render(
                request, "people/invitation_refused.html", {"sentence": error.messages[0]}, status=410
            )
    return render(request, "people/invitation_join.html", context)


def _welcome(request: HttpRequest, membership: Membership) -> HttpResponse:
    messages.success(request, f"You have joined {membership.network}.")
    return redirect("home:home", membership.network.slug)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def stop_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Stop e-mail of one kind without signing in. Mail programs post here by themselves (RFC 8058), so the
    page takes posts from anywhere; whoever holds the link may stop this one kind of e-mail and nothing else."""
    try:
        pk, kind = signing.loads(token, salt=STOP_SALT)
    except signing.BadSignature as error:
        raise Http404 from error
    membership = Membership.objects.select_related("network").filter(pk=pk).first()
    if membership is None:
        raise Http404
    if request.method == "POST":
        if "again" in request.POST:
            actions.take_mail_again(membership=membership, kind=kind)
        else:
            actions.stop_mail(membership=membership, kind=kind)
        membership.refresh_from_db(
            fields=[
                "mail_about_asks",
                "mail_about_numbers",
                "mail_about_concerns",
                "digest_rhythm",
                "refused_mail",
            ]
        )
    context = {
        "to": membership,
        "what": _WHAT_STOPS[kind],
        "is_stopped": is_stopped(membership, kind),
        "is_invitation": kind == Message.Kind.INVITATION,
        "settings_url": reverse("people:me", args=[membership.network.slug]),
    }
    return render(request, "people/stop_mail.html", context)


_WHAT_STOPS = {
    Message.Kind.ASK: "E-mail about asks",
    Message.Kind.NUMBER: "Reminders of numbers that are due",
    Message.Kind.CONCERN: "E-mail about concerns in measures of projects that were handed over",
    Message.Kind.DIGEST: "Your weekly update",
    Message.Kind.INVITATION: "Invitations",
}


@network_page()
@require_http_methods(["GET", "POST"])
def me(request: MemberRequest) -> HttpResponse:
    """Show and change one's own name and e-mail."""
    membership = request.membership
    person = membership.person
    initial = {
        "name": person.name,
        "digest_rhythm": membership.digest_rhythm,
        "mail_about_asks": membership.mail_about_asks,
        "mail_about_numbers": membership.mail_about_numbers,
        "mail_about_concerns": membership.mail_about_concerns,
    }
    form = SettingsForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.change_own_settings(by=membership, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("people:me", membership.network.slug)
    networks, invited = _networks_of(request)
    context = {"form": form, "networks": networks, "invited": invited, "roles": sorted(membership.roles)}
    return render(request, "people/me.html", context)
