from django.db import migrations
from django.utils import timezone


def begin_clocks(apps, schema_editor):
    """Say of open asks where on their way they are, and let the first sweep read their clocks.

    Who has one may be anybody who can decide; the next step is the executive sponsor, then the network table.
    """
    escalations = apps.get_model("programmes", "Escalation").objects
    escalations.filter(owner__isnull=False).update(step="remit")
    events = apps.get_model("programmes", "EscalationEvent").objects.filter(move="raise")
    events.filter(to__isnull=False).update(step="remit")
    events.filter(to=None).update(step="staff")
    open_states = ["raised", "acknowledged", "accepted", "declined", "done"]
    escalations.filter(state__in=open_states).update(next_due_at=timezone.now())


class Migration(migrations.Migration):
    # Apart from what changes the tables: PostgreSQL does not alter a table whose rows have just been written.
    dependencies = [("programmes", "0005_roads_and_clocks_of_asks")]

    operations = [migrations.RunPython(begin_clocks, migrations.RunPython.noop)]
