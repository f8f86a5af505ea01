"""Who looked at this person, also in lists: an index over the subjects (PostgreSQL only;
SQLite reads the log of one committee through)."""

from django.db import migrations


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE INDEX accesslog_subjects ON core_accesslog USING gin (subjects jsonb_path_ops)"
        )


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX accesslog_subjects")


class Migration(migrations.Migration):
    dependencies = [("core", "0002_append_only")]
    operations = [migrations.RunPython(create, remove)]
