"""The phone at its limits: a month without signal, a full store, a wrong clock, another person,
a new version, a network that lies, a battery pulled while saving."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from grids.models import Incident, IncidentFile
from portal.accounts.models import Session
from portal.accounts.permissions import Role
from portal.core.files import file_read
from portal.core.models import Submission
from portal.phone.views import shell
from residents.models import Visit
from tests.e2e.phones import Phone
from tests.e2e.test_phone import SUBMIT, online, ready, visit
from tests.people import PASSWORD, make_cell, make_user
from tests.waiting import wait_until

# The phone's clock stands `days` off; its timers run as ever.
CLOCK = """(days) => { const Real = window.RealDate || Date; window.RealDate = Real;
  window.Date = class extends Real {
    constructor(...a) { if (a.length) super(...a); else super(Real.now() + days * 86400e3); }
    static now() { return Real.now() + days * 86400e3; }
  }; }"""


def sign_in(page, user):
    """By the page that the phone itself points to."""
    page.get_by_role("link", name="去登录").first.click()
    page.get_by_label("登录名").fill(user.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_selector("html[data-ready]", state="attached")


# --- A month without signal

MANY = """async ([homes, count]) => {
  const [{ add }, { uuid7 }] = await Promise.all(
    ["queue", "keys"].map((name) => import(`/static/linli/phone/${name}.js`)));
  const Real = Date, made = [];
  for (let n = 0; n < count; n += 1) {
    const at = Real.now() - (count - n) * 30 * 86400e3 / count;
    window.Date = class extends Real {
      constructor(...a) { if (a.length) super(...a); else super(at); }
      static now() { return at; }
    };
    const now = new Date().toISOString(), home = homes[n % homes.length];
    made.push(n % 10 === 9
      ? await add("incident", { id: uuid7(), category: null, text: `第 ${n} 件`, building: null,
          place: "东门", x: null, y: null, asset: null, is_urgent: false, source: "leader",
          reporter_name: "", reporter_phone: "", files: [] }, { title: "事件", what: `第 ${n} 件` })
      : await add("visit", { id: uuid7(), household: home, way: "door",
          outcome: n % 2 ? "absent" : "declined", started_at: now, ended_at: now, answers: [],
          findings: [], note: `第 ${n} 次`, corrects: null },
        { title: "3-2-501", what: "走访" }, { about: home, counts: false }));
  }
  window.Date = Real;
  return made;
}"""
WATCH = """() => { window.figures = [];
  const box = document.getElementById("count-number");
  new MutationObserver(() => window.figures.push(Number(box.textContent)))
    .observe(box, { childList: true, characterData: true, subtree: true }); }"""


def test_a_month_of_records_comes_once_each_and_in_order(made, network, handset):
    ready(handset, made.leader)
    network.up = False
    keys = handset.page.evaluate(MANY, [[str(home.pk) for home in made.homes], 300])
    handset.open()
    assert handset.shown() == 300
    page = handset.page
    page.evaluate(WATCH)
    network.up = True
    online(handset)
    page.wait_for_function("() => figures.length > 20")
    handset.go("unsent")
    page.wait_for_function("() => figures.length > 40")
    page.get_by_role("link", name="网格").click()  # still answers to a finger
    page.get_by_text("3号楼").first.wait_for()
    expect(page.locator("#count-clear")).to_be_visible(timeout=60_000)
    figures = page.evaluate("figures")
    assert figures == sorted(figures, reverse=True)
    assert len(set(figures)) > 100  # it goes down before one's eyes
    rows = Submission.objects.order_by("received_at")
    assert [str(key) for key in rows.values_list("key", flat=True)] == keys
    assert set(rows.values_list("state", "owner")) == {("accepted", made.leader.pk)}
    assert (Visit.objects.count(), Incident.objects.count()) == (270, 30)
    assert network.seen.count(SUBMIT) == 300
    assert handset.kept("queue") == []


# --- The storage is full


@pytest.fixture
def crowded(made, network, handset):
    """A phone with one record unsent and no room for anything more: the browser itself refuses
    every write. It looks at the room when it starts, hence the start."""
    ready(handset, made.leader)
    network.up = False
    visit(handset, made.homes[1])
    handset.kill()
    handset.start()
    room(handset, 1)
    handset.enter(made.leader)
    handset.open()
    return handset


def room(handset, size):
    told = handset.told = handset.context.new_cdp_session(handset.page)  # holds as long as it
    told.send("Storage.overrideQuotaForOrigin", {"origin": handset.network.url, "quotaSize": size})


def test_a_full_store_shows_nothing_as_saved_and_keeps_what_was_typed(made, crowded):
    page = crowded.page
    crowded.go(f"say/{made.homes[0].pk}/home/note")
    page.get_by_role("textbox").fill("老人说夜里睡不好")
    page.get_by_role("button", name="记下").click()
    expect(page.get_by_text("手机存满了")).to_be_visible()
    for _ in range(2):  # pressed again, it is still true
        page.get_by_role("button", name="保存，全家其他无变化").click()
        expect(page.get_by_text("这条还没有保存")).to_be_visible()
        expect(page.get_by_text("老人说夜里睡不好")).to_be_visible()
    expect(page.get_by_text("已存在这台手机里")).to_be_hidden()
    assert (crowded.shown(), len(crowded.kept("queue"))) == (1, 1)
    room(crowded, 10**9)
    page.get_by_role("button", name="保存，全家其他无变化").click()
    expect(page.get_by_text("已存在这台手机里")).to_be_visible()
    expect(page.get_by_text("手机存满了")).to_be_hidden()
    assert crowded.shown() == 2


def test_a_full_store_still_sends_what_it_holds(made, network, crowded):
    network.up = True
    online(crowded)
    expect(crowded.page.locator("#count-clear")).to_be_visible()
    assert Visit.objects.get().household == made.homes[1]
    assert crowded.kept("queue") == []


def test_little_room_is_told_before_it_is_none(made, handset):
    handset.page.add_init_script("""navigator.storage.estimate =
        async () => ({ usage: 990e6, quota: 1000e6 });""")
    ready(handset, made.leader)
    expect(handset.page.get_by_text("手机存储快满了")).to_be_visible()


# --- Two people, one phone


@pytest.fixture
def newcomer(made):
    """A leader of another cell."""
    cell = make_cell(made.community, 2)
    return make_user(Role.LEADER, made.community, [cell], username="newcomer", name="钱网格")


def test_another_person_never_sees_whom_the_first_one_visits(made, newcomer, network, handset):
    """Also while the answer who it is takes long; the first one's records wait and are theirs."""
    ready(handset, made.leader)
    page = handset.page
    network.up = False
    visit(handset, made.homes[0])
    visit(handset, made.homes[1])
    handset.go("out")
    expect(page.get_by_text("还有 2 条没有发送")).to_be_visible()
    expect(page.get_by_role("button", name="退出登录")).to_be_hidden()
    Session.objects.all().delete()
    network.up = True
    handset.open()
    page.add_init_script("""new MutationObserver(() => {
        sessionStorage.seen = (sessionStorage.seen || "") + (document.body || {}).innerText;
      }).observe(document, { childList: true, subtree: true });""")  # over reloads too
    sign_in(page, newcomer)
    page.wait_for_function("() => !document.getElementById('count-clear').hidden")
    handset.go("me")
    expect(page.get_by_role("heading", name="钱网格")).to_be_visible()
    handset.go("unsent")
    expect(page.get_by_text("另一个账号还有 2 条没有发送")).to_be_visible()
    seen = page.evaluate("sessionStorage.seen")
    assert "钱网格" in seen
    assert not [word for word in ("3-2-50", "3-2-60", "田网格") if word in seen]
    assert Visit.objects.count() == 0
    handset.context.clear_cookies()
    handset.open()
    sign_in(page, made.leader)
    wait_until(lambda: Visit.objects.count() == 2, seconds=20, what="the two visits")
    assert set(Visit.objects.values_list("by", flat=True)) == {made.leader.pk}


