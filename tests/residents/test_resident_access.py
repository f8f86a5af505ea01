"""Who sees which class of data, and that every look is written down."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.accounts import access
from portal.accounts.permissions import ROLES, Permission, Role
from portal.core.audit import access_record
from portal.core.models import AccessLog
from residents.models import CareKind, CareTag, Household, LifeEvent, Resident
from tests.people import client_of, make_id_number, make_resident, make_user

PARTY = {"政治面貌", "离退休党员", "中共党员"}
CARE = {"低保", "残疾（肢体二级）"}


def page(user, name, row):
    return client_of(user).get(reverse(f"residents:{name}", args=[row.pk])).content.decode()


def without(monkeypatch, role, *permissions):
    short = {**ROLES, role: ROLES[role] - set(permissions)}
    monkeypatch.setattr(access, "ROLES", short)


@pytest.mark.parametrize("name", ["resident_show", "household_show"])
@pytest.mark.parametrize(
    ("who", "seen"),
    [("director", PARTY | CARE), ("clerk", CARE), ("leader_a", CARE), ("party_clerk", PARTY)],
)
def test_classes_of_data_are_absent_without_their_permission(
    request, head, home, records, name, who, seen
):
    html = page(request.getfixturevalue(who), name, head if name == "resident_show" else home)
    shown = {word for word in PARTY | CARE if word in html}
    on_this_page = seen - ({"政治面貌", "中共党员"} if name == "household_show" else set())
    assert shown == on_this_page


@pytest.mark.parametrize("name", ["resident_show", "household_show"])
def test_health_is_absent_without_its_permission(monkeypatch, community, head, home, records, name):
    without(monkeypatch, Role.CLERK, Permission.DISABILITY_VIEW)
    clerk = make_user(Role.CLERK, community)
    html = page(clerk, name, head if name == "resident_show" else home)
    assert "低保" in html
    assert "残疾" not in html


def test_a_minors_details_are_absent_without_their_permission(party_clerk, clerk, home, child):
    CareTag.objects.create(
        resident=child, kind=CareKind.LEFT_BEHIND, community=child.community, cell=child.cell
    )
    details = ["2015年6月1日", "红旗街 1 号", child.id_mask, "留守儿童", "小学"]
    html = page(clerk, "resident_show", child)
    assert [word for word in details if word not in html] == []
    for row, name in ((child, "resident_show"), (home, "household_show")):
        html = page(party_clerk, name, row)
        assert "王小花" in html
        assert [word for word in [*details, "2015"] if word in html] == []


def test_a_minors_form_is_refused_without_their_permission(monkeypatch, community, child):
    without(monkeypatch, Role.CLERK, Permission.MINOR_VIEW)
    client = client_of(make_user(Role.CLERK, community))
    url = reverse("residents:resident_update", args=[child.pk])
    assert client.get(url).status_code == 403


def test_resident_show_is_written_down(clerk, head, records):
    page(clerk, "resident_show", head)
    row = AccessLog.objects.get()
    assert (row.action, row.model, row.row, row.by, row.tenant, row.role, row.origin) == (
        "resident_view", "residents.resident", head.pk, clerk.pk, head.community_id, "社工",
        "web 127.0.0.1",
    )  # fmt: skip
    assert row.fields_class == "identity care"


@pytest.mark.parametrize("typed", [{}, {"version": "1"}, {"version": "7", "note": "x"}])
def test_a_form_that_was_sent_wrongly_is_a_look_as_well(clerk, head, typed):
    url = reverse("residents:resident_update", args=[head.pk])
    assert client_of(clerk).post(url, typed).status_code != 302
    assert AccessLog.objects.get().action == "resident_form"


def test_the_form_with_the_registered_address_is_a_look(clerk, head):
    page(clerk, "resident_residence_change", head)
    assert AccessLog.objects.get().row == head.pk


def test_household_show_keeps_the_birthday_of_a_minor(party_clerk, clerk, home, child):
    LifeEvent.objects.create(
        kind="birth", on=child.born_on, household=home, resident=child, note="顺产",
        community=child.community, cell=child.cell,
    )  # fmt: skip
    for who, seen in ((clerk, True), (party_clerk, False)):
        html = page(who, "household_show", home)
        assert ("2015-06-01" in html, "顺产" in html) == (seen, seen)


def test_household_list_keeps_the_telephone_of_a_minor(party_clerk, clerk, home, child):
    Resident.objects.filter(pk=child.pk).update(phone_mask="139****2222")
    Household.objects.filter(pk=home.pk).update(head=child)
    for who, seen in ((clerk, True), (party_clerk, False)):
        html = client_of(who).get("/lists/households/").content.decode()
        assert ("王小花" in html, "139****2222" in html) == (True, seen)


def test_household_show_names_whom_it_showed(clerk, home, head, child):
    page(clerk, "household_show", home)
    row = AccessLog.objects.get()
    assert (row.action, row.count) == ("household_view", 2)
    assert set(row.subjects) == {str(head.pk), str(child.pk)}


def test_a_page_out_of_scope_is_no_look(leader_b, head):
    page(leader_b, "resident_show", head)
    assert not AccessLog.objects.exists()


def test_resident_looks_answers_who_looked(director, clerk, leader_a, home, head, child):
    page(clerk, "resident_show", head)
    page(leader_a, "household_show", home)
    page(clerk, "resident_show", child)
    client_of(clerk).post(
        reverse("residents:resident_reveal", args=[head.pk]), {"field": "phone", "reason": "visit"}
    )
    client = client_of(director)
    url = reverse("residents:resident_looks", args=[head.pk])
    looks = client.get(url).context["looks"]
    assert [(line["entry"].by_name, line["what"]) for line in looks] == [
        ("赵主任", "查看“谁看过”"), ("钱社工", "查看完整号码"), ("李网格", "查看家庭户"),
        ("钱社工", "查看居民"),
    ]  # fmt: skip


def test_resident_looks_names_exports_of_the_community_only(director, clerk, head, other_community):
    url = reverse("core:list_export", args=["residents", "csv"])
    b"".join(client_of(clerk).post(url).streaming_content)
    access_record(None, action="list_export", model="residents.resident", tenant=other_community.pk)
    looks = client_of(director).get(reverse("residents:resident_looks", args=[head.pk]))
    lines = [(line["entry"].by_name, line["what"]) for line in looks.context["looks"]]
    assert lines == [("赵主任", "查看“谁看过”"), ("钱社工", "导出名单")]


def test_resident_looks_needs_the_log_permission(clerk, head):
    url = reverse("residents:resident_looks", args=[head.pk])
    assert client_of(clerk).get(url).status_code == 403


def test_resident_looks_is_open_to_the_auditor_who_sees_nobodys_page(auditor, head):
    client = client_of(auditor)
    assert client.get(reverse("residents:resident_looks", args=[head.pk])).status_code == 200
    assert client.get(reverse("residents:resident_show", args=[head.pk])).status_code == 403


def test_resident_looks_pages(director, head):
    client = client_of(director)
    url = reverse("residents:resident_looks", args=[head.pk])
    for _ in range(51):
        response = client.get(url)
    assert (len(response.context["looks"]), response.context["next"] is None) == (50, False)
    older = client.get(f"{url}?before={response.context['next']}").context
    assert (len(older["looks"]), older["next"]) == (1, None)


def queries(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def test_household_show_needs_as_many_queries_for_one_as_for_eight(director, home, head, records):
    client, url = client_of(director), reverse("residents:household_show", args=[home.pk])
    one = queries(client, url)
    for n in range(7):
        born_on = dt.date(1950 + n, 1, 1)
        make_resident(home, f"李{'甲乙丙丁戊己庚'[n]}", "1", born_on, make_id_number(born_on),
                      "13800001111", relation="99")  # fmt: skip
    assert queries(client, url) == one


def test_resident_show_needs_as_many_queries_for_much_as_for_little(
    director, clerk, head, home, records
):
    from residents.actions import event_correct, resident_residence_change, resident_update

    client, url = client_of(director), reverse("residents:resident_show", args=[head.pk])
    one = queries(client, url)
    version = 1
    for on, kind in ((dt.date(2026, 1, 1), "away_in"), (dt.date(2026, 2, 1), "home")):
        event = resident_residence_change(
            by=clerk, resident=head, version=version, residence=kind, on=on
        )
        head.refresh_from_db()
        version = head.version
    event_correct(by=clerk, event=event, version=version, note="错了")
    resident_update(by=clerk, resident=head, version=version + 1, values={"note": "备注"})
    assert queries(client, url) == one
