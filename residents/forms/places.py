"""Where: a dwelling typed as staff say it, or chosen by building, entrance and room."""

from django import forms
from django.db.models import Count, Q

from grids import addresses
from grids.models import Building, Dwelling
from portal.core.conflict import VersionedForm
from residents.forms.fields import ask
from residents.models import Household, ResidentStatus

NEW = "new"


class PlaceForm(forms.Form):
    """After ``is_valid``: ``dwelling``, and ``household`` where one was chosen (None: a new one).

    A dwelling in which people live makes the form ask which household is meant.
    """

    address = forms.CharField(
        label="住址", required=False, max_length=100,
        help_text="像平时说的那样写：3-2-501，或 3号楼2单元501；也可以选楼栋、填单元和房号。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    building = forms.ModelChoiceField(
        Building.objects.none(), label="楼栋", required=False, empty_label="（请选择）"
    )
    entrance = forms.CharField(label="单元", required=False, max_length=10)
    room = forms.CharField(label="房号", required=False, max_length=20)
    into = forms.CharField(label="哪一户", required=False, widget=forms.HiddenInput)

    dwelling = household = None

    def __init__(self, *args, by, tenant, **kwargs):
        self.by, self.tenant = by, tenant
        super().__init__(*args, **kwargs)
        self.fields["building"].queryset = Building.objects.visible_to(by).filter(community=tenant)

    def clean(self):
        cleaned = super().clean()
        address = self._address(cleaned)
        if address and (dwelling := self._dwelling(address)):
            self.dwelling = dwelling
            self._household(cleaned)
        return cleaned

    def _address(self, cleaned):
        if cleaned.get("address"):
            return ask(self, "address", addresses.parse, cleaned["address"])
        building = cleaned.get("building")
        if building and cleaned.get("room"):
            parts = (building.number, cleaned.get("entrance", ""), cleaned["room"])
            return ask(self, "room", addresses.from_parts, *parts)
        if not self.errors:
            self.add_error("address", "请写住址，或选择楼栋并填房号。")
        return None

    def _dwelling(self, address):
        visible = Dwelling.objects.visible_to(self.by).filter(community=self.tenant)
        found = visible.filter(addr_key=address.key).first()
        if found is None:
            self.add_error("address", f"没有找到房屋 {address.key}。请核对，或先在“房屋”里登记它。")
        return found

    def _household(self, cleaned):
        here = (
            Household.objects.visible_to(self.by)
            .filter(dwelling=self.dwelling, closed_on=None)
            .select_related("head")
            .annotate(living=Count("members", Q(members__status=ResidentStatus.LIVING)))
            .order_by("created_at")
        )
        known = {str(row.pk): row for row in here}
        chosen = cleaned.get("into", "")
        if not known or chosen == NEW:
            return
        self.household = known.get(chosen)
        choices = [(key, _named(row)) for key, row in known.items()]
        self.fields["into"].widget = forms.RadioSelect(choices=[*choices, (NEW, "新立一户")])
        if self.household is None:
            self.add_error("into", "这套房屋已有住户，请选择是其中一户，还是新立一户。")


class HouseholdCreateForm(PlaceForm):
    number = forms.CharField(label="户号", required=False, max_length=20)
    note = forms.CharField(
        label="备注", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("number", "note")}


class HouseholdForm(VersionedForm, forms.ModelForm):
    class Meta:
        model = Household
        fields = ("number", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}


def _named(household) -> str:
    head = household.head.name if household.head else "未定"
    number = f"{household.number}，" if household.number else ""
    return f"{number}户主 {head}，{household.living} 人"
