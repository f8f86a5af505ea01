"""Indicators of the people, their households, Party membership, and what needs attention."""

from datetime import date, timedelta
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q

from grids.reports import dwellings
from portal.accounts.permissions import Permission
from portal.core.indicators import Rows, Scope, indicator, share
from residents.models import (
    CLASSES,
    LIVING_HERE,
    REGISTERED_AWAY,
    CareKind,
    CareTag,
    Household,
    PartyKind,
    PartyMember,
    Residence,
    Resident,
    Stay,
)

BOOKS = "居民登记（居住记录）"
TAGS = "居民登记（关爱标签）"
PARTY = "党员登记"
BAND = 5  # years of a bar in the pyramid
OLDEST_BAND = 100
SOON = timedelta(days=30)  # before a tag ends, somebody asks whether the need goes on
SEXES = (("1", "男"), ("2", "女"))


def years_before(on: date, years: int) -> date:
    """Whoever was born on this day or before has reached the age on ``on``.

    Born on 29 February: in other years the age is reached on 1 March.
    """
    if on.year <= years:
        return date.min
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return date(on.year - years, 2, 28)


# Dozens of figures begin here: the query is built once for all of them. It is never run as
# it is, so nothing of its rows is kept.
@lru_cache(maxsize=256)
def staying(scope: Scope, on: date) -> Rows:
    """Everybody on the books that day, where they stood that day; one stay a person."""
    stays = _in_force(scope.rows_of(Stay), on)
    return Rows(stays, key="stays", of="resident", model=Resident)


def _in_force(stays, on: date):
    """Stays on that day (end day excluded, no start: always) of people born by then."""
    return stays.filter(
        Q(from_on=None) | Q(from_on__lte=on), Q(to_on=None) | Q(to_on__gt=on),
        resident__born_on__lte=on,
    )  # fmt: skip


@lru_cache(maxsize=256)
def living(scope: Scope, on: date) -> Rows:
    """Those who live here that day: registered or not, but not registered only."""
    return staying(scope, on).that(kind__in=LIVING_HERE)


def living_with(scope: Scope, on: date, kind: str) -> Rows:
    """Those who live here with a care tag valid that day."""
    tags = CareTag.objects.valid_on(on).filter(scope.within("community_id"), kind=kind)
    return living(scope, on).that(resident__in=tags.values("resident"))


def born_until(scope: Scope, on: date, age: int) -> Rows:
    return living(scope, on).that(resident__born_on__lte=years_before(on, age))


def _people(code: str, name: str, definition: str, permission=Permission.RESIDENT_VIEW,
            source: str = BOOKS, series: str = "catalogue"):  # fmt: skip
    return indicator(
        code=code, name=name, unit="人", definition=definition, source=source, series=series,
        opens="residents", permission=permission,
    )  # fmt: skip


@_people(
    "population.residents",
    "常住居民",
    "当日居住在本社区的人：户籍在册常住、人在户不在、流动人口；不含户在人不在者。",
)
def residents(scope, on):
    return living(scope, on)


@indicator(
    code="population.households", name="常住户", unit="户", source=BOOKS,
    definition="当日至少有一名常住居民的户。", opens="households",
    permission=Permission.RESIDENT_VIEW,
)  # fmt: skip
def households(scope, on):
    return living(scope, on).leading_to("household", Household, distinct=True)


@_people("population.elders_60", "60岁及以上老年人", "常住居民中当日已满60周岁的人。")
def elders_60(scope, on):
    return born_until(scope, on, 60)


share(
    code="population.elders_60_share", name="老年人占比", part="population.elders_60",
    whole="population.residents", definition="60岁及以上老年人 ÷ 常住居民，保留一位小数。",
)  # fmt: skip


@_people("population.elders_70", "70岁及以上老年人", "常住居民中当日已满70周岁的人。")
def elders_70(scope, on):
    return born_until(scope, on, 70)


@_people("population.elders_80", "80岁及以上老年人", "常住居民中当日已满80周岁的人。")
def elders_80(scope, on):
    return born_until(scope, on, 80)


@_people("population.living_alone", "独居居民", "常住居民中当日“独居”标签有效的人。",
         Permission.CARE_VIEW, TAGS)  # fmt: skip
def living_alone(scope, on):
    return living_with(scope, on, CareKind.LIVING_ALONE)


