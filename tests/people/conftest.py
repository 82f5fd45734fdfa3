"""What tests of this room share."""

import re

import pytest

from tests import factories


@pytest.fixture
def staff(network):
    """A member of the network's staff."""
    return factories.MembershipFactory(
        network=network, name="Sue Staff", email="sue@example.org", roles=["staff"]
    )


@pytest.fixture
def hospital(network):
    """An organisation of the network."""
    return factories.OrganisationFactory(network=network, name="Larkton Hospitals", ods_code="RR8")


@pytest.fixture
def leader(network):
    """A leader of the network."""
    return factories.MembershipFactory(network=network, name="Lea Leader", roles=["leader"])


@pytest.fixture
def link_in():
    """Return the path of the first link in an e-mail's text that begins with the given one."""

    def find(mail, begins):
        text = mail.get_body(("plain",)).get_content()
        return re.search(rf"https?://[^/]+({begins}\S*)", text).group(1)

    return find
