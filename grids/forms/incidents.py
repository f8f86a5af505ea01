"""Forms of incidents: the report, one form for each move, and what they are set up with."""

import datetime as dt

from django import forms
from django.utils import timezone

from grids.incidents.moves import PARTS_MOST, Move
from grids.models import (
    OPEN_STATES,
    Asset,
    AssetKind,
    Building,
    Handler,
    HandlerKind,
    Incident,
    IncidentCategory,
    IncidentGroup,
    IncidentSource,
    Satisfaction,
)
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.core.conflict import VersionedForm
from portal.core.forms import DateField
from portal.core.media import PHOTO_BYTES

DAY_ENDS = dt.time(17, 30)
PARTS_OPEN = 3  # of them stand on the page, the others are unfolded
PHOTOS = "image/jpeg,image/png,image/webp"


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several photos at once, as a list of their bytes."""

    widget = FilesInput(attrs={"accept": PHOTOS})

    def clean(self, data, initial=None):
        found = [super(PhotosField, self).clean(file, initial) for file in data or []]
        if any(file.size > PHOTO_BYTES for file in found):
            raise forms.ValidationError("照片超过 8 MB，请缩小后再传。")
        return [file.read() for file in found]

    def bound_data(self, data, initial):
        return data


def photos_field() -> PhotosField:
    return PhotosField(label="照片", required=False, help_text="可以选几张；拍摄信息会被去掉。")


def words(label: str, most: int, required: bool = True, rows: int = 3, help_text: str = ""):
    return forms.CharField(
        label=label, max_length=most, required=required, help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )  # fmt: skip


class ChoiceRow(forms.ModelChoiceField):
    """A row of the community in use."""

    def __init__(self, model, label, required=False, empty="（不选）", **kwargs):
        super().__init__(model.objects.none(), label=label, required=required, empty_label=empty,
                         **kwargs)  # fmt: skip


class IncidentRow(ChoiceRow):
    def label_from_instance(self, row):
        when = timezone.localtime(row.reported_at)
        return f"{row.number} {row.category or '未定类别'} {row.spot}（{when:%m-%d} 报）"


def _narrow(form, by, community, incident=None) -> None:
    """Offer what lies in the person's reach and is in use."""
    sets = {
        "category": (IncidentCategory, {"is_active": True}),
        "handler": (Handler, {"is_active": True}),
        "asset": (Asset, {"is_active": True}),
        "owner": (Handler, {"is_active": True}),
        "maintainer": (Handler, {"is_active": True}),
        "building": (Building, {}),
        "into": (Incident, {"state__in": OPEN_STATES}),
    }
    for name, (model, where) in sets.items():
        if name in form.fields:
            permission = (
                Permission.INCIDENT_REPORT if name == "building" else Permission.INCIDENT_VIEW
            )
            rows = model.objects.visible_to(by, permission).filter(community=community, **where)
            if name == "into" and incident is not None:
                rows = rows.exclude(pk=incident.pk).select_related("category")
                rows = rows.order_by("-reported_at")
            form.fields[name].queryset = rows


class IncidentForm(forms.Form):
    """A report as the desk takes it down."""

    text = words("情况", 1000, help_text="发生了什么、要紧不要紧。")
    category = ChoiceRow(IncidentCategory, "类别", empty="（受理时再定）")
    building = ChoiceRow(Building, "楼栋", empty="（不在楼里）")
    spot = forms.CharField(
        label="地点", max_length=120, required=False, help_text="如 东门岗亭旁。"
    )
    asset = ChoiceRow(Asset, "设施", empty="（没有或不知道）")
    is_urgent = forms.BooleanField(label="紧急，要马上处理", required=False)
    source = forms.ChoiceField(
        label="来源", choices=IncidentSource.choices, initial=IncidentSource.RESIDENT
    )
    reporter_name = forms.CharField(label="反映人", max_length=40, required=False)
    reporter_phone = forms.CharField(
        label="反映人电话", max_length=30, required=False, help_text="回访用，加密保存。"
    )
    files = photos_field()

    def __init__(self, *args, by, community, **kwargs):
        super().__init__(*args, **kwargs)
        _narrow(self, by, community)


_FIELDS = {
    "category": lambda: ChoiceRow(IncidentCategory, "类别", empty="请选择"),
    "handler": lambda: ChoiceRow(Handler, "处置单位", empty="请选择"),
    "asset": lambda: ChoiceRow(Asset, "设施", empty="（没有或不知道）"),
    "into": lambda: IncidentRow(Incident, "并入", empty="请选择"),
    "delay_to": lambda: DateField(label="延期到", required=False, help_text="到这一天下班为止。"),
    "satisfaction": lambda: forms.TypedChoiceField(
        label="反映人是否满意", choices=[("", "（没有回访）"), *Satisfaction.choices], coerce=int,
        empty_value=None, required=False, help_text="不满意会重新办理。",
    ),
    "result": lambda: words("处置结果", 1000, required=False, help_text="怎样处置的，是否修好。"),
    "files": photos_field,
    "note": lambda: words("说明", 500, required=False),
}  # fmt: skip


