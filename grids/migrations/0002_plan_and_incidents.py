import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import portal.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("grids", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="community",
            name="office_address",
            field=models.CharField(blank=True, max_length=120, verbose_name="办公地址"),
        ),
        migrations.AddField(
            model_name="community",
            name="office_hours",
            field=models.CharField(blank=True, max_length=120, verbose_name="办公时间"),
        ),
        migrations.AddField(
            model_name="community",
            name="office_phone",
            field=models.CharField(blank=True, max_length=30, verbose_name="办公电话"),
        ),
        migrations.CreateModel(
            name="CardPrint",
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
                ("digest", models.CharField(max_length=64)),
                ("printed_on", models.DateField(verbose_name="打印日期")),
                (
                    "building",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="card_print",
                        to="grids.building",
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
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Handler",
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
                            ("property", "物业公司"),
                            ("department", "职能部门"),
                            ("utility", "水电气暖单位"),
                            ("staff", "社区自办"),
                            ("other", "其他单位"),
                        ],
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("contact", models.CharField(blank=True, max_length=40, verbose_name="联系人")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="联系电话")),
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
                (
                    "users",
                    models.ManyToManyField(
                        blank=True,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人员",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Asset",
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
                            ("lamp", "路灯"),
                            ("pipe", "管道井盖"),
                            ("gate", "大门道闸"),
                            ("lift", "电梯"),
                            ("green", "绿化"),
                            ("road", "道路"),
                            ("wire", "线缆"),
                            ("bin", "垃圾设施"),
                            ("fitness", "健身器材"),
                            ("fire", "消防设施"),
                            ("other", "其他设施"),
                        ],
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("place", models.CharField(blank=True, max_length=120, verbose_name="位置")),
                ("x", models.FloatField(blank=True, null=True)),
                ("y", models.FloatField(blank=True, null=True)),
                ("warranty_to", models.DateField(blank=True, null=True, verbose_name="保修至")),
                (
                    "handed_over_on",
                    models.DateField(blank=True, null=True, verbose_name="移交日期"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="在用")),
                (
                    "building",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.building",
                        verbose_name="楼栋",
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
                    "maintainer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.handler",
                        verbose_name="养护单位",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.handler",
                        verbose_name="权属单位",
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "name"],
            },
        ),
        migrations.CreateModel(
            name="IncidentCategory",
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
                    "group",
                    models.CharField(
                        choices=[
                            ("facility", "设施损坏"),
                            ("environment", "环境卫生"),
                            ("safety", "安全隐患"),
                            ("help", "居民求助"),
                            ("neighbours", "邻里矛盾"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="大类",
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="类别")),
                (
                    "asset_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("lamp", "路灯"),
                            ("pipe", "管道井盖"),
                            ("gate", "大门道闸"),
                            ("lift", "电梯"),
                            ("green", "绿化"),
                            ("road", "道路"),
                            ("wire", "线缆"),
                            ("bin", "垃圾设施"),
                            ("fitness", "健身器材"),
                            ("fire", "消防设施"),
                            ("other", "其他设施"),
                        ],
                        max_length=10,
                        verbose_name="设施类别",
                    ),
                ),
                ("is_urgent", models.BooleanField(default=False, verbose_name="紧急")),
                (
                    "accept_hours",
                    models.PositiveSmallIntegerField(
                        default=4, verbose_name="受理时限（工作小时）"
                    ),
                ),
                (
                    "handle_hours",
                    models.PositiveSmallIntegerField(
                        default=24, verbose_name="处置时限（工作小时）"
                    ),
                ),
                (
                    "check_hours",
                    models.PositiveSmallIntegerField(
                        default=16, verbose_name="核查时限（工作小时）"
                    ),
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
                (
                    "handler",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.handler",
                        verbose_name="处置单位",
                    ),
                ),
            ],
            options={
                "ordering": ["group", "name"],
            },
        ),
        migrations.CreateModel(
            name="Incident",
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
                ("number", models.CharField(editable=False, max_length=12, verbose_name="编号")),
                ("place", models.CharField(blank=True, max_length=120, verbose_name="地点")),
                ("x", models.FloatField(blank=True, null=True)),
                ("y", models.FloatField(blank=True, null=True)),
                ("text", models.CharField(max_length=1000, verbose_name="情况")),
                ("is_urgent", models.BooleanField(default=False, verbose_name="紧急")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("leader", "网格巡查"),
                            ("resident", "居民反映"),
                            ("staff", "社区发现"),
                            ("patrol", "值班巡逻"),
                        ],
                        max_length=10,
                        verbose_name="来源",
                    ),
                ),
                (
                    "reporter_name",
                    models.CharField(blank=True, max_length=40, verbose_name="反映人"),
                ),
                ("reporter_phone_sealed", models.BinaryField(blank=True, default=b"")),
                (
                    "reporter_phone_mask",
                    models.CharField(blank=True, max_length=30, verbose_name="反映人电话"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reported", "待受理"),
                            ("accepted", "待派遣"),
                            ("dispatched", "待处置"),
                            ("handling", "处置中"),
                            ("handled", "待核查"),
                            ("closed", "已办结"),
                            ("rejected", "不予受理"),
                            ("merged", "已并案"),
                            ("split", "已拆分"),
                        ],
                        default="reported",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("reported_at", models.DateTimeField(verbose_name="报告时间")),
                (
                    "received_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="收到时间"
                    ),
                ),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="本环节时限")),
                (
                    "handle_due_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="处置时限"),
                ),
                (
                    "delay_to",
                    models.DateTimeField(blank=True, null=True, verbose_name="申请延期至"),
                ),
                ("delays", models.PositiveSmallIntegerField(default=0, verbose_name="延期次数")),
                ("urges", models.PositiveSmallIntegerField(default=0, verbose_name="催办次数")),
                ("level", models.PositiveSmallIntegerField(default=0, verbose_name="上报层级")),
                ("returns", models.PositiveSmallIntegerField(default=0, verbose_name="退回次数")),
                ("result", models.CharField(blank=True, max_length=1000, verbose_name="处置结果")),
                (
                    "handled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="处置完成时间"),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="办结时间")),
                (
                    "is_in_time",
                    models.BooleanField(editable=False, null=True, verbose_name="按时处置"),
                ),
                (
                    "satisfaction",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[(1, "不满意"), (2, "基本满意"), (3, "满意")],
                        null=True,
                        verbose_name="满意度",
                    ),
                ),
                (
                    "asset",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incidents",
                        to="grids.asset",
                        verbose_name="设施",
                    ),
                ),
                (
                    "building",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.building",
                        verbose_name="楼栋",
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
                        related_name="incidents",
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
                    "handler",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.handler",
                        verbose_name="处置单位",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="grids.incident",
                        verbose_name="并入事件",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="grids.incident",
                        verbose_name="原事件",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.incidentcategory",
                        verbose_name="类别",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IncidentFile",
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
                        choices=[("photo", "照片"), ("audio", "语音")],
                        max_length=6,
                        verbose_name="类别",
                    ),
                ),
                ("is_result", models.BooleanField(default=False, verbose_name="处置后")),
                ("key", models.CharField(editable=False, max_length=60)),
                ("content_type", models.CharField(editable=False, max_length=40)),
                ("size", models.PositiveIntegerField(editable=False)),
                ("digest", models.CharField(editable=False, max_length=64)),
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
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="grids.incident",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="IncidentLink",
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
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("expires_at", models.DateTimeField(verbose_name="有效期至")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="失效时间")),
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
                    "handler",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.handler",
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="grids.incident",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="IncidentStep",
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
                ("move", models.CharField(max_length=20, verbose_name="动作")),
                (
                    "from_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reported", "待受理"),
                            ("accepted", "待派遣"),
                            ("dispatched", "待处置"),
                            ("handling", "处置中"),
                            ("handled", "待核查"),
                            ("closed", "已办结"),
                            ("rejected", "不予受理"),
                            ("merged", "已并案"),
                            ("split", "已拆分"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("reported", "待受理"),
                            ("accepted", "待派遣"),
                            ("dispatched", "待处置"),
                            ("handling", "处置中"),
                            ("handled", "待核查"),
                            ("closed", "已办结"),
                            ("rejected", "不予受理"),
                            ("merged", "已并案"),
                            ("split", "已拆分"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间"),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="说明")),
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
                    "handler",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.handler",
                        verbose_name="处置单位",
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="grids.incident",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="PlanShape",
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
                            ("building", "楼栋"),
                            ("cell", "网格"),
                            ("gate", "大门"),
                            ("road", "道路"),
                            ("green", "绿地"),
                            ("square", "广场"),
                            ("water", "水面"),
                            ("facility", "设施"),
                        ],
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="名称")),
                ("geometry", models.JSONField(default=dict, verbose_name="位置")),
                (
                    "building",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shape",
                        to="grids.building",
                        verbose_name="楼栋",
                    ),
                ),
                (
                    "cell",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shape",
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
                        related_name="shapes",
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
        ),
        migrations.CreateModel(
            name="SitePlan",
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
                ("picture_key", models.CharField(blank=True, editable=False, max_length=60)),
                ("width", models.FloatField(default=1000, verbose_name="宽")),
                ("height", models.FloatField(default=700, verbose_name="高")),
                ("metres", models.FloatField(blank=True, null=True, verbose_name="每单位米数")),
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
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="site_plan",
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
        ),
        migrations.CreateModel(
            name="CellPost",
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
                            ("leader", "网格长"),
                            ("worker", "网格员"),
                            ("backup", "备岗"),
                            ("head", "包片干部"),
                        ],
                        max_length=10,
                        verbose_name="岗位",
                    ),
                ),
                ("from_on", models.DateField(verbose_name="起始日期")),
                ("to_on", models.DateField(blank=True, null=True, verbose_name="截止日期")),
                (
                    "cell",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cell_posts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人员",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("kind__in", ("leader", "backup", "head")), ("to_on", None)
                        ),
                        fields=("cell", "kind"),
                        name="post_one",
                        violation_error_message="这个网格的这个岗位已有人在任，请先结束原来的任职。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("to_on", None)),
                        fields=("cell", "kind", "user"),
                        name="post_person",
                        violation_error_message="这位同志已在这个岗位上。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_on", None), ("to_on__gte", models.F("from_on")), _connector="OR"
                        ),
                        name="post_period",
                        violation_error_message="截止日期不能早于起始日期。",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="handler",
            constraint=models.UniqueConstraint(
                fields=("community", "name"),
                name="handler_name",
                violation_error_message="这个处置单位已经登记过。",
            ),
        ),
        migrations.AddConstraint(
            model_name="incidentcategory",
            constraint=models.UniqueConstraint(
                fields=("community", "name"),
                name="incident_category_name",
                violation_error_message="这个事件类别已经登记过。",
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["community", "state", "due_at"], name="incident_board"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["community", "reported_at", "id"], name="incident_order"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["community", "changed_at", "id"], name="incident_feed"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["state", "due_at"], name="incident_sweep"),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.UniqueConstraint(
                fields=("community", "number"), name="incident_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="incidentstep",
            constraint=models.UniqueConstraint(
                condition=models.Q(("move", "escalate")),
                fields=("incident", "move", "note"),
                name="incident_escalated",
            ),
        ),
        migrations.AddConstraint(
            model_name="planshape",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("building__isnull", False), ("cell", None), ("kind", "building")),
                    models.Q(("building", None), ("cell__isnull", False), ("kind", "cell")),
                    models.Q(
                        models.Q(("kind__in", ["building", "cell"]), _negated=True),
                        ("building", None),
                        ("cell", None),
                    ),
                    _connector="OR",
                ),
                name="shape_of",
                violation_error_message="楼栋和网格的图形要指明是哪一个。",
            ),
        ),
        migrations.AddConstraint(
            model_name="siteplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("height__gt", 0), ("width__gt", 0)),
                name="plan_size",
                violation_error_message="平面图的宽和高要大于 0。",
            ),
        ),
    ]
