"""A phone for the walks: a Chromium with a profile of its own that can be killed and started
again, behind a network that can be cut, and a small community with due visits."""

import datetime as dt
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
from contextlib import suppress
from types import SimpleNamespace
from urllib.request import urlopen

from django.conf import settings
from django.test import Client
from django.utils import timezone

from grids.models import Community, IncidentCategory, PlanShape
from portal.accounts.permissions import Role
from residents.models import CareTag, VisitCause, VisitRule, VisitTask
from tests.e2e.conftest import BROWSERS, PHONE
from tests.people import (
    make_building,
    make_cell,
    make_community,
    make_dwelling,
    make_household,
    make_resident,
    make_user,
)
from tests.waiting import wait_until

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-default-browser-check", "--lang=zh-CN", "--hide-scrollbars",
)  # fmt: skip


OTHER_HOST = re.compile(rb" http://[^/ ]+/")  # what a browser asks a proxy for


class Network:
    """Stands between the phone and the server, as the server or as a proxy. ``up`` False cuts it;
    what ``loses`` says of a request (method, path) is carried to the server, whose answer never
    comes back."""

    def __init__(self, server: str):
        self.server = tuple(server.removeprefix("http://").split(":"))
        self.up, self.loses, self.seen, self.lost = True, lambda method, path: False, [], []
        self.gate = b""  # a café's network answers everything with this
        self._listen = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listen.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listen.close()

    def _accept(self):
        while True:
            try:
                phone, _ = self._listen.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(phone,), daemon=True).start()

    def _carry(self, phone):
        with phone, suppress(OSError, ValueError):
            phone.settimeout(30)
            head, body = _request(phone)
            if not head or not self.up:
                return
            if self.gate:
                phone.sendall(self.gate)
                return
            head = OTHER_HOST.sub(b" /", head, count=1)
            method, path = head.split(b" ", 2)[:2]
            call = (method.decode(), path.decode())
            self.seen.append(call)
            lines = [
                line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")
            ]
            with socket.create_connection((self.server[0], int(self.server[1])), 30) as server:
                server.sendall(b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body)
                answer = _everything(server)
            if self.loses(*call):
                self.lost.append(call)
            elif self.up:
                phone.sendall(_closing(answer))


def _request(stream) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        more = stream.recv(65536)
        if not more:
            return b"", b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        body += stream.recv(65536)
    return head, body


def _everything(stream) -> bytes:
    parts = []
    while part := stream.recv(65536):
        parts.append(part)
    return b"".join(parts)


def _closing(answer: bytes) -> bytes:
    head, mark, body = answer.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*lines, b"Connection: close"]) + mark + body


