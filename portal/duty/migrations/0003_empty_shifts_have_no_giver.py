"""A replacement on a shift that nobody had named the taker as giver too."""

from django.db import migrations
from django.db.models import F


def forget(apps, schema_editor):
    rows = apps.get_model("duty", "ShiftChange").objects.filter(kind="replace")
    rows.filter(giver=F("taker")).update(giver=None)


def name(apps, schema_editor):
    rows = apps.get_model("duty", "ShiftChange").objects.filter(giver=None)
    rows.update(giver=F("taker"))


class Migration(migrations.Migration):
    dependencies = [("duty", "0002_replacement_without_giver")]

    operations = [migrations.RunPython(forget, name)]
