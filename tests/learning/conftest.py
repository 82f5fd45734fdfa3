"""What tests of this room share: a cohort with a facilitator and two participants."""

from types import SimpleNamespace

import pytest
from django.core.cache import cache

from people.models import Membership
from tests import factories


def somebody(network, name, *roles, organisation=None, level="front_line", **fields) -> Membership:
    made = factories.MembershipFactory(network=network, name=name, roles=roles or ["member"], **fields)
    if organisation:
        factories.PostFactory(membership=made, organisation=organisation, level=level)
    return Membership.objects.with_roles().select_related("network", "person").get(pk=made.pk)


@pytest.fixture(autouse=True)
def _nobody_has_guessed_a_code():
    cache.clear()


@pytest.fixture
def place(network) -> SimpleNamespace:
    """A PLP cohort of the network, four weeks old."""
    made = SimpleNamespace(network=network)
    made.hospital = factories.OrganisationFactory(network=network, name="Larkton General")
    made.council = factories.OrganisationFactory(network=network, name="Larkton Council")
    made.staff = somebody(network, "Sam Lee", "staff")
    made.coach = somebody(network, "Carl Coach", "coach")
    made.other_coach = somebody(network, "Olga Other", "coach")
    made.nurse = somebody(network, "Ann Quill", organisation=made.hospital, email="ann@example.org")
    made.manager = somebody(
        network, "Max Moss", organisation=made.hospital, level="middle", email="max@example.org"
    )
    made.onlooker = somebody(network, "Una Onlooker")
    made.evaluator = somebody(network, "Eva Luator", "evaluator")
    made.cohort = factories.CohortFactory(network=network, name="PLP spring", capacity=4)
    factories.FacilitatorFactory(cohort=made.cohort, membership=made.coach)
    made.ann = factories.EnrolmentFactory(cohort=made.cohort, membership=made.nurse)
    made.max = factories.EnrolmentFactory(cohort=made.cohort, membership=made.manager)
    made.session = factories.SessionFactory(cohort=made.cohort, title="Finding the problem")
    return made
