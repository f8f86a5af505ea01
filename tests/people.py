"""Named people and plain ``make_*`` functions. Everybody here is invented; division code
150399 was never given out.

The functions write rows directly, not through actions, so that a test pays only for what
it looks at. Importing this module from conftest makes its fixtures known everywhere.
"""

import datetime as dt
from itertools import count

import pytest
from django.test import Client

from grids.addresses import floor_of, key_of, sort_key
from grids.models import Building, Community, Dwelling, GridCell, Street
from portal.accounts.access import access_rebuild
from portal.accounts.models import ApiClient, Membership, User
from portal.accounts.permissions import IN_CELLS, PLACELESS, Role
from residents import idnumbers, phones
from residents.models import Household, Resident, Stay, id_columns, phone_columns
from residents.names import initials

DIVISION = "150399"
PASSWORD = "duck-lamp-river-9"  # of every invented user
LONG_AGO = dt.date(2020, 1, 1)

_numbers = count(1)


# --- Places


def make_street(code="150399001", name="青山街道"):
    return Street.objects.get_or_create(code=code, defaults={"name": name})[0]


def make_community(code="150399001001", name="爱民佳苑", street=None):
    return Community.objects.create(
        code=code, name=name, street=street or make_street(code[:9], "青山街道")
    )


def make_cell(community, number=1, name="", **values):
    return GridCell.objects.create(
        community=community, number=number, name=name or f"第{number}网格", **values
    )


def make_building(community, number="3", cell=None, **values):
    return Building.objects.create(
        community=community, number=number, number_sort=sort_key(number), cell=cell, **values
    )


def make_dwelling(building, entrance="2", room="501", **values):
    key = key_of(building.number, entrance, room)
    values.setdefault("floor", floor_of(room))
    return Dwelling.objects.create(
        community=building.community, cell=building.cell, building=building,
        entrance=entrance, room=room, addr_key=key, addr_sort=sort_key(key), **values,
    )  # fmt: skip


# --- People


def make_household(dwelling, **values):
    return Household.objects.create(
        community=dwelling.community, cell=dwelling.cell, dwelling=dwelling,
        addr_key=dwelling.addr_key, addr_sort=dwelling.addr_sort, **values,
    )  # fmt: skip


def make_resident(household, name="王小明", sex="1", born_on=dt.date(1980, 5, 4), id_number="",
                  phone="", **values):  # fmt: skip
    """A resident with an open stay; number and telephone as they would be typed."""
    resident = Resident(
        community=household.community, cell=household.cell, household=household,
        addr_key=household.addr_key, addr_sort=household.addr_sort,
        name=name, sex=sex, born_on=born_on, birth_year=born_on.year, **values,
    )  # fmt: skip
    resident.initials, resident.initials_alt = initials(name)
    if id_number:
        number = idnumbers.check(id_number)
        _set(resident, id_columns(resident.pk, number.value, number.kind, number.mask))
    if phone:
        parsed = phones.parse(phone)
        _set(resident, phone_columns(resident.pk, parsed.value, parsed.mask))
    resident.save(force_insert=True)
    Stay.objects.create(
        community=household.community, cell=household.cell, resident=resident,
        household=household, kind=resident.residence,
    )  # fmt: skip
    return resident


def make_id_number(born_on=dt.date(1980, 5, 4), sex="1", serial=0):
    """A number that passes every check; serial 0 to 499 keeps two people apart."""
    body = f"{DIVISION}{born_on:%Y%m%d}{2 * serial + (sex == '1'):03}"
    return body + idnumbers.check_character(body)


# --- Users


def make_user(role=None, community=None, cells=(), username=None, name="", **values):
    """A user who holds the role since long ago; without a role one who may do nothing."""
    number = next(_numbers)
    user = User(username=username or f"{role or 'nobody'}{number}", name=name or f"员工{number}")
    user.set_password(PASSWORD)
    user.save()
    if role:
        make_membership(user, role, community, cells, **values)
    return user


def make_membership(user, role, community=None, cells=(), street=None, from_on=LONG_AGO,
                    to_on=None):  # fmt: skip
    if role == Role.STREET:
        street, community = street or community.street, None
    membership = Membership.objects.create(
        user=user, role=role, street=street, from_on=from_on, to_on=to_on,
        community=None if role in PLACELESS else community,
    )  # fmt: skip
    if role in IN_CELLS:
        membership.cells.set(cells)
    access_rebuild(user)
    return membership


def make_api_client(community, *scopes, **values):
    """A client of the REST interface; returns its token."""
    _, token = ApiClient.objects.create_key(
        name="街道办数据接口", community=community, scopes=list(scopes), **values
    )
    return token


def client_of(user):
    """A browser in which the user is signed in."""
    client = Client()
    client.force_login(user)
    return client


# --- The named ones: two communities of two streets, two cells with one leader each


@pytest.fixture
def community(db):
    return make_community()


@pytest.fixture
def other_community(db):
    return make_community("150399002001", "向阳里", make_street("150399002", "昆河街道"))


@pytest.fixture
def cell_a(community):
    return make_cell(community, 1)


@pytest.fixture
def cell_b(community):
    return make_cell(community, 2)


@pytest.fixture
def director(community):
    return make_user(Role.DIRECTOR, community, username="director", name="赵主任")


@pytest.fixture
def clerk(community):
    return make_user(Role.CLERK, community, username="clerk", name="钱社工")


@pytest.fixture
def party_clerk(community):
    return make_user(Role.PARTY_CLERK, community, username="party", name="孙党务")


@pytest.fixture
def leader_a(community, cell_a):
    return make_user(Role.LEADER, community, [cell_a], username="leader_a", name="李网格")


@pytest.fixture
def leader_b(community, cell_b):
    return make_user(Role.LEADER, community, [cell_b], username="leader_b", name="周网格")


@pytest.fixture
def doctor(community):
    return make_user(Role.DOCTOR, community, username="doctor", name="吴医生")


@pytest.fixture
def guard(community):
    return make_user(Role.GUARD, community, username="guard", name="郑队长")


@pytest.fixture
def street(community):
    return make_user(Role.STREET, community, username="street", name="冯街道")


@pytest.fixture
def auditor(db):
    return make_user(Role.AUDITOR, username="auditor", name="陈审计")


@pytest.fixture
def admin_user(db):
    return make_user(Role.ADMIN, username="admin", name="褚管理")


@pytest.fixture
def outsider(db):
    """Signed in, without any role."""
    return make_user(username="outsider", name="卫路人")


def _set(row, values):
    for name, value in values.items():
        setattr(row, name, value)
