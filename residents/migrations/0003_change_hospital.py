from django.db import migrations, models


class Migration(migrations.Migration):
    """A stay in hospital is one of the big changes."""

    dependencies = [("residents", "0002_visits")]

    operations = [
        migrations.AlterField(
            model_name="visittask",
            name="change",
            field=models.CharField(
                blank=True,
                choices=[
                    ("discharge", "出院"),
                    ("hospital", "住院"),
                    ("bereavement", "亲人去世"),
                    ("accident", "跌倒或意外"),
                    ("move_in", "新迁入"),
                    ("job_loss", "失业"),
                    ("other", "其他变化"),
                ],
                max_length=12,
                verbose_name="变化",
            ),
        ),
    ]
