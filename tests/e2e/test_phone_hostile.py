"""What may come between a record and the portal: foreign answers, slow ones, a store that is
emptied, a photo cut in the middle."""

import datetime as dt
import json
from contextlib import suppress

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Error, expect

from grids.models import Incident, IncidentFile
from portal.accounts.actions import membership_end, password_change
from portal.core.access import SYSTEM
from portal.core.models import Submission, Upload
from portal.phone.views import shell
from residents.models import Visit
from tests.e2e.test_phone_incident import report
from tests.e2e.walking import online, ready, send, visit
from tests.waiting import wait_until


@pytest.fixture
def photo(tmp_path):
    """Some three pieces of 256 KB once it is made small."""
    path = tmp_path / "photo.jpg"
    Image.effect_noise((1800, 1350), 60).convert("RGB").save(path, quality=80)
    return path


OTHER = "01890000-0000-7000-8000-000000000000"


def waiting(handset):
    return [(row["state"], row["tries"] > 0) for row in handset.kept("queue")]


# --- An answer that is not the answer to this record


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (200, {"ok": True}),
        (201, {"ok": True, "id": OTHER}),
        (201, {"ok": True, "key": OTHER}),
        (204, None),
        (403, {"ok": False, "reason": "这个网络不允许。"}),
        (422, {"ok": False, "reason": "别处的回答。", "key": OTHER}),
        (429, {"ok": False, "reason": "稍后再试。"}),
        (503, {"ok": True}),
    ],
)
def test_an_answer_that_does_not_name_the_record_is_none(made, network, handset, status, told):
    """Neither taken nor refused, whoever says so."""
    ready(handset, made.leader)
    given = []

    def answer(route):
        given.append(route.request.post_data_json["key"])
        body = "" if told is None else json.dumps(told)
        return route.fulfill(status=status, body=body, content_type="application/json")

    handset.page.route("**/m/submit/", answer)
    visit(handset, made.homes[0])
    wait_until(lambda: waiting(handset) == [("failed", True)] and given, seconds=20, what="a try")
    online(handset)
    wait_until(lambda: waiting(handset) and len(given) > 1, seconds=20, what="another try")
    assert (handset.shown(), handset.kept("refused")) == (1, [])
    handset.page.unroute("**/m/submit/")
    online(handset)
    expect(handset.page.locator("#count-clear")).to_be_visible(timeout=20_000)
    assert (Visit.objects.count(), len(set(given))) == (1, 1)


def test_a_photo_leaves_only_when_it_was_named(made, network, handset, photo):
    ready(handset, made.leader)
    done = json.dumps({"ok": True, "key": OTHER, "received": 10**6, "done": True})
    asked = []

    def answer(route):
        asked.append(route.request.method)
        return route.fulfill(status=200, body=done, content_type="application/json")

    handset.page.route("**/m/files/**", answer)
    report(handset, photo)
    wait_until(lambda: [f["tries"] > 0 for f in handset.kept("files")] == [True] and asked,
               seconds=20, what="the question")  # fmt: skip
    handset.page.unroute("**/m/files/**")
    online(handset)
    wait_until(lambda: handset.kept("files") == [], seconds=60, what="the photo")
    assert IncidentFile.objects.exclude(key="").count() == 1


@pytest.mark.parametrize("path", ["**/m/me.json", "**/m/day.json"])
def test_an_empty_yes_is_no_person_and_no_list(made, network, handset, path):
    ready(handset, made.leader)
    page = handset.page
    page.route(path, lambda route: route.fulfill(status=200, json={"ok": True}))
    visit(handset, made.homes[0])
    handset.go("me")
    page.get_by_role("button", name="更新清单").click()
    page.get_by_text("清单已更新" if "me" in path else "现在取不到清单").wait_for()
    expect(page.get_by_role("heading", name="田网格")).to_be_visible()
    handset.go("today")
    expect(page.get_by_text("3-2-502").first).to_be_visible()
    page.unroute(path)
    online(handset)
    expect(page.locator("#count-clear")).to_be_visible(timeout=20_000)
    assert Visit.objects.count() == 1


REDIRECT = (b"HTTP/1.1 302 Found\r\nLocation: /account/sign-in/?next=/m/submit/\r\n"
            b"Content-Length: 0\r\nConnection: close\r\n\r\n")  # fmt: skip


def test_a_redirect_to_a_sign_in_page_is_no_answer(made, network, handset):
    ready(handset, made.leader)
    network.up = False
    visit(handset, made.homes[0])
    network.gate, network.up = REDIRECT, True
    send(handset)
    expect(handset.page.get_by_text("还没有网络")).to_be_visible()
    assert len(handset.kept("queue")) == 1
    network.gate = b""
    send(handset)
    expect(handset.page.locator("#count-clear")).to_be_visible()
    assert Visit.objects.count() == 1


def test_an_answer_that_comes_after_the_retry_changes_nothing(made, network, handset):
    """The phone's patience is over, the server has the record; the late answer meets a page that
    has sent again and, by then, written the next one."""
    ready(handset, made.leader)
    handset.page.evaluate("""() => { const later = window.setTimeout;
        window.setTimeout = (run, wait, ...rest) =>
          later(run, wait === 30000 ? 2500 : wait, ...rest); }""")
    held = []

    def slow(route):
        answer = route.fetch()
        if held:
            return route.fulfill(response=answer)
        held.append((route, answer))
        return None

    handset.page.route("**/m/submit/", slow)
    visit(handset, made.homes[0])
    wait_until(lambda: waiting(handset) == [("failed", True)] and held, seconds=20, what="a try")
    online(handset)
    expect(handset.page.locator("#count-clear")).to_be_visible(timeout=20_000)
    visit(handset, made.homes[1])
    route, answer = held[0]
    with suppress(Error):  # the browser has given it up
        route.fulfill(response=answer)
    expect(handset.page.locator("#count-clear")).to_be_visible(timeout=20_000)
    assert (Visit.objects.count(), Submission.objects.count()) == (2, 2)
    assert handset.kept("queue") == []


