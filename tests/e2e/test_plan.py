"""Drawing on the site plan with a mouse, and opening a building from it."""

from playwright.sync_api import expect

from grids.models import PlanShape
from tests.e2e.desk import enter, small_community

DRAFT = "[data-plan-sheet]"


def test_an_outline_is_clicked_dragged_and_saved(transactional_db, page, live_server, accessible,
                                                 fits):  # fmt: skip
    small = small_community()
    enter(page, live_server, small.director)
    page.goto("/places/plan/shapes/new/")
    page.get_by_label("画什么").select_option("building")
    page.get_by_label("哪栋楼").select_option(label=str(small.building))
    sheet = page.locator(DRAFT)
    for x, y in ((40, 40), (140, 40), (140, 100), (60, 100)):
        sheet.click(position={"x": x, "y": y})
    points = page.get_by_label("坐标")
    assert len(points.input_value().splitlines()) == 4
    last = page.locator(".plan-corner").nth(3).bounding_box()
    page.mouse.move(last["x"] + last["width"] / 2, last["y"] + last["height"] / 2)
    page.mouse.down()
    page.mouse.move(last["x"] - 15, last["y"] + last["height"] / 2, steps=4)
    page.mouse.up()
    assert len(points.input_value().splitlines()) == 4
    page.get_by_role("button", name="退一点").click()
    assert len(points.input_value().splitlines()) == 3
    accessible(page)
    fits(page)
    page.get_by_role("button", name="保存图形").click()
    expect(page.get_by_text("图形已保存")).to_be_visible()
    shape = PlanShape.objects.get()
    assert (shape.building, shape.geometry["type"]) == (small.building, "Polygon")
    page.goto("/places/plan/")
    page.locator(".plan-building a").click()
    expect(page.get_by_role("heading", name="各层各户")).to_be_visible()