class Phone:
    """A Chromium of its own: ``page`` is its one page, as wide as a small phone."""

    def __init__(self, playwright, profile, network, *flags):
        self.flags = (*FLAGS, *flags)
        self.playwright, self.profile, self.network = playwright, profile, network
        self.process = self.browser = None
        self.start()

    def start(self):
        path = next(filter(None, map(shutil.which, BROWSERS)))
        told = self.profile / "DevToolsActivePort"
        told.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [path, *self.flags, f"--user-data-dir={self.profile}", "--remote-debugging-port=0",
             f"--window-size={PHONE['width']},{PHONE['height']}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        wait_until(
            lambda: told.exists() and told.read_text().count("\n"), seconds=60, what="Chromium"
        )
        port = told.read_text().split()[0]
        wait_until(lambda: _answers(port), seconds=30, what="its door")
        self.browser = self.playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        self.context = self.browser.contexts[0]
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()
        self.page.set_viewport_size(PHONE)

    def new_tab(self):
        """Close what is open, open anew: a person who comes back to the page."""
        fresh = self.context.new_page()
        self.page.close()
        self.page = fresh
        self.page.set_viewport_size(PHONE)

    def kill(self):
        """The battery is pulled."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        with suppress(Exception):
            self.browser.close()

    def open(self, path="/m/"):
        self.page.goto(f"{self.network.url}{path}")
        if path.startswith("/m/"):
            self.page.wait_for_selector("html[data-ready]", state="attached")

    def enter(self, user):
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        value = client.cookies[name].value
        expires = (timezone.now() + dt.timedelta(hours=12)).timestamp()
        self.context.add_cookies(
            [{"name": name, "value": value, "url": self.network.url, "expires": expires}]
        )

    def wait_for_worker(self):
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def kept(self, store: str) -> list:
        """Rows of a store of the phone, without what is sealed."""
        return self.page.evaluate(
            """async (store) => (await (await import("/static/linli/phone/store.js")).rows(store))
               .map((row) => ({ ...row, box: undefined }))""",
            store,
        )

    def go(self, screen: str):
        self.page.evaluate("(hash) => { location.hash = hash; }", f"#/{screen}")
        name = screen.split("/")[0]
        self.page.wait_for_function("(name) => document.body.dataset.screen === name", arg=name)

    def shown(self) -> int:
        """The figure that stands on every screen."""
        if not self.page.locator("#count-unsent").is_visible():
            return 0
        return int(self.page.locator("#count-number").inner_text())


def _answers(port: str) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/json/version", timeout=2) as answer:
            return bool(json.load(answer))
    except OSError:
        return False


def estate() -> SimpleNamespace:
    """A cell with one building: three households due for a visit (one of six people), one not;
    one of them late. A leader, a director."""
    community = make_community()
    Community.objects.update(office_phone="0476-8880000", office_hours="8:30—17:30")
    cell = make_cell(community, 1)
    building = make_building(community, "3", cell)
    homes = [make_household(make_dwelling(building, "2", room))
             for room in ("501", "502", "601", "602")]  # fmt: skip
    make_dwelling(building, "2", "402")
    family = (
        ("赵秀兰", "2", 1941, "02"), ("王建国", "1", 1966, "20"), ("李文静", "2", 1968, "38"),
        ("王小明", "1", 1992, "41"), ("陈雨", "2", 1993, "97"), ("王一诺", "2", 2020, "42"),
    )  # fmt: skip
    six = [
        make_resident(homes[0], name, sex, dt.date(year, 3, 8), phone="13800005678", relation=code)
        for name, sex, year, code in family
    ]
    others = [make_resident(homes[1], "孙桂芳", "2", dt.date(1950, 9, 9)),
              make_resident(homes[2], "周德山", "1", dt.date(1938, 1, 2)),
              make_resident(homes[3], "吴敏", "2", dt.date(1985, 1, 2))]  # fmt: skip
    CareTag.objects.create(community=community, cell=cell, resident=six[0], kind="living_alone")
    for home, head in zip(homes, [six[0], *others], strict=True):
        home.head = head
        home.save(update_fields=["head"])
    rule = VisitRule.objects.create(community=community, name="独居老人", interval_days=7)
    today = timezone.localdate()
    for i, home in enumerate(homes[:3]):
        VisitTask.objects.create(
            community=community, cell=cell, household=home, addr_key=home.addr_key,
            addr_sort=home.addr_sort, cause=VisitCause.RULE, rule=rule, key=f"k{i}",
            due_on=today - dt.timedelta(days=2 if i == 1 else 0),
        )  # fmt: skip
    for name, group in (
        ("路灯不亮", "facility"),
        ("井盖破损", "facility"),
        ("垃圾没清", "environment"),
    ):
        IncidentCategory.objects.create(community=community, name=name, group=group)
    PlanShape.objects.create(
        community=community, kind="building", name="3号楼", building=building,
        geometry={"type": "Polygon",
                  "coordinates": [[[300, 200], [700, 200], [700, 400], [300, 400], [300, 200]]]},
    )  # fmt: skip
    return SimpleNamespace(
        community=community, cell=cell, building=building, homes=homes, people=[*six, *others],
        leader=make_user(Role.LEADER, community, [cell], username="leader", name="田网格"),
        second=make_user(Role.LEADER, community, [cell], username="second", name="孙网格"),
        director=make_user(Role.DIRECTOR, community, username="director", name="周主任"),
    )  # fmt: skip
