"""The phone over a long time: a month without signal, a week without contact, a wrong clock."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from grids.models import Incident
from portal.accounts.models import Session
from portal.core.models import Submission
from residents.models import Visit
from tests.e2e.walking import CLOCK, SUBMIT, online, ready, sign_in, visit
from tests.waiting import wait_until

# --- A month without signal

MANY = """async ([homes, count]) => {
  const [{ add }, { uuid7 }] = await Promise.all(
    ["queue", "keys"].map((name) => import(`/static/linli/phone/${name}.js`)));
  const Real = Date, made = [];
  for (let n = 0; n < count; n += 1) {
    const at = Real.now() - (count - n) * 30 * 86400e3 / count;
    window.Date = class extends Real {
      constructor(...a) { if (a.length) super(...a); else super(at); }
      static now() { return at; }
    };
    const now = new Date().toISOString(), home = homes[n % homes.length];
    made.push(n % 10 === 9
      ? await add("incident", { id: uuid7(), category: null, text: `第 ${n} 件`, building: null,
          place: "东门", x: null, y: null, asset: null, is_urgent: false, source: "leader",
          reporter_name: "", reporter_phone: "", files: [] }, { title: "事件", what: `第 ${n} 件` })
      : await add("visit", { id: uuid7(), household: home, way: "door",
          outcome: n % 2 ? "absent" : "declined", started_at: now, ended_at: now, answers: [],
          findings: [], note: `第 ${n} 次`, corrects: null },
        { title: "3-2-501", what: "走访" }, { about: home, counts: false }));
  }
  window.Date = Real;
  return made;
}"""
WATCH = """() => { window.figures = [];
  const box = document.getElementById("count-number");
  new MutationObserver(() => window.figures.push(Number(box.textContent)))
    .observe(box, { childList: true, characterData: true, subtree: true }); }"""


def test_a_month_of_records_comes_once_each_and_in_order(made, network, handset):
    ready(handset, made.leader)
    network.up = False
    keys = handset.page.evaluate(MANY, [[str(home.pk) for home in made.homes], 300])
    handset.open()
    assert handset.shown() == 300
    page = handset.page
    page.evaluate(WATCH)
    network.up = True
    online(handset)
    page.wait_for_function("() => figures.length > 20")
    handset.go("unsent")
    page.wait_for_function("() => figures.length > 40")
    page.get_by_role("link", name="网格").click()  # still answers to a finger
    page.get_by_text("3号楼").first.wait_for()
    expect(page.locator("#count-clear")).to_be_visible(timeout=240_000)
    figures = page.evaluate("figures")
    assert figures == sorted(figures, reverse=True)
    assert len(set(figures)) > 100  # it goes down before one's eyes
    rows = Submission.objects.order_by("received_at")
    assert [str(key) for key in rows.values_list("key", flat=True)] == keys
    assert set(rows.values_list("state", "owner")) == {("accepted", made.leader.pk)}
    assert (Visit.objects.count(), Incident.objects.count()) == (270, 30)
    assert network.seen.count(SUBMIT) == 300
    assert handset.kept("queue") == []


# --- A week, a year


def test_after_a_week_the_list_is_gone_and_the_records_are_not(made, network, handset):
    """The page says so; after signing in the record goes out in its author's name."""
    ready(handset, made.leader)
    network.up = False
    visit(handset, made.homes[0])
    page = handset.page
    page.add_init_script(f"({CLOCK})(8)")
    handset.open()
    expect(page.get_by_text("超过七天没有联网，旧清单已清除；没有发送的记录都还在")).to_be_visible()
    assert handset.shown() == 1
    kept = set(page.evaluate(NAMES))
    assert "record_key" in kept
    assert not kept & {"day", "day_key"}
    Session.objects.all().delete()
    network.up = True
    handset.open()
    expect(page.get_by_text("登录已过期")).to_be_visible()
    assert (handset.shown(), Visit.objects.count()) == (1, 0)
    sign_in(page, made.leader)
    expect(page.locator("#count-clear")).to_be_visible()
    expect(page.get_by_text("3-2-502")).to_be_visible()
    assert (Visit.objects.get().by, Visit.objects.get().household) == (made.leader, made.homes[0])


NAMES = """async () => { const s = await import("/static/linli/phone/store.js");
    return s.read(["kept"], (kept) => s.asked(kept.getAllKeys())); }"""


@pytest.mark.parametrize("days", [365, -365])
def test_a_clock_a_year_off_is_told_and_set_right(made, handset, days):
    handset.page.add_init_script(f"({CLOCK})({days})")
    ready(handset, made.leader)
    expect(handset.page.get_by_text("手机时间差了 365 天")).to_be_visible()
    visit(handset, made.homes[0])
    wait_until(Visit.objects.exists, seconds=20, what="the visit")
    done, sent = Visit.objects.get(), Submission.objects.get()
    assert abs(sent.clock_off - days * 86400) < 60
    assert abs((done.received_at - done.ended_at).total_seconds()) < 60
    assert done.visited_on == timezone.localdate(done.received_at)


def test_a_clock_set_between_two_records_does_not_turn_them_round(made, network, handset):
    ready(handset, made.leader)
    network.up = False
    for home, days in zip(made.homes, (3, -1, 0), strict=False):
        handset.page.evaluate(CLOCK, days)
        visit(handset, home)
    network.up = True
    online(handset)
    expect(handset.page.locator("#count-clear")).to_be_visible()
    rows = Visit.objects.order_by("received_at")
    assert [row.household for row in rows] == made.homes[:3]
    assert all(row.ended_at <= row.received_at for row in rows)
