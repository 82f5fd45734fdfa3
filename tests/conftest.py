"""What all tests share."""

import hypothesis
import pytest
from django.test import Client

from people.models import Membership
from tests import factories

# How long a property takes depends on what else the machine does: it must hold, not be quick.
hypothesis.settings.register_profile("ours", deadline=None)
hypothesis.settings.load_profile("ours")


@pytest.fixture
def network(db):
    """A network, and nothing in it."""
    return factories.NetworkFactory(slug="larkton", name="Larkton Health and Care")


@pytest.fixture
def signed_in():
    """Return a client signed in as the membership's person."""

    def sign_in(membership: Membership) -> Client:
        client = Client()
        client.force_login(membership.person)
        return client

    return sign_in


@pytest.fixture
def deliver(tmp_path, settings):
    """Send the e-mail that is due into a folder, as the worker does, and return its messages.

    Returns a function; each call sends what is due and gives the newly sent, parsed.
    """
    import email
    import email.policy

    from people import messages

    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": tmp_path / "outbox"},
        }
    }

    def send():
        folder = tmp_path / "outbox"
        for old in folder.glob("*") if folder.exists() else ():
            old.unlink()
        messages.send_due()
        texts = []
        for file in sorted(folder.glob("*")) if folder.exists() else ():
            texts += [part for part in file.read_bytes().split(b"-" * 79 + b"\n") if part.strip()]
        return [email.message_from_bytes(text, policy=email.policy.default) for text in texts]

    return send
