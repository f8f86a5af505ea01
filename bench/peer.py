"""The ledger through django-import-export, as its manual sets it up for many rows.

It does what our import does: every column of cells, buildings, dwellings, households, people
and stays, with the same rules (``outcome`` compares the tables that come out).

Given to the library: its bulk mode, no diff, no HTML, declared fields only, and of ours the
code tables, the rules for names, numbers, telephones and addresses (which remember what they
have read), the encryption, and blind indexes made for a whole file. Heads and stays are
written in bulk. It looks for each row's person by its number, and finds or makes a household
through the widget of a foreign key, as the manual shows.
Spared it: preview, undo, the log entries of its pages, and the recognition of headings,
repeated people and households with several families.

Two more are told beside, so that nobody takes the one for the other. ``CachedResource`` reads
known people in one go (the manual's ``CachedInstanceLoader``). ``ByHandResource`` is no longer
the library's way: its places are made beforehand in bulk and looked up in a dict.
"""

import io

import tablib
from django.core.exceptions import ValidationError
from import_export import fields, resources, widgets
from import_export.instance_loaders import CachedInstanceLoader

from grids.addresses import Address, sort_key
from grids.addresses import from_parts as address_from_parts
from grids.models import Building, Dwelling, GridCell
from portal.core.crypto import blind
from residents import codes, idnumbers, names, phones
from residents.models import (
    HEAD_RELATIONS,
    Household,
    Resident,
    Stay,
    id_columns,
    phone_columns,
)

BATCH = 1000
CODED = {"relation": ("与户主关系", "relation"), "sex": ("性别", "sex"),
         "ethnicity": ("民族", "ethnic"), "education": ("文化程度", "education"),
         "marital": ("婚姻状况", "marital"), "political": ("政治面貌", "political")}  # fmt: skip


class WordWidget(widgets.CharWidget):
    """A ledger's word to the code of a table."""

    def __init__(self, table: str):
        super().__init__()
        self.table = table

    def clean(self, value, row=None, **kwargs):
        if not value:
            return ""
        code = codes.code_for(self.table, value)
        if code is None:
            raise ValueError(f"unknown: {value}")
        return code


class NameWidget(widgets.CharWidget):
    def clean(self, value, row=None, **kwargs):
        return names.normalise(value or "")


class HomeWidget(widgets.ForeignKeyWidget):
    """The household at the address of the row, made with its places when it is missing."""

    def __init__(self, tenant):
        super().__init__(Household, "addr_key")
        self.tenant = tenant

    def get_queryset(self, value, row, *args, **kwargs):
        return Household.objects.filter(community=self.tenant)

    def clean(self, value, row=None, **kwargs):
        address = address_of(row["楼栋"], row["单元"], row["房号"])
        try:
            return super().clean(address.key, row, **kwargs)
        except Household.DoesNotExist:
            return self.make(address, row["网格"])

    def make(self, address: Address, cell_name: str) -> Household:
        mine = {"community_id": self.tenant}
        cell = None
        if cell_name:
            cell, _ = GridCell.objects.get_or_create(
                **mine, name=cell_name,
                defaults={"number": lambda: GridCell.objects.filter(**mine).count() + 1},
            )  # fmt: skip
        building, _ = Building.objects.get_or_create(
            **mine, number=address.building, defaults=columns_of_building(address, cell)
        )
        dwelling, _ = Dwelling.objects.get_or_create(
            **mine, addr_key=address.key, defaults=columns_of_dwelling(address, building)
        )
        return Household.objects.create(**mine, **columns_of_home(dwelling))


def address_of(building, entrance, room) -> Address:
    return address_from_parts(building or "", entrance or "", room or "")


def columns_of_building(address: Address, cell) -> dict:
    return {"cell": cell, "number_sort": sort_key(address.building)}


def columns_of_dwelling(address: Address, building: Building) -> dict:
    return {"building": building, "cell_id": building.cell_id, "entrance": address.entrance,
            "floor": address.floor, "room": address.room,
            "addr_sort": sort_key(address.key)}  # fmt: skip


def columns_of_home(dwelling: Dwelling) -> dict:
    return {"dwelling": dwelling, "cell_id": dwelling.cell_id, "addr_key": dwelling.addr_key,
            "addr_sort": dwelling.addr_sort}  # fmt: skip


