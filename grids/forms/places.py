"""Forms of cells, buildings and dwellings."""

import re

from django import forms
from django.utils import timezone

from grids.actions import Doors
from grids.models import CellKind, DwellingUse, GridCell
from portal.core.conflict import VersionedForm
from portal.core.forms import DateField

ALIASES_AT_MOST = 10


class AliasesField(forms.CharField):
    """Several names in one line, kept as a list."""

    def to_python(self, value):
        if isinstance(value, list):
            return value
        names = re.split(r"[、,，;；\n]+", super().to_python(value) or "")
        return list(dict.fromkeys(name.strip() for name in names if name.strip()))

    def prepare_value(self, value):
        return "、".join(value) if isinstance(value, list) else value

    def validate(self, value):
        super().validate(value)
        if len(value) > ALIASES_AT_MOST or any(len(name) > 40 for name in value):
            raise forms.ValidationError(f"最多 {ALIASES_AT_MOST} 个曾用名，每个不超过 40 个字。")

    def run_validators(self, value):
        super().run_validators("、".join(value))


def open_cells(by, community):
    """The cells in use that somebody may choose from."""
    cells = GridCell.objects.visible_to(by).filter(community=community, valid_to=None)
    return cells.order_by("number")


class CellForm(forms.Form):
    number = forms.IntegerField(label="编号", min_value=1, max_value=9999)
    name = forms.CharField(label="网格名称", max_length=60)
    kind = forms.ChoiceField(label="类型", choices=CellKind.choices, initial=CellKind.AREA)
    parent = forms.ModelChoiceField(
        None, label="上级网格", required=False, empty_label="（没有，直属社区）",
        help_text="微网格要选上级。",
    )  # fmt: skip
    valid_from = DateField(label="启用日期", required=False)

    def __init__(self, *args, by, community, cell=None, **kwargs):
        super().__init__(*args, **kwargs)
        others = open_cells(by, community)
        self.fields["parent"].queryset = others.exclude(pk=cell.pk) if cell else others


class CellUpdateForm(VersionedForm, CellForm):
    pass


class CellCloseForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    valid_to = DateField(label="停用日期", initial=timezone.localdate)


class BuildingFields(forms.Form):
    number = forms.CharField(
        label="楼号", max_length=20, help_text="只填号码，如 3、A5；“三号楼”也会记作 3。"
    )
    name = forms.CharField(
        label="楼名", max_length=60, required=False, help_text="有专门名称才填，如 明珠公寓。"
    )
    aliases = AliasesField(
        label="曾用名", max_length=200, required=False,
        help_text="居民还在说的老名字，用顿号隔开；查找时也认得。",
    )  # fmt: skip
    floors = forms.IntegerField(label="层数", min_value=1, max_value=120, required=False)
    entrances = forms.IntegerField(label="单元数", min_value=0, max_value=60, required=False)


class BuildingForm(BuildingFields):
    cell = forms.ModelChoiceField(
        None, label="网格", required=False, empty_label="（暂不划入）"
    )  # fmt: skip

    def __init__(self, *args, by, community, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cell"].queryset = open_cells(by, community)


class BuildingUpdateForm(VersionedForm, BuildingFields):
    pass


class BuildingCellForm(VersionedForm):
    cell = forms.ModelChoiceField(None, label="划入网格", empty_label="请选择")

    def __init__(self, *args, by, community, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cell"].queryset = open_cells(by, community)


class DwellingForm(forms.Form):
    entrance = forms.CharField(
        label="单元", max_length=10, required=False, help_text="没有单元就不填。"
    )
    room = forms.CharField(label="房号", max_length=20, help_text="如 501。")
    floor = forms.IntegerField(
        label="楼层", min_value=-5, max_value=120, required=False, help_text="不填就按房号推断。"
    )
    use = forms.ChoiceField(label="用途", choices=DwellingUse.choices, initial=DwellingUse.OWN)


class DwellingUpdateForm(VersionedForm, DwellingForm):
    pass


class DoorsForm(forms.Form):
    """What ``dwelling_generate`` is to make; nothing is written before the preview."""

    entrances = forms.IntegerField(
        label="单元数", min_value=0, max_value=30, help_text="没有单元填 0。"
    )
    first = forms.IntegerField(label="从第几层", min_value=1, max_value=60, initial=1)
    last = forms.IntegerField(label="到第几层", min_value=1, max_value=60)
    per_floor = forms.IntegerField(label="每单元每层户数", min_value=1, max_value=30)

    def clean(self):
        data = super().clean()
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", "最后一层不能低于第一层。")
        return data

    def doors(self) -> Doors:
        data = self.cleaned_data
        return Doors(data["entrances"], (data["first"], data["last"]), data["per_floor"])
