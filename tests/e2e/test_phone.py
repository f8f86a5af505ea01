"""A leader's phone without signal: nothing typed and saved is lost, nothing counts twice."""

import datetime as dt
import json
from collections import Counter

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from portal.accounts.actions import staff_disable
from portal.accounts.models import Session
from portal.core.access import SYSTEM
from portal.core.models import Submission
from residents.models import Household, Visit, VisitCause, VisitTask
from tests.e2e.phones import Phone
from tests.e2e.walking import SUBMIT, online, ready, send, visit
from tests.people import make_cell, make_household, make_resident
from tests.waiting import wait_until


def test_ten_visits_without_signal_come_once_each(made, network, handset):
    """Network off, the tab closed, the browser killed, the sign-in expired, answers lost."""
    ready(handset, made.leader)
    network.up = False
    for n in range(10):
        visit(handset, made.homes[n % 3])
        assert handset.shown() == n + 1
    handset.new_tab()
    handset.open()
    assert handset.shown() == 10
    handset.kill()
    handset.start()
    handset.open()
    assert handset.shown() == 10
    assert len(handset.kept("queue")) == 10
    assert Visit.objects.count() == 0

    Session.objects.all().delete()
    network.up = True
    handset.open()
    expect(handset.page.get_by_text("登录已过期")).to_be_visible()
    assert handset.shown() == 10
    assert Visit.objects.count() == 0

    network.loses = lambda *call: call == SUBMIT and len(network.lost) < 4
    handset.enter(made.leader)
    handset.open()
    for lost in range(1, 5):
        online(handset)
        wait_until(lambda n=lost: len(network.lost) >= n, seconds=30, what="a lost answer")
    online(handset)
    expect(handset.page.locator("#count-clear")).to_be_visible(timeout=30_000)
    visits = Counter(Visit.objects.values_list("household", flat=True))
    assert visits == {made.homes[0].pk: 4, made.homes[1].pk: 3, made.homes[2].pk: 3}
    assert Submission.objects.filter(state="accepted").count() == 10
    assert network.seen.count(SUBMIT) == 14
    assert set(Visit.objects.values_list("by", flat=True)) == {made.leader.pk}
    assert not VisitTask.objects.waiting().exists()
    assert handset.kept("queue") == []


@pytest.mark.parametrize("locks", [True, False])
def test_two_tabs_send_a_record_once(made, network, handset, locks):
    """Also in browsers without locks over tabs, where a row of the store is the lease."""
    if not locks:
        handset.context.add_init_script(
            "Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined });"
        )
    ready(handset, made.leader)
    other = handset.context.new_page()
    other.goto(f"{network.url}/m/")
    other.wait_for_selector("html[data-ready]", state="attached")
    network.up = False
    for n in range(4):
        visit(handset, made.homes[n % 3])
    network.up = True
    for page in (handset.page, other) * 2:
        page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(handset.page.locator("#count-clear")).to_be_visible(timeout=20_000)
    expect(other.locator("#count-clear")).to_be_visible(timeout=20_000)
    assert network.seen.count(SUBMIT) == 4
    assert Visit.objects.count() == 4


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<h1>Welcome</h1>",
     b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{}",
     b"HTTP/1.1 413 Too Large\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<h1>413</h1>"],
)  # fmt: skip
def test_an_answer_that_is_not_the_portals_is_none(made, network, handset, answer):
    """Such as a café's sign-in page, or a proxy's refusal of the size."""
    ready(handset, made.leader)
    network.up = False
    visit(handset, made.homes[0])
    network.gate, network.up = answer, True
    send(handset)
    expect(handset.page.get_by_text("还没有网络")).to_be_visible()
    assert (handset.shown(), len(handset.kept("queue"))) == (1, 1)
    network.gate = b""
    send(handset)
    expect(handset.page.locator("#count-clear")).to_be_visible()
    assert Visit.objects.count() == 1


@pytest.mark.parametrize("answer", ["<p>ok</p>", '{"ok": false}', "{}"])
def test_the_preflight_may_pass_and_the_record_still_not(made, network, handset, answer):
    """The session is known, but what answers the record is not the portal."""
    ready(handset, made.leader)
    handset.page.route("**/m/submit/", lambda route: route.fulfill(status=200, body=answer))
    visit(handset, made.homes[0])
    send(handset)
    wait_until(lambda: [row["state"] for row in handset.kept("queue")] == ["failed"], seconds=10,
               what="the record is marked as failed")  # fmt: skip
    assert handset.shown() == 1
    handset.page.unroute("**/m/submit/")
    send(handset)
    expect(handset.page.locator("#count-clear")).to_be_visible()
    assert Visit.objects.count() == 1


