"""Every move between stages, allowed or not, and what tries make of a prototype."""

import itertools

import pytest
from django.core.exceptions import ValidationError

from iocn.shared.models import History
from programmes.projects import actions
from programmes.projects.models import PathwayProject, Prototype
from programmes.projects.states import MOVES, OPEN, WAY, needs_reason, state_of_prototype
from tests import factories

Stage = PathwayProject.Stage
State = Prototype.State


def test_every_stage_has_its_moves():
    assert set(MOVES) == set(Stage)


@pytest.mark.parametrize(("before", "after"), list(itertools.product(Stage, Stage)))
def test_every_move_is_made_or_refused(network, before, after):
    project = factories.ProjectFactory(network=network, stage=before)
    since = project.stage_since
    by = factories.MembershipFactory(network=network, roles=["staff"])
    if after in MOVES[before]:
        actions.move_stage(by=by, project=project, stage=after, reason="Because it is time.")
        project.refresh_from_db()
        assert project.stage == after
        assert project.stage_since > since
        assert History.objects.of(project).get().text == "Because it is time."
    else:
        with pytest.raises(ValidationError):
            actions.move_stage(by=by, project=project, stage=after, reason="Because it is time.")
        project.refresh_from_db()
        assert (project.stage, project.stage_since) == (before, since)
        assert not History.objects.of(project).exists()


def test_a_project_moves_freely_among_open_stages_and_is_handed_over_from_embedding_alone():
    for before, after in itertools.permutations(OPEN, 2):
        assert after in MOVES[before]
    assert [stage for stage in Stage if Stage.HANDED_OVER in MOVES[stage]] == [Stage.EMBEDDING]


@pytest.mark.parametrize(("before", "after"), [(b, a) for b in Stage for a in Stage if a in MOVES[b]])
def test_going_back_stopping_and_taking_up_again_want_a_sentence(network, before, after):
    stopped = Stage.STOPPED in (before, after)
    expected = stopped or WAY.index(after) < WAY.index(before)
    assert needs_reason(before, after) is expected
    project = factories.ProjectFactory(network=network, stage=before)
    by = factories.MembershipFactory(network=network, roles=["staff"])
    if expected:
        with pytest.raises(ValidationError, match="sentence"):
            actions.move_stage(by=by, project=project, stage=after, reason=" ")
    else:
        actions.move_stage(by=by, project=project, stage=after)
    project.refresh_from_db()
    assert project.stage == (before if expected else after)


@pytest.mark.parametrize(
    ("endings_newest_first", "state"),
    [
        ([], State.TESTING),
        ([""], State.TESTING),
        (["adopt"], State.ADOPTED),
        (["adapt", ""], State.ADAPTED),
        (["abandon", "adapt"], State.ABANDONED),
        (["", "adapt"], State.TESTING),
        (["", "abandon"], State.TESTING),
        (["", "adopt", "adapt"], State.ADOPTED),
        (["", "", "adapt", "adopt"], State.TESTING),
    ],
)
def test_a_prototypes_state_follows_how_its_tries_end(endings_newest_first, state):
    assert state_of_prototype(endings_newest_first) == state
