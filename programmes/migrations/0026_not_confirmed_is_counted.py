from django.db import migrations, models


def build_anew(apps, schema_editor):
    """Have the next task make the figures of all months, as they count something more."""
    apps.get_model("programmes", "FiguresBuilt").objects.update(at=None)


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0025_measure_attention_is_known"),
    ]

    operations = [
        migrations.AddField(
            model_name="askfigures",
            name="not_confirmed",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.RunPython(build_anew, migrations.RunPython.noop),
    ]
