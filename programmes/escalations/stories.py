"""Stories of asks that were settled: proposed by staff, team or owner, shown once team and owner have agreed.

Where the manager who sponsors the team settled it, they stand in the owner's place.
"""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from iocn.shared.history import record
from iocn.shared.permissions import YES, Answer, no, require
from iocn.shared.prepared import Typed, prepared
from people.messages import tell
from people.models import Membership, Message
from programmes.escalations.actions import NotPossible
from programmes.escalations.models import Escalation, Story, StoryQuerySet
from programmes.escalations.permissions import asks_for
from programmes.escalations.search import MOST_WORDS, SIMILAR, at_least, number_of, telling_words
from programmes.escalations.states import SETTLING, Move, State

TEAM, OWNER = "team", "owner"


def may_read_stories(membership: Membership) -> bool:
    """Whether the membership may read stories: all but who reads numbers only."""
    return not membership.is_evaluator_only


def stories_for(membership: Membership) -> StoryQuerySet:
    """Return the stories that the membership may read: agreed ones."""
    stories = Story.objects.agreed().filter(network=membership.network_id)
    return stories if may_read_stories(membership) else stories.none()


def stories_like(membership: Membership, text: str) -> list[tuple[int, str, str]]:
    """Return the stories that are most like what is typed: of which ask, the line, and who settled it."""
    words = telling_words(text)[:MOST_WORDS]
    return list(_most_like(membership, *map(Typed, words))) if words else []


@prepared
def _most_like(reader: Membership, *words: Typed) -> QuerySet[Any, Any]:
    found = stories_for(reader).annotate(likeness=number_of(words, "text"))
    found = found.filter(likeness__gte=at_least(words)).order_by("-likeness", "-owner_agreed_at")
    return found.values_list("escalation", "text", "escalation__decided_in__name")[:SIMILAR]


def story_of(membership: Membership, escalation: Escalation) -> Story | None:
    """Return the story of an ask that the membership sees, agreed or not."""
    found = Story.objects.filter(escalation=escalation, escalation__in=asks_for(membership).values("pk"))
    return found.select_related("proposed_by", "team_agreed_by", "owner_agreed_by").first()


def settled_by(escalation: Escalation) -> Membership | None:
    """Return who agrees for whoever settled it: its owner, or the manager who did before it had one."""
    if escalation.owner is not None:
        return escalation.owner
    steps = reversed(escalation.events.all())
    last = next((event for event in steps if event.move in SETTLING), None)
    return last.by if last and last.move == Move.SETTLE else None


def side_of(membership: Membership, escalation: Escalation) -> str:
    """Return for whom the membership agrees: who settled it, or whoever asked and their team; empty for others."""
    if settled_by(escalation) == membership:
        return OWNER
    if escalation.raised_by_id == membership.pk or escalation.speaks_for_team(membership):
        return TEAM
    return ""


def may_tell(membership: Membership, escalation: Escalation) -> Answer:
    """Say whether the membership may propose the ask's story."""
    if escalation.restricted:
        return no("A restricted ask has no story.")
    if escalation.state != State.CLOSED or escalation.done_after is None:
        return no("An ask has a story once it is settled and closed.")
    if settled_by(escalation) is None:
        return no("Nobody is there any more who could agree for whoever settled it.")
    if membership.is_staff or side_of(membership, escalation):
        return YES
    return no("Its team, whoever settled it, or network staff tell its story.")


@transaction.atomic
def tell_story(*, by: Membership, escalation: Escalation, text: str) -> Story:
    """Propose the ask's story, or another wording of it; who proposes agrees for their side, the other is asked."""
    locked = _locked(by, escalation)
    text, now = text.strip(), timezone.now()
    if not text:
        raise NotPossible("Write the story in one line.")
    side = side_of(by, locked)
    values: dict[str, Any] = {"text": text, "proposed_by": by, "proposed_at": now}
    for one in (TEAM, OWNER):
        values |= {
            f"{one}_agreed_by": by if side == one else None,
            f"{one}_agreed_at": now if side == one else None,
        }
    story, _ = Story.objects.update_or_create(
        escalation=locked, defaults={"network_id": locked.network_id, **values}
    )
    record(by=by, on=story, what="proposed the story", text=text)
    for to in {locked.raised_by, settled_by(locked)} - {by}:
        if to is not None and to.is_active:
            _ask_for_agreement(to, locked, story)
    return story


@transaction.atomic
def agree_to_story(*, by: Membership, escalation: Escalation, seen: str) -> Story:
    """Agree to the story as it was read, for one's side."""
    locked = _locked(by, escalation)
    story, side = _story_and_side(by, locked)
    if story.text != seen:
        raise NotPossible("The story was worded anew since you read it. Read it again.")
    if getattr(story, f"{side}_agreed_at") is None:
        _set(story, side, by)
        record(by=by, on=story, what="agreed to the story")
    return story


@transaction.atomic
def take_back_story(*, by: Membership, escalation: Escalation) -> Story:
    """Take one's side's agreement back: the network sees the story no more."""
    locked = _locked(by, escalation)
    story, side = _story_and_side(by, locked)
    if getattr(story, f"{side}_agreed_at") is not None:
        _set(story, side, None)
        record(by=by, on=story, what="took the agreement to the story back")
    return story


def _locked(by: Membership, escalation: Escalation) -> Escalation:
    asks = asks_for(by).filter(pk=escalation.pk).with_people()
    locked = asks.select_for_update(of=("self",), no_key=True).get()
    require(may_tell(by, locked))
    return locked


def _story_and_side(by: Membership, locked: Escalation) -> tuple[Story, str]:
    side = side_of(by, locked)
    if not side:
        require(no("Only its team and whoever settled it agree to a story."))
    story = Story.objects.filter(escalation=locked).first()
    if story is None:
        raise NotPossible("Nobody has proposed a story yet.")
    return story, side


def _set(story: Story, side: str, by: Membership | None) -> None:
    setattr(story, f"{side}_agreed_by", by)
    setattr(story, f"{side}_agreed_at", timezone.now() if by else None)
    story.save(update_fields=[f"{side}_agreed_by", f"{side}_agreed_at"])


def _ask_for_agreement(to: Membership, escalation: Escalation, story: Story) -> None:
    tell(
        to,
        kind=Message.Kind.ASK,
        cause=f"story:{story.pk}:{story.proposed_at.timestamp()}",
        subject=f"{escalation.reference}: do you agree to its story?",
        paragraphs=[
            f"{story.proposed_by} proposes to tell the whole network what became of {escalation.reference}:",
            f"“{story.text}”",
            "The network sees it only if both the team and whoever settled the ask agree. Either may take that back.",
        ],
        link=reverse("escalations:story", args=[escalation.network.slug, escalation.number]),
        link_label="Read it and say",
        why="You asked, or settled, what it is about.",
        copy=False,  # nobody agrees for somebody else
    )