def test_a_whole_household_in_few_taps(made, network, handset):
    """Six members, two changes: from the day's list to the saved visit."""
    ready(handset, made.leader)
    page = handset.page
    page.evaluate("""() => { window.taps = 0;
        document.addEventListener("click", () => { window.taps += 1; }, true); }""")
    page.get_by_text("3-2-501").click()
    page.get_by_role("button", name="赵秀兰").click()
    page.get_by_role("button", name="住院").click()
    page.get_by_role("button", name="王建国").click()
    page.get_by_role("button", name="换了电话").click()
    page.keyboard.type("13900001111")
    page.get_by_role("button", name="记下").click()
    page.get_by_role("button", name="保存，其余 4 人无变化").click()
    page.get_by_text("已存在这台手机里").wait_for()
    taps = page.evaluate("window.taps")
    expect(page.locator("#count-clear")).to_be_visible()
    done = Visit.objects.get()
    states = Counter(done.answers.values_list("state", flat=True))
    assert states == {"same": 4, "changed": 2}
    assert set(done.findings.values_list("kind", flat=True)) == {"hospital", "phone"}
    assert taps <= 10


def test_a_household_is_one_walk_however_many_reasons_there_are(made, handset):
    """And two households behind one door are told apart."""
    home, again = made.homes[0], make_household(made.homes[0].dwelling)
    head = make_resident(again, "钱进", "1", dt.date(1970, 1, 2))
    for place, key, on in ((home, "r1", 9), (again, "r2", 3)):
        VisitTask.objects.create(
            community=made.community, cell=made.cell, household=place, addr_key=place.addr_key,
            addr_sort=place.addr_sort, cause=VisitCause.CHANGE, change="discharge", key=key,
            due_on=timezone.localdate() + dt.timedelta(days=on),
        )  # fmt: skip
    ready(handset, made.leader)
    page = handset.page
    rows = page.locator("[data-place=tasks] .m-row")
    expect(page.locator("[data-slot=left]").first).to_have_text("4")
    expect(rows).to_have_count(4)
    expect(rows.filter(has_text="赵秀兰家")).to_contain_text("每周；重大变化：出院")
    expect(rows.filter(has_text=f"{head.name}家")).to_contain_text("重大变化：出院")
    expect(rows.filter(has_text="3-2-502")).not_to_contain_text("家")
    expect(rows.filter(has_text="3-2-502")).to_contain_text("逾期 2 天")
    expect(rows.filter(has_text="3-2-601")).to_contain_text("最迟今天")
    rows.filter(has_text="赵秀兰家").click()
    page.get_by_role("button", name="全家无变化").click()
    page.get_by_text("已存在这台手机里").wait_for()
    handset.go("today")
    expect(rows).to_have_count(3)


def test_nothing_changed_is_one_tap(made, handset):
    ready(handset, made.leader)
    handset.go(f"household/{made.homes[0].pk}")
    handset.page.get_by_role("button", name="全家无变化").click()
    wait_until(Visit.objects.exists, seconds=20, what="the visit")
    assert Visit.objects.get().is_unchanged
    assert Visit.objects.get().answers.count() == 6


def test_typed_but_not_saved_survives_the_battery(made, network, handset):
    ready(handset, made.leader)
    network.up = False
    page = handset.page
    handset.go(f"change/{made.homes[0].pk}/{made.people[0].pk}")
    page.get_by_role("button", name="住院").click()
    page.get_by_role("button", name="保存").wait_for()
    handset.kill()
    handset.start()
    handset.open()
    handset.go(f"household/{made.homes[0].pk}")
    expect(handset.page.get_by_text("住院")).to_be_visible()


# --- Refused, somebody else, signed out


def test_a_refusal_says_why_and_the_desk_settles_it(
    made, network, handset, new_context, live_server
):
    ready(handset, made.leader)
    network.up = False
    visit(handset, made.homes[0])
    visit(handset, made.homes[1])
    Household.objects.filter(pk=made.homes[0].pk).update(cell=make_cell(made.community, 2))
    network.up = True
    send(handset)
    page = handset.page
    expect(page.locator("#refused")).to_contain_text("1 条需处理")
    expect(page.locator("#count-clear")).to_be_visible()
    assert Visit.objects.get().household == made.homes[1]
    handset.go("refused")
    expect(page.get_by_text("没有收下：这一户不在您现在负责的网格里")).to_be_visible()

    from tests.e2e.desk import enter

    desk = new_context().new_page()
    enter(desk, live_server, made.director)
    desk.goto(f"{live_server.url}/submissions/")
    desk.get_by_role("link", name="田网格").click()
    expect(desk.get_by_text("3-2-501（现在第2网格）")).to_be_visible()
    desk.get_by_role("button", name="重新办理").click()
    expect(desk.get_by_text("已按原记录重新办理")).to_be_visible()
    assert Visit.objects.filter(by=made.leader).count() == 2
    page.get_by_role("button", name="问社区处理了没有").click()
    expect(page.get_by_text("没有需要处理的记录")).to_be_visible()


