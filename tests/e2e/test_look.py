"""How the pages look and behave: no barrier that axe finds, no sideways scrolling on a phone,
nothing the content security policy refuses, the keyboard, large text, paper, no script."""

import pytest
from playwright.sync_api import expect

from portal.core.models import AccessLog
from residents.models import CareTag
from tests.e2e.conftest import PHONE
from tests.e2e.desk import enter, small_community

TOO_SMALL = """
() => [...document.querySelectorAll("main *, header *, nav *")].filter(node =>
  [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim()) &&
  node.getClientRects().length && !node.closest(".visually-hidden, .skip, [aria-hidden=true]") &&
  parseFloat(getComputedStyle(node).fontSize) < 18
).map(node => node.outerHTML.slice(0, 120))
"""
TOO_LOW = """
() => [...document.querySelectorAll(
  ".bar a, .bar summary, .side a, .side summary, .btn, .main select")].filter(
  node => node.getClientRects().length && node.getBoundingClientRect().height < 47.5
).map(node => node.outerHTML.slice(0, 120))
"""


@pytest.fixture
def small(transactional_db):
    made = small_community()
    CareTag.objects.create(community=made.community, resident=made.widow, kind="alone")
    return made


def pages(small) -> list[str]:
    """One address of every kind of page that a director opens."""
    person, home = f"/people/residents/{small.widow.pk}", f"/people/households/{small.homes[0].pk}"
    return [
        "/", "/indicators/", "/indicators/population.residents/", "/inbox/",
        "/lists/residents/", "/lists/residents/print/", "/lists/households/?q=nobody",
        "/lists/buildings/",
        "/people/search/?q=zhao", f"{person}/", f"{person}/edit/",
        f"{person}/looks/", f"{person}/move-out/", f"{home}/", f"{home}/residents/new/",
        "/people/residents/new/", "/imports/", "/places/community/", "/places/cells/",
        "/places/plan/", "/places/cards/", "/people/workload/",
        f"/places/cells/{small.cells[0].pk}/", f"/places/buildings/{small.building.pk}/",
        f"/places/dwellings/{small.homes[0].dwelling_id}/", "/account/staff/",
        f"/account/staff/{small.clerk.pk}/", "/account/staff/new/", "/account/password/",
        "/logs/changes/", "/logs/looks/",
    ]  # fmt: skip


def test_every_page_at_the_desk(small, page, live_server, accessible, fits):
    enter(page, live_server, small.director)
    for address in pages(small):
        assert page.goto(address).status == 200, address
        fits(page)
        accessible(page)
        assert page.title() != " · 邻里"
        expect(page.get_by_role("heading", level=1)).not_to_be_empty()


def test_every_page_on_a_phone_with_large_text(small, phone, live_server, accessible, fits):
    small.director.large_text = True
    small.director.save(update_fields=["large_text"])
    enter(phone, live_server, small.director)
    for address in pages(small):
        phone.goto(f"{live_server.url}{address}")
        fits(phone)
        assert phone.evaluate(TOO_SMALL) == [], address
        assert phone.evaluate(TOO_LOW) == [], address
    accessible(phone)


def test_phone_with_normal_text(small, phone, live_server, fits):
    enter(phone, live_server, small.leader)
    for address in pages(small)[:17]:
        phone.goto(f"{live_server.url}{address}")
        fits(phone)


def test_pages_without_a_session(live_server, transactional_db, page, accessible, fits):
    page.goto("/account/sign-in/")
    accessible(page)
    fits(page)


def test_missing_page_shows_a_way_back(small, page, live_server, accessible):
    enter(page, live_server, small.clerk)
    assert page.goto("/nothing/here/").status == 404
    accessible(page)
    page.get_by_role("link", name="回到首页").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("数据看板")


def test_large_text_is_switched_on_every_page(small, page, live_server):
    enter(page, live_server, small.leader)
    page.goto("/lists/residents/")
    page.locator("summary", has_text="田网格").click()
    page.get_by_role("button", name="长辈模式").click()
    expect(page).to_have_url(f"{live_server.url}/lists/residents/")
    assert page.evaluate(TOO_SMALL) == []
    page.locator("summary", has_text="田网格").click()
    page.get_by_role("button", name="退出长辈模式").click()
    expect(page.locator("html.large")).to_have_count(0)


