"""Everything that writes asks. Each action is one transaction: it locks the ask, checks, writes one event.

`seen` is the version that the person's form was made from. If somebody has moved the ask since, the action
raises `Conflict` with what happened, and writes nothing. `seen=None` does not check.
"""

from programmes.escalations.actions.answering import (
    LONGEST_HOLD,
    accept,
    acknowledge,
    change_promise,
    decline,
    hand_on,
    hold,
    mark_done,
    take,
    wake,
)
from programmes.escalations.actions.away import tell_stand_in
from programmes.escalations.actions.cases import change_case, draft_case, put_case, voice
from programmes.escalations.actions.common import Conflict, NotPossible, can_own
from programmes.escalations.actions.leaving import leave_asks, stop_leading_asks
from programmes.escalations.actions.raising import pass_on, raise_ask, settle
from programmes.escalations.actions.staffing import move_elsewhere, note_redaction, route
from programmes.escalations.actions.team import (
    ask_again,
    attach,
    comment,
    confirm,
    join,
    not_settled,
    remove_file,
    reopen,
    wait,
    withdraw,
)
from programmes.escalations.actions.ticking import renew_clocks, run_clocks
from programmes.escalations.actions.times import set_times

__all__ = [
    "LONGEST_HOLD",
    "Conflict",
    "NotPossible",
    "accept",
    "acknowledge",
    "ask_again",
    "attach",
    "can_own",
    "change_case",
    "change_promise",
    "comment",
    "confirm",
    "decline",
    "draft_case",
    "hand_on",
    "hold",
    "join",
    "leave_asks",
    "mark_done",
    "move_elsewhere",
    "not_settled",
    "note_redaction",
    "pass_on",
    "put_case",
    "raise_ask",
    "remove_file",
    "renew_clocks",
    "reopen",
    "route",
    "run_clocks",
    "set_times",
    "settle",
    "stop_leading_asks",
    "take",
    "tell_stand_in",
    "voice",
    "wait",
    "wake",
    "withdraw",
]
