"""Lists of the people: residents and households."""

import django_filters
from django import forms
from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone

from grids.lists import BRING, EMPTY, BuildingFilter, cells, narrow_by_address
from portal.accounts.permissions import Permission
from portal.core.errors import DomainError
from portal.core.lists import (
    DATE,
    NUMBER,
    Bulk,
    BulkForm,
    Column,
    FlagFilter,
    ListFilters,
    ListSpec,
    OptionFilter,
    Order,
    TextFilter,
    WholeNumberFilter,
    Withheld,
    register,
)
from portal.core.lists.expressions import JoinedText, count_of, rows_behind
from portal.core.models import reach_of
from residents import codes
from residents.actions.care import care_tag_add, care_tag_end
from residents.forms.fields import UntilField
from residents.models import (
    HEAD_RELATIONS,
    CareKind,
    CareTag,
    Household,
    IdKind,
    Residence,
    Resident,
    ResidentStatus,
)
from residents.models.people import ADULT
from residents.reports import years_before

ID_KINDS = dict(IdKind.choices) | {"": "无证件"}


def shut_minors(viewer, person: str = "") -> Q | None:
    """The minors whose data the viewer may not see; None when there can be none."""
    reach = reach_of(Resident, viewer, Permission.MINOR_VIEW)
    if reach == Q() or reach == reach_of(Resident, viewer, Permission.RESIDENT_VIEW):
        return None
    young = Q(**{f"{person}born_on__gt": years_before(timezone.localdate(), ADULT)})
    return young if reach is None else young & ~reach


def of_adults(path: str, person: str = ""):
    """A column that is empty for minors whose data the viewer may not see."""

    def value(viewer):
        shut = shut_minors(viewer, person)
        if shut is None:
            return path
        return Case(When(shut, then=Value("")), default=F(path), output_field=CharField())

    return value


def without_minors(viewer) -> Withheld | None:
    """Who may not see minors' birthdays could find them out by the day on which somebody is
    born or grows old enough for a figure: behind figures of other days there are no minors."""
    shut = shut_minors(viewer)
    return shut and Withheld(shut, "不含未成年人")


def birth_order(viewer) -> str:
    """The order of birthdays; of birth years for who may not see all of them."""
    return "born_on" if shut_minors(viewer) is None else "birth_year"


def care_words(viewer):
    """The names of the valid care tags that the viewer may see."""
    tags = rows_behind(CareTag, "resident").visible_to(viewer).valid_on(timezone.localdate())
    cases = [When(kind=kind, then=Value(word)) for kind, word in CareKind.choices]
    word = Case(*cases, output_field=CharField())
    return JoinedText(tags.order_by("kind").values(word=word))


def age_band(viewer):
    today = timezone.localdate()
    bands = [(80, "80岁以上"), (70, "70–79岁"), (60, "60–69岁"), (45, "45–59岁"), (18, "18–44岁"),
             (6, "6–17岁")]  # fmt: skip
    whens = [When(born_on__lte=years_before(today, age), then=Value(w)) for age, w in bands]
    return Case(*whens, default=Value("0–5岁"), output_field=CharField())


def narrow_by_words(rows, text: str, *names: str):
    """Names or initials that begin as typed, or an address."""
    if any(c.isdigit() for c in text):
        return narrow_by_address(rows, text)
    found = Q()
    for path in names:
        found |= Q(**{f"{path}name__prefix": text})
        if text.isascii():
            found |= Q(**{f"{path}initials__prefix": text.lower()})
    return rows.filter(found)


