"""Forms of dated records: moves, deaths, corrections, care tags, Party membership."""

from django import forms
from django.core.validators import MaxValueValidator
from django.utils import timezone

from residents import codes
from residents.actions.care import kinds_open
from residents.forms.fields import LATEST, UntilField, day_field, note_field
from residents.forms.places import PlaceForm
from residents.models import (
    HEAD_RELATIONS,
    CareKind,
    Disability,
    DisabilityGrade,
    PartyKind,
    Residence,
)

RELATIONS = [("", "（请选择）"), *codes.choices("relation")]
MEMBER_RELATIONS = [pair for pair in RELATIONS if pair[0] not in HEAD_RELATIONS]


class VersionForm(forms.Form):
    """Nothing to fill in: a page that only asks whether it is meant."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class RecordForm(forms.Form):
    """A dated record about a row that the page showed in this ``version``."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    on = day_field("日期")
    note = note_field()

    field_order = ("on", "note")

    def __init__(self, *args, note_label="", on_label="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate
        self.fields["note"].label = note_label or self.fields["note"].label
        self.fields["on"].label = on_label or self.fields["on"].label


class MoveWithinForm(PlaceForm, RecordForm):
    """A move to another household, or into a dwelling where a new one begins."""

    relation = forms.ChoiceField(
        label="与那一户户主的关系",
        choices=RELATIONS,
        required=False,
        help_text="新立一户的不用填。",
    )

    field_order = ("address", "building", "entrance", "room", "into", "relation", "on", "note")

    def clean(self):
        cleaned = super().clean()
        if self.household and not cleaned.get("relation"):
            self.add_error("relation", "请选择与那一户户主的关系。")
        return cleaned


class HouseholdMoveForm(PlaceForm, RecordForm):
    """The whole household to another dwelling, or only its address mended."""

    mend = forms.BooleanField(label="没有搬家，只是原来的住址登记错了", required=False)

    field_order = ("address", "building", "entrance", "room", "on", "mend", "note")

    def _household(self, cleaned) -> None:
        """Other households may live there: this one stays its own."""

    def day(self):
        return None if self.cleaned_data["mend"] else self.cleaned_data["on"]


class MoveInForm(MoveWithinForm):
    """Somebody who had left comes back."""

    residence = forms.ChoiceField(label="居住类型", choices=Residence)


class ResidenceForm(RecordForm):
    residence = forms.ChoiceField(label="改为", choices=Residence)
    registered_address = forms.CharField(
        label="户籍地址", required=False, max_length=120, help_text="户口在别处的，写户口所在地。"
    )

    field_order = ("residence", "registered_address", "on", "note")


class CorrectForm(forms.Form):
    """Why an event is taken back."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    note = note_field("错在哪里", required=True)


class VoidForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = note_field("为什么作废", required=True)


class CloseForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    on = day_field("销户日期", initial=timezone.localdate)


class EndForm(forms.Form):
    on = day_field("结束日期", initial=timezone.localdate, help_text="从这一天起不再计入。")


class CareTagEndForm(forms.Form):
    on = day_field(
        "结束日期", initial=timezone.localdate,
        help_text="从这一天起不再计入；已知将来哪天到期的，可以填以后的日期。",
        validators=[MaxValueValidator(LATEST, "年份太远，请核对。")],
    )  # fmt: skip


class CareTagForm(forms.Form):
    """Kinds that the person may not see are not offered either."""

    kind = forms.ChoiceField(label="类别")
    category = forms.ChoiceField(
        label="残疾类别", required=False, choices=[("", "（仅残疾填写）"), *Disability.choices]
    )
    grade = forms.ChoiceField(
        label="残疾等级", required=False, choices=[("", "（仅残疾填写）"), *DisabilityGrade.choices]
    )
    from_on = day_field("起始日期", required=False, help_text="不清楚的可以不填，按一直如此计。")
    to_on = UntilField()

    def __init__(self, *args, by, resident, **kwargs):
        super().__init__(*args, **kwargs)
        offered = kinds_open(by, resident)
        self.fields["kind"].choices = [c for c in CareKind.choices if c[0] in offered]
        if CareKind.DISABILITY not in offered:
            del self.fields["category"], self.fields["grade"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("kind") == CareKind.DISABILITY:
            for name in ("category", "grade"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, "残疾标签要选类别和等级。")
        return cleaned


class PartyForm(forms.Form):
    kind = forms.ChoiceField(label="党员类别", choices=PartyKind)
    from_on = day_field("起始日期", required=False, help_text="不清楚的可以不填。")


class MergeForm(forms.Form):
    """What everybody who joins a household is to its head."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, members, head, **kwargs):
        super().__init__(*args, **kwargs)
        self.keys = {member.pk: f"relation_{member.pk}" for member in members if head}
        for member in members if head else ():
            self.fields[self.keys[member.pk]] = forms.ChoiceField(
                label=f"{member.name} 是户主 {head.name} 的", choices=MEMBER_RELATIONS,
            )  # fmt: skip

    def relations(self) -> dict:
        return {key: self.cleaned_data[name] for key, name in self.keys.items()}


class HeadForm(forms.Form):
    """The new head, and what every other member is to them."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    head = forms.ChoiceField(label="新户主")

    def __init__(self, *args, members, **kwargs):
        super().__init__(*args, **kwargs)
        self.members = {str(member.pk): member for member in members}
        self.fields["head"].choices = [(key, row.name) for key, row in self.members.items()]
        for key, member in self.members.items():
            known = "" if member.relation in HEAD_RELATIONS else member.relation
            self.fields[f"relation_{key}"] = forms.ChoiceField(
                label=f"{member.name} 是新户主的", choices=MEMBER_RELATIONS, required=False,
                initial=known,
            )  # fmt: skip

    def clean(self):
        cleaned = super().clean()
        for key, member in self.members.items():
            if key != cleaned.get("head") and not cleaned.get(f"relation_{key}"):
                self.add_error(f"relation_{key}", f"请选择 {member.name} 与新户主的关系。")
        return cleaned

    @property
    def new_head(self):
        return self.members[self.cleaned_data["head"]]

    def relations(self) -> dict:
        return {
            member.pk: self.cleaned_data[f"relation_{key}"]
            for key, member in self.members.items()
            if key != self.cleaned_data["head"]
        }
