"""Pages of members."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from iocn.shared.lists import Column, Listing
from iocn.shared.models import History
from people import actions
from people.filters import STATES, MemberFilter
from people.forms import (
    ChangePostForm,
    EndPostForm,
    InviteForm,
    PostForm,
    RemitForm,
    RolesForm,
)
from people.invitations import is_too_old
from people.models import Absence, Level, Membership
from people.permissions import Permission, Role
from people.scopes import (
    counted_members_for,
    listed_members_for,
    members_for,
    organisations_for,
    posts_of,
    with_main_post_columns,
)
from people.web import MemberRequest, network_page, posted


def state_of(member: Membership) -> str:
    """Return the word for where the member is: joined, invited, left."""
    if member.closed_at:
        return STATES["left"]
    if member.joined_at:
        return STATES["joined"]
    return STATES["expired"] if is_too_old(member) else STATES["invited"]


def role_labels(member: Membership) -> str:
    """Return the roles in the order of the enum."""
    return ", ".join(role.label for role in Role if role in member.roles)


@network_page()
@require_GET
def members(request: MemberRequest) -> HttpResponseBase:
    """List the members; evaluators read numbers instead."""
    membership = request.membership
    if not membership.may(Permission.SEE_PEOPLE) and membership.may(Permission.SEE_NUMBERS):
        return _numbers(request)
    if not membership.may(Permission.SEE_PEOPLE) and not listed_members_for(membership).exists():
        raise Http404
    is_staff, is_file = membership.may(Permission.MANAGE_NETWORK), request.GET.get("format") == "csv"
    listing = Listing(
        request,
        _rows,
        _columns(is_staff, is_file),
        MemberFilter,
        sort="name",
        name="members",
    )
    if download := listing.download():
        return download
    for member in listing.rows:
        member.state, member.role_labels = state_of(member), role_labels(member)
    context = {"listing": listing, "is_staff": is_staff, "sees_all": membership.may(Permission.SEE_PEOPLE)}
    return render(request, "people/members.html", context)


def _rows(reader: Membership) -> QuerySet[Membership]:
    return with_main_post_columns(listed_members_for(reader))


def _level_label(member: Any) -> str:
    """Return the level of the main post, annotated by the list."""
    return Level(member.main_level).label if member.main_level else ""


def _columns(is_staff: bool, is_file: bool) -> list[Column]:
    columns = [
        Column("name", "Name", lambda member: member.name, ("name",)),
        Column("job_title", "Job title", lambda member: member.main_job_title, ("main_job_title",)),
        Column(
            "organisation", "Organisation", lambda member: member.main_organisation, ("main_organisation",)
        ),
        Column("roles", "Roles", role_labels),
    ]
    if is_staff:
        columns += [
            Column("email", "E-mail address", lambda member: member.email, ("email",)),
            Column("state", "State", state_of, ("closed_at", "joined_at")),
        ]
        if is_file:  # a page is not wide enough, and filters by it
            columns.append(Column("level", "Level", _level_label))
    return columns


def _numbers(request: MemberRequest) -> HttpResponse:
    """Show how many members there are, by organisation and level, without names."""
    membership = request.membership
    members = counted_members_for(membership)
    posts = (
        posts_of(members)
        .values("organisation", "level")
        .annotate(number=Count("membership", distinct=True))
        .order_by()
    )
    number = {(row["organisation"], row["level"]): row["number"] for row in posts}
    rows = []
    for organisation in organisations_for(membership).current():
        cells = [(label, number.get((organisation.pk, level), 0)) for level, label in Level.choices]
        rows.append({"name": organisation.name, "cells": cells, "total": sum(n for _, n in cells)})
    context = {"rows": rows, "levels": list(Level.labels), "total": members.count()}
    return render(request, "people/numbers.html", context)


@network_page()
@require_GET
def member(request: MemberRequest, pk: int) -> HttpResponse:
    """Show one member."""
    reader = request.membership
    rows = members_for(reader).with_roles().select_related("network", "person", "closed_by")
    member = get_object_or_404(rows, pk=pk)
    posts = list(member.posts.select_related("organisation"))
    context = {
        "member": member,
        "state": state_of(member),
        "role_labels": role_labels(member),
        "posts": [post for post in posts if post.is_current],
        "past_posts": [post for post in posts if not post.is_current],
        "remits": member.remits.select_related("organisation"),
        "sponsored": member.sponsored_organisations.all(),
        "is_staff": reader.may(Permission.MANAGE_NETWORK),
        "sees_organisations": reader.may(Permission.SEE_PEOPLE),
        "is_self": member.pk == reader.pk,
        "absence": _absence_now(member),
        "history": History.objects.of(member)[:50],
    }
    return render(request, "people/member.html", context)


def _absence_now(member: Membership) -> Absence | None:
    if not member.is_leader:
        return None
    return member.absences.on(member.network.today()).select_related("stand_in").first()


def _member_to_change(request: MemberRequest, pk: int) -> Membership:
    return get_object_or_404(
        members_for(request.membership).with_roles().select_related("network", "person"), pk=pk
    )


@network_page(Permission.MANAGE_NETWORK)
@require_http_methods(["GET", "POST"])
def invite(request: MemberRequest) -> HttpResponse:
    """Invite one person."""
    form = InviteForm(posted(request), membership=request.membership)
    if request.method == "POST" and form.is_valid():
        try:
            member = actions.invite_member(by=request.membership, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"An invitation is on its way to {member.name}.")
            return redirect("people:member", request.membership.network.slug, member.pk)
    return render(request, "people/invite.html", {"form": form})


@network_page(Permission.MANAGE_NETWORK)
@require_POST
def invite_again(request: MemberRequest, pk: int) -> HttpResponse:
    """Send the invitation again."""
    member = _member_to_change(request, pk)
    try:
        actions.send_invitation_again(by=request.membership, membership=member)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, f"A new invitation is on its way to {member.name}.")
    return redirect(member)


@network_page(Permission.MANAGE_NETWORK)
@require_http_methods(["GET", "POST"])
def roles(request: MemberRequest, pk: int) -> HttpResponse:
    """Change what a member may do."""
    member = _member_to_change(request, pk)
    form = RolesForm(posted(request), initial={"roles": sorted(member.roles)})
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_roles(by=request.membership, membership=member, roles=form.cleaned_data["roles"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"The roles of {member} are saved.")
            return redirect(member)
    context = {
        "member": member,
        "form": form,
        "title": f"Roles of {member}",
        "button": "Save the roles",
        "remark": "Who stops being a leader keeps no remit and no executive sponsorship: they go to the staff’s list.",
    }
    return render(request, "people/member_form.html", context)


@network_page(Permission.MANAGE_NETWORK)
@require_http_methods(["GET", "POST"])
def post_add(request: MemberRequest, pk: int) -> HttpResponse:
    """Give a member a post."""
    member = _member_to_change(request, pk)
    form = PostForm(posted(request), membership=request.membership)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_post(by=request.membership, membership=member, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "The post is added.")
            return redirect(member)
    context = {"member": member, "form": form, "title": f"Add a post of {member}", "button": "Add the post"}
    return render(request, "people/member_form.html", context)


@network_page(Permission.MANAGE_NETWORK)
@require_http_methods(["GET", "POST"])
def post(request: MemberRequest, pk: int, post_pk: int) -> HttpResponse:
    """Put a post right, or end it."""
    member = _member_to_change(request, pk)
    post = get_object_or_404(member.posts.select_related("organisation", "membership"), pk=post_pk)
    ends = "end" in request.POST
    initial = {"job_title": post.job_title, "level": post.level, "is_main": post.is_main}
    form = ChangePostForm(
        request.POST if request.method == "POST" and not ends else None, initial=initial, prefix="post"
    )
    end_form = EndPostForm(request.POST if ends else None, prefix="end")
    used = end_form if ends else form
    if used.is_valid():
        try:
            if ends:
                actions.end_post(by=request.membership, post=post, **end_form.cleaned_data)
            else:
                actions.change_post(by=request.membership, post=post, **form.cleaned_data)
        except ValidationError as error:
            used.add_error("until" if ends else None, error)
        else:
            messages.success(request, "The post is ended." if ends else "The post is saved.")
            return redirect(member)
    context = {"member": member, "post": post, "post_form": form, "end_form": end_form, "form": used}
    return render(request, "people/post.html", context)


@network_page(Permission.MANAGE_NETWORK)
@require_http_methods(["GET", "POST"])
def remit_give(request: MemberRequest, pk: int) -> HttpResponse:
    """Say what a leader can decide on."""
    member = _member_to_change(request, pk)
    form = RemitForm(
        posted(request), membership=request.membership, initial={"order": 1} | request.GET.dict()
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.give_remit(by=request.membership, membership=member, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"Asks about this reach {member} from now on.")
            return redirect(member)
    context = {
        "member": member,
        "form": form,
        "title": f"What can {member} decide on?",
        "button": "Save",
    }
    return render(request, "people/member_form.html", context)


@network_page(Permission.MANAGE_NETWORK)
@require_POST
def remit_take(request: MemberRequest, pk: int, remit_pk: int) -> HttpResponse:
    """Say that a leader no longer decides on it."""
    member = _member_to_change(request, pk)
    remit = get_object_or_404(member.remits.select_related("organisation", "membership"), pk=remit_pk)
    actions.take_remit(by=request.membership, remit=remit)
    messages.success(request, f"{member} no longer decides on {remit}.")
    return redirect(member)


@network_page(Permission.MANAGE_NETWORK)
@require_POST
def table_seat(request: MemberRequest, pk: int) -> HttpResponse:
    """Give a leader a seat at the network table (`at_table` is sent along), or end it."""
    member = _member_to_change(request, pk)
    gives = bool(request.POST.get("at_table"))
    try:
        actions.set_at_table(by=request.membership, membership=member, at_table=gives)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(
            request,
            f"{member} sits at the network table."
            if gives
            else f"{member} no longer sits at the network table.",
        )
    return redirect(member)


@network_page(Permission.MANAGE_NETWORK)
@require_http_methods(["GET", "POST"])
def close(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask once more, saying what will go to the staff's list, then close the membership."""
    member = _member_to_change(request, pk)
    problem = ""
    if request.method == "POST":
        try:
            actions.close_membership(by=request.membership, membership=member)
        except ValidationError as error:
            problem = error.messages[0]
        else:
            if member.pk == request.membership.pk:
                return redirect("start")
            messages.success(
                request, f"{member} has no access any more. What waited on them is on your list."
            )
            return redirect("people:staff_list", request.membership.network.slug)
    context = {
        "member": member,
        "problem": problem,
        "remits": member.remits.select_related("organisation"),
        "sponsored": member.sponsored_organisations.all(),
    }
    return render(request, "people/close_member.html", context)