@_people("population.minors", "未成年人", "常住居民中当日未满18周岁的人。", Permission.MINOR_VIEW)
def minors(scope, on):
    return living(scope, on).that(resident__born_on__gt=years_before(on, 18))


@_people("population.disabled", "残疾人", "常住居民中当日“残疾”标签有效的人。",
         Permission.DISABILITY_VIEW, TAGS)  # fmt: skip
def disabled(scope, on):
    return living_with(scope, on, CareKind.DISABILITY)


@_people("population.low_income", "低保对象", "常住居民中当日“低保”标签有效的人。",
         Permission.CARE_VIEW, TAGS)  # fmt: skip
def low_income(scope, on):
    return living_with(scope, on, CareKind.LOW_INCOME)


@_people("population.floating", "流动人口", "当日居住类型为“流动人口”的人。")
def floating(scope, on):
    return staying(scope, on).that(kind=Residence.FLOATING)


@_people("population.registered_away", "人户分离",
         "当日人在户不在或户在人不在的人；户在人不在者不计入常住居民。")  # fmt: skip
def registered_away(scope, on):
    return staying(scope, on).that(kind__in=REGISTERED_AWAY)


@indicator(
    code="place.dwellings_vacant", name="空置房屋", unit="套", source="房屋登记、居民登记",
    definition="当日没有常住居民的房屋（各户住哪套房屋，以现在的登记为准）。",
    opens="dwellings", permission=Permission.PLACE_VIEW,
)  # fmt: skip
def dwellings_vacant(scope, on):
    # Whoever lives there may stand in another cell's books, so all cells are asked. Not
    # correlated: both databases go through the people once and keep a hash of dwellings.
    inside = living(Scope(scope.tenant), on)
    occupied = inside.source.filter(inside.where).values("household__dwelling")
    return dwellings(scope, on).that(~Q(pk__in=occupied))


# --- Party members


def _party(code: str, name: str, definition: str):
    return _people(code, name, definition, Permission.PARTY_VIEW, PARTY)


def _members(scope: Scope, on: date, **kind) -> Rows:
    rows = PartyMember.objects.valid_on(on).filter(scope.within("community_id"), **kind)
    return staying(scope, on).that(resident__in=rows.values("resident"))


@_party("party.members", "党员", "当日在册居民中党员登记有效的人。")
def members(scope, on):
    return _members(scope, on)


@_party("party.branch", "社区支部党员", "组织关系在本社区支部的党员。")
def branch(scope, on):
    return _members(scope, on, kind=PartyKind.BRANCH)


@_party("party.in_service", "在职党员", "组织关系在工作单位、到社区报到的党员。")
def in_service(scope, on):
    return _members(scope, on, kind=PartyKind.IN_SERVICE)


@_party("party.retired", "离退休党员", "离退休后登记在本社区的党员。")
def retired(scope, on):
    return _members(scope, on, kind=PartyKind.RETIRED)


@_party("party.floating", "流动党员", "组织关系在外地、居住在本社区的党员。")
def party_floating(scope, on):
    return _members(scope, on, kind=PartyKind.FLOATING)


# --- Bars of the population pyramid: codes like "pyramid.1.60" (sex, youngest age)


def band_code(sex: str, age: int) -> str:
    return f"pyramid.{sex}.{age}"


def band_name(age: int) -> str:
    return f"{age}岁及以上" if age == OLDEST_BAND else f"{age}–{age + BAND - 1}岁"


@lru_cache(maxsize=256)
def _living_apart(scope: Scope, on: date) -> Rows:
    return living(scope, on).apart("living")


def _band(sex: str, age: int):
    def rows(scope, on):
        # Born after the day that makes one too old; the oldest bar takes all of them.
        too_old = date.min if age == OLDEST_BAND else years_before(on, age + BAND)
        born = (too_old + timedelta(days=1), years_before(on, age))
        return _living_apart(scope, on).that(resident__born_on__range=born, resident__sex=sex)

    return rows


for _sex, _label in SEXES:
    for _age in range(0, OLDEST_BAND + 1, BAND):
        _people(
            band_code(_sex, _age), f"{_label}性，{band_name(_age)}",
            "常住居民中当日处于这个年龄段的人。", series="pyramid",
        )(_band(_sex, _age))  # fmt: skip


# --- What a whole is made of


