"""A small network in which asks go their way."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from people.actions import set_absence
from people.models import Membership
from tests import factories


def member(network, name, *roles, organisation=None, level="front_line", job_title="Ward sister"):
    """Make an active member with a main post, as a request would load it."""
    membership = factories.MembershipFactory(network=network, name=name, roles=roles or ["member"])
    if organisation:
        factories.PostFactory(
            membership=membership, organisation=organisation, level=level, job_title=job_title
        )
    return Membership.objects.with_roles().select_related("network", "person").get(pk=membership.pk)


def goes_away(membership, first=0, last=4, stand_in=None):
    """Let a leader say that they are away from so many days from today to so many."""
    today = membership.network.today()
    return set_absence(
        by=membership,
        membership=membership,
        from_date=today + timedelta(days=first),
        until_date=today + timedelta(days=last),
        stand_in=stand_in,
    )


@pytest.fixture
def place(network):
    """Return a network with a hospital, its leaders, a project and its team, staff and onlookers."""
    hospital = factories.OrganisationFactory(network=network, name="Larkton General")
    practice = factories.OrganisationFactory(network=network, name="Harbour Street Practice", kind="practice")
    made = SimpleNamespace(network=network, hospital=hospital, practice=practice)
    made.nurse = member(network, "Jo Bright", organisation=hospital)
    made.colleague = member(network, "Ana Silva", organisation=hospital)
    made.leader = member(network, "Dr Meera Patel", "leader", organisation=hospital, level="top")
    made.second = member(network, "Tom Okafor", "leader", organisation=hospital, level="top")
    made.sponsor = member(network, "Ruth Adler", "leader", organisation=hospital, level="top")
    made.staff = member(network, "Sam Lee", "staff")
    made.coach = member(network, "Carl Coach", "coach")
    made.partner = member(network, "Pat Partner", "citizen_partner")
    made.evaluator = member(network, "Eva Luator", "evaluator")
    made.onlooker = member(network, "Olga Onlooker", organisation=practice)
    factories.RemitFactory(membership=made.leader, organisation=hospital, domain="data")
    hospital.executive_sponsor = made.sponsor
    hospital.save()
    made.project = factories.ProjectFactory(network=network, name="Heart failure at home")
    for membership, part in [
        (made.nurse, "lead"),
        (made.colleague, "team"),
        (made.coach, "coach"),
        (made.partner, "citizen_partner"),
    ]:
        factories.TeamMemberFactory(project=made.project, membership=membership, part=part)
    return made


@pytest.fixture
def raised(place):
    """Return an ask of the nurse's for the project, with Dr Patel."""
    from programmes.escalations import actions

    place.ask = actions.raise_ask(
        by=place.nurse,
        ask="Access to the pharmacy’s discharge letters",
        urgency="stopping",
        background="We ring them up for each patient.",
        project=place.project,
        domain="data",
    )
    return place