class ResidentFilters(ListFilters):
    q = TextFilter(label="姓名或住址", method="by_text", placeholder="姓名、首字母或 3-2-501")
    cell = OptionFilter(label="网格", field_name="cell_id", options=cells)
    building = BuildingFilter()
    sex = django_filters.ChoiceFilter(label="性别", choices=codes.choices("sex"))
    age_from = WholeNumberFilter(label="年龄从", method="by_age_from")
    age_to = WholeNumberFilter(label="到（岁）", method="by_age_to")
    residence = django_filters.ChoiceFilter(label="居住类型", choices=Residence.choices)
    care = django_filters.ChoiceFilter(label="关爱标签", choices=CareKind.choices, method="by_care")
    status = django_filters.ChoiceFilter(label="状态", choices=ResidentStatus.choices)
    education = django_filters.ChoiceFilter(label="文化程度", choices=codes.choices("education"))
    marital = django_filters.ChoiceFilter(label="婚姻状况", choices=codes.choices("marital"))
    political = django_filters.ChoiceFilter(label="政治面貌", choices=codes.choices("political"))
    phone = django_filters.ChoiceFilter(
        label="联系电话", choices=[("yes", "已登记"), ("no", "未登记")], method="by_phone"
    )
    number = django_filters.ChoiceFilter(
        label="证件号码", choices=[("yes", "已登记"), ("no", "未登记")], method="by_number"
    )
    head = FlagFilter(label="只看户主", method="by_head")

    def by_text(self, rows, name, value):
        return narrow_by_words(rows, value, "")

    def by_age_from(self, rows, name, value):
        return rows.filter(born_on__lte=years_before(timezone.localdate(), value))

    def by_age_to(self, rows, name, value):
        return rows.filter(born_on__gt=years_before(timezone.localdate(), value + 1))

    def by_care(self, rows, name, value):
        tags = CareTag.objects.visible_to(self.viewer).valid_on(timezone.localdate())
        return rows.filter(pk__in=tags.filter(kind=value).values("resident"))

    def by_phone(self, rows, name, value):
        return rows.exclude(phone_mask="") if value == "yes" else rows.filter(phone_mask="")

    def by_number(self, rows, name, value):
        return rows.exclude(id_kind="") if value == "yes" else rows.filter(id_kind="")

    def by_head(self, rows, name, value):
        return rows.filter(relation__in=HEAD_RELATIONS)


# --- Bulk actions


class CareAddForm(BulkForm):
    kind = forms.ChoiceField(label="类别", choices=[
        choice for choice in CareKind.choices if choice[0] != CareKind.DISABILITY
    ], help_text="残疾标签要填类别和等级，请在居民页添加。")  # fmt: skip
    to_on = UntilField()


class CareEndForm(BulkForm):
    kind = forms.ChoiceField(label="类别", choices=CareKind.choices)
    on = forms.DateField(label="结束日期", initial=timezone.localdate,
                         widget=forms.DateInput({"type": "date"}),
                         help_text="从这一天起不再计入；可以填以后的日期。")  # fmt: skip


def care_add(by, resident, kind, to_on):
    care_tag_add(by=by, resident=resident, kind=kind, to_on=to_on)


def care_end(by, resident, kind, on):
    tags = resident.care_tags.visible_to(by).unended(timezone.localdate())
    tag = tags.filter(kind=kind).first()
    if tag is None:
        raise DomainError("没有这类标签。")
    care_tag_end(by=by, tag=tag, on=on)


HOUSE = ("residents:household_show", "household_id")

RESIDENTS = ListSpec(
    name="residents", label="居民", unit="人", icon="users", model=Resident,
    permission=Permission.RESIDENT_VIEW, export_permission=Permission.RESIDENT_EXPORT,
    filters=ResidentFilters, defaults={"status": ResidentStatus.LIVING},
    guarded={"political": Permission.PARTY_VIEW, "care": Permission.CARE_VIEW},
    more=frozenset({"status", "education", "marital", "political", "phone", "number", "head"}),
    orders=(
        Order("addr", "住址", "addr_sort"),
        Order("name", "姓名", "name"),
        Order("birth_year", "出生年月", birth_order),
        Order("changed", "更新时间", "changed_at", descending=True),
    ),
    columns=(
        Column("name", "姓名", link=("residents:resident_show", "pk")),
        Column("sex", "性别", labels=codes.labels("sex")),
        Column("birth_year", "出生年份", kind=NUMBER),
        Column("addr", "住址", value="addr_key", look="plate", link=HOUSE),
        Column("cell", "网格", value="cell__name"),
        Column("relation", "与户主关系", labels=codes.labels("relation")),
        Column("residence", "居住类型", labels=dict(Residence.choices)),
        Column("id_mask", "证件号码", value=of_adults("id_mask"), trusted=True),
        Column("phone_mask", "联系电话", value=of_adults("phone_mask")),
        Column("care", "关爱标签", value=care_words, trusted=True, permission=Permission.CARE_VIEW),
        Column("status", "状态", labels=dict(ResidentStatus.choices)),
        Column("changed", "更新日期", value=TruncDate("changed_at"), kind=DATE, shown=False),
        Column("age_band", "年龄段", value=age_band, trusted=True, shown=False),
        Column("id_kind", "证件类型", labels=ID_KINDS, shown=False),
        Column("education", "文化程度", labels=codes.labels("education"), shown=False),
        Column("marital", "婚姻状况", labels=codes.labels("marital"), shown=False),
        Column("political", "政治面貌", labels=codes.labels("political"), shown=False,
               permission=Permission.PARTY_VIEW),
        Column("registered_address", "户籍地址", value=of_adults("registered_address"),
               shown=False),
        Column("building", "楼号", value="household__dwelling__building__number", shown=False),
        Column("entrance", "单元", value="household__dwelling__entrance", shown=False),
        Column("room", "房号", value="household__dwelling__room", shown=False),
        Column("household", "户号", value="household__number", shown=False),
        Column("head", "户主", value="household__head__name", shown=False),
        Column("ethnicity", "民族", labels=codes.labels("ethnic"), shown=False),
    ),
    bulk=(
        Bulk("care_add", "添加关爱标签", Permission.CARE_UPDATE, care_add, CareAddForm, "heart"),
        Bulk("care_end", "结束关爱标签", Permission.CARE_UPDATE, care_end, CareEndForm,
             "heart-off"),
    ),
    create=("登记居民", "residents:resident_register", Permission.RESIDENT_CREATE),
    withheld=without_minors,
    bring=BRING, empty=EMPTY,
    hint="可按姓名、首字母或住址查找。",
)  # fmt: skip


