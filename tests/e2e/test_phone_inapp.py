"""The phone inside chat apps and in old browsers: what is missing is told, nothing is lost."""

import base64

import pytest
from playwright.sync_api import expect

from grids.models import Incident, IncidentFile
from residents.models import Visit
from tests.e2e.inapp import in_chat
from tests.e2e.phones import Phone
from tests.e2e.walking import online, ready, visit
from tests.waiting import wait_until

TYPED = "老人夜里睡不好"
# Every text and every byte that lies in the store, keys left out.
DUMP = """async () => {
  const store = await import("/static/linli/phone/store.js");
  const db = await store.openStore(), seen = [];
  const say = (value) => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      return new TextDecoder().decode(value.buffer || value);
    }
    return value && typeof value === "object" ? Object.values(value).map(say) : value;
  };
  for (const name of db.objectStoreNames) seen.push((await store.rows(name)).map(say));
  return JSON.stringify([seen, { ...localStorage }, { ...sessionStorage }]);
}"""


@pytest.fixture(params=["portal.lan", "127.0.0.1"])
def chat(request, made, network, playwright, tmp_path, settings):
    """A phone inside WeChat: on plain HTTP in a local network, and as if by HTTPS."""
    settings.ALLOWED_HOSTS = ["*"]
    network.url = network.url.replace("127.0.0.1", request.param)
    phone = Phone(playwright, tmp_path / "chat", network,
                  "--host-resolver-rules=MAP portal.lan 127.0.0.1")  # fmt: skip
    begin(phone, made.leader)
    yield phone
    phone.kill()


def begin(phone, user):
    in_chat(phone)
    phone.enter(user)
    phone.open()
    phone.page.get_by_text("3-2-601").first.wait_for()


def again(phone, user):
    """The app ended the page without a word and opens it anew."""
    phone.kill()
    phone.start()
    begin(phone, user)


def test_a_walk_inside_a_chat_app_loses_nothing(made, network, chat):
    page = chat.page
    assert "MicroMessenger" in page.evaluate("navigator.userAgent")
    assert page.evaluate("[navigator.serviceWorker, navigator.locks].every((one) => !one)")
    secure = page.evaluate("window.isSecureContext")
    assert secure == ("127.0.0.1" in network.url)
    missing = "断网后打不开本页" if secure else "没有安全连接"
    expect(page.get_by_text(missing)).to_be_visible()
    expect(page.get_by_text("选“在浏览器打开”")).to_be_visible(visible=secure)
    network.up = False
    chat.go(f"household/{made.homes[0].pk}")
    expect(page.get_by_text(missing)).to_be_hidden()  # said once a day, not at every door
    visit(chat, made.homes[0])
    visit(chat, made.homes[1])
    chat.go(f"say/{made.homes[2].pk}/home/note")
    page.get_by_role("textbox").press_sequentially(TYPED)
    wait_until(lambda: drafts(chat), seconds=10, what="the half-typed line")
    dump = page.evaluate(DUMP)
    assert not [p.name for p in made.people if p.name in dump]
    assert not [word for word in (*(home.addr_key for home in made.homes), TYPED) if word in dump]
    network.up = True
    again(chat, made.leader)
    expect(chat.page.locator("#count-clear")).to_be_visible(timeout=20_000)
    assert sorted(Visit.objects.values_list("household", flat=True)) == sorted(
        home.pk for home in made.homes[:2]
    )
    chat.go(f"say/{made.homes[2].pk}/home/note")
    assert chat.page.get_by_role("textbox").input_value() == TYPED


def drafts(phone) -> list[str]:
    names = phone.page.evaluate("""async () => {
      const store = await import("/static/linli/phone/store.js");
      return (await store.read(["kept"], (kept) => store.asked(kept.getAllKeys()))); }""")
    return [name for name in names if name.startswith("draft:") and name.count(":") > 1]


PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_a_photo_outlives_the_page_that_took_it(made, chat):
    """Small phones end the page while the camera or a call is in front."""
    chat.go("incident")
    for name in ("环境卫生", "垃圾没清", "3号楼"):
        chat.page.get_by_role("button", name=name).click()
    picture = {"name": "a.png", "mimeType": "image/png", "buffer": PIXEL}
    chat.page.set_input_files("input[type=file]", picture)
    chat.page.get_by_role("button", name="去掉").wait_for()
    again(chat, made.leader)
    chat.go("incident-photo")
    expect(chat.page.get_by_role("button", name="去掉")).to_be_visible()
    chat.page.get_by_role("button", name="下一步").click()
    chat.page.get_by_role("button", name="不写，下一步").click()
    chat.page.get_by_role("button", name="报上去").click()
    wait_until(IncidentFile.objects.exclude(key="").exists, seconds=30, what="the photo")
    assert Incident.objects.get().building == made.building
    assert drafts(chat) == []


