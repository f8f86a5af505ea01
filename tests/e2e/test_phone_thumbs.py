"""Thick fingers: the back key, a wrong tap, a crowded plan, a message in the way."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from grids.models import Incident, PlanShape
from residents.models import Visit, VisitTask
from tests.e2e.test_phone_hostile import photo  # noqa: F401
from tests.e2e.test_phone_incident import report
from tests.e2e.walking import ready, visit
from tests.people import make_building
from tests.waiting import wait_until


def at(page) -> str:
    return page.evaluate("location.hash").split("/")[1]


def back(page, screen):
    page.go_back()
    page.wait_for_function("(name) => document.body.dataset.screen === name", arg=screen)


def test_the_back_key_leaves_a_household_and_brings_no_screen_twice(made, handset):
    ready(handset, made.leader)
    page = handset.page
    page.get_by_text("3-2-501").click()
    page.get_by_role("button", name="赵秀兰").click()
    page.get_by_role("button", name="住院").click()
    page.get_by_role("button", name="王建国").click()
    page.get_by_role("button", name="就业变化").click()
    back(page, "change")  # the wrong one
    page.get_by_role("button", name="换了电话").click()
    page.get_by_role("textbox").fill("13900001111")
    page.get_by_role("button", name="记下").click()
    expect(page.get_by_role("button", name="保存，其余 4 人无变化")).to_be_visible()
    back(page, "today")
    page.get_by_text("3-2-501").click()
    page.get_by_role("button", name="保存，其余 4 人无变化").click()
    page.get_by_text("已存在这台手机里").wait_for()
    back(page, "today")
    wait_until(lambda: Visit.objects.count() == 1, seconds=20, what="the visit")


def test_a_file_that_is_no_picture_is_told(made, handset, tmp_path):
    ready(handset, made.leader)
    handset.go("incident")
    for name in ("说不准", "3号楼"):
        handset.page.get_by_role("button", name=name).click()
    (tmp_path / "a.jpg").write_text("no picture")
    handset.page.locator("input[type=file]").set_input_files(tmp_path / "a.jpg")
    expect(handset.page.get_by_text("这张照片打不开")).to_be_visible()


def test_a_wrong_tap_is_taken_back_and_nothing_is_marked_twice(made, handset):
    ready(handset, made.leader)
    page = handset.page
    page.get_by_text("3-2-501").click()
    for _ in range(2):
        page.get_by_role("button", name="赵秀兰").click()
        expect(page.get_by_role("button", name="住院", exact=True)).to_have_count(1)
        page.get_by_role("button", name="住院", exact=True).click()
        page.get_by_role("button", name="赵秀兰").click()
        expect(page.get_by_role("button", name="住院", exact=True)).to_have_count(0)
        page.get_by_role("button", name="去掉“住院”").click()
        expect(page.get_by_role("button", name="全家无变化")).to_be_visible()
    back(page, "today")


def test_the_back_key_after_a_report_brings_no_empty_one(made, handset, photo):  # noqa: F811
    ready(handset, made.leader)
    report(handset, photo)
    page = handset.page
    back(page, "incident")
    expect(page.get_by_role("heading", name="报什么事")).to_be_visible()
    wait_until(Incident.objects.exists, seconds=20, what="the incident")


def test_with_a_photo_the_next_step_is_the_one_to_press(made, handset, photo):  # noqa: F811
    ready(handset, made.leader)
    handset.go("incident")
    page = handset.page
    page.get_by_role("button", name="说不准").click()
    page.get_by_role("button", name="3号楼").click()
    main = page.locator(".m-go.is-main:visible")
    expect(main).to_have_text("拍照")
    page.locator("input[type=file]").set_input_files(photo)
    expect(main).to_have_text("够了，下一步")
    assert main.bounding_box()["y"] + main.bounding_box()["height"] <= 740
    expect(page.locator("[data-act=camera]")).to_have_text("再拍一张")


def test_the_next_door_is_the_next_on_the_way_also_after_nobody_was_at_home(made, network, handset):
    ready(handset, made.leader)
    network.up = False
    page = handset.page
    handset.go(f"absent/{made.homes[0].pk}")
    page.get_by_role("button", name="家中无人").click()
    page.get_by_role("button", name="下一户 3-2-502").click()
    page.get_by_role("button", name="全家无变化").click()
    page.get_by_role("button", name="下一户 3-2-601").click()
    page.get_by_role("button", name="全家无变化").click()
    expect(page.get_by_role("button", name="下一户 3-2-501")).to_be_visible()


def test_what_is_shown_as_due_opens_without_signal(made, network, handset):
    VisitTask.objects.filter(household=made.homes[2]).update(
        due_on=timezone.localdate() + dt.timedelta(days=13)
    )
    ready(handset, made.leader)
    network.up = False
    page = handset.page
    for door in ("3-2-501", "3-2-502", "3-2-601"):
        page.get_by_text(door).first.click()
        expect(page.get_by_role("button", name="全家无变化")).to_be_visible()
        back(page, "today")


def test_letters_change_at_once_and_say_so(made, handset):
    ready(handset, made.leader)
    handset.go("me")
    page = handset.page
    page.get_by_role("button", name="改用普通字").click()
    page.get_by_role("button", name="改用大字").click()
    expect(page.get_by_role("button", name="改用普通字")).to_be_visible()


def test_a_message_goes_with_its_screen_or_at_a_tap(made, network, handset):
    ready(handset, made.leader)
    page = handset.page
    network.up = False
    visit(handset, made.homes[0])
    handset.go("unsent")
    toast = page.locator("#toast")
    for leave in (lambda: toast.click(), lambda: handset.go("me")):
        handset.go("unsent")
        page.get_by_role("button", name="现在发送").click()
        expect(toast).to_be_visible()
        leave()
        expect(toast).to_be_hidden()


def test_signing_out_counts_as_the_strip_above_does(made, network, handset, photo):  # noqa: F811
    ready(handset, made.leader)
    network.up = False
    visit(handset, made.homes[0])
    report(handset, photo)
    handset.go("out")
    expect(handset.page.locator("#count-number")).to_have_text("2")
    expect(handset.page.get_by_text("还有 2 条、1 个照片或语音没有发送")).to_be_visible()


@pytest.mark.parametrize("aside", [0, 14])
def test_a_crowded_plan_comes_closer_before_a_place_is_chosen(made, handset, aside):
    """Thirty buildings on a phone: the first tap enlarges, the second one hits; a point beside a
    building is told by it."""
    PlanShape.objects.all().delete()
    for n in range(30):
        left, top = 20 + (n % 6) * 160, 20 + (n // 6) * 130
        ring = [[left, top], [left + 60, top], [left + 60, top + 25], [left, top + 25], [left, top]]
        PlanShape.objects.create(
            community=made.community, kind="building", name=f"{n + 20}号楼",
            building=make_building(made.community, str(n + 20)),
            geometry={"type": "Polygon", "coordinates": [ring]},
        )  # fmt: skip
    ready(handset, made.leader)
    handset.go("incident")
    page = handset.page
    page.get_by_role("button", name="设施损坏").click()
    page.get_by_role("button", name="路灯不亮").click()
    page.get_by_role("button", name="在平面图上点").click()
    plan = page.locator("svg[role=img]")
    expect(page.get_by_text("先点一下大概的地方")).to_be_visible()
    box = plan.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.45)
    expect(page.get_by_role("button", name="就是这里")).to_be_hidden()
    label = plan.locator("text", has_text="34")
    label.wait_for()
    shape = plan.locator("path[data-building]").nth(14).bounding_box()
    assert min(shape["width"], shape["height"]) >= 28
    page.mouse.click(shape["x"] + shape["width"] / 2, shape["y"] + shape["height"] / 2 + aside * 2)
    expect(page.locator(".m-hint")).to_have_text("34号楼附近" if aside else "34号楼")
    page.get_by_role("button", name="看整个社区").click()
    expect(page.get_by_text("先点一下大概的地方")).to_be_visible()
    expect(page.get_by_role("button", name="就是这里")).to_be_hidden()


def test_the_cell_shows_floor_by_floor_what_is_left(made, network, handset):
    """And the door turns as soon as somebody was there, without signal."""
    ready(handset, made.leader)
    network.up = False
    page = handset.page
    page.locator("#tabs a[data-tab=cell]").click()
    doors = page.locator(".m-door")
    expect(doors).to_have_count(5)
    expect(page.locator(".m-floor-name")).to_have_text(["6层", "5层", "4层"])

    def told():
        return [door.get_attribute("aria-label") for door in doors.all()]

    assert told() == ["601 还没走", "602 已走访", "501 还没走", "502 逾期", "402 没有住户"]
    doors.filter(has_text="502").click()
    page.get_by_role("button", name="全家无变化").click()
    page.get_by_text("已存在这台手机里").wait_for()
    handset.go("cell")
    assert told()[3] == "502 已走访"
    assert doors.filter(has_text="402").is_disabled()
