"""The demo community 爱民佳苑 with the figures of a real one, and many of its size.

Each community is one transaction of set-based writes with its audit row. What is made
depends on the community's code and the day only; ids and sealed bytes are fresh.
"""

import sys
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from grids.actions import community_update, plan_import
from grids.addresses import sort_key
from grids.models import Building, CellKind, Community, Dwelling, DwellingUse, GridCell, Street
from portal.accounts.access import access_rebuild_street
from portal.accounts.permissions import Permission
from portal.core.access import SYSTEM
from portal.core.actions import action, record_change
from portal.core.bulk import bulk_insert
from portal.core.ids import new_id
from portal.demo import estate, people, rows, site_plan, words
from portal.demo.alarms import alarms_seed
from portal.demo.duty import duty_seed
from portal.demo.incidents import incidents_seed
from portal.demo.staff import staff_create
from portal.demo.visits import visits_seed
from residents.actions import visit_tasks_make

DIVISION = "150399"
STREETS = ("爱民", "昆河", "青山", "东湖", "新城", "文昌", "石桥", "南园")
NAMES = (
    *("爱民佳苑", "向阳里", "春晖园", "和顺里", "东风社区", "文昌里", "康乐园", "槐荫里", "新民里"),
    *("锦绣园", "安居里", "友谊里", "桃李园", "望湖里", "永兴里", "金桥里", "翠柳园", "建设里"),
    *("育才里", "长乐里"),
)
A_STREET = 20  # communities in each street


def seed_demo(scale: int = 1, out=sys.stdout, today: date | None = None) -> None:
    """Make ``scale`` communities (those that hold buildings already are left as they are)
    and the staff of the first one, whose sign-ins are printed once."""
    today = today or timezone.localdate()
    if scale > 1:
        _roomy()
    for number in range(scale):
        street, community = _places(number)
        if Building.objects.filter(community=community).exists():
            continue
        holds = community_seed(by=SYSTEM, community=community, today=today)
        out.write(f"{community.code} {community.name}：{holds}\n")
        out.flush()
        if number == 0:
            _furnish(community, today, out)
    for street in Street.objects.filter(code__startswith=DIVISION):
        access_rebuild_street(street.pk)
    _analyze()


def _furnish(community: Community, today: date, out) -> None:
    """Staff, plan, office, incidents, visits, duty and alarms of the first community."""
    _analyze()  # whom the visit rules mean is asked for below
    staff = staff_create(by=SYSTEM, community=community, today=today)
    _print_sign_ins(staff, out)
    plan_import(by=SYSTEM, community=community, drawing=site_plan.drawing())
    community_update(by=SYSTEM, community=community, version=1, values=words.OFFICE)
    incidents_seed(by=SYSTEM, community=community, today=today)
    visits_seed(by=SYSTEM, community=community, today=today)
    visit_tasks_make(by=SYSTEM, community=community, today=today)
    duty_seed(by=SYSTEM, community=community, today=today)
    alarms_seed(by=SYSTEM, community=community, today=today)


@action(Permission.IMPORT_RUN)
def community_seed(*, by, community: Community, today: date) -> str:
    """Fill an empty community; returns in a sentence what it holds now."""
    plan = people.Community(community.code, today)
    cells = _cells(community)
    buildings, dwellings = _estate(community, cells, plan.random)
    tables = rows.tables(plan, community.pk, dwellings)
    counts = {
        "buildings": bulk_insert(Building, *buildings),
        "dwellings": bulk_insert(Dwelling, rows.DWELLING, dwellings),
    }
    for model, columns, made in tables:
        counts[model._meta.model_name] = bulk_insert(model, columns, made)
    record_change(by=by, model="grids.community", row_id=community.pk, tenant=community.pk,
                  after=counts)  # fmt: skip
    return (
        f"{counts['buildings']} 栋楼，{counts['dwellings']} 套房屋，"
        f"{len(plan.families)} 户，{len(plan.people())} 名居民"
    )


def _places(number: int) -> tuple[Street, Community]:
    street_number, place = divmod(number, A_STREET)
    code = f"{DIVISION}{street_number + 1:03}"
    again = street_number // len(STREETS)
    name = STREETS[street_number % len(STREETS)] + (str(again + 1) if again else "")
    with transaction.atomic():
        street, _ = Street.objects.get_or_create(code=code, defaults={"name": f"{name}街道"})
        community, _ = Community.objects.get_or_create(
            code=f"{code}{place + 1:03}",
            defaults={"name": NAMES[place] if number < A_STREET else f"{name}{NAMES[place]}",
                      "street": street},
        )  # fmt: skip
    return street, community


def _cells(community: Community) -> dict[int, UUID]:
    """11 cells by area; one of shops with two micro-cells, one of a school. Number → id."""
    area = [(n, f"第{n}网格（{words.CELLS[n - 1]}）", CellKind.AREA, None)
            for n in range(1, estate.AREA_CELLS + 1)]  # fmt: skip
    others = [
        (12, "沿街商户网格", CellKind.INDUSTRY, None),
        (13, "爱民小学网格", CellKind.UNIT, None),
        (14, "东街商户微网格", CellKind.INDUSTRY, 12),
        (15, "西街商户微网格", CellKind.INDUSTRY, 12),
    ]
    cells = {number: new_id() for number, *_ in area + others}
    bulk_insert(
        GridCell, ["id", "community_id", "number", "name", "kind", "parent_id"],
        [(cells[number], community.pk, number, name, kind, parent and cells[parent])
         for number, name, kind, parent in area + others],
    )  # fmt: skip
    return cells


def _estate(community, cells, random):
    """Buildings as (columns, rows), and the rows of their dwellings."""
    buildings, dwellings = [], []
    for block in estate.blocks():
        key, number = new_id(), str(block.number)
        name, aliases = words.BUILDINGS.get(block.number, ("", []))
        buildings.append((key, community.pk, cells[block.cell], number, sort_key(number), name,
                          aliases, block.floors, block.entrances))  # fmt: skip
        for entrance, room, floor, addr_key, addr_sort in block.rooms():
            dwellings.append([new_id(), community.pk, cells[block.cell], key, entrance, floor, room,
                              addr_key, addr_sort, DwellingUse.VACANT])  # fmt: skip
    columns = ["id", "community_id", "cell_id", "number", "number_sort", "name", "aliases",
               "floors", "entrances"]  # fmt: skip
    return (columns, buildings), dwellings


def _roomy() -> None:
    """Many communities: let SQLite keep the ends of all indexes in memory."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -400000")  # KiB


def _analyze() -> None:
    """Fresh statistics: plans made for empty tables are bad ones."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _print_sign_ins(staff: list[tuple[str, str, str]], out) -> None:
    if not staff:
        return
    out.write("\n示范账号（密码只显示这一次，请记下）[sign-ins, shown once]：\n")
    for username, password, who in staff:
        out.write(f"  {username:<10} {password}   {who}\n")
    # Without the environment of the services, manage.py would open another database.
    manage = "deploy/manage" if settings.PRODUCTION else ".venv/bin/python manage.py"
    out.write(f"忘记密码时：{manage} password_reset 登录名\n\n")
    out.flush()