# --- A store that is emptied, a worker that is fed a foreign page


@pytest.mark.parametrize("nth", [1, 2])
def test_a_record_is_readable_or_not_called_saved(made, network, handset, nth):
    """Somebody clears the browser's data between the sealing of a record and its writing."""
    ready(handset, made.leader)
    network.up = False
    handset.go(f"household/{made.homes[0].pk}")
    handset.page.evaluate("""() => {
      const seal = crypto.subtle.encrypt.bind(crypto.subtle);
      crypto.subtle.encrypt = async (...how) => {
        const box = await seal(...how);
        crypto.subtle.encrypt = seal;
        await new Promise((done) => { const gone = indexedDB.deleteDatabase("linli");
          gone.onsuccess = done; gone.onerror = done; gone.onblocked = done; });
        return box;
      }; }""")
    handset.page.get_by_role("button", name="全家无变化").click()
    handset.page.get_by_text("已存在这台手机里").wait_for()
    assert handset.shown() == 1
    if nth == 2:
        visit(handset, made.homes[1])
    handset.go("unsent")
    expect(handset.page.get_by_text("打不开")).to_have_count(0)
    network.up = True
    online(handset)
    expect(handset.page.locator("#count-clear")).to_be_visible(timeout=20_000)
    assert Visit.objects.count() == nth


@pytest.mark.parametrize("foreign", ["page", "files"])
def test_a_foreign_page_does_not_take_the_place_of_ours(made, handset, monkeypatch, foreign):
    """While a new version is fetched, something else answers with 200: the old one stays."""
    ready(handset, made.leader)
    before = handset.page.evaluate("caches.keys()")
    files = shell.kept_files()[1]
    if foreign == "page":
        monkeypatch.setattr(shell, "shell_text", lambda: "<h1>维护中</h1>")
    else:
        files = (*files, "/account/sign-in/?page=.js")
    monkeypatch.setattr(shell, "kept_files", lambda: ("second", files))
    state = handset.page.evaluate("""async () => {
        const all = await navigator.serviceWorker.getRegistration();
        const over = new Promise((done) => all.addEventListener("updatefound", () => {
          const fresh = all.installing;
          fresh.addEventListener("statechange", () => {
            if (["activated", "redundant"].includes(fresh.state)) done(fresh.state); }); }));
        await all.update();
        return over; }""")
    assert (state, handset.page.evaluate("caches.keys()")) == ("redundant", before)


# --- Passwords, photos


def test_a_changed_password_costs_a_sign_in_and_no_record(made, network, handset):
    ready(handset, made.leader)
    page = handset.page
    network.up = False
    visit(handset, made.homes[0])
    password_change(by=made.leader, password="另一个-Passwort-9")
    network.up = True
    handset.open()
    expect(page.get_by_text("登录已过期")).to_be_visible()
    assert (handset.shown(), Visit.objects.count()) == (1, 0)
    page.locator("a:visible", has_text="去登录").first.click()
    page.get_by_label("登录名").fill(made.leader.username)
    page.get_by_label("密码").fill("另一个-Passwort-9")
    page.get_by_role("button", name="登录").click()
    wait_until(lambda: Visit.objects.count() == 1, seconds=20, what="the visit")


def test_a_photo_cut_in_the_middle_goes_on_after_the_battery(made, network, handset, photo):
    ready(handset, made.leader)
    network.up = False
    report(handset, photo)
    size = handset.kept("files")[0]["size"]
    assert size > 2 * 256 * 1024
    network.loses = lambda method, path: method == "PUT"  # carried, and the phone never knows
    network.up = True
    send(handset)
    wait_until(lambda: network.lost, seconds=30, what="the first piece")
    handset.kill()
    wait_until(lambda: Upload.objects.filter(received=256 * 1024).exists(), seconds=20, what="it")
    network.loses = lambda method, path: False
    before = len(network.seen)
    handset.start()
    handset.enter(made.leader)
    handset.open()
    wait_until(lambda: IncidentFile.objects.exclude(key="").exists(), seconds=60, what="the photo")
    wait_until(lambda: handset.kept("files") == [], seconds=30, what="the phone's own copy to go")
    offsets = [path.split("offset=")[1] for way, path in network.seen[before:] if way == "PUT"]
    assert offsets == [str(at) for at in range(256 * 1024, size, 256 * 1024)]


def test_the_photo_of_a_refused_incident_reaches_the_desk_too(made, network, handset, photo):
    """It is not to be dropped from the phone before: the desk was told that it has everything."""
    ready(handset, made.leader)
    page = handset.page
    network.up = False
    report(handset, photo)
    post = made.leader.memberships.get()
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    membership_end(by=SYSTEM, membership=post, version=post.version, to_on=yesterday)
    page.route("**/m/files/**", lambda route: route.abort())
    network.up = True
    online(handset)
    expect(page.locator("#refused")).to_contain_text("1 条需处理")
    handset.go("refused")
    expect(page.get_by_role("button", name="问社区处理了没有")).to_be_visible()
    expect(page.get_by_role("button", name="从手机里去掉")).to_be_hidden()
    page.unroute("**/m/files/**")
    online(handset)
    wait_until(lambda: Upload.objects.exclude(done_at=None).exists(), seconds=30, what="the photo")
    expect(page.get_by_role("button", name="从手机里去掉")).to_be_visible()
    assert Incident.objects.count() == 0
