"""Forms of duty."""

from django import forms
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.permissions import LOCAL_ROLES, ROLES, Permission, Role
from portal.core.conflict import VersionedForm
from portal.core.forms import DateField
from portal.duty.models import DayKind, DutyKind, LeaveKind, Shift
from portal.duty.people import shifts_in_return, staff_of, taking_part

HANDS_ON = [(role, Role(role).label) for role in (Role.DIRECTOR, *LOCAL_ROLES)
            if Permission.DUTY_VIEW in ROLES[role]]  # fmt: skip


def clock(label: str) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput({"type": "time"}, format="%H:%M"))


def many(label: str, choices, **more) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, widget=forms.CheckboxSelectMultiple, **more
    )


class TemplateForm(VersionedForm):
    """A shift of staggered hours."""

    name = forms.CharField(label="名称", max_length=20, help_text="如：早班、夜间值守。")
    kind = forms.ChoiceField(label="类别", choices=DutyKind)
    days = forms.ChoiceField(label="哪些日子", choices=DayKind)
    starts = clock("开始")
    ends = clock("结束")
    head_count = forms.IntegerField(label="人数", min_value=1, max_value=20, initial=1)
    roles = many("岗位要求", HANDS_ON, required=False, help_text="不选表示谁都可以。")
    from_on = DateField(label="启用日期", initial=timezone.localdate)
    to_on = DateField(label="停用日期", required=False, help_text="不填表示一直使用。")

    def __init__(self, *args, instance=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["ends"].help_text = "早于或等于开始时间的，算到第二天。"
        self.fields["version"].required = instance is not None
        if instance:
            self.initial |= {"version": instance.version} | {
                name: getattr(instance, name) for name in self.fields if name != "version"
            }


class StaffChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return obj.name


class MemberForm(VersionedForm):
    """Who takes part in which kinds of duty."""

    user = StaffChoice(label="人员", queryset=User.objects.none(), empty_label="请选择")
    kinds = many("可值类别", DutyKind.choices)
    share = forms.IntegerField(
        label="份额（%）", min_value=10, max_value=100, initial=100,
        help_text="半天工作的填 50，排班时按比例少排。",
    )  # fmt: skip
    from_on = DateField(label="起始日期", initial=timezone.localdate)
    to_on = DateField(label="截止日期", required=False)

    def __init__(self, *args, community, instance=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].required = instance is not None
        if instance:
            del self.fields["user"]
            self.initial |= {"version": instance.version} | {
                name: getattr(instance, name) for name in self.fields if name != "version"
            }
        else:
            taken = taking_part(community).values("pk")
            self.fields["user"].queryset = staff_of(community).exclude(pk__in=taken)


class LeaveForm(forms.Form):
    """Days without duty."""

    user = StaffChoice(label="人员", queryset=User.objects.none(), empty_label="请选择")
    kind = forms.ChoiceField(label="类别", choices=LeaveKind)
    from_on = DateField(label="从")
    to_on = DateField(label="到", help_text="两头都算在内。")

    def __init__(self, *args, community, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = staff_of(community)

    def clean(self):
        first, last = self.cleaned_data.get("from_on"), self.cleaned_data.get("to_on")
        if first and last and last < first:
            self.add_error("to_on", "结束日期不能早于开始日期。")
        return self.cleaned_data


class RulesForm(VersionedForm):
    """What a director sets for the community."""

    rest_hours = forms.IntegerField(label="两班之间至少休息（小时）", min_value=0, max_value=48)
    nights_in_row = forms.IntegerField(label="最多连续几晚", min_value=1, max_value=7)
    remind_at = clock("前一天几点提醒")
    missed_minutes = forms.IntegerField(label="未签到几分钟提醒本人", min_value=0, max_value=240)
    head_minutes = forms.IntegerField(label="再过几分钟报负责人", min_value=0, max_value=240)
    draft_day = forms.IntegerField(label="每月几日排下月班", min_value=1, max_value=28)
    head = StaffChoice(label="值班负责人", queryset=User.objects.none(), required=False,
                       empty_label="主任", help_text="未签到时报给谁。")  # fmt: skip
    is_swap_approved = forms.BooleanField(
        label="调班要主任同意", required=False,
        help_text="主任本人参与的调班由别的主任批准；没有别人时可以自己批准，会记入日志。",
    )  # fmt: skip

    def __init__(self, *args, instance, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {"version": instance.version} | {
            name: getattr(instance, name) for name in self.fields if name != "version"
        }
        self.fields["head"].queryset = staff_of(instance.community_id)


class WishForm(forms.Form):
    """A day of one's own."""

    on = DateField(label="日期")
    kind = forms.ChoiceField(label="类别", required=False,
                             choices=[("", "任何班次"), *DutyKind.choices])  # fmt: skip
    is_wanted = forms.TypedChoiceField(
        label="愿望", choices=[("", "最好不值班"), ("1", "希望值班")], required=False, coerce=bool,
        empty_value=False,
    )  # fmt: skip


class ShiftChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Shift) -> str:
        local = timezone.localtime(obj.starts_at)
        return f"{obj.user.name} · {local.month}月{local.day}日 {local:%H:%M} {obj.name}"


class SwapForm(forms.Form):
    """A colleague's shift in return, or a colleague who steps in for nothing."""

    other_shift = ShiftChoice(label="换成谁的哪一班", queryset=Shift.objects.none(), required=False,
                              empty_label="不换，请人替班")  # fmt: skip
    taker = StaffChoice(label="请谁替班", queryset=User.objects.none(), required=False,
                        empty_label="请选择", help_text="上面选了班次的，这里不用选。")  # fmt: skip
    reason = forms.CharField(label="原因", max_length=200)

    def __init__(self, *args, shift: Shift, **kwargs):
        super().__init__(*args, **kwargs)
        people = taking_part(shift.community_id).exclude(pk=shift.user_id)
        self.fields["taker"].queryset = people
        self.fields["other_shift"].queryset = shifts_in_return(shift)

    def clean(self):
        other, taker = self.cleaned_data.get("other_shift"), self.cleaned_data.get("taker")
        if other:
            self.cleaned_data["taker"] = other.user
        elif not taker and "taker" not in self.errors:
            self.add_error("taker", "请选择要换的班次，或者请谁替班。")
        return self.cleaned_data


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=200)


class TextForm(forms.Form):
    text = forms.CharField(label="内容", max_length=300, widget=forms.Textarea({"rows": 3}))


class CloseForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(label="办结说明", max_length=200, required=False)
