"""The ledger through django-import-export, set up for speed: bulk, no diff, no look-ups.

It gets what is easiest for it: places and one household stand ready, one table is filled,
nothing is compared with what is stored. The row rules are the portal's own.
"""

import io

import tablib
from django.db import transaction
from import_export import fields, resources

from grids.addresses import floor_of, key_of, sort_key
from grids.models import Building, Community, Dwelling
from residents import codes, idnumbers, names, phones
from residents.models import Household, Resident, id_columns, phone_columns


class _Back(Exception):
    """Ends a measured transaction without keeping it."""


class ResidentResource(resources.ModelResource):
    name = fields.Field("name", "姓名")

    class Meta:
        model = Resident
        fields = ("name",)
        import_id_fields = ()
        use_bulk = True
        batch_size = 1000
        skip_diff = True
        skip_html_diff = True
        force_init_instance = True

    def __init__(self, household):
        super().__init__()
        self.household = household

    def before_save_instance(self, instance, row, **kwargs):
        home = self.household
        instance.community_id, instance.household_id = home.community_id, home.pk
        instance.addr_key, instance.addr_sort = home.addr_key, home.addr_sort
        instance.name = names.normalise(row["姓名"])
        instance.initials, instance.initials_alt = names.initials(instance.name)
        instance.relation = codes.code_for("relation", row["与户主关系"])
        for field, table, heading in (
            ("ethnicity", "ethnic", "民族"), ("education", "education", "文化程度"),
            ("marital", "marital", "婚姻状况"), ("political", "political", "政治面貌"),
        ):  # fmt: skip
            setattr(instance, field, codes.code_for(table, row[heading] or "") or "")
        columns = {}
        if row["身份证号码"]:
            number = idnumbers.check(row["身份证号码"])
            instance.sex, instance.born_on = number.sex, number.born_on
            instance.birth_year = number.born_on.year
            columns |= id_columns(instance.pk, number.value, number.kind, number.mask)
        if row["联系电话"]:
            phone = phones.parse(row["联系电话"])
            columns |= phone_columns(instance.pk, phone.value, phone.mask)
        for field, value in columns.items():
            setattr(instance, field, value)


def peer_import(data: bytes, tenant) -> None:
    """Check run and import, as its pages do, then rolled back."""
    try:
        with transaction.atomic():
            dataset = tablib.Dataset().load(io.BytesIO(data), format="xlsx")
            numbered = dataset.headers.index("身份证号码")
            dataset = tablib.Dataset(
                *[row for row in dataset if row[numbered]], headers=dataset.headers
            )
            resource = ResidentResource(_household(tenant))
            for is_trial in (True, False):
                result = resource.import_data(dataset, dry_run=is_trial, raise_errors=True)
            if result.has_errors():
                raise RuntimeError("the peer refused rows")
            raise _Back
    except _Back:
        pass


def _household(tenant) -> Household:
    community = Community.objects.get(pk=tenant)
    building = Building.objects.create(community=community, number="1", number_sort=sort_key("1"))
    key = key_of("1", "1", "101")
    dwelling = Dwelling.objects.create(
        community=community, building=building, entrance="1", room="101", floor=floor_of("101"),
        addr_key=key, addr_sort=sort_key(key),
    )  # fmt: skip
    return Household.objects.create(
        community=community, dwelling=dwelling, addr_key=key, addr_sort=sort_key(key)
    )
