"""Sweeps and messages in a browser: on a small phone, in large letters, and run by hand."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal.core.models import SweepRun
from tests.e2e.desk import enter, small_community
from tests.messaging.outbox import make_message

SWEEPS = ("/sweeps/", "/sweeps/files-purge/", "/lists/messages/")


@pytest.fixture
def small(transactional_db):
    made = small_community()
    now = timezone.now()
    for number in range(40):
        start = now - dt.timedelta(hours=number, minutes=1)
        SweepRun.objects.create(
            sweep="files-purge", started_at=start, done={"count": 12_000 * number},
            ended_at=None if number == 3 else start + dt.timedelta(seconds=1 + number % 7),
            is_ok=None if number == 3 else number != 5, error="OSError" * (number == 5),
        )  # fmt: skip
    make_message(tenant=made.director.memberships.get().community_id, recipient=made.director)
    return made


@pytest.mark.parametrize("large", [False, True])
def test_pages_fit_a_small_phone(small, phone, live_server, fits, accessible, large, tmp_path):
    small.director.large_text = large
    small.director.save()
    enter(phone, live_server, small.director)
    for number, path in enumerate(SWEEPS):
        phone.goto(path)
        phone.screenshot(path=tmp_path / f"{number}.png", full_page=True)
        fits(phone)
        accessible(phone)


def test_a_director_lets_a_sweep_run(small, page, live_server):
    enter(page, live_server, small.director)
    page.goto("/")
    page.locator("#side summary", has_text="系统记录").click()
    page.get_by_role("link", name="定时任务").click()
    row = page.get_by_role("row", name="清理旧文件")
    expect(row.get_by_role("img")).to_have_accessible_name(
        "最近 30 次：28 次成功，1 次出错，1 次中断"
    )
    row.get_by_role("button").click()
    expect(page.get_by_text("已开始运行“清理旧文件”")).to_be_visible()
    page.get_by_role("link", name="清理旧文件").click()
    expect(page.locator("tbody tr").first).to_contain_text(small.director.name)
