from django.db import migrations, models


class Migration(migrations.Migration):
    """A small index over corrections alone: SQLite takes the column's own one, in which nearly
    all rows are empty, for useless and reads all visits for each visit."""

    dependencies = [("residents", "0003_change_hospital")]

    operations = [
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(
                condition=models.Q(corrects__isnull=False),
                fields=["corrects"],
                name="visit_corrected",
            ),
        ),
    ]
