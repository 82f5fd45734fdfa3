"""The API keeps to its schema, whatever is sent: schemathesis makes calls of it, right ones and wrong ones."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from iocn.api import actions
from iocn.wsgi import application
from tests.factories import MeasureFactory, TeamMemberFactory

MEASURE = 4711

schema = schemathesis.openapi.from_dict(
    SchemaGenerator().get_schema(public=True),
    config=schemathesis.Config.from_dict({"parameters": {"path.measure": MEASURE}}),
)
schema.app = application


@pytest.fixture
def key(db):
    """Return an access key to a measure; calls share the test's connection, as with Django's own client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    measure = MeasureFactory(pk=MEASURE, values=[12, 14, 9])
    nurse = TeamMemberFactory(project=measure.project).membership
    yield actions.make_key(by=nurse, measure=measure, name="Nightly job")
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_call_is_answered_as_the_schema_says(case, key):
    # What is right by its form may still be refused: a month in the future, a part above its whole.
    case.call_and_validate(
        headers={"Authorization": f"Bearer {key}"}, excluded_checks=[positive_data_acceptance]
    )