class MoveForm(forms.Form):
    """What one move needs and takes; what is missing the action says, at its field."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, move: Move, by=None, incident: Incident, **kwargs):
        super().__init__(*args, **kwargs)
        for name in (*move.needs, *move.takes):
            if name == "parts":
                continue  # fields of their own, below
            self.fields[name] = _FIELDS[name]()
            if name in move.needs:
                self.fields[name].widget.attrs["aria-required"] = "true"
            elif name not in ("files", "satisfaction"):
                self.fields[name].label += "（可不填）"
        if by is not None:
            _narrow(self, by, incident.community_id, incident)
        self.parts = range(1, PARTS_MOST + 1) if "parts" in move.needs else ()
        for number in self.parts:
            self._part(number, by, incident)

    def _part(self, number: int, by, incident: Incident) -> None:
        """One of what it falls into: what is wrong, and of which kind; its own as a start."""
        text, kind = f"text_{number}", f"category_{number}"
        self.fields[text] = words(f"第 {number} 件", 1000, required=False, rows=2)
        self.fields[kind] = field = ChoiceRow(
            IncidentCategory, f"第 {number} 件的类别", empty="（受理时再定）"
        )
        field.initial = incident.category_id
        if number == 1:
            rows = IncidentCategory.objects.visible_to(by, Permission.INCIDENT_VIEW)
            field.queryset = rows.filter(community=incident.community_id, is_active=True)
        else:
            first = self.fields["category_1"]
            field.queryset = first.queryset
            field.widget.choices = first.widget.choices = list(first.widget.choices)

    def part_rows(self) -> list[tuple]:
        """(number, text, category) as fields of the page."""
        return [(n, self[f"text_{n}"], self[f"category_{n}"]) for n in self.parts]

    def folded(self) -> bool:
        """Whether none of the parts that rarely come about has anything in it."""
        return not any(self[f"text_{n}"].value() for n in self.parts[PARTS_OPEN:])

    def values(self) -> dict:
        """What the action takes; without version and photos."""
        values = {k: v for k, v in self.cleaned_data.items() if k not in ("version", "files")}
        if values.get("delay_to"):
            values["delay_to"] = timezone.make_aware(
                dt.datetime.combine(values["delay_to"], DAY_ENDS)
            )
        if self.parts:
            said = [(values.pop(f"text_{n}"), values.pop(f"category_{n}")) for n in self.parts]
            values["parts"] = [{"text": text, "category": kind} for text, kind in said if text]
        return values


# --- Set-up


class HandlerFields(forms.Form):
    name = forms.CharField(label="名称", max_length=60)
    kind = forms.ChoiceField(label="类别", choices=HandlerKind.choices)
    contact = forms.CharField(label="联系人", max_length=40, required=False)
    phone = forms.CharField(label="联系电话", max_length=30, required=False)
    users = forms.ModelMultipleChoiceField(
        None, label="经办人员", required=False,
        help_text="有账号的人会收到提醒；没有账号的单位用办理链接。",
    )  # fmt: skip

    def __init__(self, *args, by, community, **kwargs):
        super().__init__(*args, **kwargs)
        staff = User.objects.visible_to(by).filter(is_active=True)
        self.fields["users"].queryset = staff.filter(memberships__community=community).distinct()


class HandlerForm(HandlerFields):
    pass


class HandlerUpdateForm(VersionedForm, HandlerFields):
    is_active = forms.BooleanField(label="在用", required=False)


class CategoryFields(forms.Form):
    name = forms.CharField(label="类别名称", max_length=40)
    group = forms.ChoiceField(label="大类", choices=IncidentGroup.choices)
    handler = ChoiceRow(Handler, "处置单位", empty="（受理时再定）")
    asset_kind = forms.ChoiceField(
        label="设施类别", choices=[("", "（不涉及设施）"), *AssetKind.choices], required=False
    )
    is_urgent = forms.BooleanField(label="紧急", required=False)
    accept_hours = forms.IntegerField(
        label="受理时限（工作小时）", min_value=1, max_value=700, initial=4,
        help_text="一个工作日是 7 小时；受理和派遣各有这么多时间。",
    )  # fmt: skip
    handle_hours = forms.IntegerField(
        label="处置时限（工作小时）", min_value=1, max_value=700, initial=24
    )
    check_hours = forms.IntegerField(
        label="核查时限（工作小时）", min_value=1, max_value=700, initial=16
    )

    def __init__(self, *args, by, community, **kwargs):
        super().__init__(*args, **kwargs)
        _narrow(self, by, community)


class IncidentCategoryForm(CategoryFields):
    pass


class IncidentCategoryUpdateForm(VersionedForm, CategoryFields):
    is_active = forms.BooleanField(label="在用", required=False)


class AssetFields(forms.Form):
    name = forms.CharField(label="名称", max_length=60, help_text="如 3 号楼东侧路灯。")
    kind = forms.ChoiceField(label="类别", choices=AssetKind.choices)
    building = ChoiceRow(Building, "楼栋", empty="（不在楼里）")
    spot = forms.CharField(label="位置", max_length=120, required=False)
    owner = ChoiceRow(Handler, "权属单位", empty="（没有登记）")
    maintainer = ChoiceRow(Handler, "养护单位", empty="（没有登记）")
    warranty_to = DateField(
        label="保修至", required=False, help_text="含这一天，期内由养护单位负责。"
    )
    handed_over_on = DateField(label="移交日期", required=False)

    def __init__(self, *args, by, community, **kwargs):
        super().__init__(*args, **kwargs)
        _narrow(self, by, community)


class AssetForm(AssetFields):
    pass


class AssetUpdateForm(VersionedForm, AssetFields):
    is_active = forms.BooleanField(label="在用", required=False)
