"""The stages of a project and every move between them. Docs and tests are made from MOVES."""

from collections.abc import Sequence

from programmes.projects.models import PathwayProject, Prototype, TestCycle

Stage = PathwayProject.Stage

# The way of a project, in its order.
WAY = (
    Stage.PROBLEM,
    Stage.INVESTIGATING,
    Stage.PROTOTYPING,
    Stage.BUSINESS_CASE,
    Stage.EMBEDDING,
    Stage.HANDED_OVER,
)
# On which work goes on.
OPEN = WAY[:-1]

# Stage → the stages it may move to. A change is handed over only once it is being embedded; what was handed
# over comes back to embedding; what was stopped may be taken up again at any open stage.
MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.PROBLEM: frozenset({*OPEN, Stage.STOPPED} - {Stage.PROBLEM}),
    Stage.INVESTIGATING: frozenset({*OPEN, Stage.STOPPED} - {Stage.INVESTIGATING}),
    Stage.PROTOTYPING: frozenset({*OPEN, Stage.STOPPED} - {Stage.PROTOTYPING}),
    Stage.BUSINESS_CASE: frozenset({*OPEN, Stage.STOPPED} - {Stage.BUSINESS_CASE}),
    Stage.EMBEDDING: frozenset({*OPEN, Stage.HANDED_OVER, Stage.STOPPED} - {Stage.EMBEDDING}),
    Stage.HANDED_OVER: frozenset({Stage.EMBEDDING}),
    Stage.STOPPED: frozenset(OPEN),
}


def needs_reason(before: str, after: str) -> bool:
    """Whether the move wants a sentence: stopping, going back, and taking up again what was stopped."""
    if Stage.STOPPED in (before, after):
        return True
    return WAY.index(Stage(after)) < WAY.index(Stage(before))


STATE_AFTER_ENDING: dict[str, Prototype.State] = {
    TestCycle.Ending.ADOPT: Prototype.State.ADOPTED,
    TestCycle.Ending.ADAPT: Prototype.State.ADAPTED,
    TestCycle.Ending.ABANDON: Prototype.State.ABANDONED,
}


def state_of_prototype(endings: Sequence[str]) -> Prototype.State:
    """Return a prototype's state from its tries' endings, newest first; a try without an ending has "".

    The last ending decides. A later try without one means that it is being tried again, but what was adopted
    stays adopted.
    """
    for newer, ending in enumerate(endings):
        if ending and (newer == 0 or ending == TestCycle.Ending.ADOPT):
            return STATE_AFTER_ENDING[ending]
        if ending:
            break
    return Prototype.State.TESTING
