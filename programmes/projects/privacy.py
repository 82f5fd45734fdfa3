"""What this room holds about people and in their words (iocn.shared.privacy)."""

from iocn.shared.privacy import Held, declare
from programmes.projects.models import PathwayProject, ProgrammeOfCare, Prototype, TeamMember, TestCycle


def declare_tables() -> None:
    """Enter this room's tables."""
    declare(
        Held(ProgrammeOfCare, "Programmes", words=("name", "aim"), thing="self"),
        Held(PathwayProject, "Projects", words=("name", "aim"), thing="self"),
        Held(TeamMember, "Teams", network="project__network"),
        Held(Prototype, "Change ideas", network="project__network", words=("name",), thing="project"),
        Held(
            TestCycle,
            "Tries",
            network="prototype__project__network",
            words=("do", "plan", "study", "act"),
            thing="prototype.project",
        ),
    )
