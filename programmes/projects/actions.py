"""Everything that writes programmes, projects, teams and tries. The view has asked whether the person may."""

from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from iocn.shared.history import record
from iocn.shared.templatetags.components import day
from people.actions.members import lock_members
from people.actions.staff_list import add_staff_task, settle_what_waits
from people.models import Membership, StaffTask
from programmes.projects.models import PathwayProject, ProgrammeOfCare, Prototype, TeamMember, TestCycle
from programmes.projects.permissions import may_have_part, may_sponsor
from programmes.projects.states import MOVES, OPEN, needs_reason, state_of_prototype

Stage = PathwayProject.Stage
Part = TeamMember.Part


# --- Programmes --------------------------------------------------------------------------------------------
@transaction.atomic
def create_programme(*, by: Membership, name: str, aim: str = "") -> ProgrammeOfCare:
    """Create a programme of care."""
    _name_is_free(by, ProgrammeOfCare.objects.all(), name)
    programme = ProgrammeOfCare.objects.create(network=by.network, name=name, aim=aim)
    record(by=by, on=programme, what="created the programme")
    return programme


@transaction.atomic
def change_programme(*, by: Membership, programme: ProgrammeOfCare, name: str, aim: str) -> None:
    """Change what a programme is called and aims at."""
    _name_is_free(by, ProgrammeOfCare.objects.exclude(pk=programme.pk), name)
    changes = _changes([("name", programme.name, name), ("aim", programme.aim, aim)])
    if not changes:
        return
    programme.name, programme.aim = name, aim
    programme.save(update_fields=["name", "aim"])
    record(by=by, on=programme, what=_what(changes), text="\n".join(changes.values()))


# --- Projects ----------------------------------------------------------------------------------------------
@transaction.atomic
def create_project(
    *,
    by: Membership,
    name: str,
    aim: str = "",
    programme: ProgrammeOfCare | None = None,
    stage: str = Stage.PROBLEM,
    sponsor: Membership | None = None,
) -> PathwayProject:
    """Start a project at an open stage. Whoever starts it leads it."""
    if stage not in OPEN:
        raise ValidationError("A project starts at a stage in which work goes on.")
    _same_network(by, programme)
    _name_is_free(by, PathwayProject.objects.all(), name)
    _require_sponsor(by, sponsor)
    project = PathwayProject.objects.create(
        network=by.network, name=name, aim=aim, programme=programme, stage=stage, sponsor=sponsor
    )
    text = f"Sponsor: {sponsor}" if sponsor else ""
    record(by=by, on=project, what="started the project", text=text)
    TeamMember.objects.create(project=project, membership=by, part=Part.LEAD)
    return project


@transaction.atomic
def change_project(
    *,
    by: Membership,
    project: PathwayProject,
    name: str,
    aim: str,
    programme: ProgrammeOfCare | None,
    sponsor: Membership | None = None,
) -> None:
    """Change what a project is called, aims at and belongs to, and which manager sponsors its team."""
    _same_network(by, programme)
    if sponsor is not None and sponsor.pk != project.sponsor_id:
        _require_sponsor(by, sponsor)
    _name_is_free(by, PathwayProject.objects.exclude(pk=project.pk), name)
    changes = _changes(
        [
            ("name", project.name, name),
            ("aim", project.aim, aim),
            ("programme", str(project.programme or ""), str(programme or "")),
            ("sponsor", *_told_apart(project.sponsor, sponsor)),
        ]
    )
    if not changes:
        return
    project.name, project.aim, project.programme, project.sponsor = name, aim, programme, sponsor
    project.moved_at = timezone.now()
    project.save(update_fields=["name", "aim", "programme", "sponsor", "moved_at"])
    record(by=by, on=project, what=_what(changes), text="\n".join(changes.values()))
    if sponsor is not None:
        settle_what_waits(by=by, kind=StaffTask.Kind.TEAM, subject=project)


def _told_apart(before: Membership | None, after: Membership | None) -> tuple[str, str]:
    """Return both names, told apart where two people have the same."""
    names = (str(before or ""), str(after or ""))
    return (names[0], f"{after} (another)") if names[0] == names[1] and before != after else names


def _require_sponsor(by: Membership, sponsor: Membership | None) -> None:
    if sponsor is None:
        return
    # Locked, so that nobody closes the membership meanwhile.
    now = Membership.objects.select_for_update(no_key=True).get(pk=sponsor.pk)
    if now.network_id != by.network_id:
        raise ValidationError({"sponsor": f"{now} is not a member of this network."})
    if not (answer := may_sponsor(now)):
        raise ValidationError({"sponsor": answer.reason})


