"""What staff of a new network do first."""

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from iocn.shared.prepared import prepared
from people.models import Membership, Network, Organisation, Remit
from programmes.projects.models import PathwayProject, ProgrammeOfCare


@prepared
def _done(network: int) -> QuerySet[Network, tuple[bool, ...]]:
    here = {"network": OuterRef("pk")}
    return Network.objects.filter(pk=network).values_list(
        Exists(Organisation.objects.filter(**here)),
        Exists(Membership.objects.filter(**here, closed_at=None).exclude(roles_held__role="staff")),
        Exists(Membership.objects.filter(**here, roles_held__role="leader", closed_at=None)),
        Exists(Remit.objects.filter(organisation__network=OuterRef("pk"))),
        Exists(ProgrammeOfCare.objects.filter(**here)),
        Exists(PathwayProject.objects.filter(**here)),
    )


def first_steps(network: Network) -> list[dict[str, str]]:
    """Return the steps that set up a new network, for components/task_list.html; empty once all are done.

    One query, whatever the network holds.
    """
    done = next(iter(_done(network.pk)))
    if all(done):
        return []

    def at(name: str) -> str:
        return reverse(name, args=[network.slug])

    # Title, where it is done, and what to know about it.
    steps = [
        (
            "Add the member organisations",
            at("people:organisation_add"),
            "Hospitals, council, charities: whoever takes part.",
        ),
        ("Bring in the members", at("people:import"), "From an Excel or CSV file, or one by one."),
        (
            "Make somebody a leader",
            at("people:members"),
            "Leaders answer asks. Open a member and change their roles.",
        ),
        (
            "Say who can decide on what",
            at("people:members") + "?role=leader",
            "On a leader’s own page, once they have joined.",
        ),
        (
            "Name a programme of care",
            at("projects:new_programme"),
            "A priority of the whole city, such as atrial fibrillation.",
        ),
        (
            "Start the first project",
            at("projects:new_project"),
            "One team’s improvement, with a citizen partner in it.",
        ),
    ]
    return [
        {
            "title": title,
            "href": href,
            "hint": hint,
            "tag": "Done" if is_done else "To do",
            "colour": "green" if is_done else "blue",
        }
        for (title, href, hint), is_done in zip(steps, done, strict=True)
    ]
