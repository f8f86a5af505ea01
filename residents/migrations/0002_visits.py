import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import portal.core.fields
import portal.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("grids", "0002_plan_and_incidents"),
        ("residents", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CellHandOver",
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
                ("on", models.DateField(verbose_name="交接日期")),
                ("note_sealed", models.BinaryField(blank=True, default=b"")),
                ("tasks_open", models.PositiveIntegerField(default=0, verbose_name="未完成走访")),
                (
                    "incidents_open",
                    models.PositiveIntegerField(default=0, verbose_name="未办结事件"),
                ),
                (
                    "findings_open",
                    models.PositiveIntegerField(default=0, verbose_name="待核实变化"),
                ),
                (
                    "confirmed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="接任确认时间"),
                ),
                (
                    "cell",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hand_overs",
                        to="grids.gridcell",
                        verbose_name="网格",
                    ),
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
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.community",
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
                    "from_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="移交人",
                    ),
                ),
                (
                    "to_user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="接任人",
                    ),
                ),
            ],
            options={
                "ordering": ["-on"],
            },
        ),
        migrations.CreateModel(
            name="Visit",
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
                (
                    "way",
                    models.CharField(
                        choices=[("door", "上门"), ("phone", "电话"), ("met", "路遇")],
                        default="door",
                        max_length=8,
                        verbose_name="方式",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("met", "见到了"),
                            ("absent", "家中无人"),
                            ("declined", "不便接待"),
                        ],
                        default="met",
                        max_length=10,
                        verbose_name="结果",
                    ),
                ),
                ("visited_on", models.DateField(verbose_name="走访日期")),
                ("started_at", models.DateTimeField(verbose_name="开始")),
                ("ended_at", models.DateTimeField(verbose_name="结束")),
                (
                    "received_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="收到时间"
                    ),
                ),
                ("is_unchanged", models.BooleanField(default=False, verbose_name="全家无变化")),
                ("note_sealed", models.BinaryField(blank=True, default=b"")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="走访人",
                    ),
                ),
                (
                    "cell",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.gridcell",
                        verbose_name="网格",
                    ),
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
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.community",
                    ),
                ),
                (
                    "corrects",
                    models.OneToOneField(
                        blank=True,
                        error_messages={"unique": "这次走访已经更正过。"},
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="residents.visit",
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
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="residents.household",
                        verbose_name="户",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="VisitAnswer",
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
                (
                    "state",
                    models.CharField(
                        choices=[("same", "无变化"), ("changed", "有变化"), ("away", "不在家")],
                        max_length=10,
                        verbose_name="情况",
                    ),
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
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="visit_answers",
                        to="residents.resident",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="residents.visit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="VisitFinding",
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("phone", "换了电话"),
                            ("moved_out", "已搬走"),
                            ("died", "已去世"),
                            ("new_member", "家里添了人"),
                            ("alone", "开始独居"),
                            ("not_alone", "不再独居"),
                            ("needs_care", "行动不便需照料"),
                            ("hospital", "住院"),
                            ("discharge", "出院"),
                            ("job", "就业变化"),
                            ("help", "有困难求助"),
                            ("other", "其他变化"),
                        ],
                        max_length=12,
                        verbose_name="变化",
                    ),
                ),
                ("value_sealed", models.BinaryField(blank=True, default=b"")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待核实"),
                            ("applied", "已更新"),
                            ("dismissed", "不采纳"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
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
                    "resident",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="visit_findings",
                        to="residents.resident",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="findings",
                        to="residents.visit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="VisitRound",
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
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("care_kinds", models.JSONField(blank=True, default=list, verbose_name="关爱标签")),
                (
                    "age_from",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="年满"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("festival", "节日"),
                            ("heat", "高温"),
                            ("cold", "寒潮雨雪"),
                            ("storm", "大风暴雨"),
                            ("other", "专项"),
                        ],
                        max_length=10,
                        verbose_name="缘由",
                    ),
                ),
                ("from_on", models.DateField(verbose_name="开始日期")),
                ("due_on", models.DateField(verbose_name="截止日期")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="结束日期")),
                (
                    "cells",
                    models.ManyToManyField(
                        blank=True, related_name="+", to="grids.gridcell", verbose_name="网格"
                    ),
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
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.community",
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
            ],
            options={
                "ordering": ["-from_on", "name"],
            },
        ),
        migrations.CreateModel(
            name="VisitRule",
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
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("care_kinds", models.JSONField(blank=True, default=list, verbose_name="关爱标签")),
                (
                    "age_from",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="年满"),
                ),
                ("interval_days", models.PositiveSmallIntegerField(verbose_name="间隔天数")),
                (
                    "change_hours",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="重大变化后（小时）"
                    ),
                ),
                (
                    "ahead_days",
                    models.PositiveSmallIntegerField(default=7, verbose_name="提前几天安排"),
                ),
                (
                    "backup_days",
                    models.PositiveSmallIntegerField(default=3, verbose_name="逾期几天转备岗"),
                ),
                (
                    "head_days",
                    models.PositiveSmallIntegerField(default=7, verbose_name="逾期几天转包片干部"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="在用")),
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
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.community",
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
            ],
            options={
                "ordering": ["interval_days", "name"],
            },
        ),
        migrations.CreateModel(
            name="VisitTask",
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
                (
                    "addr_key",
                    portal.core.fields.ByteOrderedCharField(
                        editable=False, max_length=60, verbose_name="住址"
                    ),
                ),
                (
                    "addr_sort",
                    portal.core.fields.ByteOrderedCharField(editable=False, max_length=80),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("rule", "定期走访"),
                            ("round", "专项走访"),
                            ("change", "重大变化"),
                        ],
                        max_length=10,
                        verbose_name="缘由",
                    ),
                ),
                (
                    "change",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("discharge", "出院"),
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
                ("key", models.CharField(editable=False, max_length=80)),
                ("due_on", models.DateField(verbose_name="应访日期")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="应访时间")),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("due", "待走访"),
                            ("overdue", "已逾期"),
                            ("backup", "转备岗"),
                            ("head", "转包片干部"),
                        ],
                        default="due",
                        max_length=10,
                        verbose_name="环节",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待办"), ("done", "已走访"), ("dropped", "已取消")],
                        default="open",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("done_on", models.DateField(blank=True, null=True, verbose_name="走访日期")),
                (
                    "cell",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.gridcell",
                        verbose_name="网格",
                    ),
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
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.community",
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
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visit_tasks",
                        to="residents.household",
                        verbose_name="户",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="residents.visitround",
                        verbose_name="专项",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residents.visitrule",
                        verbose_name="规定",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="residents.visit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="VisitTaskStep",
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
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("due", "待走访"),
                            ("overdue", "已逾期"),
                            ("backup", "转备岗"),
                            ("head", "转包片干部"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="residents.visittask",
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AllowanceRate",
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
                ("from_on", models.DateField(verbose_name="起始日期")),
                (
                    "month_fen",
                    models.PositiveIntegerField(default=0, verbose_name="每月基本（分）"),
                ),
                (
                    "household_fen",
                    models.PositiveIntegerField(default=0, verbose_name="每户（分）"),
                ),
                (
                    "visit_fen",
                    models.PositiveIntegerField(default=0, verbose_name="每次走访（分）"),
                ),
                (
                    "incident_fen",
                    models.PositiveIntegerField(default=0, verbose_name="每件上报（分）"),
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
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.community",
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
            ],
            options={
                "ordering": ["-from_on"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("community", "from_on"),
                        name="allowance_rate_day",
                        violation_error_message="这一天起的标准已经登记过。",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["community", "visited_on", "id"], name="visit_order"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["household", "visited_on"], name="visit_of_household"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["by", "started_at"], name="visit_of_person"),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["community", "changed_at", "id"], name="visit_feed"),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at__gte", models.F("started_at"))),
                name="visit_period",
                violation_error_message="结束时间不能早于开始时间。",
            ),
        ),
        migrations.AddConstraint(
            model_name="visitanswer",
            constraint=models.UniqueConstraint(
                fields=("visit", "resident"), name="visit_answer_once"
            ),
        ),
        migrations.AddIndex(
            model_name="visitfinding",
            index=models.Index(
                condition=models.Q(("state", "open")),
                fields=["state", "created_at"],
                name="visit_finding_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="visitround",
            constraint=models.UniqueConstraint(
                fields=("community", "name"),
                name="visit_round_name",
                violation_error_message="已有同名的专项走访。",
            ),
        ),
        migrations.AddConstraint(
            model_name="visitround",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_on__gte", models.F("from_on"))),
                name="visit_round_period",
                violation_error_message="截止日期不能早于开始日期。",
            ),
        ),
        migrations.AddConstraint(
            model_name="visitrule",
            constraint=models.UniqueConstraint(
                fields=("community", "name"),
                name="visit_rule_name",
                violation_error_message="已有同名的走访规定。",
            ),
        ),
        migrations.AddConstraint(
            model_name="visitrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("interval_days__gte", 1),
                    ("interval_days__lte", 366),
                    ("head_days__gt", models.F("backup_days")),
                ),
                name="visit_rule_days",
                violation_error_message="间隔为 1 至 366 天，转包片干部要晚于转备岗。",
            ),
        ),
        migrations.AddIndex(
            model_name="visittask",
            index=models.Index(
                condition=models.Q(("state", "open")),
                fields=["community", "addr_sort", "id"],
                name="visit_task_open",
            ),
        ),
        migrations.AddIndex(
            model_name="visittask",
            index=models.Index(
                condition=models.Q(("state", "open")),
                fields=["stage", "due_on"],
                name="visit_task_sweep",
            ),
        ),
        migrations.AddIndex(
            model_name="visittask",
            index=models.Index(fields=["community", "due_on"], name="visit_task_due"),
        ),
        migrations.AddConstraint(
            model_name="visittask",
            constraint=models.UniqueConstraint(fields=("household", "key"), name="visit_task_key"),
        ),
        migrations.AddConstraint(
            model_name="visittask",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cause", "rule"), ("state", "open")),
                fields=("household",),
                name="visit_task_rule",
            ),
        ),
        migrations.AddConstraint(
            model_name="visittaskstep",
            constraint=models.UniqueConstraint(
                fields=("task", "stage"), name="visit_task_step_once"
            ),
        ),
    ]
