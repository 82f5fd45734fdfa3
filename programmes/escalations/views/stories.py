"""Stories of asks that were settled: the network's list, and proposing and agreeing to one."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from iocn.shared.history import last_of
from iocn.shared.lists import Column, Listing
from iocn.shared.permissions import require
from people.web import MemberRequest, network_page
from programmes.escalations import stories as telling
from programmes.escalations.actions import NotPossible
from programmes.escalations.filters import StoryFilter
from programmes.escalations.forms import StoryForm
from programmes.escalations.permissions import asks_for

COLUMNS = [
    Column("story", "What was settled", lambda story: story.text, ("text",)),
    Column("by", "By", lambda story: story.escalation.decided_in, ("escalation__decided_in__name",)),
    Column("for", "For", lambda story: story.escalation.asked_in, ("escalation__asked_in__name",)),
    Column("when", "Agreed", lambda story: story.owner_agreed_at, ("owner_agreed_at",)),
]


@network_page()
@require_GET
def stories(request: MemberRequest) -> HttpResponseBase:
    """Show the stories that team and owner agreed to tell."""
    if not telling.may_read_stories(request.membership):
        raise Http404
    rows = telling.stories_for(request.membership).select_related(
        "escalation__decided_in", "escalation__asked_in"
    )
    listing = Listing(request, rows, COLUMNS, StoryFilter, sort="-when", name="stories")
    if download := listing.download():
        return download
    return render(request, "escalations/stories.html", {"listing": listing})


@network_page()
@require_http_methods(["GET", "POST"])
def story(request: MemberRequest, number: int) -> HttpResponse:
    """Propose the story of an ask, agree to it, or take that back."""
    reader = request.membership
    ask = get_object_or_404(asks_for(reader).numbered(reader.network_id, number).with_people())
    require(telling.may_tell(reader, ask))
    told = telling.story_of(reader, ask)
    do = request.POST.get("do", "tell")
    is_telling = request.method == "POST" and do == "tell"
    form = StoryForm(request.POST if is_telling else None, initial={"text": told.text if told else ""})
    try:
        if is_telling and form.is_valid():
            telling.tell_story(by=reader, escalation=ask, **form.cleaned_data)
        elif do == "agree" and request.method == "POST":
            telling.agree_to_story(by=reader, escalation=ask, seen=request.POST.get("seen", ""))
        elif do == "take-back" and request.method == "POST":
            telling.take_back_story(by=reader, escalation=ask)
        if request.method == "POST" and not form.errors:
            messages.success(request, "Saved.")
            return redirect("escalations:story", reader.network.slug, number)
    except NotPossible as refusal:
        messages.error(request, str(refusal))
        return redirect("escalations:story", reader.network.slug, number)
    side = telling.side_of(reader, ask)
    context = {
        "ask": ask,
        "story": told,
        "form": form,
        "side": side,
        "has_agreed": bool(told and side and getattr(told, f"{side}_agreed_at")),
        "history": last_of(told, 10) if told else [],
    }
    return render(request, "escalations/story.html", context)
