"""When a measure's page proposes to begin its lines anew (a rebase). It never does so by itself: a person confirms.

NHS England's Making Data Count gives no formula for it and asks for judgement. What must hold is what D. J. Wheeler asks
in "When do I recalculate my limits?" (Quality Digest, May 1996), as far as a machine can answer:

- the numbers behave in a distinctly different way: those up to the newest are in a row on one side of the centre line,
  so many that the rule of shifts, or of long runs, holds;
- they have done so for long enough: 12 numbers, from which Making Data Count takes limits, after 6 or more on the old
  lines, from which the change can be told;
- what is new is steady: drawn anew they show neither shift, trend nor run;
- nobody has said of this change that the lines stay as they are;
- the reason is known: something happened no more than two numbers before or after the change. By chance the row may
  begin a little early, so if it happened later the lines begin with the number of that time.

Whether that was the reason, and whether it is wanted and will last, only people know. The page asks them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from iocn.shared.templatetags.components import day
from programmes.measures.change import FEWEST
from programmes.measures.hooks import Happened
from programmes.measures.meaning import Series
from programmes.measures.models import Phase
from programmes.measures.sentences import centre_name, how_many, run_now
from programmes.measures.spc import FEWEST_FIXED, Rule

NEAR = 2  # numbers between the change and what happened
_LASTS = {Rule.SHIFT_ABOVE, Rule.SHIFT_BELOW, Rule.LONG_RUN_ABOVE, Rule.LONG_RUN_BELOW}
_ONCE = {Rule.ABOVE_LIMIT, Rule.BELOW_LIMIT}  # a single odd number, which moves no level


@dataclass(frozen=True)
class Proposal:
    """From which period on the lines could begin anew, what the numbers show, and the likeliest reason."""

    begins: date
    began: str  # in words
    shows: str
    cause: Happened

    @property
    def sentence(self) -> str:
        """What speaks for it, and what only people know."""
        return (
            f"{self.shows} “{self.cause.text}” was on {day(self.cause.on)}. If that is why, and it is to"
            f" stay so, the lines can begin anew with {self.began}."
        )

    @property
    def reason(self) -> str:
        """The cause, as the form offers it."""
        longest = Phase._meta.get_field("reason").max_length
        return self.cause.text[:longest]


def proposal(series: Series, happened: Sequence[Happened]) -> Proposal | None:
    """Return what to propose, or None while not all of the rules above hold."""
    at = series.newest
    if at is None or at < series.part.first or not _LASTS & set(series.rules_at(at)):
        return None
    run = run_now(series)
    causes = [event for event in happened if run and _is_near(series, run.first, event)]
    if run is None or not causes:
        return None
    since = series.points[run.first].period
    cause = min(causes, key=lambda event: (abs(event.on - since), event))
    first = max(
        place
        for place in range(run.first, at + 1)
        if place == run.first or series.points[place].period <= cause.on
    )
    counted = [place for place in range(series.part.first, at + 1) if not series.points[place].left_out]
    after = sum(place >= first for place in counted)
    if after < FEWEST_FIXED or len(counted) - after < FEWEST:
        return None
    begins = series.points[first].period
    if _is_kept(series, first):
        return None
    if not _is_steady(Series(series.measure, series.points, {*series.begins, begins})):
        return None
    side = "above" if run.above else "below"
    shows = (
        f"The last {how_many(series, run.length)} are all {side} the {centre_name(series.kind)} of"
        f" {series.centre_shown}, since {series.name_of(since)}, and steady among themselves."
    )
    return Proposal(begins, series.name_of(begins), shows, cause)


def _is_kept(series: Series, first: int) -> bool:
    """Whether somebody has said of this change that the lines stay as they are. With more numbers, or another note, the
    same change may be seen to begin a little earlier or later."""
    kept = series.measure.lines_kept_from
    if kept is None:
        return False
    place = max((at for at, point in enumerate(series.points) if point.period <= kept), default=-1)
    return first <= place + NEAR


def _is_steady(anew: Series) -> bool:
    """Whether the newest phase stays at its level."""
    part = anew.part
    if anew.troubles or (part.enough and part.signal):
        return False
    return not any(set(anew.rules_at(place)) - _ONCE for place in range(part.first, part.last + 1))


def _is_near(series: Series, first: int, event: Happened) -> bool:
    """Whether it happened near the number at which the change begins. That lines begin anew is no cause."""
    earliest = series.points[max(0, first - NEAR)].period
    after = series.points[min(len(series.points) - 1, first + NEAR)].period
    return event.what != Phase.HAPPENED and earliest <= event.on < after
