"""What a membership may do: permissions named once, and the roles that carry them.

Whether a person may do it to one certain thing is asked in the room of that thing.
"""

from enum import StrEnum

from django.db.models import TextChoices


class Role(TextChoices):
    """What the database stores, and the word that pages show."""

    STAFF = "staff", "Network staff"
    LEADER = "leader", "Leader"
    MEMBER = "member", "Member"
    COACH = "coach", "Coach"
    CITIZEN_PARTNER = "citizen_partner", "Citizen partner"
    EVALUATOR = "evaluator", "Evaluator"


class Permission(StrEnum):
    """What a role may do in its whole network, before any certain thing is asked about."""

    SEE_PEOPLE = "see organisations and members"
    SEE_NUMBERS = "see numbers about people, without names"
    MANAGE_NETWORK = "manage organisations, members, roles and remits"
    SEE_PROJECTS = "see all projects"
    CREATE_PROJECT = "start a project"
    CHANGE_ANY_PROJECT = "change every project"
    RAISE_ASK = "raise an ask"
    SEE_ALL_ASKS = "see every ask"
    ROUTE_ASK = "bring an ask to somebody who can decide it"
    DECIDE_ASK = "be asked, and decide"
    MANAGE_COHORTS = "set up every cohort, enrol people and take attendance"


ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.STAFF: frozenset(Permission) - {Permission.DECIDE_ASK},
    Role.LEADER: frozenset(
        {
            Permission.SEE_PEOPLE,
            Permission.SEE_PROJECTS,
            Permission.CREATE_PROJECT,
            Permission.RAISE_ASK,
            Permission.DECIDE_ASK,
        }
    ),
    Role.MEMBER: frozenset(
        {Permission.SEE_PEOPLE, Permission.SEE_PROJECTS, Permission.CREATE_PROJECT, Permission.RAISE_ASK}
    ),
    Role.COACH: frozenset(
        {Permission.SEE_PEOPLE, Permission.SEE_PROJECTS, Permission.CREATE_PROJECT, Permission.RAISE_ASK}
    ),
    # A citizen partner sees what they are partner in, and raises asks through the team.
    Role.CITIZEN_PARTNER: frozenset(),
    Role.EVALUATOR: frozenset({Permission.SEE_NUMBERS, Permission.SEE_PROJECTS}),
}