def test_records_wait_for_the_person_who_made_them(made, network, handset):
    ready(handset, made.leader)
    network.up = False
    visit(handset, made.homes[0])
    network.up = True
    handset.context.clear_cookies()
    handset.enter(made.second)
    handset.open()
    page = handset.page
    expect(page.locator("#count-clear")).to_be_visible()
    handset.go("unsent")
    expect(page.get_by_text("另一个账号还有 1 条没有发送")).to_be_visible()
    assert Visit.objects.count() == 0
    handset.context.clear_cookies()
    handset.enter(made.leader)
    handset.open()
    wait_until(Visit.objects.exists, seconds=20, what="the visit")
    assert Visit.objects.get().by == made.leader


def test_sign_out_never_drops_what_waits_and_clears_the_list(made, network, handset):
    ready(handset, made.leader)
    network.up = False
    visit(handset, made.homes[0])
    handset.go("out")
    page = handset.page
    expect(page.get_by_text("还有 1 条没有发送")).to_be_visible()
    expect(page.get_by_role("button", name="退出登录")).to_be_hidden()
    network.up = True
    send(handset)
    expect(page.locator("#count-clear")).to_be_visible()
    handset.go("out")
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/account/sign-in/**")
    assert not Session.objects.exists()
    handset.open()
    expect(page.get_by_text("手机里还没有今天的清单")).to_be_visible()


def test_signing_out_at_the_desk_clears_the_list_too(made, network, handset):
    ready(handset, made.leader)
    page = handset.page
    page.goto(f"{network.url}/inbox/")
    page.locator("summary", has_text="田网格").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/account/sign-in/**")
    handset.open()
    expect(page.get_by_text("手机里还没有今天的清单")).to_be_visible()


def test_a_disabled_person_keeps_no_list(made, handset):
    ready(handset, made.leader)
    staff_disable(by=SYSTEM, user=made.leader, version=made.leader.version, reason="离任")
    handset.open()
    expect(handset.page.get_by_text("手机里还没有今天的清单")).to_be_visible()


# --- What lies on the phone

DUMP = """
async () => {
  const store = await import("/static/linli/phone/store.js");
  const db = await store.openStore(), seen = [];
  const say = (value) => {
    if (value instanceof CryptoKey) return { key: value.extractable };
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      return new TextDecoder().decode(value.buffer || value);
    }
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, say(v)]));
    }
    return value;
  };
  for (const name of db.objectStoreNames) seen.push([name, (await store.rows(name)).map(say)]);
  const pages = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) {
      pages.push(new URL(request.url).pathname);
    }
  }
  const [local, session] = [{ ...localStorage }, { ...sessionStorage }];
  return JSON.stringify({ seen, pages, local, session });
}
"""


def test_nothing_lies_open_on_the_phone(made, network, handset):
    """The list and what waits are sealed with keys that no script can read out; the cache
    holds static files alone."""
    ready(handset, made.leader)
    network.up = False
    visit(handset, made.homes[0])
    handset.go(f"change/{made.homes[1].pk}/{made.people[6].pk}")
    handset.page.get_by_role("button", name="住院").click()
    handset.page.get_by_role("button", name="保存").wait_for()
    text = handset.page.evaluate(DUMP)
    dump = json.loads(text)
    assert "田网格" in text  # who works here is known
    assert not [person.name for person in made.people if person.name in text]
    assert not [home.addr_key for home in made.homes if home.addr_key in text]
    assert "hospital" not in text
    assert text.count('{"key":false}') == 2
    assert (dump["local"], dump["session"]) == ({}, {})
    assert {page.split("/")[1] for page in dump["pages"]} == {"m", "static"}
    assert [page for page in dump["pages"] if page.startswith("/m/")] == ["/m/"]


def test_the_list_is_gone_after_a_week_without_contact(made, network, handset):
    ready(handset, made.leader)
    network.up = False
    visit(handset, made.homes[0])
    page = handset.page
    page.add_init_script("{ const real = Date.now; Date.now = () => real() + 8 * 86400e3; }")
    handset.open()
    expect(page.get_by_text("手机里还没有今天的清单")).to_be_visible()
    assert handset.shown() == 1
    assert "day" not in page.evaluate("""async () => {
        const s = await import("/static/linli/phone/store.js");
        return s.read(["kept"], (kept) => s.asked(kept.getAllKeys())); }""")


def test_a_wrong_clock_is_told_and_nothing_is_refused(made, network, handset):
    page = handset.page
    page.add_init_script("{ const real = Date.now; Date.now = () => real() + 400 * 86400e3; }")
    page.add_init_script("""{ const Real = Date;
        window.Date = class extends Real { constructor(...a) {
          if (a.length) super(...a); else super(Real.now()); } }; }""")
    ready(handset, made.leader)
    expect(page.get_by_text("手机时间差了")).to_be_visible()
    visit(handset, made.homes[0])
    wait_until(Visit.objects.exists, seconds=20, what="the visit")
    done = Visit.objects.get()
    assert abs((done.received_at - done.ended_at).total_seconds()) < 60
    assert done.visited_on == done.received_at.astimezone().date() or done.visited_on


def test_the_queue_outlives_a_new_version_of_the_store(made, handset):
    ready(handset, made.leader)
    found = handset.page.evaluate("""async () => {
      const { openStore, STEPS, asked } = await import("/static/linli/phone/store.js");
      const first = await openStore("trial");
      const queue = first.transaction("queue", "readwrite").objectStore("queue");
      await asked(queue.add({ key: "a", text: "x" }));
      const second = await openStore("trial", [...STEPS, (db) => db.createObjectStore("more")]);
      return [second.version, [...second.objectStoreNames].includes("more"),
        await asked(second.transaction("queue").objectStore("queue").getAll())];
    }""")
    assert found == [2, True, [{"key": "a", "text": "x"}]]


# --- Without a secure connection


def test_the_queue_works_without_a_secure_connection(made, network, playwright, tmp_path, settings):
    settings.ALLOWED_HOSTS = ["*"]
    network.url = network.url.replace("127.0.0.1", "portal.lan")
    phone = Phone(playwright, tmp_path / "plain", network,
                  "--host-resolver-rules=MAP portal.lan 127.0.0.1")  # fmt: skip
    try:
        phone.enter(made.leader)
        phone.open()
        page = phone.page
        assert page.evaluate("window.isSecureContext") is False
        expect(page.get_by_text("没有安全连接")).to_be_visible()
        page.get_by_text("3-2-501").first.wait_for()
        network.up = False
        visit(phone, made.homes[0])
        visit(phone, made.homes[1])
        assert phone.shown() == 2
        assert "day" not in page.evaluate("""async () => {
            const s = await import("/static/linli/phone/store.js");
            return s.read(["kept"], (kept) => s.asked(kept.getAllKeys())); }""")
        phone.kill()
        network.up = True
        phone.start()
        phone.enter(made.leader)
        phone.open()
        expect(phone.page.locator("#count-clear")).to_be_visible(timeout=20_000)
        assert Visit.objects.count() == 2
    finally:
        phone.kill()


def test_ids_and_digests_are_right(made, handset):
    handset.open()
    found = handset.page.evaluate("""async () => {
      const { uuid7, plainSha256, sha256 } = await import("/static/linli/phone/keys.js");
      const hex = (b) => [...b].map((x) => x.toString(16).padStart(2, "0")).join("");
      const same = [];
      for (const n of [0, 1, 55, 56, 63, 64, 65, 1000, 100003]) {
        const bytes = new Uint8Array(n).map((_, i) => (i * 7 + n) % 256);
        same.push(hex(plainSha256(bytes)) === await sha256(bytes));
      }
      const many = new Set(Array.from({ length: 500 }, () => uuid7()));
      return [uuid7(0x0198c0de0000), many.size, same];
    }""")
    assert found[0].startswith("0198c0de-0000-7")
    assert found[0][19] in "89ab"
    assert found[1] == 500
    assert found[2] == [True] * 9


def test_the_page_may_be_installed(made, handset):
    handset.enter(made.leader)
    handset.open()
    handset.wait_for_worker()
    page = handset.page
    address = page.locator("link[rel=manifest]").get_attribute("href")
    told = page.evaluate("async (a) => (await fetch(a)).json()", address)
    assert told["start_url"] == told["scope"] == "/m/"
    sizes = page.evaluate(
        """async (icons) => Promise.all(icons.map(async ({ src }) => {
        const image = new Image(); image.src = src; await image.decode();
        return [image.naturalWidth, image.naturalHeight]; }))""",
        told["icons"],
    )
    assert sizes == [[192, 192], [512, 512], [512, 512]]
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}
    assert settings.SESSION_COOKIE_HTTPONLY
