"""The form about a person. Number and telephone start empty: blank leaves them as they are."""

from django import forms
from django.utils import timezone

from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.core.conflict import VersionedForm
from residents import idnumbers, names, phones
from residents.forms.fields import DayInput, ask, day_field
from residents.models import IdKind, Residence, Resident

NUMBER_KINDS = [("", "身份证、居住证、永久居留证（自动识别）"), (IdKind.OTHER, "护照等其他证件")]
SEXES = [("1", "男"), ("2", "女"), ("0", "未知"), ("9", "未说明")]


class PersonForm(forms.ModelForm):
    """What entering and changing have in common; ``warnings`` are shown after saving."""

    id_number = forms.CharField(
        label="证件号码", required=False, max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    id_type = forms.ChoiceField(label="证件种类", required=False, choices=NUMBER_KINDS)
    phone = forms.CharField(
        label="联系电话", required=False, max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )  # fmt: skip
    keep_difference = forms.BooleanField(
        label="已核对，号码与所填性别、出生日期不同也照此保存", required=False,
        widget=forms.HiddenInput,
    )  # fmt: skip

    class Meta:
        model = Resident
        fields = ("name", "relation", "sex", "born_on", "ethnicity", "education", "marital",
                  "political", "registered_address", "note")  # fmt: skip
        widgets = {"born_on": DayInput, "note": forms.Textarea(attrs={"rows": 3})}

    field_order = ("name", "relation", "id_number", "id_type", "sex", "born_on", "phone")

    def __init__(self, *args, by, tenant, **kwargs):
        super().__init__(*args, **kwargs)
        self.warnings = []
        self.fields["sex"].choices = SEXES
        for name in {"ethnicity", "education", "marital", "political"} & set(self.fields):
            self.fields[name].choices = [("", "未填"), *self.fields[name].choices[1:]]
        self.fields["sex"].required = self.fields["born_on"].required = False
        self.fields["note"].label = "备注"
        self.fields["born_on"].help_text = "有证件号码的可以不填。"
        if not access_of(by).can(Permission.PARTY_UPDATE, tenant):
            self.fields.pop("political", None)

    def clean_name(self):
        return ask(self, "name", names.normalise, self.cleaned_data["name"])

    def clean_id_number(self):
        typed = self.cleaned_data["id_number"].strip()
        self.number = None
        if typed and self.data.get("id_type") != IdKind.OTHER:
            self.number = ask(self, "id_number", idnumbers.check, typed, timezone.localdate())
            self.warnings += self.number.warnings if self.number else ()
        return typed

    def clean_phone(self):
        typed = self.cleaned_data["phone"].strip()
        found = ask(self, "phone", phones.parse, typed) if typed else None
        if found and found.warning:
            self.warnings.append(found.warning)
        return typed

    def clean(self):
        cleaned = super().clean()
        if number := getattr(self, "number", None):
            self._compare(number, cleaned)
        if not cleaned.get("sex"):
            cleaned["sex"] = number.sex if number else "0"
        if not cleaned.get("born_on") and "born_on" not in self.errors:
            if number:
                cleaned["born_on"] = number.born_on
            elif "id_number" not in self.errors:
                self.add_error("born_on", "请填出生日期，或填写证件号码。")
        return cleaned

    def _compare(self, number, cleaned) -> None:
        """The number says sex and birth date; where the form says otherwise, ask once."""
        differences = []
        born_on, sex = cleaned.get("born_on"), cleaned.get("sex")
        if born_on and born_on != number.born_on:
            differences.append(("born_on", f"证件号码里的出生日期是 {number.born_on}。"))
        if sex in ("1", "2") and sex != number.sex:
            differences.append(("sex", f"证件号码里的性别是{dict(SEXES)[number.sex]}。"))
        if not differences:
            return
        self.fields["keep_difference"].widget = forms.CheckboxInput()
        if cleaned.get("keep_difference"):
            self.warnings += [text for _, text in differences]
            return
        for name, text in differences:
            self.add_error(name, text)

    def values(self) -> dict:
        """What the action takes: columns, number and telephone as typed."""
        values = {n: self.cleaned_data[n] for n in self.Meta.fields if n in self.fields}
        return values | self.number_values()

    def confirmed_keys(self) -> list[str]:
        """The look-alikes that were seen to be others: the button that says so carries them."""
        return self.data.get("confirmed", "").split(",")

    def number_values(self) -> dict:
        cleaned = self.cleaned_data
        return {"id_number": cleaned["id_number"], "id_kind": cleaned.get("id_type", ""),
                "phone": cleaned.get("phone", "")}  # fmt: skip


class ResidentForm(VersionedForm, PersonForm):
    """Changing a person: only what was changed is written."""

    id_clear = forms.BooleanField(label="清除已登记的号码", required=False)
    phone_clear = forms.BooleanField(label="清除已登记的电话", required=False)

    sealed = {"id_number": "id_mask", "phone": "phone_mask"}
    field_order = (*PersonForm.field_order, *PersonForm.Meta.fields)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, column in self.sealed.items():
            mask = getattr(self.instance, column)
            clear = "id_clear" if name == "id_number" else "phone_clear"
            if mask:
                self.fields[name].help_text = f"已登记 {mask}。留空则不变。"
            else:
                del self.fields[clear]
        for name in ("keep_difference", "id_type", "id_clear", "phone_clear"):
            if name in self.fields:
                self.fields[name].show_hidden_initial = False

    def shown(self, name, value) -> str:
        if name == "id_number" and value:
            return self.number.mask if getattr(self, "number", None) else idnumbers.mask(value)
        if name == "phone" and value:
            return phones.parse(value).mask
        return super().shown(name, value)

    def values(self) -> dict:
        changed = self.changed_values()
        values = {n: changed[n] for n in self.Meta.fields if n in changed}
        cleared = {n: True for n in ("id_clear", "phone_clear") if self.cleaned_data.get(n)}
        return values | self.number_values() | cleared


class ResidentCreateForm(PersonForm):
    """Entering a person."""

    residence = forms.ChoiceField(label="居住类型", choices=Residence, initial=Residence.HOME)
    from_on = day_field("入住日期", required=False, help_text="不清楚的可以不填，按一直居住计。")
    moved_in = forms.BooleanField(label="是新迁入的，记一条“迁入”变动", required=False)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("moved_in") and not cleaned.get("from_on"):
            self.add_error("from_on", "记“迁入”变动要填入住日期。")
        return cleaned

    def values(self) -> dict:
        own = ("residence", "from_on", "moved_in")
        return super().values() | {n: self.cleaned_data[n] for n in own}


class BirthForm(PersonForm):
    """A new-born child: few fields, the birthday is asked for."""

    residence = forms.ChoiceField(label="居住类型", choices=Residence, initial=Residence.HOME)
    event_note = forms.CharField(label="说明", required=False, max_length=200)
    phone = None

    class Meta(PersonForm.Meta):
        fields = ("name", "relation", "sex", "born_on", "ethnicity", "note")

    def values(self) -> dict:
        own = ("residence", "event_note")
        return super().values() | {n: self.cleaned_data[n] for n in own}
