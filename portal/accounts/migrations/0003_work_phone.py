from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_places"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="work_phone",
            field=models.CharField(blank=True, max_length=30, verbose_name="工作电话"),
        ),
    ]
