"""The leader's phone in WebKit, as a browser and as the view inside a chat app."""

import io
from collections import Counter

import pytest
from PIL import Image

from grids.models import Incident, IncidentFile
from portal.accounts.models import Session
from portal.core.files import file_read
from residents.models import Visit, VisitTask
from tests.e2e.test_phone_look import TOO_LOW, TOO_SMALL, screens
from tests.e2e.walking import SUBMIT
from tests.waiting import wait_until
from tests.webkit.views import IN_APP, WECHAT

BROWSER = {}
CHAT = {"without": IN_APP, "agent": WECHAT}


def ready(phone, user):
    phone.enter(user)
    phone.open()
    phone.see("3-2-501")


def visit(phone, home):
    phone.go(f"household/{home.pk}")
    phone.press("全家无变化")
    phone.see("已存在这台手机里")


@pytest.mark.parametrize("kind", [BROWSER, CHAT], ids=["browser", "chat"])
def test_ten_visits_without_signal_come_once_each(made, network, view, kind):
    """The walk of tests/e2e/test_phone.py. A page inside a chat app does not open without
    signal; there the app is killed and opened again with it, the sign-in gone."""
    phone = view(**kind)
    ready(phone, made.leader)
    if kind is BROWSER:
        phone.later("await navigator.serviceWorker.ready; return true")
    network.up = False
    for n in range(10):
        visit(phone, made.homes[n % 3])
        assert phone.shown() == n + 1
    phone.kill()
    phone.start()
    Session.objects.all().delete()
    if kind is BROWSER:
        phone.open()
        assert phone.shown() == 10
        assert len(phone.kept("queue")) == 10
    network.up = True
    phone.open()
    phone.see("登录已过期")
    assert phone.shown() == 10
    assert Visit.objects.count() == 0

    network.loses = lambda *call: call == SUBMIT and len(network.lost) < 4
    phone.enter(made.leader)
    phone.open()
    for lost in range(1, 5):
        phone.online()
        wait_until(lambda n=lost: len(network.lost) >= n, seconds=30, what="a lost answer")
    phone.online()
    phone.wait_until_all_is_sent()
    visits = Counter(Visit.objects.values_list("household", flat=True))
    assert visits == {made.homes[0].pk: 4, made.homes[1].pk: 3, made.homes[2].pk: 3}
    assert network.seen.count(SUBMIT) == 14
    assert not VisitTask.objects.waiting().exists()
    assert phone.kept("queue") == []


def test_a_whole_household_in_few_taps(made, view):
    """Real taps and keys; six members, two changes."""
    phone = view(**CHAT)
    ready(phone, made.leader)
    phone.script(
        "window.taps = 0; document.addEventListener('click', () => { window.taps += 1; }, true);"
    )
    phone.press("3-2-501", tag="a")
    for words in ("赵秀兰", "住院", "王建国", "换了电话"):
        phone.press(words)
    phone.type("13900001111")
    phone.press("记下")
    phone.press("保存，其余 4 人无变化")
    phone.see("已存在这台手机里")
    assert phone.script("return window.taps") <= 10
    phone.wait_until_all_is_sent()
    done = Visit.objects.get()
    assert Counter(done.answers.values_list("state", flat=True)) == {"same": 4, "changed": 2}
    assert set(done.findings.values_list("kind", flat=True)) == {"hospital", "phone"}


def test_a_photo_outlives_the_app_that_took_it(made, network, view, tmp_path):
    phone = view(**CHAT)
    ready(phone, made.leader)
    notes = Image.Exif()
    notes[0x010F] = "SecretCamera"
    photo = tmp_path / "photo.jpg"
    Image.effect_noise((2400, 1800), 60).convert("RGB").save(photo, exif=notes)
    network.up = False
    phone.go("incident")
    for words in ("环境卫生", "垃圾没清", "3号楼"):
        phone.press(words)
    phone.choose_file(photo)
    phone.until(lambda: phone.visible("去掉"), "the photo")
    phone.press("下一步")
    phone.press("不写，下一步")
    phone.press("报上去")
    phone.see("已存在这台手机里")
    phone.kill()
    network.up = True
    phone.start()
    phone.enter(made.leader)
    phone.open()
    wait_until(IncidentFile.objects.exclude(key="").exists, seconds=30, what="the photo")
    row = Incident.objects.get()
    assert row.building == made.building
    data = file_read(row.files.get().key)
    assert max(Image.open(io.BytesIO(data)).size) == 1600
    assert b"SecretCamera" not in data


@pytest.mark.parametrize("kind", [BROWSER, CHAT], ids=["browser", "chat"])
def test_every_screen_fits_a_small_phone(made, view, kind):
    phone = view(**kind)
    ready(phone, made.leader)
    phone.go("incident")
    for words in ("设施损坏", "路灯不亮"):  # steps of a report that was not begun are its start
        phone.press(words)
    phone.see("在哪里")
    found = []
    for screen in screens(made):
        phone.go(screen)
        faults = phone.script(f"return ({TOO_SMALL})()") + phone.script(f"return ({TOO_LOW})()")
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        found += [(screen, fault) for fault in faults]
        found += [(screen, "too wide")] * (phone.script(f"return {wide}") > 0)
        phone.picture(screen)
    assert found == []


def test_nothing_personal_lies_open_on_the_phone(made, network, view):
    """Not in any file that the app has written, a half-typed line included."""
    phone = view()
    ready(phone, made.leader)
    network.up = False
    visit(phone, made.homes[0])
    phone.go(f"say/{made.homes[2].pk}/home/note")
    phone.type("老人夜里睡不好")
    phone.until(lambda: any(key.count(":") > 1 for key in phone.kept("kept")), "the draft")
    phone.kill()
    data = phone.on_disk()
    assert b"queue" in data.replace(b"\0", b"")
    words = [*(person.name for person in made.people), "13800005678", "老人夜里睡不好", "3-2-501"]
    forms = [(word, word.encode(code)) for word in words for code in ("utf-8", "utf-16-le")]
    assert [word for word, form in forms if form in data] == []


def test_what_a_chat_app_lacks_is_told(made, view):
    phone = view(**CHAT)
    ready(phone, made.leader)
    assert phone.script("return [navigator.serviceWorker, navigator.locks].every((one) => !one)")
    phone.see("断网后打不开本页")
    phone.see("在浏览器打开")


def test_without_a_secure_connection_records_are_kept_and_sent(made, network, view, settings):
    """By plain HTTP in a local network, where a browser has no Web Crypto."""
    settings.ALLOWED_HOSTS = ["*"]
    proxy, network.url = network.url, "http://portal.lan"
    phone = view(proxy=proxy)
    ready(phone, made.leader)
    assert phone.script("return [window.isSecureContext, Boolean(crypto.subtle)]") == [False] * 2
    phone.see("没有安全连接")
    network.up = False
    visit(phone, made.homes[0])
    visit(phone, made.homes[1])
    phone.kill()
    network.up = True
    phone.start()
    phone.enter(made.leader)
    phone.open()
    phone.wait_until_all_is_sent()
    assert Visit.objects.count() == 2