def test_nobody_is_known_until_the_portal_said_who_signed_in(made, newcomer, network, handset):
    """The network goes just after the sign-in: the list stays closed, the figure true."""
    ready(handset, made.leader)
    page = handset.page
    network.up = False
    visit(handset, made.homes[0])
    Session.objects.all().delete()
    network.up = True
    handset.open()
    page.route("**/m/*.json", lambda route: route.abort())
    sign_in(page, newcomer)
    expect(page.get_by_text("手机里还没有今天的清单")).to_be_visible()
    assert handset.shown() == 1
    handset.go("me")
    page.unroute("**/m/*.json")
    page.reload()
    expect(page.get_by_role("heading", name="钱网格")).to_be_visible()


def test_another_person_who_signed_in_at_a_desk_page_sees_no_list_of_the_first(
    made, newcomer, handset
):
    """The network goes before the phone's page is opened by its address."""
    ready(handset, made.leader)
    page = handset.page
    expect(page.get_by_text("3-2-50").first).to_be_visible()
    handset.context.clear_cookies()
    handset.open("/account/sign-in/")
    page.get_by_label("登录名").fill(newcomer.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.route("**/m/*.json", lambda route: route.abort())
    handset.open()
    expect(page.get_by_text("手机里还没有今天的清单")).to_be_visible()


def test_a_page_left_open_forgets_the_first_person(made, newcomer, handset):
    ready(handset, made.leader)
    first = handset.page
    handset.go(f"household/{made.homes[0].pk}")
    first.get_by_text("赵秀兰").wait_for()
    handset.context.clear_cookies()
    handset.enter(newcomer)
    handset.page = handset.context.new_page()
    handset.open()
    expect(first.get_by_text("这一户不在手机的清单里")).to_be_visible()
    expect(first.get_by_text("赵秀兰")).to_be_hidden()


# --- A battery pulled while saving


def test_whatever_was_shown_as_saved_outlives_the_battery(made, network, handset):
    """Killed as soon as the page says saved, or right after the tap whether it says so or not."""
    ready(handset, made.leader)
    network.up = False
    shown = 0
    for n in range(10):
        handset.go(f"household/{made.homes[n % 3].pk}")
        handset.page.get_by_role("button", name="全家无变化").click()
        if n % 2 == 0:
            handset.page.get_by_text("已存在这台手机里").wait_for()
        told = handset.page.evaluate("document.body.dataset.screen") == "saved"
        handset.kill()
        handset.start()
        handset.open()
        kept = handset.shown()
        assert kept in ({shown + 1} if told else {shown, shown + 1})
        assert len(handset.kept("queue")) == kept
        shown = kept
    assert shown >= 5
    network.up = True
    handset.enter(made.leader)
    online(handset)
    expect(handset.page.locator("#count-clear")).to_be_visible(timeout=30_000)
    assert Visit.objects.count() == shown


# --- A week, a year


def test_after_a_week_the_list_is_gone_and_the_records_are_not(made, network, handset):
    """The page says so; after signing in the record goes out in its author's name."""
    ready(handset, made.leader)
    network.up = False
    visit(handset, made.homes[0])
    page = handset.page
    page.add_init_script(f"({CLOCK})(8)")
    handset.open()
    expect(page.get_by_text("超过七天没有联网，旧清单已清除；没有发送的记录都还在")).to_be_visible()
    assert handset.shown() == 1
    kept = set(page.evaluate(NAMES))
    assert "record_key" in kept
    assert not kept & {"day", "day_key"}
    Session.objects.all().delete()
    network.up = True
    handset.open()
    expect(page.get_by_text("登录已过期")).to_be_visible()
    assert (handset.shown(), Visit.objects.count()) == (1, 0)
    sign_in(page, made.leader)
    expect(page.locator("#count-clear")).to_be_visible()
    expect(page.get_by_text("3-2-502")).to_be_visible()
    assert (Visit.objects.get().by, Visit.objects.get().household) == (made.leader, made.homes[0])


NAMES = """async () => { const s = await import("/static/linli/phone/store.js");
    return s.read(["kept"], (kept) => s.asked(kept.getAllKeys())); }"""


@pytest.mark.parametrize("days", [365, -365])
def test_a_clock_a_year_off_is_told_and_set_right(made, handset, days):
    handset.page.add_init_script(f"({CLOCK})({days})")
    ready(handset, made.leader)
    expect(handset.page.get_by_text("手机时间差了 365 天")).to_be_visible()
    visit(handset, made.homes[0])
    wait_until(Visit.objects.exists, seconds=20, what="the visit")
    done, sent = Visit.objects.get(), Submission.objects.get()
    assert abs(sent.clock_off - days * 86400) < 60
    assert abs((done.received_at - done.ended_at).total_seconds()) < 60
    assert done.visited_on == timezone.localdate(done.received_at)


def test_a_clock_set_between_two_records_does_not_turn_them_round(made, network, handset):
    ready(handset, made.leader)
    network.up = False
    for home, days in zip(made.homes, (3, -1, 0), strict=False):
        handset.page.evaluate(CLOCK, days)
        visit(handset, home)
    network.up = True
    online(handset)
    expect(handset.page.locator("#count-clear")).to_be_visible()
    rows = Visit.objects.order_by("received_at")
    assert [row.household for row in rows] == made.homes[:3]
    assert all(row.ended_at <= row.received_at for row in rows)


# --- A network that lies

SPOILED = (
    {"status": 500, "body": "<h1>Server Error</h1>"},
    {"status": 502, "body": "bad gateway"},
    {"status": 201, "body": '{"ok": tr'},
    {"status": 200, "body": "<p>免费上网</p>"},
)


def test_answers_spoiled_on_their_way_count_for_nothing(made, network, handset):
    """The server took the record each time, and the phone cannot know."""
    ready(handset, made.leader)
    given = []

    def spoil(route):
        route.fetch()
        if len(given) == len(SPOILED):
            given.append(None)
            return route.abort()
        given.append(SPOILED[len(given)])
        return route.fulfill(**given[-1])

    handset.page.route("**/m/submit/", spoil)
    visit(handset, made.homes[0])
    for n in range(1, len(SPOILED) + 2):
        if n > 1:
            online(handset)
        wait_until(lambda n=n: handset.kept("queue") and len(given) >= n, seconds=20, what="a send")
        assert len(handset.kept("queue")) == 1
    handset.page.unroute("**/m/submit/")
    online(handset)
    expect(handset.page.locator("#count-clear")).to_be_visible()
    assert (Visit.objects.count(), Submission.objects.count()) == (1, 1)


def test_one_record_that_gets_no_answer_does_not_hold_up_the_others(made, network, handset):
    ready(handset, made.leader)
    page = handset.page
    network.up = False
    for home in made.homes[:3]:
        visit(handset, home)
    first = min(handset.kept("queue"), key=lambda row: row["number"])["key"]

    def stumble(route):
        if route.request.post_data_json["key"] == first:
            return route.fulfill(status=500, body="<h1>Server Error</h1>")
        return route.continue_()

    page.route("**/m/submit/", stumble)
    network.up = True
    for _ in range(4):
        with page.expect_response("**/m/submit/"):
            online(handset)
    expect(page.locator("#count-number")).to_have_text("1")
    assert Visit.objects.count() == 2
    page.unroute("**/m/submit/")
    online(handset)
    expect(page.locator("#count-clear")).to_be_visible()
    assert Visit.objects.count() == 3


# --- A new version


def test_an_update_costs_neither_a_record_nor_a_half_typed_line(made, handset, monkeypatch):
    ready(handset, made.leader)
    handset.open()  # now the page comes from the phone
    page = handset.page
    page.route("**/m/submit/", lambda route: route.abort())
    visit(handset, made.homes[1])
    handset.go(f"say/{made.homes[0].pk}/home/note")
    page.get_by_role("textbox").fill("老人说")
    text, files = shell.shell_text(), shell.kept_files()[1]
    monkeypatch.setattr(
        shell, "shell_text", lambda: text.replace("<body ", "<body data-edition=2 ")
    )
    monkeypatch.setattr(shell, "kept_files", lambda: ("second", files))
    page.evaluate("""async () => {
        const worker = navigator.serviceWorker;
        const taken = new Promise((done) => worker.addEventListener("controllerchange", done));
        await (await worker.getRegistration()).update();
        await taken; }""")
    assert page.get_by_role("textbox").input_value() == "老人说"
    page.get_by_role("textbox").press_sequentially("夜里睡不好")
    page.get_by_role("button", name="记下").click()
    page.get_by_role("button", name="保存，全家其他无变化").click()
    page.get_by_role("button", name="回到今天").click()
    page.wait_for_selector("body[data-edition='2']")
    expect(page.locator("#count-number")).to_have_text("2")
    page.unroute("**/m/submit/")
    online(handset)
    expect(page.locator("#count-clear")).to_be_visible()
    assert {row.note for row in Visit.objects.all()} == {"", "老人说夜里睡不好"}


def test_a_page_left_open_goes_on_writing_into_a_newer_store(made, handset):
    handset.open()
    assert handset.page.evaluate("""async () => {
      const { openStore, STEPS, asked } = await import("/static/linli/phone/store.js");
      (await openStore("trial", [...STEPS, (db) => db.createObjectStore("more")])).close();
      const old = await openStore("trial");
      await asked(old.transaction("queue", "readwrite").objectStore("queue").add({ key: "a" }));
      return [old.version, await asked(old.transaction("queue").objectStore("queue").getAllKeys())];
    }""") == [2, ["a"]]


# --- A voice note


def test_a_voice_note_is_recorded_kept_and_sent(made, network, playwright, tmp_path):
    fakes = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    phone = Phone(playwright, tmp_path / "voice", network, *fakes)
    try:
        ready(phone, made.leader)
        page = phone.page
        to_the_photo(phone)
        page.get_by_role("button", name="录一段话").click()
        page.get_by_role("button", name="正在录音").wait_for()
        said = page.evaluate("performance.now() + 700")
        page.wait_for_function("(said) => performance.now() > said", arg=said)
        page.get_by_role("button", name="正在录音").click()
        expect(page.get_by_text("语音", exact=True)).to_be_visible()
        page.get_by_role("button", name="下一步").click()
        page.get_by_role("button", name="报上去").click()
        wait_until(IncidentFile.objects.exclude(key="").exists, seconds=30, what="the note")
        data = file_read(IncidentFile.objects.get().key)
        assert len(data) > 1000  # fake devices beep
        assert data[:4] == b"\x1aE\xdf\xa3"  # WebM
    finally:
        phone.kill()


def test_without_a_recorder_there_is_no_button_for_it(made, handset):
    handset.page.add_init_script("delete window.MediaRecorder;")
    ready(handset, made.leader)
    to_the_photo(handset)
    expect(handset.page.get_by_role("button", name="录一段话")).to_be_hidden()


def to_the_photo(phone):
    phone.go("incident")
    for name in ("环境卫生", "垃圾没清", "3号楼"):
        phone.page.get_by_role("button", name=name).click()
    phone.page.get_by_role("heading", name="拍一张照片").wait_for()


# --- Onto the desktop


def test_the_manifest_says_what_is_there(made, handset):
    handset.open()
    told, sizes = handset.page.evaluate("""async () => {
      const told = await (await fetch(document.querySelector("link[rel=manifest]").href)).json();
      return [told, await Promise.all(told.icons.map(async ({ src }) => {
        const image = new Image(); image.src = src; await image.decode();
        return `${image.naturalWidth}x${image.naturalHeight}`; }))]; }""")
    assert [icon["sizes"] for icon in told["icons"]] == sizes
    assert {"192x192", "512x512"} <= set(sizes)
    assert (told["start_url"], told["scope"], told["display"]) == ("/m/", "/m/", "standalone")
    assert told["name"] == "邻里 · 网格长"


def test_the_desktop_is_offered_or_explained(made, handset):
    page = handset.page
    page.add_init_script("""window.addEventListener("beforeinstallprompt",
        (event) => { if (event.isTrusted) event.stopImmediatePropagation(); });""")
    ready(handset, made.leader)
    handset.go("me")
    expect(page.get_by_role("heading", name="添加到桌面")).to_be_visible()
    assert page.evaluate("""() => {
      const event = new Event("beforeinstallprompt", { cancelable: true });
      event.prompt = () => { window.asked = true; };
      window.dispatchEvent(event); return event.defaultPrevented; }""")
    page.get_by_role("button", name="放到手机桌面").click()
    assert page.evaluate("window.asked")
    expect(page.get_by_role("heading", name="添加到桌面")).to_be_hidden()
