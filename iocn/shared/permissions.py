"""Answers to "may this person?" and "can this be done now?", which carry their reason.

answer = may_change_project(membership, project)
if answer: ...                 # a page shows the button
{{ answer.reason }}            # or the reason where the button would have been
require(answer)                # an action or a view refuses: 403 with the reason
"""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied


@dataclass(frozen=True)
class Answer:
    """Yes, or no with a sentence that says why."""

    reason: str = ""

    def __bool__(self) -> bool:
        return not self.reason


YES = Answer()


def no(reason: str) -> Answer:
    """Refuse, with the sentence that the person reads."""
    return Answer(reason)


def require(answer: Answer) -> None:
    """Raise PermissionDenied with the reason unless the answer is yes."""
    if not answer:
        raise PermissionDenied(answer.reason)
