"""What workers do for every room."""

import pytest
from django.db import connection

from iocn.shared.tasks import renew_statistics
from tests.factories import MembershipFactory


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL renews its statistics itself")
def test_sqlite_knows_afterwards_how_much_a_table_holds() -> None:
    member = MembershipFactory()
    for _ in range(20):
        MembershipFactory(network=member.network)
    renew_statistics()
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE idx = 'members_by_name'")
        assert cursor.fetchone()[0].startswith("21 21")
