"""Duty on a phone: the check-in without signal, a swap between two phones, the hand-over."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal.core.models import Notice, Submission
from portal.duty.models import DutyMatter, Leave, Shift, ShiftChange
from tests.duty.rows import make_member, make_roster, make_shift
from tests.e2e.desk import enter
from tests.e2e.phones import Phone
from tests.e2e.test_phone_look import Looker
from tests.e2e.walking import SUBMIT, online, ready
from tests.waiting import wait_until


@pytest.fixture
def team(made):
    """田 is on duty now and in three days in the morning, 孙 that afternoon."""
    today = timezone.localdate()
    later = today + dt.timedelta(days=3)
    for user, phone in ((made.leader, "1"), (made.second, "1"), (made.director, "9")):
        user.work_phone = f"0476-888000{phone}"
        user.save()
    for user in (made.leader, made.second):
        make_member(made.community, user)
    rosters = {day.replace(day=1): None for day in (today, later)}
    for month in rosters:
        rosters[month] = make_roster(made.community, f"{month}", state="published")
    now = timezone.now().replace(microsecond=0)
    running = make_shift(rosters[today.replace(day=1)], f"{today} 08:00", f"{today} 12:00",
                         made.leader)  # fmt: skip
    running.starts_at, running.ends_at = now - dt.timedelta(hours=1), now + dt.timedelta(hours=3)
    running.save()
    made.roster, made.running = rosters[later.replace(day=1)], running
    made.morning = make_shift(made.roster, f"{later} 08:00", f"{later} 12:00", made.leader)
    made.evening = make_shift(made.roster, f"{later} 14:00", f"{later} 18:00", made.second,
                              name="晚班")  # fmt: skip
    return made


@pytest.fixture
def other(team, network, playwright, tmp_path):
    """The phone of 孙."""
    handset = Phone(playwright, tmp_path / "other", network)
    yield handset
    handset.kill()


@pytest.fixture
def looker(handset, accessible, fits):
    looker = Looker(handset, accessible, fits)
    yield looker
    assert looker.found == []


def press(handset, *names):
    for name in names:
        handset.page.get_by_role("button", name=name, exact=True).first.click()


def clear(handset):
    """All that waits has been sent."""
    online(handset)
    expect(handset.page.locator("#count-clear")).to_be_visible(timeout=20_000)


def test_check_in_without_signal_comes_once_with_its_moment(team, network, handset):
    ready(handset, team.leader)
    page = handset.page
    network.up = False
    before = timezone.now()
    button = page.get_by_role("button", name="签到", exact=True).element_handle()
    button.dblclick()
    expect(page.get_by_text("等待发送")).to_be_visible()
    button.evaluate("node => { node.disabled = false; node.click(); }")  # as an older tab has it
    expect(page.get_by_role("button", name="签到", exact=True)).to_have_count(0)
    pressed = timezone.now()
    page.reload()
    expect(page.get_by_text("等待发送")).to_be_visible()
    assert (handset.shown(), len(handset.kept("queue"))) == (1, 1)
    assert Shift.objects.get(pk=team.running.pk).checked_in_at is None
    handset.kill()
    handset.start()
    handset.enter(team.leader)
    handset.open()
    network.up = True
    clear(handset)
    second = dt.timedelta(seconds=1)  # as exact as the phone's clock is known
    came = Shift.objects.get(pk=team.running.pk).checked_in_at
    assert before - second <= came <= pressed + second
    assert Submission.objects.get().received_at > pressed
    local = timezone.localtime(came)
    expect(handset.page.get_by_text(f"已签到 {local:%H:%M}，已收到")).to_be_visible()
    assert network.seen.count(SUBMIT) == 1
    assert handset.kept("refused") == []


def ask_swap(handset, colleague):
    handset.go("duty")
    press(handset, "换班或请人替班")
    handset.page.get_by_role("button", name="换班").first.click()
    press(handset, colleague)
    handset.page.get_by_role("button", name="晚班").click()
    press(handset, "家里有事", "发出申请")
    handset.page.get_by_text("已存在这台手机里").wait_for()


def test_a_swap_from_phone_to_phone(team, handset, other, page, live_server):
    ready(handset, team.leader)
    ask_swap(handset, "孙网格")
    clear(handset)
    wait_until(ShiftChange.objects.exists, seconds=20, what="the request")
    handset.go("duty")
    expect(handset.page.get_by_text("等对方确认")).to_be_visible()
    ready(other, team.second)
    other.page.get_by_role("link", name="1 个调班请求等您答复").click()
    expect(other.page.get_by_text("田网格想和您换班")).to_be_visible()
    press(other, "同意")
    clear(other)
    wait_until(lambda: Shift.objects.get(pk=team.morning.pk).user == team.second, seconds=20,
               what="the swap")  # fmt: skip
    assert Shift.objects.get(pk=team.evening.pk).user == team.leader
    expect(other.page.get_by_text("08:00—12:00")).to_be_visible()
    expect(other.page.get_by_text("14:00—18:00")).to_have_count(0)
    handset.page.reload()
    expect(handset.page.get_by_text("14:00—18:00")).to_be_visible()
    expect(handset.page.get_by_text("08:00—12:00")).to_have_count(0)
    for user, mine, theirs in ((team.leader, "14:00 至 18:00", "08:00 至 12:00"),
                               (team.second, "08:00 至 12:00", "14:00 至 18:00")):  # fmt: skip
        enter(page, live_server, user)
        page.goto("/duty/mine/")
        expect(page.get_by_text(mine)).to_be_visible()
        expect(page.get_by_text(theirs)).to_have_count(0)
    enter(page, live_server, team.director)
    page.goto(f"/duty/rosters/{team.roster.pk}/")
    for user, shift in ((team.second, team.morning), (team.leader, team.evening)):
        expect(page.locator(f"tr[data-user='{user.pk}'] #s-{shift.pk}")).to_have_count(1)


def test_every_screen_of_duty_at_360_px(team, network, handset, looker):
    day = team.morning.on + dt.timedelta(days=1)
    make_shift(team.roster, f"{day} 20:00", f"{day + dt.timedelta(days=1)} 08:00", team.leader,
               name="国庆假期夜间值守", is_holiday=True)  # fmt: skip
    DutyMatter.objects.create(community=team.community, shift=team.running, text="东门门禁读卡慢")
    ShiftChange.objects.create(community=team.community, shift=team.evening, giver=team.second,
                               taker=team.leader, kind="replace", reason="外出培训")  # fmt: skip
    make_shift(team.morning.roster, f"{day} 08:00", f"{day} 12:00", team.director, name="中班")
    make_member(team.community, team.director)
    ready(handset, team.leader)
    network.up = False
    shift = team.morning.pk
    for n, screen in enumerate(("today", "duty", f"duty-swap/{shift}", f"duty-with/{shift}",
                                f"duty-with/{shift}/{team.second.pk}", f"duty-for/{shift}",
                                f"duty-note/{team.running.pk}", f"duty-matter/{team.running.pk}",
                                f"duty-sick/{shift}", f"duty-close/{DutyMatter.objects.get().pk}",
                                "duty-swap/gone", "contacts", "me"), start=50):  # fmt: skip
        handset.go(screen)
        looker.look(f"{n}-{screen.split('/')[0]}")
    handset.go(f"duty-for/{shift}")
    press(handset, "周主任")
    handset.page.get_by_text("什么原因？").wait_for()
    looker.look("61-duty-why")
    press(handset, "其他，写一句")
    handset.page.get_by_label("什么原因？").fill("孩子家长会")
    looker.look("62-duty-say")
    press(handset, "记下")
    handset.page.get_by_text("请周主任替班").wait_for()
    looker.look("63-duty-send")
    press(handset, "发出申请")
    handset.page.get_by_text("已存在这台手机里").wait_for()
    looker.look("64-duty-saved")
    press(handset, "我的值班")
    press(handset, "不同意", "签到")
    expect(handset.page.get_by_text("等待发送")).to_have_count(3)
    looker.look("65-duty-waiting")
    handset.go("today")
    looker.look("66-today-checked")
    handset.go("unsent")
    looker.look("67-unsent")
    network.up = True
    clear(handset)
    handset.go("duty")
    expect(handset.page.get_by_role("button", name="撤回")).to_be_visible()
    looker.look("68-duty-asking")
    press(handset, "撤回")
    wait_until(ShiftChange.objects.filter(state="cancelled").exists, seconds=20,
               what="the request taken back")  # fmt: skip


def test_what_one_shift_tells_the_next(team, network, handset):
    ready(handset, team.leader)
    page = handset.page
    network.up = False
    for verb, label, text in (("写交接", "写给下一班", "夜间正常"),
                              ("记未了事项", "还有什么事没办完？", "东门门禁读卡慢")):  # fmt: skip
        handset.go("today")
        press(handset, verb)
        page.get_by_label(label).fill(text)
        press(handset, "记下")
        page.get_by_text("已存在这台手机里").wait_for()
    assert handset.shown() == 2
    network.up = True
    clear(handset)
    assert team.running.notes.get().text == "夜间正常"
    assert team.running.matters.get().text == "东门门禁读卡慢"
    handset.go("duty")
    expect(page.get_by_role("heading", name="未了事项")).to_be_visible()
    expect(page.get_by_text("东门门禁读卡慢")).to_be_visible()


def test_a_half_typed_note_outlives_the_page(team, handset):
    """Nothing tells the page that it ends: no field is left before."""
    ready(handset, team.leader)
    press(handset, "写交接")
    handset.page.get_by_role("textbox").press_sequentially("三号楼电梯")
    wait_until(
        lambda: handset.page.evaluate(
            """async () => (await (await import("/static/linli/phone/store.js")).keys("kept"))
               .some((key) => key.startsWith("draft:duty-tell"))"""
        ), seconds=10, what="the half-typed line",
    )  # fmt: skip
    handset.page.reload()
    expect(handset.page.get_by_role("textbox")).to_have_value("三号楼电梯")


def test_a_sick_call_without_signal_comes_once(team, network, handset):
    ready(handset, team.leader)
    page = handset.page
    network.up = False
    handset.go("duty")
    page.locator(".m-card", has_text="08:00—12:00").get_by_role(
        "button", name="生病，不能来"
    ).click()
    expect(page.get_by_role("link", name="周主任")).to_have_attribute("href", "tel:04768880009")
    before = timezone.now()
    button = page.get_by_role("button", name="不能来，告诉社区").element_handle()
    button.dblclick()
    page.get_by_text("已存在这台手机里").wait_for()
    handset.kill()
    handset.start()
    handset.enter(team.leader)
    handset.open()
    handset.go("duty")
    card = handset.page.locator(".m-card", has_text="08:00—12:00")
    expect(card.get_by_text("因病不能来，已记下，等待发送")).to_be_visible()
    for name in ("生病，不能来", "换班或请人替班"):
        expect(card.get_by_role("button", name=name)).to_have_count(0)
    assert Shift.objects.get(pk=team.morning.pk).user == team.leader
    network.up = True
    clear(handset)
    wait_until(lambda: Shift.objects.get(pk=team.morning.pk).user is None, seconds=20,
               what="the sick call")  # fmt: skip
    assert network.seen.count(SUBMIT) == 1
    assert ShiftChange.objects.get().created_at > before
    assert Notice.objects.filter(recipient=team.director, text__contains="请安排替班").count() == 1
    expect(handset.page.get_by_text("08:00—12:00")).to_have_count(0)


def test_a_matter_is_closed_without_signal(team, network, handset, page, live_server):
    matter = DutyMatter.objects.create(community=team.community, shift=team.running,
                                       text="东门门禁读卡慢", created_by=team.second)  # fmt: skip
    ready(handset, team.leader)
    network.up = False
    handset.go("today")
    handset.page.get_by_role("link", name="东门门禁读卡慢").click()
    handset.page.get_by_label("怎么办好的（可以不写）").fill("物业已换读卡器")
    press(handset, "已经办好")
    handset.page.get_by_text("已存在这台手机里").wait_for()
    handset.go("duty")
    expect(handset.page.get_by_text("办结已记下，等待发送")).to_be_visible()
    network.up = True
    clear(handset)
    expect(handset.page.get_by_text("东门门禁读卡慢")).to_have_count(0)
    matter.refresh_from_db()
    assert (matter.closed_by, matter.closed_note) == (team.leader, "物业已换读卡器")
    enter(page, live_server, team.director)
    page.goto("/duty/handover/")
    expect(page.get_by_text("没有未了事项")).to_be_visible()


def test_a_swap_against_a_rule_comes_back_with_it(team, handset, page, live_server):
    Leave.objects.create(community=team.community, user=team.second, kind="annual",
                         from_on=team.morning.on, to_on=team.morning.on)  # fmt: skip
    ready(handset, team.leader)
    handset.go(f"duty-for/{team.morning.pk}")
    press(handset, "孙网格", "身体不适", "发出申请")
    expect(handset.page.locator("#refused")).to_be_visible(timeout=20_000)
    handset.go("refused")
    expect(handset.page.get_by_text("请假")).to_be_visible()
    enter(page, live_server, team.director)
    page.goto(f"/submissions/{Submission.objects.get().pk}/")
    said = page.locator("dl.facts")
    for text in (str(team.morning), "孙网格", "身体不适"):
        expect(said).to_contain_text(text)


def test_an_answer_that_comes_too_late(team, network, handset, page, live_server):
    change = ShiftChange.objects.create(
        community=team.community, shift=team.evening, other_shift=team.morning, kind="swap",
        giver=team.second, taker=team.leader, reason="家里有事",
    )  # fmt: skip
    ready(handset, team.leader)
    network.up = False
    handset.go("duty")
    press(handset, "同意")
    expect(handset.page.get_by_text("调班 · 同意，已记下，等待发送")).to_be_visible()
    ShiftChange.objects.filter(pk=change.pk).update(state="cancelled")
    network.up = True
    online(handset)
    expect(handset.page.locator("#refused")).to_be_visible(timeout=20_000)
    handset.go("refused")
    expect(handset.page.get_by_text("这个申请已经办完")).to_be_visible()
    enter(page, live_server, team.director)
    page.goto(f"/submissions/{Submission.objects.get().pk}/")
    expect(page.locator("dl.facts")).to_contain_text("申请人孙网格对方田网格")
    expect(page.locator("dl.facts")).to_contain_text("答复同意")


def test_check_in_opens_an_hour_before(team, handset):
    now = timezone.now().replace(microsecond=0)
    team.running.starts_at = now + dt.timedelta(hours=3)
    team.running.ends_at = now + dt.timedelta(hours=7)
    team.running.save()
    ready(handset, team.leader)
    opens = timezone.localtime(now + dt.timedelta(hours=2))
    expect(handset.page.get_by_text(f"{opens:%H:%M} 起可以签到")).to_be_visible()
    for name in ("签到", "写交接"):
        expect(handset.page.get_by_role("button", name=name, exact=True)).to_have_count(0)


def test_who_is_on_duty_rings_with_one_tap(team, handset, other):
    ready(handset, team.leader)
    expect(handset.page.get_by_role("link", name="田网格 早班")).to_have_count(0)
    ready(other, team.second)
    expect(other.page.get_by_role("link", name="下一班")).to_contain_text("14:00—18:00")
    for screen in ("today", "contacts"):
        other.go(screen)
        link = other.page.get_by_role("link", name="田网格 早班")
        expect(link).to_have_attribute("href", "tel:04768880001")


def test_who_came_on_duty_since_the_list_was_made(team, handset, monkeypatch):
    monkeypatch.setattr("portal.duty.phone.on_duty", lambda *args: [])
    ready(handset, team.second)
    row = handset.page.locator("[data-place=onduty] .m-row")
    expect(row).to_contain_text("田网格")
    assert row.get_attribute("href") == "tel:04768880001"


def test_without_duty_nothing_of_it_is_shown(team, handset, monkeypatch):
    monkeypatch.setattr("portal.phone.day.duty_part", lambda *args: {"duty": None})
    ready(handset, team.leader)
    page = handset.page
    for screen in ("today", "contacts", "me"):
        handset.go(screen)
        expect(page.get_by_text("值班").filter(visible=True)).to_have_count(0)
    handset.go("duty")
    expect(page.get_by_text("这里没有您要找的班")).to_be_visible()