@transaction.atomic
def move_stage(*, by: Membership, project: PathwayProject, stage: str, reason: str = "") -> None:
    """Move a project to another stage; going back, stopping and taking up again need a reason."""
    locked = PathwayProject.objects.select_for_update().get(pk=project.pk)
    if stage not in MOVES[Stage(locked.stage)]:
        raise ValidationError(
            f"A project cannot go from “{locked.get_stage_display()}” to “{Stage(stage).label}”."
        )
    if needs_reason(locked.stage, stage) and not reason.strip():
        raise ValidationError("Say in a sentence why.")
    project.stage = stage
    project.stage_since = project.moved_at = timezone.now()
    project.save(update_fields=["stage", "stage_since", "moved_at"])
    record(by=by, on=project, what=f"moved it to “{Stage(stage).label}”", text=reason)
    if project.is_open:
        _tell_staff_if_nobody_leads(project)


# --- Teams -------------------------------------------------------------------------------------------------
@transaction.atomic
def add_to_team(*, by: Membership, project: PathwayProject, membership: Membership, part: str) -> TeamMember:
    """Add a member of the network to a team; who is in it already gets the new part."""
    _same_network(by, membership)
    if not (answer := may_have_part(membership, part)):
        raise ValidationError(answer.reason)
    # Locks the project, so that two who add the same person at once do not meet in the constraint.
    PathwayProject.objects.select_for_update(no_key=True).get(pk=project.pk)
    place = TeamMember.objects.now().filter(project=project, membership=membership).first()
    label = Part(part).label.lower()
    if place is None:
        place = TeamMember.objects.create(project=project, membership=membership, part=part)
        record(by=by, on=project, what=f"added {membership.name}: {label}")
    elif place.part != part:
        place.part = part
        place.save(update_fields=["part"])
        record(by=by, on=project, what=f"changed the part of {membership.name}: {label}")
    project.mark_moved()
    if part == Part.LEAD:
        _open_tasks(project).update(settled_at=timezone.now(), settled_by=by)
    else:
        _tell_staff_if_nobody_leads(project)
    return place


@transaction.atomic
def leave_team(*, by: Membership, team_member: TeamMember) -> None:
    """End somebody's place in a team, today. Staff hear of an open project that nobody leads any more."""
    if team_member.left_on:
        return
    who = team_member.membership
    _end_place(team_member, by, "left the team" if by.pk == who.pk else f"took {who.name} off the team")
    team_member.project.mark_moved()


def leave_teams(membership: Membership, by: Membership | None) -> None:
    """End all places of a membership that is being closed (people.hooks.membership_closing)."""
    for place in _places_of(membership):
        _end_place(place, by, f"ended the place of {membership.name}, who left the network")
    _free_sponsored(membership, by)


def leave_teams_closed_to(membership: Membership, by: Membership | None) -> None:
    """End the places of a membership that its roles no longer allow (people.hooks.roles_set)."""
    for place in _places_of(membership):
        if not may_have_part(membership, place.part):
            _end_place(place, by, f"ended the place of {membership.name}, whose roles changed")
    if not may_sponsor(membership):
        _free_sponsored(membership, by)


def _free_sponsored(membership: Membership, by: Membership | None) -> None:
    """Take the projects that the membership sponsors from it, and ask staff who follows."""
    for project in membership.sponsored_projects.all():
        project.sponsor = None
        project.save(update_fields=["sponsor"])
        record(by=by, on=project, what=f"ended that {membership.name} sponsors the team")
        if project.is_open:
            add_staff_task(
                kind=StaffTask.Kind.TEAM,
                subject=project,
                text=f"Which manager sponsors the team of “{project.name}” now? {membership} did until now.",
                left_by=membership,
            )


def _places_of(membership: Membership) -> QuerySet[TeamMember]:
    return TeamMember.objects.now().filter(membership=membership).select_related("project", "membership")


def _end_place(place: TeamMember, by: Membership | None, what: str) -> None:
    place.left_on = timezone.localdate()
    place.save(update_fields=["left_on"])
    record(by=by, on=place.project, what=what)
    _tell_staff_if_nobody_leads(place.project, left_by=place.membership)


def _tell_staff_if_nobody_leads(project: PathwayProject, left_by: Membership | None = None) -> None:
    if not project.is_open or TeamMember.objects.now().filter(project=project, part=Part.LEAD).exists():
        return
    if not _open_tasks(project).exists():
        StaffTask.objects.create(
            network_id=project.network_id,
            kind=StaffTask.Kind.PROJECT,
            text=f"Nobody leads the project “{project.name}” now.",
            left_by=left_by,
            subject=project,
        )


def _open_tasks(project: PathwayProject) -> QuerySet[StaffTask]:
    return StaffTask.objects.filter(
        kind=StaffTask.Kind.PROJECT,
        subject_type=ContentType.objects.get_for_model(project),
        subject_id=project.pk,
        settled_at=None,
    )


