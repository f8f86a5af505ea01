"""What the phone keeps: a full store, a battery pulled while saving, a new version of the page."""

import pytest
from playwright.sync_api import expect

from portal.phone.views import shell
from residents.models import Visit
from tests.e2e.walking import online, ready, visit

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
