"""A day at the desk: sign in, find a person, change a record at the same time as a colleague,
look behind a figure."""

import datetime as dt
import re
from urllib.parse import quote_plus

import pytest
import xlsxwriter
from playwright.sync_api import expect

from portal.core.models import AccessLog, Job, JobState
from portal.core.notices import notice_send
from residents.actions import resident_update
from tests.e2e.conftest import PHONE as SCREEN
from tests.e2e.desk import NUMBER, PHONE, enter, sign_in, small_community
from tests.people import make_id_number

GOOD = make_id_number(dt.date(1972, 7, 1), "2", 21)
SPOILED = GOOD[:-1] + ("1" if GOOD[-1] != "1" else "2")
LEDGER = [
    ["爱民佳苑三号楼居民台账"],
    ["序号", "姓名", "身份证号码", "家庭住址", "与户主关系", "手机"],
    [1, "冯玉梅", GOOD, "3号楼2单元601室", "妹妹", "13900001234"],
    [2, "陈志远", SPOILED, "3-2-601", "其他", ""],
]


@pytest.fixture
def small(transactional_db):
    return small_community()


def test_sign_in_and_out(small, page):
    sign_in(page, "clerk", "wrong")
    expect(page.get_by_text("登录名或密码不对")).to_be_visible()
    assert page.get_by_label("登录名").input_value() == "clerk"
    sign_in(page, "clerk")
    expect(page.get_by_role("heading", level=1)).to_have_text("数据看板")
    page.locator("summary", has_text="钱社工").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
    page.goto("/lists/residents/")
    expect(page).to_have_url(re.compile("sign-in"))


@pytest.mark.parametrize("words", ["赵秀", "zxl", "5678", "3-2-501"])
def test_search_while_typing(small, page, live_server, words):
    enter(page, live_server, small.clerk)
    page.goto("/inbox/")
    page.keyboard.press("/")
    whole = f"q={quote_plus(words)}"  # the answer to all that was typed, not to its beginning
    with page.expect_response(lambda answer: whole in (answer.request.post_data or "").split("&")):
        page.keyboard.type(words)
    hit = page.locator("#search-results a", has_text="赵秀兰").first
    expect(hit).to_contain_text("第1网格")
    expect(hit).to_contain_text("3-2-501")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.locator("#search-results")).to_be_hidden()
    page.keyboard.press("/")
    page.get_by_role("searchbox", name="查找").fill("")
    expect(page.locator("#search-results a")).to_have_count(0)


def test_inbox_says_by_itself_that_it_was_seen(small, page, live_server):
    notice_send([small.clerk], "k", "有 3 户的走访已逾期。")
    enter(page, live_server, small.clerk)
    with page.expect_response("**/inbox/seen/") as answer:
        page.goto("/inbox/")
    assert answer.value.status == 204
    expect(page.get_by_text("有 3 户的走访已逾期。 新")).to_be_visible()
    page.goto("/inbox/")
    expect(page.get_by_text("有 3 户的走访已逾期。")).to_be_visible()
    expect(page.get_by_text("新", exact=True)).to_have_count(0)