@_people("makeup.home", Residence.HOME.label, "户籍在册、居住在本社区的人。", series="makeup")
def makeup_home(scope, on):
    return staying(scope, on).that(kind=Residence.HOME)


@_people(
    "makeup.away_in", Residence.AWAY_IN.label, "居住在本社区、户籍在别处的人。", series="makeup"
)
def makeup_away_in(scope, on):
    return staying(scope, on).that(kind=Residence.AWAY_IN)


def _between(youngest: int, below: int):
    def rows(scope, on):
        older = born_until(scope, on, youngest)
        return older.that(resident__born_on__gt=years_before(on, below))

    return rows


for _youngest, _below in ((18, 60), (60, 70), (70, 80)):
    _people(
        f"makeup.age_{_youngest}", f"{_youngest}–{_below - 1}岁",
        "常住居民中当日处于这个年龄段的人。", series="makeup",
    )(_between(_youngest, _below))  # fmt: skip


# --- What needs attention


def _attention(code: str, name: str, definition: str, **declared):
    declared = {
        "unit": "人",
        "opens": "residents",
        "permission": Permission.RESIDENT_VIEW,
        "source": BOOKS,
    } | declared
    return indicator(
        code=f"attention.{code}", name=name, definition=definition,
        series="attention", **declared,
    )  # fmt: skip


@_attention("no_number", "没有证件号码", "在册居民中未登记证件号码的人。")
def no_number(scope, on):
    return staying(scope, on).that(resident__id_kind="")


@_attention("other_number", "证件号码无法核验", "登记为其他证件、系统不能核对规则的人。")
def other_number(scope, on):
    return staying(scope, on).that(resident__id_kind="other")


@_attention("duplicates", "可能重复登记", "姓名、性别和出生日期都与另一名在册居民相同的人。")
def duplicates(scope, on):
    others = Resident.objects.living().filter(
        community=OuterRef("community"), name=OuterRef("resident__name"),
        born_on=OuterRef("resident__born_on"), sex=OuterRef("resident__sex"),
    ).exclude(pk=OuterRef("resident"))  # fmt: skip
    return staying(scope, on).that(Exists(others)).apart("duplicates")


@_attention("no_phone", "全户没有联系电话", "有常住居民、但没有一人登记电话的户。", unit="户",
            opens="households")  # fmt: skip
def no_phone(scope, on):
    reached = living(Scope(scope.tenant), on).that(~Q(resident__phone_mask=""))
    households = reached.source.filter(reached.where).values("household")
    rows = living(scope, on).that(~Q(household__in=households))
    return rows.leading_to("household", Household, distinct=True)


@_attention("elder_no_phone", "80岁及以上且没有电话", "满80周岁的常住居民中本人未登记电话的人。")
def elder_no_phone(scope, on):
    return born_until(scope, on, 80).that(resident__phone_mask="")


@_attention("over_100", "百岁以上请核实", "满100周岁的在册居民，请核实是否健在。")
def over_100(scope, on):
    return staying(scope, on).that(resident__born_on__lte=years_before(on, 100))


@_attention("no_head", "没有户主", "有常住居民、但未指定户主的户。", unit="户", opens="households")
def no_head(scope, on):
    rows = living(scope, on).that(household__head=None)
    return rows.leading_to("household", Household, distinct=True)


def _ending(code: str, name: str, kinds, permission: Permission) -> None:
    """Tags that are valid and end soon; those of a class are a figure of their own."""

    @_attention(code, name, f"在册居民中{SOON.days}天内有这类标签到期的人，请核实是否延续。",
                permission=permission, source=TAGS)  # fmt: skip
    def rows(scope, on):
        tags = CareTag.objects.valid_on(on).filter(
            scope.within("community_id"), kind__in=kinds, to_on__lte=on + SOON
        )
        return staying(scope, on).that(resident__in=tags.values("resident"))


_shut = {kind for kinds in CLASSES.values() for kind in kinds}
_ending("care_ending", "关爱标签将到期", [k for k in CareKind.values if k not in _shut],
        Permission.CARE_VIEW)  # fmt: skip
_ending("care_ending_health", "残疾、失能标签将到期", CLASSES[Permission.DISABILITY_VIEW],
        Permission.DISABILITY_VIEW)  # fmt: skip
_ending("care_ending_minors", "留守儿童标签将到期", CLASSES[Permission.MINOR_VIEW],
        Permission.MINOR_VIEW)  # fmt: skip
