"""Heads of the two log chains, and the triggers that keep log rows as they are."""

from django.db import migrations

from portal.core import triggers


def install(apps, schema_editor):
    head = apps.get_model("core", "LogHead")
    for name in ("change", "access"):
        head.objects.get_or_create(name=name)
    for statement in triggers.create(schema_editor.connection):
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    for statement in triggers.drop(schema_editor.connection):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
