"""SQLite: no INSERT OR REPLACE over a log row, which the DELETE trigger does not see."""

from django.db import migrations

from portal.core import triggers


def renew(apps, schema_editor):
    connection = schema_editor.connection
    for statement in [*triggers.drop(connection), *triggers.create(connection)]:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for table in triggers.TABLES:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_replace")


class Migration(migrations.Migration):
    dependencies = [("core", "0003_accesslog_subjects")]
    operations = [migrations.RunPython(renew, remove)]
