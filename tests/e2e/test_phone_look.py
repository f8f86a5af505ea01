"""Every screen of the phone: sizes, no sideways scrolling, nothing that axe finds."""

import os

import orjson
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal.accounts.models import Session
from portal.core import submissions
from portal.core.ids import new_id
from portal.core.models import Submission
from residents.models import Household
from tests.e2e.desk import enter
from tests.e2e.walking import ready, send, visit
from tests.people import make_cell

TOO_SMALL = """
() => [...document.querySelectorAll("body *")].filter(node =>
  [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim()) &&
  node.getClientRects().length && !node.closest("[hidden], noscript") &&
  parseFloat(getComputedStyle(node).fontSize) < 22
).map(node => node.outerHTML.slice(0, 120))
"""
TOO_LOW = """
() => [...document.querySelectorAll("a, button, label.m-go, .m-tick, textarea, " +
    "input:not([type=checkbox], [type=file])")]
  .filter(node => node.getClientRects().length)
  .map(node => [node.getBoundingClientRect(), node.outerHTML.slice(0, 120)])
  .filter(([box]) => box.height < 48 || box.width < 48)
  .map(([box, html]) => [box.width, box.height, html])
"""

# What the bars above and below leave of the window, as long as nothing has to be told.
ROOM = """
() => { const bars = [...document.querySelectorAll(".m-top, #tabs")];
  return 1 - bars.reduce((sum, bar) => sum + bar.getBoundingClientRect().height, 0) / innerHeight; }
"""


def screens(made) -> list[str]:
    home, person = made.homes[0].pk, made.people[0].pk
    return ["today", "cell", f"household/{home}", f"change/{home}/{person}", f"change/{home}/home",
            f"say/{home}/{person}/phone", f"say/{home}/home/note", f"absent/{home}", "incident",
            "incident-place", "incident-spot", "incident-photo", "incident-text", "incident-name",
            "incident-phone", "contacts", "notices",
            "duty", "month", "me", "unsent", "refused", "out", "nothing/here"]  # fmt: skip


class Looker:
    """Goes through screens, takes their picture where ``LINLI_LOOK`` names a folder, and keeps
    what is too small."""

    def __init__(self, handset, accessible, fits):
        self.handset, self.accessible, self.fits = handset, accessible, fits
        self.found, self.folder = [], os.environ.get("LINLI_LOOK")

    def look(self, name, axe=True):
        page = self.handset.page
        if self.folder:
            page.screenshot(path=f"{self.folder}/{name}.png", full_page=True)
        faults = page.evaluate(TOO_SMALL) + page.evaluate(TOO_LOW)
        self.found += [(name, what) for what in faults]
        self.fits(page)
        if axe:
            self.accessible(page)
        room = page.evaluate(ROOM)
        if room < 0.5:
            self.found.append((name, f"the frame leaves {room:.0%} of the page"))


@pytest.fixture
def looker(handset, accessible, fits):
    looker = Looker(handset, accessible, fits)
    yield looker
    assert looker.found == []


def begun(handset):
    """A report whose steps may be looked at in any order."""
    handset.go("incident")
    for name in ("设施损坏", "路灯不亮"):
        handset.page.get_by_role("button", name=name).click()
    handset.page.get_by_role("heading", name="在哪里").wait_for()


@pytest.mark.parametrize(
    ("width", "height"), [(360, 740), (320, 568), (740, 360)], ids=["usual", "small", "on-its-side"]
)
def test_every_screen_with_large_text(made, handset, looker, width, height):
    handset.page.set_viewport_size({"width": width, "height": height})
    ready(handset, made.leader)
    begun(handset)
    for n, screen in enumerate(screens(made)):
        handset.go(screen)
        looker.look(f"{width}-{n:02}-{screen.split('/')[0]}", axe=width == 360)


def test_sign_in_from_the_phone_has_its_letters(made, handset, looker):
    handset.open()
    handset.page.get_by_role("link", name="去登录").click()
    looker.look("28-sign-in")
    handset.page.get_by_label("登录名").fill("leader")
    handset.page.get_by_label("密码").fill("wrong")
    handset.page.get_by_label("显示输入内容").check()
    assert handset.page.get_by_label("密码").get_attribute("type") == "text"
    handset.page.get_by_role("button", name="登录").click()
    expect(handset.page.get_by_text("登录名或密码不对")).to_be_visible()
    looker.look("29-sign-in-wrong")


def test_screens_of_a_bad_day(made, network, handset, looker):
    """Without signal, with records waiting, refused ones, an expired sign-in."""
    ready(handset, made.leader)
    page = handset.page
    network.up = False
    visit(handset, made.homes[0])
    looker.look("30-saved")
    visit(handset, made.homes[1])
    handset.go(f"change/{made.homes[2].pk}/{made.people[7].pk}")
    page.get_by_role("button", name="住院").click()
    page.get_by_role("button", name="保存").wait_for()
    looker.look("31-marked")
    begun(handset)
    for n, screen in enumerate(("today", "unsent", "out", "incident-plan"), start=32):
        handset.go(screen)
        looker.look(f"{n}-{screen}")
    Household.objects.filter(pk=made.homes[0].pk).update(cell=make_cell(made.community, 2))
    network.up = True
    send(handset)
    expect(page.locator("#refused")).to_be_visible()
    handset.go("refused")
    looker.look("36-refused")
    page.get_by_role("button", name="从手机里去掉").click()
    page.get_by_text("从手机里去掉这条").wait_for()
    looker.look("37-drop")
    Session.objects.all().delete()
    handset.open()
    expect(page.get_by_text("登录已过期")).to_be_visible()
    looker.look("38-expired")


def test_refused_records_at_a_desk(made, page, live_server, accessible, fits):
    home, person = str(made.homes[0].pk), str(made.people[0].pk)
    said = {"household": home, "way": "door", "outcome": "met", "note": "说话不方便",
            "started_at": "2026-11-22T01:00:00Z", "ended_at": "2026-11-22T09:10:00+08:00",
            "findings": [{"resident": person, "kind": "hospital", "value": "市医院"}]}  # fmt: skip
    submissions.submit(made.leader, new_id(), "unknown", orjson.dumps(said),
                       submissions.moments_of(timezone.now()))  # fmt: skip
    enter(page, live_server, made.director)
    folder = os.environ.get("LINLI_LOOK")
    for n, address in enumerate(("/submissions/", f"/submissions/{Submission.objects.get().pk}/")):
        assert page.goto(f"{live_server.url}{address}").status == 200
        if folder:
            page.screenshot(path=f"{folder}/4{n}-desk.png", full_page=True)
        fits(page)
        accessible(page)
    expect(page.get_by_text("2026-11-22 09:00")).to_be_visible()
    expect(page.get_by_text("住院 市医院")).to_be_visible()
    expect(page.get_by_role("link", name="3-2-501")).to_be_visible()
