"""``place`` is what every row of a place answers with its tenant and part; the words that tell
where something is are its ``spot``."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("grids", "0002_plan_and_incidents")]

    operations = [
        migrations.RenameField("asset", "place", "spot"),
        migrations.RenameField("incident", "place", "spot"),
    ]
