"""Forms of call devices and alarms."""

from django import forms
from django.utils import timezone

from portal.core.conflict import VersionedForm
from portal.core.forms import DateField
from residents.forms import PlaceForm
from residents.models import Household, Resident
from services.models import AlarmOutcome, AlarmRules, DeviceKind

FIELDS = ("number", "kind", "spot", "resident", "from_on", "supplier", "note")


class ResidentChoice(forms.ModelChoiceField):
    def label_from_instance(self, row: Resident) -> str:
        return f"{row.name}（{row.get_relation_display()}）"


def device_fields() -> dict:
    return {
        "number": forms.CharField(
            label="设备编号", max_length=40, help_text="照供应商的写法，报警平台按它报来。",
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        ),
        "kind": forms.ChoiceField(label="类别", choices=DeviceKind),
        "spot": forms.CharField(
            label="家中位置", max_length=40, required=False, help_text="如：床头、卫生间。"
        ),
        "resident": ResidentChoice(
            Resident.objects.none(), label="使用人", required=False, empty_label="全户",
            help_text="报警时先联系他。",
        ),
        "from_on": DateField(label="启用日期", initial=timezone.localdate),
        "supplier": forms.CharField(label="供应商", max_length=60, required=False),
        "note": forms.CharField(
            label="备注", max_length=200, required=False, help_text="不写病情。",
            widget=forms.Textarea(attrs={"rows": 2}),
        ),
    }  # fmt: skip


class DevicePlaceForm(PlaceForm):
    """In which home: by its address; with two households behind the door it asks for one."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("building", "entrance", "room"):
            del self.fields[name]
        self.fields["address"].help_text = "像平时说的那样写：3-2-501，或 3号楼2单元501。"
        self.fields["address"].label, self.fields["address"].required = "安装在", True

    def _household(self, cleaned):
        rows = Household.objects.visible_to(self.by).filter(dwelling=self.dwelling, closed_on=None)
        here = list(rows.select_related("head").order_by("created_at"))
        chosen = {str(row.pk): row for row in here}.get(cleaned.get("into", ""))
        self.household = chosen or (here[0] if len(here) == 1 else None)
        choices = [(str(row.pk), f"{row.head.name if row.head else '未定户主'} 户") for row in here]
        self.fields["into"].widget = forms.RadioSelect(choices=choices)
        if not here:
            self.add_error("address", "这套房屋还没有登记住户，请先登记家庭户。")
        elif self.household is None:
            self.add_error("into", "这套房屋住着几户，请选择是哪一户。")


class DeviceForm(DevicePlaceForm):
    """A new device; ``household`` is where the page was opened from."""

    def __init__(self, *args, household=None, **kwargs):
        if household:
            kwargs["initial"] = {"address": household.addr_key, "into": str(household.pk)} | (
                kwargs.get("initial") or {}
            )
        super().__init__(*args, **kwargs)
        self.fields |= device_fields()
        if household:
            self.fields["resident"].queryset = _members(self.by, household)
        else:
            del self.fields["resident"]

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in FIELDS if name in self.cleaned_data}


class DeviceUpdateForm(VersionedForm):
    def __init__(self, *args, by, device, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields |= device_fields()
        self.fields["resident"].queryset = _members(by, device.household)
        self.initial |= {name: getattr(device, name) for name in FIELDS} | {
            "version": device.version, "resident": device.resident_id,
        }  # fmt: skip
        for name in FIELDS:
            self.fields[name].show_hidden_initial = True


class DeviceMoveForm(DevicePlaceForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class DeviceEndForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    to_on = DateField(label="停用日期", initial=timezone.localdate,
                      help_text="从这一天起不再使用。")  # fmt: skip


class AlarmCloseForm(forms.Form):
    outcome = forms.ChoiceField(label="结果", choices=AlarmOutcome, widget=forms.RadioSelect)
    note = forms.CharField(
        label="说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="可以不写。不写病情；保存后加密，只能补记，不能修改。",
    )  # fmt: skip


class AlarmRulesForm(VersionedForm, forms.ModelForm):
    class Meta:
        model = AlarmRules
        fields = ("backup_minutes", "director_minutes", "join_minutes")


def _members(by, household: Household):
    rows = Resident.objects.visible_to(by).filter(household=household).living()
    return rows.order_by("born_on", "pk")
