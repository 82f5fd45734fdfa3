"""What staff of a new network do first."""

from django.db.models import Exists, OuterRef
from django.urls import reverse

from people.models import Membership, Network, Organisation, Remit
from programmes.projects.models import PathwayProject, ProgrammeOfCare


def first_steps(network: Network) -> list[dict[str, str]]:
    """Return the steps that set up a new network, for components/task_list.html; empty once all are done.

    One query, whatever the network holds.
    """
    here = {"network": OuterRef("pk")}
    done = (
        Network.objects.filter(pk=network.pk)
        .values_list(
            Exists(Organisation.objects.filter(**here)),
            Exists(Membership.objects.filter(**here, roles_held__role="leader", closed_at=None)),
            Exists(Remit.objects.filter(organisation__network=OuterRef("pk"))),
            Exists(ProgrammeOfCare.objects.filter(**here)),
            Exists(PathwayProject.objects.filter(**here)),
        )
        .get()
    )
    if all(done):
        return []
    steps = [
        (
            "Add the member organisations",
            "people:organisation_add",
            "Hospitals, council, charities: whoever takes part.",
        ),
        (
            "Bring in the members",
            "people:import",
            "From a CSV file, or one by one. Make somebody a leader.",
        ),
        (
            "Say who can decide on what",
            "people:organisations",
            "On each organisation’s page: its leaders’ remits.",
        ),
        (
            "Name a programme of care",
            "projects:new_programme",
            "A priority of the whole city, such as atrial fibrillation.",
        ),
        (
            "Start the first project",
            "projects:new_project",
            "One team’s improvement, with a citizen partner in it.",
        ),
    ]
    return [
        {
            "title": title,
            "href": reverse(name, args=[network.slug]),
            "hint": hint,
            "tag": "Done" if is_done else "To do",
            "colour": "green" if is_done else "blue",
        }
        for (title, name, hint), is_done in zip(steps, done, strict=True)
    ]
