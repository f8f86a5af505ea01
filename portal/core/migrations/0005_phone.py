import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import portal.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_no_replace"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.core.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key", models.CharField(max_length=120)),
                ("text", models.CharField(max_length=200, verbose_name="内容")),
                ("url", models.CharField(blank=True, max_length=200)),
                ("tenant", models.UUIDField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间"),
                ),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["recipient", "-created_at"], name="notice_inbox"),
                    models.Index(
                        condition=models.Q(("seen_at", None)),
                        fields=["recipient"],
                        name="notice_unseen",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("recipient", "key"), name="notice_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=portal.core.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(default=1, editable=False, verbose_name="版本"),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="登记时间"
                    ),
                ),
                (
                    "changed_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="更新时间"
                    ),
                ),
                ("key", models.UUIDField()),
                ("kind", models.CharField(max_length=30, verbose_name="种类")),
                ("body_hash", models.CharField(max_length=64)),
                ("tenant", models.UUIDField(null=True)),
                ("part", models.UUIDField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("accepted", "已收到"),
                            ("refused", "未收下"),
                            ("settled", "已处理"),
                        ],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("status", models.PositiveSmallIntegerField()),
                ("answer", models.TextField()),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="原因")),
                ("sealed", models.BinaryField(default=b"")),
                ("made_at", models.DateTimeField(verbose_name="手机时间")),
                (
                    "received_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="收到时间"
                    ),
                ),
                ("clock_off", models.IntegerField(default=0, verbose_name="手机时钟偏差（秒）")),
                (
                    "settled_note",
                    models.CharField(blank=True, max_length=200, verbose_name="处理说明"),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "state", "received_at"], name="submission_open")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "key"), name="submission_key")
                ],
            },
        ),
    ]