# People on the books who live in the household or are registered there.
member_count = count_of(Resident, "household", status=ResidentStatus.LIVING)


class HouseholdFilters(ListFilters):
    q = TextFilter(label="户主或住址", method="by_text", placeholder="户主姓名或 3-2-501")
    cell = OptionFilter(label="网格", field_name="cell_id", options=cells)
    building = BuildingFilter()
    size_from = WholeNumberFilter(label="人数从", method="by_size_from", top=99)
    size_to = WholeNumberFilter(label="到（人）", method="by_size_to", top=99)
    state = django_filters.ChoiceFilter(
        label="状态", choices=[("open", "在册"), ("closed", "已销户")], method="by_state"
    )
    head = django_filters.ChoiceFilter(
        label="户主", choices=[("yes", "已指定"), ("no", "未指定")], method="by_head"
    )

    def by_text(self, rows, name, value):
        return narrow_by_words(rows, value, "head__")

    def by_size_from(self, rows, name, value):
        return rows.alias(size_from=member_count()).filter(size_from__gte=value)

    def by_size_to(self, rows, name, value):
        return rows.alias(size_to=member_count()).filter(size_to__lte=value)

    def by_state(self, rows, name, value):
        return rows.filter(closed_on__isnull=value == "open")

    def by_head(self, rows, name, value):
        return rows.filter(head__isnull=value == "no")


HOUSEHOLDS = ListSpec(
    name="households", label="家庭户", unit="户", icon="house", model=Household,
    permission=Permission.RESIDENT_VIEW, export_permission=Permission.RESIDENT_EXPORT,
    filters=HouseholdFilters, defaults={"state": "open"},
    more=frozenset({"state", "head"}),
    orders=(
        Order("addr", "住址", "addr_sort"),
        Order("changed", "更新时间", "changed_at", descending=True),
    ),
    columns=(
        Column("addr", "住址", value="addr_key", look="plate",
               link=("residents:household_show", "pk")),
        Column("head", "户主", value="head__name"),
        Column("size", "在册人数", value=member_count, kind=NUMBER),
        Column("cell", "网格", value="cell__name"),
        Column("number", "户号"),
        Column("head_phone", "户主电话", value=of_adults("head__phone_mask", "head__")),
        Column("changed", "更新日期", value=TruncDate("changed_at"), kind=DATE),
        Column("building", "楼号", value="dwelling__building__number", shown=False),
        Column("entrance", "单元", value="dwelling__entrance", shown=False),
        Column("room", "房号", value="dwelling__room", shown=False),
        Column("closed", "销户日期", value="closed_on", kind=DATE, shown=False),
    ),
    create=("登记家庭户", "residents:household_create", Permission.RESIDENT_CREATE),
    bring=BRING, empty=EMPTY,
    hint="可按户主姓名、首字母或住址查找。",
)  # fmt: skip

register(RESIDENTS)
register(HOUSEHOLDS)
