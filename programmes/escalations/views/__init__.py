"""The pages of asks."""

from programmes.escalations.views.ask import act, ask, attachment, attachment_remove
from programmes.escalations.views.cases import case, cases, change_case, new_case, put_case
from programmes.escalations.views.inbox import inbox
from programmes.escalations.views.leadership import leadership
from programmes.escalations.views.meeting import meeting
from programmes.escalations.views.raising import raise_ask, similar
from programmes.escalations.views.routes import remit_take, routes, times
from programmes.escalations.views.several import several
from programmes.escalations.views.stories import stories, story

__all__ = [
    "act",
    "ask",
    "attachment",
    "attachment_remove",
    "case",
    "cases",
    "change_case",
    "inbox",
    "leadership",
    "meeting",
    "new_case",
    "put_case",
    "raise_ask",
    "remit_take",
    "routes",
    "several",
    "similar",
    "stories",
    "story",
    "times",
]
