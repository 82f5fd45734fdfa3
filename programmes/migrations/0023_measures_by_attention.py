"""What needs attention stands on the measure, for pages of many of them: from the results that are of its version."""

from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery


def from_results(apps, schema_editor):
    measures = apps.get_model("programmes", "Measure").objects
    results = apps.get_model("programmes", "Result").objects.filter(measure=OuterRef("pk"))
    now = measures.filter(result__version=F("version"))
    measures.filter(pk__in=now.values("pk")).update(attention=Subquery(results.values("attention")))


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0022_lines_that_are_kept"),
    ]

    operations = [
        migrations.AddField(
            model_name="measure",
            name="attention",
            field=models.PositiveSmallIntegerField(default=9),
        ),
        migrations.AddIndex(
            model_name="measure",
            index=models.Index(
                fields=["network", "attention", "name", "subgroup", "id"],
                name="measures_by_attention",
            ),
        ),
        migrations.RunPython(from_results, migrations.RunPython.noop),
    ]
