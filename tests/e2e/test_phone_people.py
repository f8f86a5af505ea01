"""Two people, one phone: nobody sees the other's list, no record changes hands."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from portal.accounts.actions import membership_end, staff_disable, staff_enable
from portal.accounts.models import Session
from portal.accounts.permissions import Role
from portal.core.access import SYSTEM
from residents.actions import cell_hand_over
from residents.models import Visit, VisitCause, VisitTask
from tests.e2e.desk import enter
from tests.e2e.walking import online, ready, sign_in, visit
from tests.people import (
    PASSWORD,
    make_building,
    make_cell,
    make_community,
    make_dwelling,
    make_household,
    make_membership,
    make_resident,
    make_user,
)
from tests.waiting import wait_until

# --- Two people, one phone


@pytest.fixture
def newcomer(made):
    """A leader of another cell."""
    cell = make_cell(made.community, 2)
    return make_user(Role.LEADER, made.community, [cell], username="newcomer", name="钱网格")


def test_another_person_never_sees_whom_the_first_one_visits(made, newcomer, network, handset):
    """Also while the answer who it is takes long; the first one's records wait and are theirs."""
    ready(handset, made.leader)
    page = handset.page
    network.up = False
    visit(handset, made.homes[0])
    visit(handset, made.homes[1])
    handset.go("out")
    expect(page.get_by_text("还有 2 条没有发送")).to_be_visible()
    expect(page.get_by_role("button", name="退出登录")).to_be_hidden()
    Session.objects.all().delete()
    network.up = True
    handset.open()
    page.add_init_script("""new MutationObserver(() => {
        sessionStorage.seen = (sessionStorage.seen || "") + (document.body || {}).innerText;
      }).observe(document, { childList: true, subtree: true });""")  # over reloads too
    sign_in(page, newcomer)
    page.wait_for_function("() => !document.getElementById('count-clear').hidden")
    handset.go("me")
    expect(page.get_by_role("heading", name="钱网格")).to_be_visible()
    handset.go("unsent")
    expect(page.get_by_text("另一个账号还有 2 条没有发送")).to_be_visible()
    seen = page.evaluate("sessionStorage.seen")
    assert "钱网格" in seen
    assert not [word for word in ("3-2-50", "3-2-60", "田网格") if word in seen]
    assert Visit.objects.count() == 0
    handset.context.clear_cookies()
    handset.open()
    sign_in(page, made.leader)
    wait_until(lambda: Visit.objects.count() == 2, seconds=20, what="the two visits")
    assert set(Visit.objects.values_list("by", flat=True)) == {made.leader.pk}


def test_nobody_is_known_until_the_portal_said_who_signed_in(made, newcomer, network, handset):
    """The network goes just after the sign-in: the list stays closed, the figure true."""
    ready(handset, made.leader)
    page = handset.page
    network.up = False
    visit(handset, made.homes[0])
    Session.objects.all().delete()
    network.up = True
    handset.open()
    page.route("**/m/*.json", lambda route: route.abort())
    sign_in(page, newcomer)
    expect(page.get_by_text("手机里还没有今天的清单")).to_be_visible()
    assert handset.shown() == 1
    handset.go("me")
    page.unroute("**/m/*.json")
    page.reload()
    expect(page.get_by_role("heading", name="钱网格")).to_be_visible()