class LedgerResource(resources.ModelResource):
    household = fields.Field("household", "房号")
    name = fields.Field("name", "姓名", NameWidget())
    id_blind = fields.Field("id_blind", "id_blind")
    relation, sex, ethnicity, education, marital, political = (
        fields.Field(name, heading, WordWidget(table)) for name, (heading, table) in CODED.items()
    )
    note = fields.Field("note", "备注")

    class Meta:
        model = Resident
        fields = ("household", "name", "id_blind", *CODED, "note")
        import_id_fields = ("id_blind",)
        use_bulk = True
        batch_size = BATCH
        skip_diff = True
        skip_html_diff = True

    def __init__(self, tenant):
        super().__init__()
        self.tenant = tenant
        self.heads, self.stays = [], []
        self.fields["household"].widget = self.home_widget(tenant)

    home_widget = HomeWidget

    def get_queryset(self):
        return super().get_queryset().filter(community=self.tenant)

    def before_import(self, dataset, **kwargs):
        numbers = dataset["身份证号码"]
        dataset.append_col([blind(number, "id") for number in numbers], header="id_blind")

    def before_save_instance(self, instance, row, **kwargs):
        home = instance.household
        instance.community_id, instance.cell_id = home.community_id, home.cell_id
        instance.addr_key, instance.addr_sort = home.addr_key, home.addr_sort
        instance.initials, instance.initials_alt = names.initials(instance.name)
        instance.note = instance.note or ""
        number = idnumbers.check(row["身份证号码"])
        if instance.sex in ("1", "2") and instance.sex != number.sex:
            raise ValidationError("sex and number differ")
        instance.sex = number.sex
        instance.born_on, instance.birth_year = number.born_on, number.born_on.year
        columns = id_columns(instance.pk, number.value, number.kind, number.mask)
        if row["联系电话"]:
            phone = phones.parse(row["联系电话"])
            columns |= phone_columns(instance.pk, phone.value, phone.mask)
        for field, value in columns.items():
            setattr(instance, field, value)

    def after_save_instance(self, instance, row, **kwargs):
        if instance.relation in HEAD_RELATIONS:
            instance.household.head_id = instance.pk
            self.heads.append(instance.household)
        self.stays.append(
            Stay(resident_id=instance.pk, household_id=instance.household_id,
                 community_id=self.tenant, cell_id=instance.cell_id, kind=instance.residence)
        )  # fmt: skip

    def after_import(self, dataset, result, **kwargs):
        Household.objects.bulk_update(self.heads, ["head"], batch_size=BATCH)
        Stay.objects.bulk_create(self.stays, batch_size=BATCH)
        self._buildings(dataset)
        super().after_import(dataset, result, **kwargs)

    def _buildings(self, dataset) -> None:
        """Floors and entrances of the buildings that the file names."""
        parts = zip(dataset["楼栋"], dataset["单元"], dataset["房号"], strict=True)
        found: dict[str, list[Address]] = {}
        for address in {address_of(*one) for one in parts}:
            found.setdefault(address.building, []).append(address)
        buildings = list(Building.objects.filter(community=self.tenant, number__in=found))
        for building in buildings:
            addresses = found[building.number]
            building.floors = max(address.floor or 0 for address in addresses) or None
            building.entrances = len({address.entrance for address in addresses})
        Building.objects.bulk_update(buildings, ["floors", "entrances"])


class KnownHomeWidget(HomeWidget):
    """The household out of a dict, without a query."""

    def clean(self, value, row=None, **kwargs):
        return self.known[address_of(row["楼栋"], row["单元"], row["房号"]).key]

    def make_all(self, dataset) -> None:
        """Places and households of the file in bulk."""
        mine, tenant = {"community_id": self.tenant}, self.tenant
        parts = zip(dataset["楼栋"], dataset["单元"], dataset["房号"], strict=True)
        addresses = [address_of(*one) for one in parts]
        words = list(dict.fromkeys(filter(None, dataset["网格"])))
        cells = {w: GridCell(**mine, name=w, number=n) for n, w in enumerate(words, 1)}
        buildings, dwellings = {}, {}
        for address, word in zip(addresses, dataset["网格"], strict=True):
            if address.building not in buildings:
                columns = columns_of_building(address, cells.get(word))
                buildings[address.building] = Building(**mine, number=address.building, **columns)
            if address.key not in dwellings:
                columns = columns_of_dwelling(address, buildings[address.building])
                dwellings[address.key] = Dwelling(**mine, addr_key=address.key, **columns)
        self.known = {k: Household(community_id=tenant, **columns_of_home(d))
                      for k, d in dwellings.items()}  # fmt: skip
        made = ((GridCell, cells), (Building, buildings), (Dwelling, dwellings),
                (Household, self.known))  # fmt: skip
        for model, rows in made:
            model.objects.bulk_create(rows.values(), batch_size=BATCH)


class CachedResource(LedgerResource):
    """The same with the people known before read in one go."""

    class Meta(LedgerResource.Meta):
        instance_loader_class = CachedInstanceLoader


class ByHandResource(CachedResource):
    """… and with places made beforehand and looked up by hand (for an empty community)."""

    home_widget = KnownHomeWidget

    def before_import(self, dataset, **kwargs):
        super().before_import(dataset, **kwargs)
        self.fields["household"].widget.make_all(dataset)


def peer_pass(kind: type[LedgerResource], data: bytes, tenant, *, is_trial: bool) -> None:
    """One pass from bytes to tables: the check run of its pages, or the import."""
    dataset = tablib.Dataset().load(io.BytesIO(data), format="xlsx")
    result = kind(tenant).import_data(dataset, dry_run=is_trial, raise_errors=True)
    if result.totals["new"] != len(dataset):
        raise RuntimeError(f"the peer: {result.totals} of {len(dataset)}")