# --- Tries -------------------------------------------------------------------------------------------------
@transaction.atomic
def log_try(
    *,
    by: Membership,
    project: PathwayProject,
    do: str,
    prototype: Prototype | None = None,
    new_prototype: str = "",
    on: date | None = None,
    plan: str = "",
    study: str = "",
    act: str = "",
    ending: str = "",
) -> TestCycle:
    """Log a try of a prototype, or of a new one by its name."""
    prototype = _locked(project, prototype, new_prototype)
    last = prototype.test_cycles.aggregate(last=Max("number"))["last"] or 0
    test_cycle = TestCycle.objects.create(
        prototype=prototype,
        number=last + 1,
        on=on or timezone.localdate(),
        do=do,
        plan=plan,
        study=study,
        act=act,
        ending=ending,
        logged_by=by,
    )
    _follow_endings(prototype)
    record(by=by, on=project, what=f"logged {_named(test_cycle)}")
    project.mark_moved()
    return test_cycle


@transaction.atomic
def complete_try(
    *,
    by: Membership,
    test_cycle: TestCycle,
    do: str,
    on: date,
    plan: str = "",
    study: str = "",
    act: str = "",
    ending: str = "",
) -> None:
    """Say more about a try than when it was logged, or put it right."""
    project = test_cycle.prototype.project
    prototype = _locked(project, test_cycle.prototype, "")
    values = {"do": do, "on": on, "plan": plan, "study": study, "act": act, "ending": ending}
    there = TestCycle.objects.get(pk=test_cycle.pk)
    before = {name: getattr(there, name) for name, value in values.items() if getattr(there, name) != value}
    if not before:
        return
    for name in values:
        setattr(test_cycle, name, values[name])
    test_cycle.save(update_fields=values)
    _follow_endings(prototype)
    replaced = [f"{_BEFORE[name]} {_said(there, name)}" for name, value in before.items() if value]
    what = f"changed {_named(test_cycle)}" if replaced else f"added to {_named(test_cycle)}"
    record(by=by, on=project, what=what, text="\n".join(replaced))
    project.mark_moved()


def _locked(project: PathwayProject, prototype: Prototype | None, new_prototype: str) -> Prototype:
    """Return the prototype, locked: tries are numbered one after another."""
    if prototype is None:
        name = new_prototype.strip()
        if not name:
            raise ValidationError("Say what was tried: a prototype, or the name of a new one.")
        prototype = project.prototypes.filter(name__iexact=name).first()
        if prototype is None:
            prototype, _ = Prototype.objects.get_or_create(project=project, name=name)
    if prototype.project_id != project.pk:
        raise ValidationError("This prototype belongs to another project.")
    return Prototype.objects.select_for_update(no_key=True).get(pk=prototype.pk)


def _follow_endings(prototype: Prototype) -> None:
    state = state_of_prototype(list(prototype.test_cycles.values_list("ending", flat=True)))
    if prototype.state != state:
        prototype.state = state
        prototype.save(update_fields=["state"])


def _named(test_cycle: TestCycle) -> str:
    name = test_cycle.prototype.name
    return f"try {test_cycle.number} of “{name if len(name) < 150 else name[:149] + '…'}”"


# What a try said before somebody changed it.
_BEFORE = {
    "do": "Before, what happened was:",
    "on": "Before, it was on",
    "plan": "Before, we expected:",
    "study": "Before, we learned:",
    "act": "Before, next was:",
    "ending": "Before, we would:",
}


def _said(test_cycle: TestCycle, name: str) -> str:
    if name == "ending":
        return test_cycle.get_ending_display()
    value = getattr(test_cycle, name)
    return day(value) if name == "on" else str(value)


# --- What changed, in words --------------------------------------------------------------------------------
def _changes(fields: list[tuple[str, str, str]]) -> dict[str, str]:
    return {
        label: f"{label.capitalize()}: {after or '–'} (before: {before or '–'})"
        for label, before, after in fields
        if before != after
    }


def _what(changes: dict[str, str]) -> str:
    return f"changed the {' and the '.join(changes)}"


def _name_is_free(by: Membership, others: QuerySet[Any], name: str) -> None:
    """Refuse a name that another one of the network has; of two who give it at once, the second."""
    lock_members(by.network_id)
    if others.filter(network_id=by.network_id, name__iexact=name).exists():
        raise ValidationError({"name": f"There is already “{name}”. Choose another name."})


def _same_network(by: Membership, thing: ProgrammeOfCare | Membership | None) -> None:
    if thing is not None and thing.network_id != by.network_id:
        raise ValidationError("This belongs to another network.")
