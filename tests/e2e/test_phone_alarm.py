"""An alarm on a phone of 360 px: it comes in over REST, is taken and closed without signal."""

import pytest
from playwright.sync_api import expect

from portal.accounts.models import User
from portal.core.models import AccessLog, Submission
from services.actions import alarm_take
from services.models import Alarm
from tests.e2e.test_phone_look import Looker
from tests.e2e.walking import online, ready, send
from tests.people import make_api_client
from tests.services.rows import make_device, put_on_duty, ring
from tests.waiting import wait_until


@pytest.fixture
def token(made):
    made.device = make_device(made.homes[0], "A-1", spot="床头", resident=made.people[0])
    return make_api_client(made.community, "alarms:write")


@pytest.fixture
def looker(handset, accessible, fits):
    looker = Looker(handset, accessible, fits)
    yield looker
    assert looker.found == []


def press(handset, *names):
    for name in names:
        handset.page.get_by_role("button", name=name).click()


def test_an_alarm_is_taken_and_closed_without_signal_once_each(made, network, handset, token,
                                                               looker):  # fmt: skip
    ready(handset, made.leader)
    page = handset.page
    assert ring(token).status_code == 201
    assert ring(token).json()["count"] == 2
    page.evaluate("import('/static/linli/phone/alarm.js').then((m) => m.renewAlarms())")
    page.get_by_role("heading", name="报警").wait_for()
    looker.look("60-alarm-today")
    page.get_by_role("link", name="3-2-501 呼叫按钮").click()
    expect(page.get_by_text("按了 2 次")).to_be_visible()
    expect(page.get_by_text("赵秀兰")).to_be_visible()
    looker.look("61-alarm")
    network.up = False
    press(handset, "我去看")
    expect(page.get_by_text("您去看，已记下，等待发送")).to_be_visible()
    looker.look("62-alarm-taken")
    press(handset, "看过了，记结果")
    page.get_by_role("heading", name="怎么样了？").wait_for()
    looker.look("63-alarm-outcome")
    press(handset, "已处理")
    page.get_by_label("说明").fill("扶起来了，没事")
    looker.look("64-alarm-note")
    press(handset, "记下结果")
    page.get_by_text("已存在这台手机里").wait_for()
    looker.look("65-alarm-saved")
    assert handset.shown() == 2
    handset.kill()
    handset.start()
    handset.enter(made.leader)
    handset.open()
    handset.go("today")
    expect(handset.page.get_by_text("结果已记下，等待发送")).to_be_visible()
    network.loses = lambda method, path: method == "POST" and not network.lost
    network.up = True
    send(handset)
    online(handset)
    wait_until(lambda: handset.kept("queue") == [], seconds=60, what="the queue to be empty")
    row = Alarm.objects.get()
    assert (row.state, row.outcome, row.taken_by, row.count) == (
        "closed", "helped", made.leader, 2
    )  # fmt: skip
    kinds = list(row.steps.order_by("at", "pk").values_list("kind", flat=True))
    assert sorted(kinds) == ["call", "close", "ring", "ring", "take"]
    assert row.steps.get(kind="close").note == "扶起来了，没事"
    assert Submission.objects.filter(state="accepted", kind__startswith="alarm").count() == 2
    assert network.lost
    handset.go("today")
    expect(handset.page.get_by_role("heading", name="报警")).to_be_hidden()


def test_the_second_is_told_who_has_it(made, network, handset, token):
    ring(token)
    ready(handset, made.leader)
    network.up = False
    page = handset.page
    page.get_by_role("link", name="3-2-501 呼叫按钮").click()
    press(handset, "我去看")
    alarm_take(by=User.objects.get(username="second"), alarm=Alarm.objects.get())
    network.up = True
    send(handset)
    online(handset)
    wait_until(lambda: handset.kept("queue") == [], seconds=60, what="the queue to be empty")
    handset.go(f"alarm/{Alarm.objects.get().pk}")
    words = page.locator("[data-slot=taken]")
    expect(words).to_contain_text("孙网格", timeout=30000)
    expect(words).to_contain_text("先到一步", timeout=30000)
    assert handset.kept("refused") == []


def test_an_unknown_device_and_a_call(made, network, handset, token, looker):
    put_on_duty(made.leader, made.community)
    ring(token)
    ring(token, "X-9")
    ready(handset, made.leader)
    page = handset.page
    page.get_by_role("link", name="呼叫器 X-9").click()
    expect(page.get_by_text("不知道是哪一户")).to_be_visible()
    looker.look("66-alarm-unknown")
    handset.go(f"alarm/{Alarm.objects.get(number='A-1').pk}")
    page.get_by_role("button", name="赵秀兰").click()
    called = AccessLog.objects.filter(action="alarm_call", row=made.people[0].pk)
    wait_until(called.exists, seconds=20, what="the call")
