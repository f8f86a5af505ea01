"""Drawing on the site plan with a mouse and with keys, and opening a building from it."""

from playwright.sync_api import expect

from grids.models import PlanShape, SitePlan
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


def tab_to(keys, wanted) -> None:
    """Go on with the tabulator until it is there; AssertionError when it is not within ten."""
    for _ in range(10):
        if wanted.evaluate("node => node === document.activeElement"):
            return
        keys.press("Tab")
    raise AssertionError("not reached by keyboard")


def test_an_outline_is_drawn_by_keyboard(transactional_db, page, live_server):
    """Corners are typed; the drawing follows, and the saved outline opens its building."""
    small = small_community()
    enter(page, live_server, small.director)
    page.goto("/places/plan/shapes/new/")
    keys = page.keyboard
    page.get_by_label("画什么").focus()
    keys.type("楼栋")
    keys.press("Tab")
    keys.type(str(small.building))
    points = page.get_by_label("坐标")
    tab_to(keys, points)
    for corner in ("300, 200", "700, 200", "700, 400", "300，400"):
        keys.type(corner)
        keys.press("Enter")
    expect(page.locator(".plan-corner")).to_have_count(4)
    expect(page.locator(".plan-draft")).to_have_attribute("d", "M300 200L700 200L700 400L300 400Z")
    tab_to(keys, page.get_by_role("button", name="保存图形"))
    keys.press("Enter")
    expect(page.get_by_text("图形已保存")).to_be_visible()
    ring = PlanShape.objects.get(building=small.building).geometry["coordinates"][0]
    assert sorted(map(tuple, ring[1:])) == [(300, 200), (300, 400), (700, 200), (700, 400)]
    page.goto("/places/plan/")
    page.locator(".plan-building a").focus()
    keys.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/places/buildings/{small.building.pk}/")


LETTERS = """() => [...document.querySelectorAll(".plan-labels text")].map((text) => [
  text.textContent, parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a,
  text.getBBox().width])"""


def test_labels_are_readable_in_large_text_where_there_is_room(
    transactional_db, page, live_server, fits
):
    """18 px on a desk's screen of 1280 and more; what would not fit stays as it was."""
    small = small_community()
    for number, (name, right) in enumerate((("中心广场", 400), ("很长的一块绿地", 460))):
        left = number * 450
        ring = [[left, 10], [right, 10], [right, 60], [left, 60], [left, 10]]
        PlanShape.objects.create(
            community=small.community, kind=("square", "green")[number], name=name,
            geometry={"type": "Polygon", "coordinates": [ring]},
        )  # fmt: skip
    SitePlan.objects.create(community=small.community)
    small.director.large_text = True
    small.director.save(update_fields=["large_text"])
    enter(page, live_server, small.director)
    page.goto("/places/plan/")
    sizes = {name: (size, wide) for name, size, wide in page.evaluate(LETTERS)}
    assert sizes["中心广场"][0] >= 18
    assert sizes["很长的一块绿地"][0] < 18
    box = page.locator(".plan-box")
    assert box.evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    fits(page)
