"""While the file that somebody brings is read, which may take seconds, nobody else waits for the database."""

import threading

import pytest
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.db import connection, connections

from people.models import Network, Upload
from programmes.models import Import
from tests import factories
from tests.forms import opened
from tests.shared.test_workbooks import workbook

pytestmark = pytest.mark.django_db(transaction=True)
SOMEBODY_ELSES = "Written by somebody else"


class Watched(InMemoryUploadedFile):
    """A file that is as slow to read as somebody else is to write."""

    was_in_a_transaction: list[bool] = []

    def read(self, *args):
        self.was_in_a_transaction.append(connection.in_atomic_block)
        other = threading.Thread(target=write_as_somebody_else)
        other.start()
        other.join(timeout=10)
        return self.file.read(*args)


class WatchingHandler(MemoryFileUploadHandler):
    def file_complete(self, file_size):
        file = super().file_complete(file_size)
        file.__class__ = Watched
        return file


def write_as_somebody_else():
    try:
        factories.NetworkFactory(name=SOMEBODY_ELSES)
    finally:
        connections.close_all()


@pytest.fixture(autouse=True)
def _slow_files(settings):
    settings.FILE_UPLOAD_HANDLERS = ["tests.shared.test_uploads.WatchingHandler"]
    Watched.was_in_a_transaction.clear()


@pytest.fixture
def staff(network):
    return factories.MembershipFactory(network=network, roles=["staff"])


def members(staff):
    return "/larkton/members/import/", workbook(["email", "name"], ["jo@example.org", "Jo Bell"])


def numbers(staff):
    measure = factories.MeasureFactory(project=factories.ProjectFactory(network=staff.network))
    return f"/larkton/measures/{measure.pk}/import/", workbook(["period", "value"], ["2026-01-01", 3])


@pytest.mark.parametrize("what", [members, numbers])
def test_others_write_while_a_file_is_read_and_sent_twice_it_is_kept_once(staff, signed_in, what):
    client = signed_in(staff)
    path, content = what(staff)
    token = opened(client, path)
    answers = [
        client.post(
            path, {"file": SimpleUploadedFile("brought.xlsx", content), "no_patient": "on", "_form": token}
        )
        for _ in range(2)
    ]
    assert Watched.was_in_a_transaction
    assert not any(Watched.was_in_a_transaction)
    assert Network.objects.filter(name=SOMEBODY_ELSES).exists()
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Upload.objects.count() + Import.objects.count() == 1


def test_nobody_has_a_file_read_for_a_measure_that_they_may_not_change(network, signed_in):
    measure = factories.MeasureFactory(project=factories.ProjectFactory(network=network))
    other = signed_in(factories.MembershipFactory(network=network))
    answer = other.post(
        f"/larkton/measures/{measure.pk}/import/",
        {"file": SimpleUploadedFile("a.csv", b"period,value\n2026-01-01,3\n"), "no_patient": "on"},
    )
    assert answer.status_code == 403
    assert not Watched.was_in_a_transaction