def test_search_opens_the_person_by_keyboard(small, page, live_server, accessible):
    enter(page, live_server, small.clerk)
    page.goto("/inbox/")
    page.keyboard.press("/")
    page.keyboard.type("王建国")
    page.locator("#search-results a").first.wait_for()
    accessible(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("王建国")


def test_id_number_never_goes_into_an_address(small, page, live_server):
    seen = []
    page.on("request", lambda request: seen.append(request.url))
    enter(page, live_server, small.clerk)
    page.goto("/inbox/")
    page.get_by_role("searchbox", name="查找").fill(NUMBER)
    expect(page.locator("#search-results a", has_text="赵秀兰").first).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    assert [url for url in seen if NUMBER in url] == []


def test_two_people_change_one_record(small, page, new_context, live_server, accessible):
    address = f"/people/residents/{small.son.pk}/edit/"
    other = new_context().new_page()
    for tab, user in ((page, small.clerk), (other, small.second)):
        enter(tab, live_server, user)
        tab.goto(f"{live_server.url}{address}")
    other.get_by_label("户籍地址").fill("青山街道 8 号")
    other.get_by_role("button", name="保存").click()
    expect(other.get_by_role("heading", level=1)).to_contain_text("王建国")
    page.get_by_label("户籍地址").fill("昆河街道 2 号")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.get_by_role("button", name="保存").click()
    assert answer.value.status == 409
    expect(page.get_by_text("青山街道 8 号")).to_be_visible()
    expect(page.get_by_text("昆河街道 2 号")).to_be_visible()
    expect(page.get_by_text("孙社工")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="按所选保存").click()
    expect(page.get_by_text("昆河街道 2 号")).to_be_visible()


def test_both_values_of_a_conflict_are_in_sight_on_a_phone(small, phone, live_server):
    enter(phone, live_server, small.clerk)
    phone.goto(f"{live_server.url}/people/residents/{small.son.pk}/edit/")
    theirs, mine = "档案号202611290001234567", "档案号202611290007654321"
    resident_update(by=small.second, resident=small.son, version=1, values={"note": theirs})
    phone.get_by_label("备注").fill(mine)
    phone.get_by_role("button", name="保存").click()
    for words in (theirs, mine):
        box = phone.get_by_text(words).bounding_box()
        assert box["x"] + box["width"] <= SCREEN["width"]


def test_figures_open_their_rows(small, page, live_server):
    enter(page, live_server, small.director)
    for label in ("常住居民", "60岁及以上老年人", "低保对象"):
        page.goto("/")
        tile = page.locator("a.stat", has_text=label).first
        value = tile.locator(".stat-value").inner_text()
        tile.click()
        if value == "0":
            expect(page.get_by_text("没有符合条件的记录")).to_be_visible()
        else:
            expect(page.locator(".listbar strong").first).to_have_text(value)
            expect(page.locator("tbody tr")).to_have_count(int(value))


def test_import_of_a_ledger(small, page, live_server, tmp_path, accessible):
    ledger = tmp_path / "三号楼.xlsx"
    with xlsxwriter.Workbook(ledger) as book:
        sheet = book.add_worksheet("台账")
        for row, cells in enumerate(LEDGER):
            sheet.write_row(row, 0, cells)
    enter(page, live_server, small.clerk)
    page.goto("/imports/")
    page.get_by_label("台账文件").set_input_files(ledger)
    page.get_by_role("button", name="上传并识别").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("核对列")
    accessible(page)
    page.get_by_role("button", name="检查").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("检查结果")
    figures = [".stat-value >> nth=1", ".stat-value >> nth=4"]
    assert [page.locator(figure).inner_text() for figure in figures] == ["1", "1"]
    page.locator(".tabs").get_by_role("link", name="未导入").click()
    expect(page.locator("tbody")).to_contain_text("校验")
    accessible(page)
    page.get_by_role("button", name="写入").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("导入结果")
    page.goto("/lists/residents/?q=冯玉梅")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("3-2-601")


@pytest.fixture
def job(small):
    return Job.objects.create(kind="k", label="导入", owner=small.clerk, state=JobState.RUNNING)


def finish(job):
    job.state, job.result = JobState.DONE, {"url": "/lists/households/"}
    job.save()


def test_finished_job_opens_its_result(small, job, page, live_server):
    enter(page, live_server, small.clerk)
    page.goto(f"/jobs/{job.pk}/")
    finish(job)
    expect(page.get_by_role("heading", level=1)).to_have_text("家庭户")


def test_finished_job_leaves_what_is_being_typed(small, job, page, live_server):
    enter(page, live_server, small.clerk)
    page.goto(f"/jobs/{job.pk}/")
    page.get_by_role("searchbox", name="查找").fill("赵")
    finish(job)
    expect(page.get_by_role("link", name="查看结果")).to_be_visible()
    expect(page.get_by_role("searchbox", name="查找")).to_have_value("赵")
    expect(page).to_have_url(f"{live_server.url}/jobs/{job.pk}/")


def test_list_filters_while_typing(small, page, live_server):
    enter(page, live_server, small.clerk)
    page.goto("/lists/residents/")
    expect(page.locator("tbody tr")).to_have_count(5)
    page.get_by_label("姓名或住址").fill("孙桂")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("孙桂芳")


def test_reveal_is_one_field_one_reason_one_log_row(small, page, live_server):
    enter(page, live_server, small.clerk)
    page.clock.install()
    page.goto(f"/people/residents/{small.widow.pk}/")
    assert PHONE not in page.content()
    masked = page.locator(".masked", has_text="138****5678")
    masked.locator("summary").click()
    page.get_by_role("button", name="电话联系").click()
    expect(page.get_by_text(PHONE)).to_be_visible()
    assert NUMBER not in page.content()
    assert AccessLog.objects.filter(action="resident_reveal").count() == 1
    page.clock.run_for(61_000)  # also what settles first
    expect(masked).to_be_visible()
    assert PHONE not in page.content()
    masked.locator("summary").click()
    page.get_by_role("button", name="核对身份").click()
    expect(page.get_by_text(PHONE)).to_be_visible()


def test_wrong_id_number_says_why_and_keeps_what_was_typed(small, page, live_server):
    enter(page, live_server, small.clerk)
    page.goto(f"/people/households/{small.homes[0].pk}/residents/new/")
    page.get_by_label("姓名").fill("陈志远")
    page.get_by_label("证件号码", exact=True).fill(
        NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2")
    )
    page.get_by_role("button", name="登记居民").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_focused()
    expect(page.get_by_text("校验")).to_be_visible()
    assert page.get_by_label("姓名").input_value() == "陈志远"
