"""The moves of an ask as people meet them: the words of each one's button and page, and its form."""

from collections.abc import Callable
from dataclasses import dataclass

from programmes.escalations import actions, case_forms, forms
from programmes.escalations.models import Escalation
from programmes.escalations.states import Move
from programmes.escalations.words import BUTTONS, slug_of


@dataclass(frozen=True)
class Act:
    """A move as people meet it: the words of its button and page, its form, what writes it."""

    move: Move
    title: str
    form: type[forms.ActForm]
    write: Callable[..., Escalation]
    said: str
    one_click: bool = False
    # Not on the way to an answer: stands under the timeline.
    aside: bool = False

    @property
    def is_never_first(self) -> bool:
        """Whether its button invites nobody, even where it is the only one."""
        return self.move in (Move.WITHDRAW, Move.REOPEN, Move.WAIT)

    @property
    def button(self) -> str:
        """The words of its button."""
        return BUTTONS[self.move]

    @property
    def slug(self) -> str:
        return slug_of(self.move)


# In the order of the buttons: the first that can be done is the main one.
ACTS = [
    Act(
        Move.SETTLE,
        "Say how it is settled",
        forms.SettleForm,
        actions.settle,
        "The team is asked whether that settles it.",
    ),
    Act(
        Move.GO_ON,
        "Pass it on now",
        forms.WordsForm,
        actions.pass_on,
        "It has gone on to who can decide it.",
        one_click=True,
    ),
    Act(
        Move.TAKE,
        "Take this ask",
        forms.WordsForm,
        actions.take,
        "The ask is with you now. Whoever asked is told.",
        one_click=True,
    ),
    Act(
        Move.ACKNOWLEDGE,
        "Say that you are looking at it",
        forms.WordsForm,
        actions.acknowledge,
        "They know now that you are looking at it.",
        one_click=True,
    ),
    Act(
        Move.VOICE,
        "Answer the business case",
        case_forms.VoiceForm,
        actions.voice,
        "Your answer is on the business case.",
    ),
    Act(
        Move.ACCEPT,
        "Say yes, with a promise",
        forms.AcceptForm,
        actions.accept,
        "Your promise is on its way to whoever asked.",
    ),
    Act(
        Move.WAKE,
        "Take it off hold",
        forms.WordsForm,
        actions.wake,
        "Its clock runs again.",
        one_click=True,
    ),
    Act(
        Move.DONE,
        "Mark as done",
        forms.WordsForm,
        actions.mark_done,
        "The team is asked whether that settles it.",
    ),
    Act(
        Move.CHANGE_PROMISE,
        "Change the promise",
        forms.ChangePromiseForm,
        actions.change_promise,
        "The new promise is on its way to whoever asked, beside the old one.",
    ),
    Act(
        Move.CONFIRM,
        "Say that it is settled",
        forms.WordsForm,
        actions.confirm,
        "The ask is closed. Thank you for telling them.",
        one_click=True,
    ),
    Act(
        Move.NOT_SETTLED,
        "Say that it is not settled",
        forms.NotSettledForm,
        actions.not_settled,
        "It is back with whoever answers it.",
    ),
    Act(
        Move.ASK_AGAIN,
        "Ask once more, with something new",
        forms.AskAgainForm,
        actions.ask_again,
        "It goes to the next who may decide it.",
    ),
    Act(
        Move.WAIT,
        "Wait before somebody is brought in",
        forms.WordsForm,
        actions.wait,
        "Nobody is brought in yet.",
        one_click=True,
    ),
    Act(
        Move.DECLINE,
        "Not possible now",
        forms.DeclineForm,
        actions.decline,
        "Your answer is on its way to whoever asked.",
    ),
    Act(
        Move.HOLD,
        "Put on hold",
        forms.HoldForm,
        actions.hold,
        "It is on hold until then, and wakes by itself.",
    ),
    Act(
        Move.ROUTE,
        "Bring it to a leader",
        forms.HandOnForm,
        actions.route,
        "It is with {owner} now, who is told by e-mail.",
    ),
    Act(
        Move.ELSEWHERE,
        "Say that it belongs elsewhere",
        forms.ElsewhereForm,
        actions.move_elsewhere,
        "It is closed here. Whoever asked is told where it belongs.",
    ),
    Act(
        Move.HAND_ON,
        "Hand on",
        forms.HandOnForm,
        actions.hand_on,
        "It is with {owner} now, who is told by e-mail. So is whoever asked.",
    ),
    Act(
        Move.JOIN,
        "Say that you need this too",
        forms.WordsForm,
        actions.join,
        "You are told how it is answered.",
        aside=True,
    ),
    Act(
        Move.REOPEN,
        "Open it again",
        forms.ReopenForm,
        actions.reopen,
        "It is open again.",
    ),
    Act(
        Move.ATTACH,
        "Attach a file",
        forms.AttachForm,
        actions.attach,
        "The file is on the ask.",
        aside=True,
    ),
    Act(
        Move.WITHDRAW,
        "Withdraw the ask",
        forms.WordsForm,
        actions.withdraw,
        "The ask is withdrawn.",
    ),
    Act(
        Move.COMMENT,
        "Add a comment",
        forms.CommentForm,
        actions.comment,
        "Your comment is on the ask.",
    ),
]
BY_SLUG = {act.slug: act for act in ACTS}
# The fields of their forms that hold free text.
WORDS = ("what", "text", "would_change")
