"""Forms of visits: one visit at the desk, the plan, rounds, changes, findings, rates."""

from datetime import datetime, timedelta
from uuid import UUID

from django import forms
from django.utils import timezone

from grids.models import GridCell
from residents.forms.fields import day_field, note_field
from residents.models import (
    AnswerState,
    CareKind,
    ChangeKind,
    FindingKind,
    RoundKind,
    VisitOutcome,
    VisitWay,
)

HOME = "home"  # what concerns the household and nobody in it alone
NEEDS = forms.CheckboxSelectMultiple


class VisitForm(forms.Form):
    """A whole household: how each member was found, and what has changed."""

    way = forms.ChoiceField(label="方式", choices=VisitWay)
    outcome = forms.ChoiceField(label="结果", choices=VisitOutcome)
    on = day_field("走访日期")
    at = forms.TimeField(label="几点开始", widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    minutes = forms.IntegerField(label="用时（分钟）", min_value=1, max_value=600, initial=10)
    note = forms.CharField(
        label="备注", required=False, max_length=1000, widget=forms.Textarea({"rows": 3}),
        help_text="备注加密保存，只有能看走访记录的人打开这一页时才看得到。",
    )  # fmt: skip

    def __init__(self, *args, members, corrects=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.members, self.corrects = list(members), corrects
        if corrects is None:
            choices = self.fields["outcome"].choices
            self.fields["outcome"].choices = [c for c in choices if c[0] != VisitOutcome.VOID]
        now = timezone.localtime()
        self.fields["on"].initial = now.date()
        self.fields["at"].initial = (now - timedelta(minutes=10)).time()
        for member in self.members:
            self.fields[f"state_{member.pk}"] = forms.ChoiceField(
                label=member.name, choices=[("", "没有问到"), *AnswerState.choices],
                required=False, initial=AnswerState.SAME,
            )  # fmt: skip
            self._finding(str(member.pk), f"{member.name} 的变化")
            self.fields[f"version_{member.pk}"] = forms.IntegerField(
                widget=forms.HiddenInput, required=False, initial=member.version
            )
        self._finding(HOME, "这一户的变化")

    def _finding(self, key: str, label: str) -> None:
        self.fields[f"kind_{key}"] = forms.ChoiceField(
            label=label, choices=[("", "没有"), *FindingKind.choices], required=False
        )
        self.fields[f"value_{key}"] = forms.CharField(
            label="写明变化", required=False, max_length=500,
            widget=forms.TextInput({"autocomplete": "off"}),
        )  # fmt: skip

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("on") and cleaned.get("at") and "minutes" in cleaned:
            started = timezone.make_aware(datetime.combine(cleaned["on"], cleaned["at"]))
            cleaned["started_at"] = started
            cleaned["ended_at"] = started + timedelta(minutes=cleaned["minutes"])
        if cleaned.get("kind_" + HOME) == "" and cleaned.get("value_" + HOME):
            self.add_error("kind_" + HOME, "请选择是什么变化。")
        return cleaned

    def rows(self) -> list[tuple]:
        """(member, its answer, its kind of change, what it is) as fields of the page."""
        return [
            (m, self[f"state_{m.pk}"], self[f"kind_{m.pk}"], self[f"value_{m.pk}"],
             self[f"version_{m.pk}"])
            for m in self.members
        ]  # fmt: skip

    def home(self) -> tuple:
        return self["kind_" + HOME], self["value_" + HOME]

    def values(self) -> dict:
        """What the action takes."""
        data = self.cleaned_data
        names = ("way", "outcome", "started_at", "ended_at", "note")
        states = {m.pk: data[f"state_{m.pk}"] for m in self.members}
        answers = [{"resident": k, "state": s} for k, s in states.items() if s]
        if data["outcome"] == VisitOutcome.VOID:
            answers = []  # they stand on the page for whoever was met
        return {name: data[name] for name in names} | {
            "answers": answers, "findings": self._findings(data), "corrects": self.corrects,
        }  # fmt: skip

    def _findings(self, data: dict) -> list[dict]:
        keys = [*(str(m.pk) for m in self.members), HOME]
        return [
            {"kind": data[f"kind_{key}"], "value": data[f"value_{key}"],
             "resident": None if key == HOME else UUID(key), "version": data.get(f"version_{key}")}
            for key in keys if data[f"kind_{key}"]
        ]  # fmt: skip


class ChangeForm(forms.Form):
    change = forms.ChoiceField(label="发生了什么", choices=ChangeKind)


class AudienceFields(forms.Form):
    """Whom a rule or a round means."""

    care_kinds = forms.MultipleChoiceField(
        label="有这些关爱标签之一", choices=CareKind, required=False, widget=NEEDS,
        help_text="一个都不选，就是不看标签。",
    )  # fmt: skip
    age_from = forms.IntegerField(
        label="年满（岁）", required=False, min_value=1, max_value=120,
        help_text="不填就是不看年龄；既选标签又填年龄的，要同一个人都符合。",
    )  # fmt: skip


class RuleForm(AudienceFields):
    """How often. The visit within hours after a big change is left empty where none is due."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label="名称", max_length=40, help_text="如：高风险独居老人")
    interval_days = forms.IntegerField(
        label="间隔天数", min_value=1, max_value=366,
        help_text="7 为每周，30 为每月，90 为每季度，365 为每年。",
    )  # fmt: skip
    change_hours = forms.IntegerField(
        label="重大变化后（小时）", min_value=1, max_value=720, required=False,
        help_text="如 24：出院、亲人去世等重大变化后 24 小时内上门。不另作要求的不填。",
    )  # fmt: skip
    ahead_days = forms.IntegerField(label="提前几天安排", min_value=0, max_value=60, initial=7)
    backup_days = forms.IntegerField(label="逾期几天转备岗", min_value=1, max_value=180, initial=3)
    head_days = forms.IntegerField(
        label="逾期几天转包片干部", min_value=2, max_value=366, initial=7
    )

    NAMES = ("name", "care_kinds", "age_from", "interval_days", "change_hours", "ahead_days",
             "backup_days", "head_days")  # fmt: skip
    field_order = NAMES

    def clean(self):
        cleaned = super().clean()
        backup, head = cleaned.get("backup_days"), cleaned.get("head_days")
        if backup and head and head <= backup:
            self.add_error("head_days", "转包片干部要晚于转备岗。")
        return cleaned

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.NAMES}


class RoundForm(AudienceFields):
    """A round for a chosen audience; the page first shows how many households it means."""

    name = forms.CharField(label="名称", max_length=40, help_text="如：2026年重阳节走访")
    kind = forms.ChoiceField(label="缘由", choices=RoundKind)
    cells = forms.ModelMultipleChoiceField(
        GridCell.objects.none(), label="网格", required=False, widget=NEEDS,
        help_text="一个都不选，就是全社区。",
    )  # fmt: skip
    from_on = day_field("开始日期")
    due_on = day_field("截止日期")

    field_order = ("name", "kind", "from_on", "due_on", "care_kinds", "cells", "age_from")

    def __init__(self, *args, by, tenant, **kwargs):
        super().__init__(*args, **kwargs)
        cells = GridCell.objects.visible_to(by).filter(community=tenant, valid_to=None)
        self.fields["cells"].queryset = cells.order_by("number")
        today = timezone.localdate()
        self.fields["from_on"].initial = today
        self.fields["due_on"].initial = today + timedelta(days=7)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("from_on") and cleaned.get("due_on"):
            if cleaned["due_on"] < cleaned["from_on"]:
                self.add_error("due_on", "截止日期不能早于开始日期。")
            elif cleaned["due_on"] < timezone.localdate():
                self.add_error("due_on", "截止日期已经过了。")
        return cleaned

    def values(self) -> dict:
        return {name: value for name, value in self.cleaned_data.items() if name != "cells"}


class FindingForm(forms.Form):
    """Why a finding is not taken over."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    note = note_field("为什么不采纳", required=True)


class RateForm(forms.Form):
    """Rates in yuan; they are kept in fen."""

    from_on = day_field("从哪天起")
    month = forms.DecimalField(label="每月基本（元）", min_value=0, max_digits=8, decimal_places=2)
    household = forms.DecimalField(label="每户（元）", min_value=0, max_digits=8, decimal_places=2)
    visit = forms.DecimalField(label="每次走访（元）", min_value=0, max_digits=8, decimal_places=2)
    incident = forms.DecimalField(
        label="每件上报事件（元）", min_value=0, max_digits=8, decimal_places=2
    )

    def values(self) -> dict:
        data = self.cleaned_data
        fen = {f"{n}_fen": int(data[n] * 100) for n in ("month", "household", "visit", "incident")}
        return {"from_on": data["from_on"], **fen}


class HandOverForm(forms.Form):
    """Who takes a cell over, from when, and what the next one should know."""

    to_user = forms.ModelChoiceField(
        None, label="接任人", empty_label="（请选择）",
        help_text="能在这个网格走访的人都在名单里；缺谁，先在“工作人员”里添加这个网格的任职。",
    )  # fmt: skip
    on = day_field("交接日期", initial=timezone.localdate)
    note = forms.CharField(
        label="交接说明", required=False, max_length=1000, widget=forms.Textarea({"rows": 4}),
        help_text="哪几户要特别留意、钥匙在谁手里等。加密保存，只给交接双方和安排走访的人看。",
    )  # fmt: skip

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to_user"].queryset = people
