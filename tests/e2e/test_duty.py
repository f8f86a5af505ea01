"""A month of duty at the desk: solve, move and pin, solve again, compare, publish; the wall."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal.core.models import Job, JobState
from portal.duty.actions import roster_create, roster_solve
from portal.duty.models import Leave, Shift
from tests.duty.rows import make_member, make_template
from tests.e2e.desk import enter, small_community
from tests.people import make_user


@pytest.fixture
def team(transactional_db):
    """Four people, two shifts a day, next month's draft; the clerk is at the desk."""
    small = small_community()
    small.people = [make_user("leader", small.community, [small.cells[0]], name=name)
                    for name in ("冯小燕", "吴志远", "周晓梅", "孙丽华")]  # fmt: skip
    for user in small.people:
        user.work_phone = "0472-5550101"
        user.save()
        make_member(small.community, user)
    make_template(small.community, "早班", "08:00", "12:00", days="every")
    make_template(small.community, "夜班", "20:00", "08:00", days="every", kind="night")
    month = (timezone.localdate().replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    small.roster = roster_create(by=small.clerk, community_id=small.community.pk, month=month)
    return small


@pytest.fixture
def month(team, page, live_server):
    """The draft, solved once, on the screen."""
    enter(page, live_server, team.clerk)
    page.goto(f"/duty/rosters/{team.roster.pk}/")
    page.get_by_role("button", name="自动排班").click()
    expect(page.get_by_role("heading", name="上一次自动排班")).to_be_visible()
    return page


def chip_of(page, shift):
    return page.locator(f"#s-{shift.pk}")


def cell_of(page, user, shift):
    """The person's cell on the day of the shift."""
    return page.locator(f"tr[data-user='{user.pk}'] td").nth(shift.on.day - 1)


def early_with_someone_free(team):
    """A morning shift, and somebody who could take it."""
    for shift in Shift.objects.filter(name="早班").order_by("on"):
        near = [shift.on + dt.timedelta(days=n) for n in (-1, 0, 1)]
        taken = set(Shift.objects.filter(on__in=near).values_list("user", flat=True))
        for user in team.people:
            if user.pk not in taken:
                return shift, user
    raise AssertionError("everybody is always busy")


def test_solve_pin_solve_again_publish(team, month, accessible, fits):
    assert not Shift.objects.gaps().exists()
    shift = Shift.objects.filter(name="早班").order_by("on")[9]
    holder = shift.user
    chip_of(month, shift).click()
    month.get_by_role("button", name="固定", exact=True).click()
    expect(chip_of(month, shift)).to_have_attribute("data-pinned", "")
    accessible(month)
    fits(month)
    first = Shift.objects.filter(user=holder, name="早班").exclude(pk=shift.pk).first()
    Leave.objects.create(community=team.community, user=holder, kind="annual",
                         from_on=first.on, to_on=first.on)  # fmt: skip
    month.get_by_role("button", name="自动排班").click()
    expect(month.get_by_text("换了人的班")).to_be_visible()
    expect(chip_of(month, first)).to_have_class(re.compile("is-moved"))
    assert Shift.objects.get(pk=shift.pk).user == holder
    month.get_by_role("link", name="发布", exact=True).click()
    accessible(month)
    month.get_by_role("button", name="发布排班表").click()
    expect(month.get_by_role("heading", level=1)).to_contain_text("已发布")
    expect(month.get_by_role("button", name="自动排班")).to_have_count(0)
    accessible(month)
    chip_of(month, shift).click()
    expect(month.get_by_role("heading", name="安排替班")).to_be_visible()
    accessible(month)


def test_a_shift_is_dragged_to_somebody_else(team, month):
    shift, user = early_with_someone_free(team)
    chip_of(month, shift).drag_to(cell_of(month, user, shift))
    expect(cell_of(month, user, shift).locator(f"#s-{shift.pk}")).to_be_visible()
    expect(month.locator("#duty-say")).to_contain_text(f"已交给{user.name}")
    shift.refresh_from_db()
    assert (shift.user, shift.is_pinned) == (user, True)


def test_a_refused_drag_says_the_rule_and_puts_the_shift_back(team, month):
    shift, user = early_with_someone_free(team)
    holder = shift.user
    Leave.objects.create(community=team.community, user=user, kind="annual", from_on=shift.on,
                         to_on=shift.on)  # fmt: skip
    chip_of(month, shift).drag_to(cell_of(month, user, shift))
    expect(month.locator("[data-duty-told]")).to_contain_text("请假")
    expect(cell_of(month, holder, shift).locator(f"#s-{shift.pk}")).to_be_visible()
    assert Shift.objects.get(pk=shift.pk).user == holder


def test_what_is_picked_up_shows_where_it_may_go(team, month, accessible):
    shift, user = early_with_someone_free(team)
    Leave.objects.create(community=team.community, user=user, kind="annual", from_on=shift.on,
                         to_on=shift.on)  # fmt: skip
    chip_of(month, shift).click()
    expect(cell_of(month, user, shift)).to_have_attribute("title", "请假")
    expect(cell_of(month, user, shift)).to_have_class(re.compile("is-barred"))
    accessible(month)
    month.keyboard.press("Escape")
    expect(month.locator(".is-barred, .is-target")).to_have_count(0)


def test_a_shift_is_moved_by_keyboard(team, month):
    shift, user = early_with_someone_free(team)
    keys, chip = month.keyboard, chip_of(month, shift)
    chip.focus()
    keys.press("Enter")
    expect(chip).to_have_class(re.compile("is-held"))
    rows = [row.get_attribute("data-user") for row in month.locator("tbody tr").all()]
    down = rows.index(str(user.pk)) - rows.index(str(shift.user_id))
    for _ in range(abs(down)):
        keys.press("ArrowDown" if down > 0 else "ArrowUp")
    keys.press("Enter")
    expect(cell_of(month, user, shift).locator(f"#s-{shift.pk}")).to_be_focused()
    keys.press("p")
    expect(chip_of(month, shift)).not_to_have_attribute("data-pinned", "")
    keys.press("Enter")
    keys.press("Escape")
    expect(chip_of(month, shift)).not_to_have_class(re.compile("is-held"))
    expect(chip_of(month, shift)).to_be_focused()
    shift.refresh_from_db()
    assert (shift.user, shift.is_pinned) == (user, False)


def test_all_that_the_mouse_does_the_keys_do(team, month):
    """Where one is told what Enter would do; a shift is emptied, filled again, and opened."""
    shift, user = early_with_someone_free(team)
    keys, chip, say = month.keyboard, chip_of(month, shift), month.locator("#duty-say")
    chip.focus()
    keys.press("Delete")
    expect(say).to_contain_text("已空出")
    expect(chip).to_be_focused()
    assert Shift.objects.get(pk=shift.pk).user is None
    keys.press("Enter")
    rows = [row.get_attribute("data-user") for row in month.locator("tbody tr").all()]
    for _ in range(rows.index(str(user.pk))):
        keys.press("ArrowDown")
    expect(say).to_have_text(f"Enter 交给{user.name}。")
    keys.press("Enter")
    expect(say).to_contain_text(f"已交给{user.name}")
    keys.press("Enter")
    expect(month.get_by_role("button", name="空出", exact=True)).to_be_visible()
    keys.press("o")
    expect(month.get_by_role("heading", level=1)).to_contain_text("早班")


def test_a_colleagues_run_is_seen_and_stopped(team, month, monkeypatch, accessible):
    """The director began it; the clerk sees its bar, stops it, and gets the month back."""
    monkeypatch.setattr("portal.core.tasks.job_run.delay_on_commit", lambda *args: None)
    roster_solve(by=team.director, roster=team.roster)
    month.reload()
    expect(month.get_by_text("周主任开始的自动排班")).to_be_visible()
    expect(month.get_by_role("button", name="自动排班")).to_have_count(0)
    accessible(month)
    month.get_by_role("button", name="停止").click()
    expect(month.get_by_text("这次自动排班已停止")).to_be_visible()
    roster_solve(by=team.director, roster=team.roster)
    month.reload()
    expect(month.get_by_text("周主任开始的自动排班")).to_be_visible()
    Job.objects.filter(state=JobState.QUEUED).update(state=JobState.DONE)
    expect(month.get_by_role("button", name="自动排班")).to_be_visible()


def test_board_on_a_small_screen_and_on_the_wall(team, month, phone, live_server, accessible,
                                                 fits):  # fmt: skip
    month.get_by_role("link", name="发布", exact=True).click()
    month.get_by_role("button", name="发布排班表").click()
    enter(phone, live_server, team.leader)
    phone.goto(f"{live_server.url}/duty/rosters/{team.roster.pk}/")
    fits(phone)
    accessible(phone)
    expect(phone.locator(".duty-days > li").first).to_be_visible()
    phone.goto(f"{live_server.url}/duty/board/?week={team.roster.month + dt.timedelta(days=7)}")
    expect(phone.locator(".wall-name").first).to_be_visible()
    fits(phone)
    accessible(phone)
    month.goto(f"/duty/board/?week={team.roster.month + dt.timedelta(days=7)}")
    assert pages_of(month.pdf(prefer_css_page_size=True)) == 1


# What is pressed, dragged or dropped on, smaller than a finger (docs/design.md, Checked).
TOO_SMALL = """
() => [...document.querySelectorAll("main :is(a, button, summary, select, input, td[tabindex])")]
  .filter(node => node.getClientRects().length && !node.closest(".visually-hidden"))
  .map(node => [node.getBoundingClientRect(), node])
  .filter(([box]) => Math.min(box.width, box.height) < 47.5)
  .map(([box, node]) => `${box.width} × ${box.height}: ${node.outerHTML.slice(0, 120)}`)
"""


def test_every_target_is_a_finger_wide_in_large_text(team, page, phone, live_server, fits):
    """In the grid of the month too: with marks, two shifts in a cell, a gap and a pin."""
    team.clerk.large_text = True
    team.clerk.save()
    shifts = list(Shift.objects.filter(on__day=3).order_by("starts_at"))
    for shift in shifts:
        shift.user, shift.is_pinned = team.people[0], True
        shift.save()
    Leave.objects.create(community=team.community, user=team.people[0], kind="annual",
                         from_on=shifts[0].on, to_on=shifts[0].on)  # fmt: skip
    draft = f"/duty/rosters/{team.roster.pk}/"
    pages = ["/duty/rosters/", draft, f"{draft}?by=shift", f"{draft}publish/",
             f"/duty/shifts/{shifts[0].pk}/", "/duty/setup/", "/duty/mine/", "/duty/board/",
             "/duty/handover/", "/duty/fairness/", "/duty/hours/"]  # fmt: skip
    for browser in (page, phone):
        enter(browser, live_server, team.clerk)
        for address in pages:
            browser.goto(f"{live_server.url}{address}")
            assert browser.evaluate(TOO_SMALL) == [], address
            fits(browser)
    page.goto(draft)
    assert page.locator(".duty-grid .duty-chip").count() > 50


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page[^s]", pdf))
