"""What the walks stand on: people at their desks and a small community."""

import datetime as dt
from types import SimpleNamespace

from django.conf import settings
from django.test import Client

from portal.accounts.permissions import Role
from tests.people import (
    PASSWORD,
    make_building,
    make_cell,
    make_community,
    make_dwelling,
    make_household,
    make_id_number,
    make_resident,
    make_user,
)

NUMBER = make_id_number(dt.date(1941, 3, 8), "2", 7)
PHONE = "13800005678"


def small_community() -> SimpleNamespace:
    """Two cells, one building, three households, five people, a director, two clerks, a leader."""
    community = make_community()
    cells = [make_cell(community, number) for number in (1, 2)]
    building = make_building(community, "3", cells[0])
    homes = [make_household(make_dwelling(building, "2", room)) for room in ("501", "502", "601")]
    widow = make_resident(
        homes[0], "赵秀兰", "2", dt.date(1941, 3, 8), NUMBER, PHONE, relation="02"
    )
    son = make_resident(homes[0], "王建国", "1", dt.date(1966, 5, 4), relation="20")
    others = [
        make_resident(homes[1], "欧阳文静", "2", dt.date(1988, 1, 20), relation="02"),
        make_resident(homes[1], "李小宝", "1", dt.date(2019, 6, 1), relation="20"),
        make_resident(homes[2], "孙桂芳", "2", dt.date(1950, 9, 9), relation="02"),
    ]
    for home, head in ((homes[0], widow), (homes[1], others[0]), (homes[2], others[2])):
        home.head = head
        home.save(update_fields=["head"])
    return SimpleNamespace(
        community=community, cells=cells, building=building, homes=homes, widow=widow, son=son,
        people=[widow, son, *others],
        director=make_user(Role.DIRECTOR, community, username="director", name="周主任"),
        clerk=make_user(Role.CLERK, community, username="clerk", name="钱社工"),
        second=make_user(Role.CLERK, community, username="second", name="孙社工"),
        leader=make_user(Role.LEADER, community, [cells[0]], username="leader", name="田网格"),
    )  # fmt: skip


def enter(page, live_server, user) -> None:
    """Let the page's browser be signed in as the user, without walking through the form."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies(
        [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
    )


def sign_in(page, username: str, password: str = PASSWORD) -> None:
    """Walk through the sign-in form."""
    page.goto("/")
    page.get_by_label("登录名").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
