"""One incident from the stairwell to the call back: phone, desk, a handler without an account."""

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from grids.models import Asset, Handler, Incident, IncidentCategory
from tests.e2e.desk import enter
from tests.e2e.walking import ready
from tests.grids.incidents import photo
from tests.waiting import wait_until

LOADED = "node => node.complete && node.naturalWidth > 0"
TIMELINE = (
    "上报", "受理", "派遣：亮光路灯厂", "开始处置", "处置完成", "核查未通过，退回", "处置完成",
    "核查通过，办结", "回访",
)  # fmt: skip


def picture(color) -> dict:
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo((640, 480), color=color)}


@pytest.fixture
def lamp(made):
    """A lamp under warranty: not the property company but its maker mends it."""
    company, maker = (
        Handler.objects.create(community=made.community, kind=kind, name=name)
        for kind, name in (("property", "爱民物业"), ("other", "亮光路灯厂"))
    )
    IncidentCategory.objects.filter(name="路灯不亮").update(handler=company, asset_kind="lamp")
    return Asset.objects.create(
        community=made.community, cell=made.cell, building=made.building, kind="lamp",
        name="东侧路灯", spot="东侧绿地旁", owner=company, maintainer=maker,
        warranty_to=timezone.localdate() + dt.timedelta(days=30),
    )  # fmt: skip


def report(handset) -> Incident:
    """What a resident told the leader, from the phone: category, place, asset, photo, words."""
    page = handset.page
    handset.go("incident")
    for name in ("设施损坏", "路灯不亮", "3号楼", "东侧路灯"):
        page.get_by_role("button", name=name).click()
    page.locator("input[type=file]").set_input_files(picture((200, 160, 20)))
    page.locator("figure canvas").wait_for()
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("说一句情况").fill("东侧路灯不亮，天黑看不见台阶")
    page.get_by_role("button", name="记下").click()
    page.get_by_role("button", name="是居民反映的").click()
    page.get_by_label("居民怎么称呼？").fill("李芳")
    page.get_by_role("button", name="记下").click()
    page.get_by_label("居民的电话？").fill("13912345678")
    page.get_by_role("button", name="记下").click()
    expect(page.get_by_text("居民反映，李芳，13912345678")).to_be_visible()
    page.get_by_role("button", name="报上去").click()
    page.get_by_text("已存在这台手机里").wait_for()
    arrived = Incident.objects.filter(files__key__gt="")
    return wait_until(arrived.first, seconds=30, what="the incident and its photo")


def accept_and_send(desk, row) -> str:
    """The desk takes it on and sends it where the asset points to; the link for the handler."""
    desk.goto("/places/incidents/")
    desk.locator(".board-rows li", has_text=row.number).get_by_role("link").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("待受理")
    expect(desk.get_by_label("设施", exact=False)).to_have_value(str(row.asset_id))
    expect(desk.locator(".photos img").first).to_be_visible()
    desk.get_by_role("button", name="受理", exact=True).click()
    expect(desk.get_by_text("“东侧路灯”在保修期内")).to_be_visible()
    desk.get_by_role("button", name="派遣", exact=True).click()
    expect(desk.get_by_text("现在是“待处置”")).to_be_visible()
    desk.get_by_role("button", name="生成链接和派单").click()
    return desk.get_by_label("链接", exact=True).input_value()


def answer(page, words, color) -> None:
    """The handler says what was done, with a photo of it."""
    form = page.locator("form", has=page.locator("[name=move][value=done]"))
    form.get_by_label("处置结果").fill(words)
    form.get_by_label("照片").set_input_files(picture(color))
    form.get_by_role("button", name="报处置完成").click()
    expect(page.get_by_text("已登记：处置完成。谢谢。")).to_be_visible()
    expect(page.get_by_text("社区正在核查")).to_be_visible()


def open_link(page, url) -> None:
    """Without a sign-in: what is broken is seen, who told of it is not."""
    assert page.goto(url).status == 200
    assert settings.SESSION_COOKIE_NAME not in {c["name"] for c in page.context.cookies()}
    expect(page.get_by_text("天黑看不见台阶")).to_be_visible()
    image = page.locator(".photos img").first
    image.scroll_into_view_if_needed()
    wait_until(lambda: image.evaluate(LOADED), seconds=20, what="the photo behind the link")
    assert not re.search("李芳|139", page.content())


def check(handset, verb, row, state) -> None:
    """The leader looks on the spot and says so on the phone."""
    handset.open()
    page = handset.page
    page.get_by_text("去核查").click()
    page.get_by_role("button", name=verb).click()
    if verb == "没有解决":
        page.get_by_label("还差什么？").fill("还有一盏不亮")
        page.get_by_role("button", name="记下").click()
    page.get_by_text("已存在这台手机里").wait_for()
    wait_until(lambda: Incident.objects.get(pk=row.pk).state == state, seconds=20, what=state)


def call_back(desk, row) -> None:
    desk.goto(f"/places/incidents/{row.pk}/")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("已办结")
    desk.get_by_label("反映人是否满意").select_option(label="满意")
    desk.get_by_role("button", name="登记回访").click()
    expect(desk.get_by_text("：回访。现在是“已办结”")).to_be_visible()


def told(desk) -> SimpleNamespace:
    """What the page tells at the end: steps in their order, facts, and pictures."""
    facts = desk.locator("dl.facts").first
    names, values = facts.locator("dt").all_inner_texts(), facts.locator("dd").all_inner_texts()
    return SimpleNamespace(
        steps=tuple(desk.locator(".timeline-title").all_inner_texts()),
        notes=" ".join(desk.locator(".timeline-note").all_inner_texts()),
        facts=dict(zip(names, values, strict=True)),
        photos=desk.locator(".photos img").count(),
    )


def test_an_incident_from_the_report_to_the_call_back(
    made, lamp, handset, page, phone, live_server, accessible, fits
):
    ready(handset, made.leader)
    row = report(handset)
    enter(page, live_server, made.director)
    url = accept_and_send(page, row)
    open_link(phone, url)
    accessible(phone)
    fits(phone)
    phone.locator("summary", has_text="开始处置").click()
    phone.get_by_role("button", name="开始处置").click()
    answer(phone, "已换灯泡", (20, 160, 40))
    check(handset, "没有解决", row, "handling")
    phone.goto(url)
    expect(phone.get_by_text("还有一盏不亮")).to_be_visible()
    answer(phone, "两盏都换了", (20, 40, 200))
    check(handset, "已经解决", row, "closed")
    assert phone.goto(url).status == 404
    call_back(page, row)
    seen = told(page)
    assert seen.steps == TIMELINE
    said = ("亮光路灯厂（链接）", "已换灯泡", "还有一盏不亮", "两盏都换了", "田网格", "周主任")
    for words in said:
        assert words in seen.notes, words
    assert (seen.facts["退回"], seen.facts["满意度"]) == ("1 次", "满意")
    assert seen.facts["设施"].startswith("东侧路灯")
    assert seen.photos == 3