def test_another_person_who_signed_in_at_a_desk_page_sees_no_list_of_the_first(
    made, newcomer, handset
):
    """The network goes before the phone's page is opened by its address."""
    ready(handset, made.leader)
    page = handset.page
    expect(page.get_by_text("3-2-50").first).to_be_visible()
    handset.context.clear_cookies()
    handset.open("/account/sign-in/")
    page.get_by_label("登录名").fill(newcomer.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.route("**/m/*.json", lambda route: route.abort())
    handset.open()
    expect(page.get_by_text("手机里还没有今天的清单")).to_be_visible()


def test_a_page_left_open_forgets_the_first_person(made, newcomer, handset):
    ready(handset, made.leader)
    first = handset.page
    handset.go(f"household/{made.homes[0].pk}")
    first.get_by_text("赵秀兰").wait_for()
    handset.context.clear_cookies()
    handset.enter(newcomer)
    handset.page = handset.context.new_page()
    handset.open()
    expect(first.get_by_text("这一户不在手机的清单里")).to_be_visible()
    expect(first.get_by_text("赵秀兰")).to_be_hidden()


# --- A post that ends, a cell that changes hands


def test_what_a_leader_wrote_before_the_cell_changed_hands_reaches_the_desk(
    made, network, handset, new_context, live_server
):
    """Without signal meanwhile: nothing is dropped, the next leader has the open doors, and what
    the desk decides comes back to the phone."""
    ready(handset, made.leader)
    page = handset.page
    network.up = False
    visit(handset, made.homes[0])
    cell_hand_over(by=made.director, cell=made.cell, to_user=made.second, on=timezone.localdate())
    post = made.leader.memberships.get()
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    membership_end(by=SYSTEM, membership=post, version=post.version, to_on=yesterday)
    network.up = True
    online(handset)
    expect(page.locator("#refused")).to_contain_text("1 条需处理")
    expect(page.locator("#count-clear")).to_be_visible()
    handset.go("today")
    expect(page.get_by_text("3-2-50")).to_have_count(0)
    assert Visit.objects.count() == 0
    desk = new_context().new_page()
    enter(desk, live_server, made.director)
    desk.goto(f"{live_server.url}/submissions/")
    desk.get_by_role("link", name="田网格").click()
    expect(desk.get_by_text("3-2-501")).to_be_visible()
    desk.get_by_label("怎样处理的").fill("已由孙网格补走")
    desk.get_by_role("button", name="记下处理结果").click()
    handset.go("refused")
    page.get_by_role("button", name="问社区处理了没有").click()
    expect(page.get_by_text("已由孙网格补走")).to_be_visible()
    handset.context.clear_cookies()
    handset.enter(made.second)
    handset.open()
    page.wait_for_selector("html[data-ready]", state="attached")
    for door in ("3-2-501", "3-2-502", "3-2-601"):
        expect(page.get_by_text(door)).to_be_visible()


def test_a_phone_that_knows_nobody_asks_once_to_sign_in(made, handset):
    """And takes no report, which nobody would be the author of."""
    handset.open()
    page = handset.page
    expect(page.get_by_text("请先登录。")).to_be_visible()
    for screen in ("today", "cell", "incident", "incident-photo"):
        handset.go(screen)
        expect(page.get_by_text("手机里还没有今天的清单")).to_be_visible()
        expect(page.get_by_role("link", name="去登录")).to_have_count(1)
    handset.go("me")
    expect(page.get_by_role("button", name="退出登录")).to_be_hidden()


def test_a_disabled_person_s_records_wait_and_say_for_what(made, network, handset):
    ready(handset, made.leader)
    page = handset.page
    network.up = False
    visit(handset, made.homes[0])
    off = staff_disable(by=SYSTEM, user=made.leader, version=made.leader.version, reason="误操作")
    network.up = True
    handset.open()
    expect(page.get_by_text("手机里还有 1 条没有发送，都加密留着")).to_be_visible()
    expect(page.get_by_role("link", name="去登录")).to_have_count(0)
    expect(page.get_by_text("手机里还没有今天的清单")).to_be_visible()
    assert handset.shown() == 1
    staff_enable(by=SYSTEM, user=off, version=off.version)
    handset.open()
    sign_in(page, made.leader)
    wait_until(lambda: Visit.objects.count() == 1, seconds=20, what="the visit")


def test_who_works_in_two_communities_sees_one_at_a_time(made, network, handset):
    """And what was written for the first is sent as ever, whichever is looked at."""
    there = make_community("150399002001", "向阳里")
    cell = make_cell(there, 1)
    home = make_household(make_dwelling(make_building(there, "9", cell), "1", "101"))
    make_resident(home, "钱有余")
    make_membership(made.leader, Role.LEADER, there, [cell])
    VisitTask.objects.create(
        community=there, cell=cell, household=home, addr_key=home.addr_key,
        addr_sort=home.addr_sort, cause=VisitCause.CHANGE, change="other", key="k",
        due_on=timezone.localdate(),
    )  # fmt: skip
    ready(handset, made.leader)
    page = handset.page
    expect(page.get_by_text(f"· {made.community.name}")).to_be_visible()
    network.up = False
    visit(handset, made.homes[0])
    handset.go("me")
    page.get_by_role("button", name="换到向阳里").click()
    expect(page.get_by_text("没有网络，换不了社区")).to_be_visible()
    network.up = True
    page.get_by_role("button", name="换到向阳里").click()
    expect(page.get_by_text("· 向阳里")).to_be_visible()
    expect(page.get_by_text("9-1-101")).to_be_visible()
    expect(page.get_by_text("3-2-502")).to_have_count(0)
    visit(handset, home)
    wait_until(lambda: Visit.objects.count() == 2, seconds=20, what="both visits")
    assert set(Visit.objects.values_list("community", flat=True)) == {made.community.pk, there.pk}
