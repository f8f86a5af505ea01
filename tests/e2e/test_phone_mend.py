"""What was written down wrong is put right on the phone, without anything being lost."""

from playwright.sync_api import expect

from residents.models import Visit, VisitFinding, VisitTask
from tests.e2e.walking import ready, send, visit
from tests.waiting import wait_until


def test_a_mistake_is_mended_by_a_second_visit(made, handset):
    ready(handset, made.leader)
    visit(handset, made.homes[0])
    page = handset.page
    page.get_by_role("button", name="刚才记错了").click()
    page.get_by_role("button", name="赵秀兰").click()
    page.get_by_role("button", name="不在家").click()
    page.get_by_role("button", name="保存").click()
    page.get_by_text("已存在这台手机里").wait_for()
    wait_until(lambda: Visit.objects.count() == 2, seconds=20, what="the correction")
    assert Visit.objects.get(corrects__isnull=False).corrects == Visit.objects.get(corrects=None)
    assert VisitFinding.objects.count() == 0


def test_a_visit_at_the_wrong_door_is_taken_back(made, network, handset):
    """Found two doors later, without signal; the door is due again at once."""
    ready(handset, made.leader)
    page = handset.page
    rows = page.locator("[data-place=tasks] .m-row")
    expect(rows).to_have_count(3)
    network.up = False
    visit(handset, made.homes[0])
    visit(handset, made.homes[1])
    handset.go(f"household/{made.homes[0].pk}")
    page.get_by_role("button", name="今天记错了，改一改").click()
    expect(page.get_by_text("改这次走访的记录")).to_be_visible()
    page.get_by_role("button", name="没见到，记错户").click()
    page.get_by_role("button", name="记错户了，这一户没去").click()
    page.get_by_text("已存在这台手机里").wait_for()
    expect(page.get_by_role("button", name="刚才记错了")).to_be_hidden()
    handset.go("today")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="3-2-501")).to_have_count(1)
    network.up = True
    send(handset)
    expect(page.locator("#count-clear")).to_be_visible(timeout=20_000)
    assert list(Visit.objects.order_by("pk").values_list("outcome", flat=True)) == [
        "met", "met", "void",
    ]  # fmt: skip
    assert VisitTask.objects.waiting().count() == 2


def test_a_visit_of_today_is_mended_after_the_list_is_new(made, handset):
    """The phone has forgotten what it sent; the list knows whose visit it was."""
    ready(handset, made.leader)
    visit(handset, made.homes[0])
    wait_until(Visit.objects.exists, seconds=20, what="the visit")
    page = handset.page
    handset.go("me")
    page.get_by_role("button", name="更新清单").click()
    wait_until(lambda: handset.kept("sent") == [], seconds=20, what="the new list")
    handset.go(f"household/{made.homes[0].pk}")
    page.get_by_role("button", name="今天记错了，改一改").click()
    page.get_by_role("button", name="没见到，记错户").click()
    page.get_by_role("button", name="家中无人").click()
    wait_until(lambda: Visit.objects.count() == 2, seconds=20, what="the correction")
    assert Visit.objects.exclude(corrects=None).get().outcome == "absent"
