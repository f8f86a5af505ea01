"""Desk pages and lists of call devices and alarms."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.core.indicators import Scope, figures
from portal.core.models import AccessLog
from portal.core.verify import verify
from residents.actions import household_move
from services.actions import alarm_close, alarm_take
from services.alarms.people import home_of
from services.models import Alarm, AlarmRules, CallDevice
from tests.people import (
    client_of,
    make_building,
    make_dwelling,
    make_household,
    make_resident,
    make_user,
)
from tests.services.rows import make_alarm, make_device, put_on_duty

pytestmark = pytest.mark.django_db


def get(user, name, *args, **params):
    return client_of(user).get(reverse(name, args=args), params)


def post(user, name, *args, **values):
    return client_of(user).post(reverse(name, args=args), values)


def text(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def listed(user, name, **params):
    return text(get(user, "core:list", name, **params))


DEVICE = {"number": "B-7", "kind": "cord", "address": "3-2-501", "from_on": "2026-11-01"}


def test_device_create_by_its_address(clerk, home):
    answer = post(clerk, "services:device_create", **DEVICE)
    row = CallDevice.objects.get()
    assert answer.url == reverse("services:device_show", args=[row.pk])
    assert (row.household, row.dwelling, row.kind) == (home, home.dwelling, "cord")


def test_device_create_from_the_household_offers_its_people(clerk, home):
    url = reverse("services:device_create") + f"?household={home.pk}"
    page = client_of(clerk).get(url)
    assert "赵秀兰" in text(page)
    client_of(clerk).post(url, DEVICE | {"resident": str(home.head_id), "into": str(home.pk)})
    assert CallDevice.objects.get().resident == home.head


def test_device_create_asks_which_of_two_households(clerk, home):
    other = make_household(home.dwelling)
    page = text(post(clerk, "services:device_create", **DEVICE))
    assert "住着几户" in page
    post(clerk, "services:device_create", **DEVICE, into=str(other.pk))
    assert CallDevice.objects.get().household == other


def test_device_create_in_an_empty_dwelling_is_refused(clerk, home):
    make_dwelling(home.dwelling.building, "2", "502")
    page = text(post(clerk, "services:device_create", **DEVICE | {"address": "3-2-502"}))
    assert "还没有登记住户" in page


def test_a_number_is_there_once_while_in_service(clerk, device):
    page = text(post(clerk, "services:device_create", **DEVICE | {"number": "A-1"}))
    assert "已经在用" in page
    post(clerk, "services:device_end", device.pk, version=1, to_on="2026-11-20")
    device.refresh_from_db()
    assert device.to_on == dt.date(2026, 11, 20)
    assert post(clerk, "services:device_create", **DEVICE | {"number": "A-1"}).status_code == 302


def test_device_end_not_in_the_future_nor_before_it_began(clerk, device):
    ahead = timezone.localdate() + dt.timedelta(days=1)
    for day in (ahead, "2025-12-31"):
        text(post(clerk, "services:device_end", device.pk, version=1, to_on=day))
    device.refresh_from_db()
    assert device.is_in_service


def test_device_update_changes_what_was_changed(clerk, device):
    page = get(clerk, "services:device_update", device.pk)
    form = page.context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    hidden = {form.add_initial_prefix(name): values[name] for name in values if name != "version"}
    sent = {f"{k}": v for k, v in (values | hidden | {"spot": "卫生间"}).items()}
    assert post(clerk, "services:device_update", device.pk, **sent).status_code == 302
    device.refresh_from_db()
    assert (device.spot, device.number, device.version) == ("卫生间", "A-1", 2)


def test_a_device_whose_household_left_is_pointed_out_until_it_is_mended(clerk, device, home,
                                                                         director):  # fmt: skip
    there = make_dwelling(make_building(home.community, "9", home.cell))
    assert "户已搬走" not in listed(clerk, "call_devices")
    household_move(by=director, household=home, version=home.version, dwelling=there,
                   on=timezone.localdate(), note="")  # fmt: skip
    assert "户已搬走" in listed(clerk, "call_devices", strayed="1")
    assert "登记的户已搬到 9-2-501" in text(get(clerk, "services:device_show", device.pk))
    new = make_household(home.dwelling)
    make_resident(new)
    post(clerk, "services:device_move", device.pk, version=1, address="3-2-501")
    device.refresh_from_db()
    assert device.household == new
    assert device.strayed_words == ""
    assert "A-1" not in listed(clerk, "call_devices", strayed="1")


@pytest.mark.parametrize(
    ("change", "words"), [({"closed_on": dt.date(2026, 1, 1)}, "户已销户"), (None, "户里没有人")]
)
def test_what_else_strays(clerk, device, home, change, words):
    if change:
        type(home).objects.filter(pk=home.pk).update(**change)
    else:
        home.members.update(status="moved")
    assert words in listed(clerk, "call_devices")
    assert CallDevice.objects.strayed().get() == device
    device.refresh_from_db()
    assert device.strayed_words


def test_a_household_that_came_in_is_rung_for_the_device_it_found(device, home):
    type(home).objects.filter(pk=home.pk).update(closed_on=dt.date(2026, 1, 1))
    new = make_household(home.dwelling)
    device.refresh_from_db()
    assert home_of(device) == new
    make_household(home.dwelling)
    assert home_of(device) is None  # nobody guesses between two


def test_household_page_shows_its_devices_and_alarms(clerk, alarm, home):
    page = text(get(clerk, "residents:household_show", home.pk))
    assert "呼叫按钮 A-1（床头）" in page
    assert reverse("services:alarm_show", args=[alarm.pk]) in page
    assert "正在报警" in page


def test_household_page_is_silent_for_who_sees_no_alarms(party_clerk, alarm, home):
    assert "呼叫按钮" not in text(get(party_clerk, "residents:household_show", home.pk))


# --- Alarms


def test_list_begins_with_what_is_open(clerk, device, alarm, leader_a):
    done = make_alarm(device)
    alarm_close(by=leader_a, alarm=done, outcome="safe")
    page = listed(clerk, "alarms")
    assert reverse("services:alarm_show", args=[alarm.pk]) in page
    assert reverse("services:alarm_show", args=[done.pk]) not in page
    assert "平安，误按" in listed(clerk, "alarms", state="closed")


def test_list_of_a_leader_holds_the_own_cell_only(leader_a, leader_b, alarm):
    url = reverse("services:alarm_show", args=[alarm.pk])
    assert url in listed(leader_a, "alarms")
    assert url not in listed(leader_b, "alarms")


def test_empty_lists_say_how_rows_come(clerk):
    assert "呼叫器报警以后" in listed(clerk, "alarms")
    assert "登记呼叫器" in listed(clerk, "call_devices")


def test_alarm_show_names_the_people_and_logs_the_look(clerk, alarm, home):
    page = text(get(clerk, "services:alarm_show", alarm.pk))
    assert "赵秀兰" in page
    assert "13812345678" not in page
    log = AccessLog.objects.get(action="alarm_view")
    assert set(log.subjects) == {str(key) for key in home.members.values_list("pk", flat=True)}


def test_alarm_take_at_the_desk_tells_who_was_first(clerk, director, alarm):
    post(clerk, "services:alarm_take", alarm.pk)
    answer = client_of(director).post(reverse("services:alarm_take", args=[alarm.pk]), follow=True)
    assert "钱社工先到一步" in answer.content.decode()
    assert Alarm.objects.get().taken_by == clerk


def test_alarm_close_at_the_desk_and_a_remark(clerk, director, alarm):
    post(clerk, "services:alarm_close", alarm.pk, outcome="helped", note="已换电池")
    page = text(get(director, "services:alarm_show", alarm.pk))
    assert "已换电池" in page
    assert "补记" in page
    post(director, "services:alarm_close", alarm.pk, outcome="helped", note="又打过电话")
    assert "又打过电话" in text(get(clerk, "services:alarm_show", alarm.pk))


def test_alarm_close_asks_for_an_outcome(clerk, alarm):
    assert text(post(clerk, "services:alarm_close", alarm.pk, note="x"))
    assert Alarm.objects.get().state == "ringing"


def test_alarm_call_gives_one_number_once_and_logs_it_first(clerk, alarm, home):
    answer = post(clerk, "services:alarm_call", alarm.pk, home.head_id)
    assert "13812345678" in text(answer)
    log = AccessLog.objects.get(action="alarm_call")
    assert (log.row, log.reason) == (home.head_id, "呼叫器报警")


def test_alarm_call_of_a_closed_one_a_child_or_a_neighbour_gives_nothing(clerk, alarm, home):
    child = home.members.get(name="王一诺")
    other = make_resident(make_household(make_dwelling(home.dwelling.building, "1", "101")),
                          phone="13700001111")  # fmt: skip
    assert post(clerk, "services:alarm_call", alarm.pk, child.pk).status_code == 400
    assert post(clerk, "services:alarm_call", alarm.pk, other.pk).status_code == 404
    alarm_close(by=clerk, alarm=alarm, outcome="safe")
    assert post(clerk, "services:alarm_call", alarm.pk, home.head_id).status_code == 404


def test_who_is_on_duty_sees_it_while_it_lasts_and_is_open(guard, alarm, community, home):
    assert get(guard, "services:alarm_show", alarm.pk).status_code == 404
    shift = put_on_duty(guard, community)
    assert "赵秀兰" in text(get(guard, "services:alarm_show", alarm.pk))
    assert "13812345678" in text(post(guard, "services:alarm_call", alarm.pk, home.head_id))
    assert get(guard, "residents:household_show", home.pk).status_code == 403
    answer = post(guard, "services:alarm_close", alarm.pk, outcome="safe")
    assert answer.url == reverse("core:inbox")
    assert get(guard, "services:alarm_show", alarm.pk).status_code == 404
    second = make_alarm(alarm.device)
    alarm_take(by=guard, alarm=second)
    type(shift).objects.update(ends_at=timezone.now())
    assert get(guard, "services:alarm_show", second.pk).status_code == 200  # still his to end
    assert get(guard, "services:alarm_show", make_alarm(alarm.device).pk).status_code == 404


def test_an_unknown_number_leads_to_its_registration(director, clerk, leader_a, community):
    row = Alarm.objects.create(community=community, number="X-9", kind="other",
                               rang_at=timezone.now(), last_rang_at=timezone.now())  # fmt: skip
    page = text(get(clerk, "services:alarm_show", row.pk))
    assert reverse("services:device_create") + "?number=X-9" in page
    assert 'value="X-9"' in text(get(clerk, "services:device_create", number="X-9"))
    assert get(leader_a, "services:alarm_show", row.pk).status_code == 404
    assert "未登记的呼叫器" in listed(clerk, "alarms", unknown="1")


def test_alarm_rules_are_the_directors(director, clerk, community):
    values = {"version": 1, "backup_minutes": 2, "director_minutes": 5, "join_minutes": 15}
    assert post(clerk, "services:alarm_rules_set", **values).status_code == 403
    assert post(director, "services:alarm_rules_set", **values).status_code == 302
    assert AlarmRules.of(community.pk).backup_minutes == 2
    page = text(post(director, "services:alarm_rules_set", **values | {"backup_minutes": 0}))
    assert AlarmRules.of(community.pk).backup_minutes == 2
    assert "errorlist" in page or "error" in page


def test_dashboard_shows_an_open_alarm_before_all(clerk, alarm):
    page = text(client_of(clerk).get("/"))
    assert "有 1 次报警还没有办结" in page
    alarm_close(by=clerk, alarm=alarm, outcome="safe")
    assert "次报警还没有办结" not in text(client_of(clerk).get("/"))


@pytest.mark.parametrize("name", ["alarms", "call_devices"])
def test_lists_cost_the_same_for_many(clerk, home, name):
    client, url = client_of(clerk), reverse("core:list", args=[name])
    make_alarm(make_device(home))
    client.get(url)
    first = queries(client, url)
    for _ in range(30):
        make_alarm(make_device(home))
    assert queries(client, url) == first


def test_alarm_page_costs_the_same_for_many_steps(clerk, alarm):
    client, url = client_of(clerk), reverse("services:alarm_show", args=[alarm.pk])
    first = queries(client, url)
    for _ in range(20):
        alarm.steps.create(kind="ring", created_by=clerk)
    assert queries(client, url) == first


def queries(client, url) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_verify_finds_what_disagrees(alarm, device, other_community):
    def found():
        return dict(verify())["呼叫器与报警"]

    assert found() == []
    Alarm.objects.update(count=3)
    assert len(found()) == 1
    CallDevice.objects.update(community=other_community)
    assert len(found()) == 2


def test_figures_count_devices_and_answers(device, community, leader_a):
    late = make_alarm(device, minutes=10)
    for row in (make_alarm(device), late, make_alarm(device)):
        alarm_take(by=leader_a, alarm=row)
    alarm_close(by=leader_a, alarm=Alarm.objects.last(), outcome="test")
    make_alarm(device)
    codes = ["care.call_devices", "care.alarms", "care.alarms_answered_in_time",
             "care.alarms_answered_in_time_share", "attention.alarms"]  # fmt: skip
    values = figures(Scope(community.pk), timezone.localdate(), codes)
    assert [values[code].value for code in codes] == [1, 3, 1, 33.3, 3]
    yesterday = dt.date(2025, 12, 31)
    assert figures(Scope(community.pk), yesterday, codes[:1])[codes[0]].value == 0


def test_auditor_and_admin_find_no_alarm(auditor, admin_user, alarm):
    for user in (auditor, admin_user, make_user()):
        assert get(user, "services:alarm_show", alarm.pk).status_code == 403
        assert get(user, "core:list", "alarms").status_code == 403