def test_keyboard_reaches_everything(small, page, live_server):
    enter(page, live_server, small.clerk)
    page.goto("/lists/residents/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    reached = []
    for _ in range(90):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                """() => { const node = document.activeElement, look = getComputedStyle(node);
                return [node.textContent.trim() || node.id, look.outlineStyle, node.tagName] }"""
            )
        )
    names = [name for name, _, _ in reached]
    assert {"居民", "家庭户", "导入台账", "seek"} <= set(names)
    assert "赵秀兰" in names
    assert [name for name, line, tag in reached if line == "none" and tag != "BODY"] == []


def test_keyboard_unfolds_a_group_of_the_menu(small, page, live_server):
    enter(page, live_server, small.director)
    page.goto("/lists/residents/")
    side = page.get_by_role("navigation", name="主菜单")
    expect(side.get_by_role("link", name="居民", exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    expect(side.get_by_role("link", name="工作人员")).to_be_hidden()
    side.locator("summary", has_text="设置").focus()
    page.keyboard.press("Enter")
    expect(side.get_by_role("link", name="工作人员")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("工作人员")
    expect(side.get_by_role("link", name="居民", exact=True)).to_be_hidden()


def test_household_page_does_what_a_member_needs(small, phone, live_server, fits):
    enter(phone, live_server, small.clerk)
    phone.goto(f"/people/households/{small.homes[0].pk}/")
    first = phone.locator(".member").first
    first.locator("summary", has_text="变动").click()
    expect(first.get_by_role("link", name="迁出本社区")).to_be_in_viewport()
    fits(phone)
    phone.keyboard.press("Escape")
    phone.locator(".head summary").click()
    expect(phone.get_by_role("link", name="整户搬家")).to_be_in_viewport()
    fits(phone)


def test_paper_has_the_rows_and_nothing_else(small, page, live_server):
    enter(page, live_server, small.clerk)
    page.goto("/lists/residents/")
    page.emulate_media(media="print")
    for hidden in (".bar", ".side", ".filters", ".listbar .btn", "td.pick"):
        assert page.locator(hidden).locator("visible=true").count() == 0, hidden
    expect(page.locator("tbody")).to_contain_text("赵秀兰")
    page.goto(f"/people/households/{small.homes[0].pk}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("3-2-501")
    assert page.locator(".masked summary").locator("visible=true").count() == 0


def test_printing_takes_the_whole_list_and_names_who_printed(small, page, live_server):
    enter(page, live_server, small.clerk)
    page.goto("/lists/residents/?sex=2")
    page.get_by_role("link", name="打印").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("居民名单")
    page.emulate_media(media="print")
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("tfoot")).to_contain_text("爱民佳苑 · 钱社工")
    assert page.locator("tfoot").evaluate("node => getComputedStyle(node).display") == (
        "table-footer-group"  # so that it stands on every sheet
    )
    assert AccessLog.objects.get(action="list_print").count == 3


def test_desktop_shows_the_residents_without_scrolling_sideways(small, page, live_server):
    page.set_viewport_size({"width": 1440, "height": 900})
    for kind in ("living_alone", "low_income"):
        CareTag.objects.create(community=small.community, resident=small.son, kind=kind)
    enter(page, live_server, small.director)
    page.goto("/lists/residents/?sort=name")
    assert page.locator(".table-box").evaluate("box => box.scrollWidth - box.clientWidth") <= 0


def test_phone_menu_works_without_script(small, browser, live_server):
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    enter(page, live_server, small.clerk)
    page.goto(f"{live_server.url}/inbox/")
    expect(page.locator("#side")).to_be_hidden()
    page.get_by_role("link", name="菜单", exact=True).click()
    page.locator("#side summary", has_text="户与人").click()
    page.locator("#side").get_by_role("link", name="家庭户").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("家庭户")
    context.close()
