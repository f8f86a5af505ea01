"""The ledger through django-import-export, set up for speed as its manual advises: bulk,
no diff, cached look-ups. The row rules are the portal's own; no audit, no undo.
"""

import io

import tablib
from django.db import transaction
from import_export import fields, resources, widgets
from import_export.instance_loaders import CachedInstanceLoader

from grids.addresses import from_parts as address_from_parts
from grids.addresses import sort_key
from grids.models import Building, Community, Dwelling
from portal.core.crypto import blind
from residents import codes, idnumbers, names, phones
from residents.models import Household, Resident, Stay, id_columns, phone_columns


class _Back(Exception):
    """Ends a measured transaction without keeping it."""


class WordWidget(widgets.CharWidget):
    """A ledger's word to the code of a table."""

    def __init__(self, table: str):
        super().__init__()
        self.table = table

    def clean(self, value, row=None, **kwargs):
        return codes.code_for(self.table, value or "") or ""


class DwellingWidget(widgets.ForeignKeyWidget):
    """The household of the address, looked up once for each address."""

    def __init__(self, known: dict):
        super().__init__(Household, "addr_key")
        self.known = known

    def clean(self, value, row=None, **kwargs):
        parts = (row["楼栋"], row["单元"] or "", row["房号"])
        return self.known[address_from_parts(*parts).key]


class ResidentResource(resources.ModelResource):
    household = fields.Field("household", "房号")
    name = fields.Field("name", "姓名")
    id_blind = fields.Field("id_blind", "id_blind")
    relation = fields.Field("relation", "与户主关系", WordWidget("relation"))
    sex = fields.Field("sex", "性别", WordWidget("sex"))
    ethnicity = fields.Field("ethnicity", "民族", WordWidget("ethnic"))
    education = fields.Field("education", "文化程度", WordWidget("education"))
    marital = fields.Field("marital", "婚姻状况", WordWidget("marital"))
    political = fields.Field("political", "政治面貌", WordWidget("political"))

    class Meta:
        model = Resident
        fields = ("household", "name", "id_blind", "relation", "sex", "ethnicity", "education",
                  "marital", "political")  # fmt: skip
        import_id_fields = ("id_blind",)
        instance_loader_class = CachedInstanceLoader
        use_bulk = True
        batch_size = 1000
        skip_diff = True
        skip_html_diff = True

    def __init__(self, tenant, households: dict):
        super().__init__()
        self.tenant = tenant
        self.fields["household"].widget = DwellingWidget(households)

    def get_queryset(self):
        return super().get_queryset().filter(community=self.tenant)

    def before_import(self, dataset, **kwargs):
        numbers = dataset["身份证号码"]
        dataset.append_col([blind(number, "id") for number in numbers], header="id_blind")

    def before_save_instance(self, instance, row, **kwargs):
        home = instance.household
        instance.community_id = home.community_id
        instance.addr_key, instance.addr_sort = home.addr_key, home.addr_sort
        instance.name = names.normalise(row["姓名"])
        instance.initials, instance.initials_alt = names.initials(instance.name)
        number = idnumbers.check(row["身份证号码"])
        instance.born_on, instance.birth_year = number.born_on, number.born_on.year
        columns = id_columns(instance.pk, number.value, number.kind, number.mask)
        if row["联系电话"]:
            phone = phones.parse(row["联系电话"])
            columns |= phone_columns(instance.pk, phone.value, phone.mask)
        for field, value in columns.items():
            setattr(instance, field, value)


def peer_import(data: bytes, tenant) -> None:
    """Check run and import, as its pages do, then rolled back."""
    try:
        with transaction.atomic():
            for is_trial in (True, False):
                dataset = tablib.Dataset().load(io.BytesIO(data), format="xlsx")
                resource = ResidentResource(tenant, _households(tenant, dataset))
                result = resource.import_data(dataset, dry_run=is_trial, raise_errors=True)
            stays = [Stay(resident_id=key, household_id=home, community_id=tenant)
                     for key, home in Resident.objects.filter(community=tenant)
                     .values_list("id", "household_id")]  # fmt: skip
            Stay.objects.bulk_create(stays, batch_size=1000)
            if result.has_errors() or len(stays) != len(dataset):
                raise RuntimeError(f"the peer: {result.totals}, {len(stays)} of {len(dataset)}")
            raise _Back
    except _Back:
        pass


def _households(tenant, dataset) -> dict[str, Household]:
    """Buildings, dwellings and households of the file, made in bulk beforehand."""
    community = Community.objects.get(pk=tenant)
    known = {home.addr_key: home for home in Household.objects.filter(community=community)}
    parts = zip(dataset["楼栋"], dataset["单元"], dataset["房号"], strict=True)
    found = {a.key: a for a in (address_from_parts(b, e or "", r) for b, e, r in parts)}
    if known:
        return known
    buildings = {
        number: Building(community=community, number=number, number_sort=sort_key(number))
        for number in {address.building for address in found.values()}
    }
    dwellings = {
        key: Dwelling(community=community, building=buildings[a.building], entrance=a.entrance,
                      room=a.room, floor=a.floor, addr_key=key, addr_sort=sort_key(key))
        for key, a in found.items()
    }  # fmt: skip
    homes = {
        key: Household(community=community, dwelling=dwelling, addr_key=key,
                       addr_sort=sort_key(key))
        for key, dwelling in dwellings.items()
    }  # fmt: skip
    for model, rows in ((Building, buildings), (Dwelling, dwellings), (Household, homes)):
        model.objects.bulk_create(rows.values(), batch_size=1000)
    return homes