# --- A store that does not open

QUICK = """{ const real = window.setTimeout;
  window.setTimeout = (run, wait, ...rest) => real(run, wait === 4000 ? 50 : wait, ...rest); }"""
FIRST_IS_QUICK = """{ const real = window.setTimeout; let first = true;
  window.setTimeout = (run, wait, ...rest) => {
    const quick = wait === 4000 && first; first = first && !quick;
    return real(run, quick ? 50 : wait, ...rest); }; }"""
FIRST_HANGS = """{ const real = IDBFactory.prototype.open; let first = true;
  IDBFactory.prototype.open = function (...what) {
    if (first) { first = false; return {}; }
    return real.apply(this, what); }; }"""
BROKEN = {
    "none": "Object.defineProperty(window, 'indexedDB', { value: null });",
    "forbidden": """IDBFactory.prototype.open = () => {
        throw new DOMException("denied", "SecurityError"); };""",
    "private": """IDBFactory.prototype.open = () => { const request = {
        error: new DOMException("private", "InvalidStateError") };
      setTimeout(() => request.onerror({ target: request })); return request; };""",
    "hangs": "IDBFactory.prototype.open = () => ({});",
}


def test_a_store_that_does_not_answer_at_first_is_asked_again(made, handset):
    handset.page.add_init_script(FIRST_IS_QUICK + FIRST_HANGS)
    handset.enter(made.leader)
    handset.open()
    handset.page.get_by_text("3-2-501").first.wait_for()
    visit(handset, made.homes[0])
    wait_until(Visit.objects.exists, seconds=20, what="the visit")


@pytest.mark.parametrize("how", BROKEN)
def test_without_a_store_nothing_may_be_written_and_the_way_out_is_told(made, handset, how):
    in_chat(handset)
    handset.page.add_init_script(QUICK + BROKEN[how])
    handset.enter(made.leader)
    handset.open()
    page = handset.page
    expect(page.get_by_role("heading", name="这个浏览器存不住记录")).to_be_visible()
    expect(page.get_by_text("选“在浏览器打开”")).to_be_visible()
    expect(page.get_by_text(f"{handset.network.url}/m/")).to_be_visible()
    for what in ("#tabs", "#count", "#notes"):
        expect(page.locator(what)).to_be_hidden()
    page.evaluate("location.hash = '#/incident-spot'")
    expect(page.get_by_role("textbox")).to_have_count(0)


# --- The page itself


def test_a_browser_too_old_is_told_so_and_which_one_to_use(made, handset):
    handset.page.add_init_script("delete Element.prototype.replaceChildren;")
    handset.page.goto(f"{handset.network.url}/m/")
    expect(handset.page.get_by_role("heading", name="这个浏览器太旧")).to_be_visible()
    expect(handset.page.get_by_text("请用手机自带的浏览器打开")).to_be_visible()
    for what in ("#tabs", "#count"):
        expect(handset.page.locator(what)).to_be_hidden()


def test_a_page_that_came_in_part_is_told_so(made, handset):
    handset.page.route("**/phone/queue.js", lambda route: route.abort())
    handset.page.goto(f"{handset.network.url}/m/")
    expect(handset.page.get_by_role("heading", name="本页没有打开完整")).to_be_visible()
    expect(handset.page.locator("#tabs")).to_be_hidden()
    handset.page.unroute("**/phone/queue.js")
    handset.page.get_by_role("link", name="再打开一次").click()
    expect(handset.page.locator("#tabs")).to_be_visible()
    expect(handset.page.get_by_role("heading", name="本页没有打开完整")).to_be_hidden()


def test_a_record_that_waits_for_days_is_told(made, network, handset):
    """Some phones clear what a page keeps after seven days without a visit to it."""
    ready(handset, made.leader)
    network.up = False
    visit(handset, made.homes[0])
    handset.page.add_init_script("{ const real = Date.now; Date.now = () => real() + 4 * 864e5; }")
    handset.open()
    expect(handset.page.get_by_text("有记录 4 天没有发送")).to_be_visible()
    network.up = True
    online(handset)
    expect(handset.page.get_by_text("有记录 4 天没有发送")).to_be_hidden()
