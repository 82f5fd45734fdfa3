"""What tests of this room share."""

import pytest

from tests import factories


@pytest.fixture
def staff(network):
    """A member of the network's staff."""
    return factories.MembershipFactory(
        network=network, name="Sue Staff", email="sue@example.org", roles=["staff"]
    )
