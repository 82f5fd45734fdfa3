"""Two at once, with real threads on a real database."""

import pytest
from django.core.exceptions import ValidationError

from iocn.records.disposal import dispose
from iocn.records.leavers import anonymise
from iocn.records.models import Disposal, Redaction
from iocn.records.redaction import PlacesChanged, find, fingerprint, redact_words
from iocn.records.retention import SCHEDULE
from iocn.shared.words import Words
from people.models import Person
from programmes.models import PathwayProject
from tests import factories
from tests.races import at_once
from tests.records.test_retention import everything_old

pytestmark = pytest.mark.django_db(transaction=True)

NAME = Words("Mabel Patient")


def test_of_two_staff_who_remove_the_same_words_one_does_and_the_other_is_told(network, staff):
    second = factories.MembershipFactory(network=network, roles=["staff"])
    for race in range(5):
        factories.ProjectFactory(network=network, aim=NAME.text)
        seen = fingerprint(find(network, [NAME]))
        results = at_once(
            *(
                lambda by=by, seen=seen: redact_words(by=by, words=NAME, reason="A patient", seen=seen)
                for by in (staff, second)
            )
        )
        told = [one for one in results if isinstance(one, ValidationError | PlacesChanged)]
        assert len(told) == 1, results
        assert Redaction.objects.count() == race + 1
        assert not PathwayProject.objects.filter(aim__contains="Mabel").exists()


def test_two_nightly_runs_at_once_dispose_once(network, staff):
    everything_old(network, staff)
    results = at_once(lambda: dispose(network), lambda: dispose(network))
    assert all(isinstance(one, dict) for one in results), results
    assert {row.key: row.number for row in Disposal.objects.all()} == {rule.key: 1 for rule in SCHEDULE}


def test_two_networks_that_replace_the_same_person_at_once_leave_no_sign_in(network, staff):
    there = factories.MembershipFactory(roles=["staff"])
    person = factories.PersonFactory(email="lena@example.org")
    here, elsewhere = (
        factories.MembershipFactory(network=by.network, person=person, closed_at=by.joined_at, closed_by=by)
        for by in (staff, there)
    )
    results = at_once(
        *(
            lambda by=by, member=member: anonymise(by=by, membership=member, reason="Asked", in_texts=True)
            for by, member in ((staff, here), (there, elsewhere))
        )
    )
    assert all(isinstance(one, Redaction) for one in results), results
    assert not Person.objects.filter(email="lena@example.org").exists()
