from django.db import migrations


def find_rhythms(apps, schema_editor):
    """Take what has numbers beside the first of a month for irregular: nobody has said how often they come."""
    measures = apps.get_model("programmes", "Measure").objects
    measures.filter(
        pk__in=apps.get_model("programmes", "Observation").objects.exclude(period__day=1).values("measure")
    ).update(frequency="irregular")


class Migration(migrations.Migration):
    # Apart from what changes the tables: PostgreSQL does not alter a table whose rows have just been written.
    dependencies = [("programmes", "0010_measures_of_all_owners")]

    operations = [migrations.RunPython(find_rhythms, migrations.RunPython.noop)]
