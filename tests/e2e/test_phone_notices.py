"""What the portal has to tell a leader reaches the phone, also in the stairwell."""

import datetime as dt
import os

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from grids.models import CellPost
from portal.core.models import Notice
from portal.core.notices import notice_send
from residents.actions import cell_hand_over
from tests.e2e.walking import online, ready
from tests.waiting import wait_until


def test_notices_are_read_without_signal_and_put_away_with_it(made, network, handset):
    notice_send([made.leader], "a", "3号楼联系卡需要重印。", "", made.community.pk)
    notice_send([made.second], "b", "这是别人的。", "", made.community.pk)
    ready(handset, made.leader)
    page = handset.page
    network.up = False
    page.get_by_role("link", name="1 条新通知").click()
    expect(page.get_by_text("3号楼联系卡需要重印。")).to_be_visible()
    expect(page.get_by_text("这是别人的")).to_have_count(0)
    expect(page.get_by_role("link", name="打开看看")).to_be_hidden()
    page.get_by_role("button", name="都看过了").click()
    expect(page.get_by_text("没有网络，等有网络再点")).to_be_visible()
    network.up = True
    online(handset)
    page.get_by_role("button", name="都看过了").click()
    wait_until(lambda: Notice.objects.get(key="a").seen_at, seconds=20, what="it was seen")
    handset.go("today")
    expect(page.get_by_role("link", name="条新通知")).to_be_hidden()
    assert Notice.objects.get(key="b").seen_at is None


def test_who_takes_over_hears_it_on_the_phone_and_confirms(made, handset):
    CellPost.objects.create(
        community=made.community, cell=made.cell, kind="leader", user=made.leader,
        from_on=timezone.localdate() - dt.timedelta(days=30),
    )  # fmt: skip
    row = cell_hand_over(by=made.director, cell=made.cell, to_user=made.second,
                         on=timezone.localdate(), note="601 的门铃坏了，请敲门。")  # fmt: skip
    ready(handset, made.second)
    page = handset.page
    page.get_by_role("link", name="1 条新通知").click()
    expect(page.get_by_text("交接给您")).to_be_visible()
    if folder := os.environ.get("LINLI_LOOK"):
        page.screenshot(path=f"{folder}/50-notices.png")
    page.get_by_role("link", name="打开看看").click()
    page.wait_for_url("**" + reverse("residents:hand_over_show", args=[row.pk]))
    expect(page.get_by_text("601 的门铃坏了")).to_be_visible()
    if folder:
        page.screenshot(path=f"{folder}/51-hand-over.png", full_page=True)
    page.get_by_role("button", name="确认").click()
    wait_until(lambda: type(row).objects.get().confirmed_at, seconds=20, what="it is confirmed")
