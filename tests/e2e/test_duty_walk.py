"""One month of duty from its first draft to somebody at the door: solve, pin, solve again, compare,
publish, swap from phone to phone, and check in."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal.duty.checks import taking_faults
from portal.duty.models import Leave, Roster, Shift, ShiftChange
from portal.duty.totals import year_totals
from tests.duty.rows import make_member, make_template
from tests.e2e.desk import enter
from tests.e2e.phones import Phone
from tests.e2e.test_duty_phone import clear, press
from tests.e2e.test_phone import ready
from tests.waiting import wait_until


@pytest.fixture
def team(made):
    """Three people, a morning and an evening a day."""
    for user in (made.leader, made.second, made.director):
        make_member(made.community, user)
    make_template(made.community, "早班", "08:00", "12:00", days="every")
    make_template(made.community, "晚班", "18:00", "21:00", days="every")
    today = timezone.localdate()
    made.month = (today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return made


@pytest.fixture
def other(team, network, playwright, tmp_path):
    handset = Phone(playwright, tmp_path / "other", network)
    yield handset
    handset.kill()


def swappable(team):
    """A shift of each of the two early in the month that the rules let them exchange."""
    mine, theirs = (
        Shift.objects.filter(user=user, on__lt=team.month + dt.timedelta(days=20)).order_by("on")
        for user in (team.leader, team.second)
    )
    return next((one, two) for one in mine for two in theirs
                if not taking_faults({one: team.second, two: team.leader}))  # fmt: skip


def day_of(shift):
    return f"{shift.on.month}月{shift.on.day}日 星期{'一二三四五六日'[shift.on.weekday()]}"


def test_a_month_from_the_first_draft_to_the_check_in(team, page, live_server, handset, other,
                                                      network):  # fmt: skip
    # Draft and solve.
    enter(page, live_server, team.director)
    page.goto("/duty/rosters/")
    page.get_by_label("建立新的排班表").select_option(f"{team.month}")
    page.get_by_role("button", name="建立排班表").click()
    page.get_by_role("button", name="自动排班").click()
    expect(page.get_by_role("heading", name="上一次自动排班")).to_be_visible()
    roster = Roster.objects.get()
    assert not roster.shifts.gaps().exists()

    # Pin one by keyboard; somebody else is away now; solve the rest again and compare.
    pinned, freed = roster.shifts.filter(user=team.leader).order_by("on")[1:3]
    chip = page.locator(f"#s-{pinned.pk}")
    chip.focus()
    page.keyboard.press("p")
    expect(chip).to_have_attribute("data-pinned", "")
    Leave.objects.create(community=team.community, user=team.leader, kind="annual",
                         from_on=freed.on, to_on=freed.on)  # fmt: skip
    page.get_by_role("button", name="自动排班").click()
    expect(page.get_by_text("换了人的班")).to_be_visible()
    expect(page.locator(f"#s-{freed.pk}")).to_have_class(re.compile("is-moved"))
    assert Shift.objects.get(pk=pinned.pk).user == team.leader

    # Publish.
    page.get_by_role("link", name="发布", exact=True).click()
    page.get_by_role("button", name="发布排班表").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已发布")

    # Who is on leave is for the desk, not for the wall.
    mark = page.locator(".duty-grid .duty-mark", has_text="假")
    expect(mark).to_be_visible()
    page.emulate_media(media="print")
    expect(mark).to_be_hidden()
    page.emulate_media(media="screen")

    # Swap from phone to phone.
    mine, theirs = swappable(team)
    before = year_totals(team.community.pk, team.month.year)
    ready(handset, team.leader)
    handset.go(f"duty-swap/{mine.pk}")
    handset.page.get_by_role("button", name="和同事换一班").click()
    press(handset, team.second.name)
    wanted = handset.page.get_by_role("button").filter(has_text=day_of(theirs))
    wanted.filter(has_text=theirs.name).click()
    press(handset, "家里有事", "发出申请")
    handset.page.get_by_text("已存在这台手机里").wait_for()
    clear(handset)
    wait_until(ShiftChange.objects.exists, seconds=20, what="the request")
    ready(other, team.second)
    other.page.get_by_role("link", name="1 个调班请求等您答复").click()
    press(other, "同意")
    clear(other)
    wait_until(lambda: Shift.objects.get(pk=mine.pk).user == team.second, seconds=20,
               what="the swap")  # fmt: skip
    after = year_totals(team.community.pk, team.month.year)
    change = ShiftChange.objects.get()
    assert change.totals[str(team.leader.pk)] == after[team.leader.pk].told()
    moved = theirs.is_weekend - mine.is_weekend
    gained = after[team.leader.pk].weekends - before[team.leader.pk].weekends
    assert gained == moved == before[team.second.pk].weekends - after[team.second.pk].weekends
    page.goto(f"/duty/shifts/{theirs.pk}/")
    expect(page.get_by_text(f"{team.leader.name}变更后本年")).to_be_visible()

    # The day has come; the phone has no signal.
    now = timezone.now().replace(microsecond=0)
    Shift.objects.filter(pk=theirs.pk).update(
        starts_at=now - dt.timedelta(minutes=5), ends_at=now + dt.timedelta(hours=3)
    )
    handset.page.reload()
    handset.go("today")
    expect(handset.page.locator(".m-done", has_text="正在值班")).to_be_visible()
    network.up = False
    press(handset, "签到")
    expect(handset.page.get_by_text("等待发送")).to_be_visible()
    network.up = True
    clear(handset)
    wait_until(lambda: Shift.objects.get(pk=theirs.pk).checked_in_at, seconds=20,
               what="the check-in")  # fmt: skip
    page.goto("/duty/handover/")
    expect(page.get_by_role("listitem").filter(has_text=team.leader.name)).to_be_visible()
    expect(page.get_by_text("未签到")).to_have_count(0)
