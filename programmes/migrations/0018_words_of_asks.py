from django.db import migrations

# PostgreSQL's alone: SQLite looks through the texts. The column is no field of the model, so that nothing reads it
# but a search. In English, so that "letters" finds "letter", and word by word, so that "IT" alone is found, too.
ADD = """
ALTER TABLE programmes_escalation ADD COLUMN words tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('english', ask) || to_tsvector('simple', ask), 'A')
    || setweight(to_tsvector('english', background) || to_tsvector('simple', background), 'B')
) STORED;
-- Rare words are to be known as such, or a search for one would walk all asks of a network.
ALTER TABLE programmes_escalation ALTER COLUMN words SET STATISTICS 1000;
CREATE INDEX asks_by_words ON programmes_escalation USING gin (words) WITH (fastupdate = off);
"""
REMOVE = "ALTER TABLE programmes_escalation DROP COLUMN words;"


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(ADD)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(REMOVE)


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0017_business_cases_are_decided_together"),
    ]

    operations = [migrations.RunPython(add, remove)]
