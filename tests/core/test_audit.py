"""The two logs: append-only, chained, and a verifier that names what was touched."""

import ast
import re
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from portal.core import triggers
from portal.core.audit import access_record, change_record, verify_logs
from portal.core.log_words import action_label, changes_of
from portal.core.models import AccessLog, ChangeLog, LogHead
from portal.core.origin import origin
from tests import guards
from tests.people import client_of, make_building, make_dwelling, make_household, make_resident

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(clerk):
    for number in range(3):
        change_record(by=clerk, action="x", after={"number": number})
        access_record(clerk, action="y", row_id=uuid4())


@pytest.fixture
def unlocked(three):
    """The triggers taken away, as somebody with the database's password might do."""
    with connection.cursor() as cursor:
        for statement in triggers.drop(connection):
            cursor.execute(statement)


def test_the_chains_verify(three):
    assert verify_logs() == []


def test_an_entry_keeps_who_where_and_as_what(clerk):
    with origin("web 10.0.0.8", "社工"):
        access_record(clerk, action="y", reason="走访")
    row = AccessLog.objects.get()
    assert (row.by, row.by_name, row.role, row.origin, row.reason) == (
        clerk.pk, "钱社工", "社工", "web 10.0.0.8", "走访",
    )  # fmt: skip


@pytest.mark.parametrize("model", [ChangeLog, AccessLog])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_triggers_refuse_update_and_delete(three, model, verb):
    rows = model.objects.filter(seq=2)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(action="z") if verb == "update" else rows.delete()
    assert model.objects.get(seq=2).action in ("x", "y")
    assert verify_logs() == []


@pytest.mark.parametrize("model", [ChangeLog, AccessLog])
def test_triggers_refuse_a_row_in_the_place_of_another(three, model):
    """INSERT OR REPLACE deletes without the DELETE trigger on SQLite."""
    table, row = model._meta.db_table, model.objects.filter(seq=2).values().get()
    names = [field.column for field in model._meta.concrete_fields]
    columns = ", ".join(names)
    others = ", ".join("'z'" if name == "action" else name for name in names)
    verb, end = "INSERT OR REPLACE", ""
    if connection.vendor == "postgresql":
        verb, end = "INSERT", "ON CONFLICT (seq) DO UPDATE SET action = 'z'"
    statement = f"{verb} INTO {table} ({columns}) SELECT {others} FROM {table} WHERE seq = 2 {end}"  # noqa: S608
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)
    assert model.objects.filter(seq=2).values().get() == row


@pytest.mark.parametrize("model", [ChangeLog, AccessLog])
@pytest.mark.parametrize("column", ["by_name", "reason", "action", "at", "hash"])
def test_a_tampered_row_is_named(unlocked, model, column):
    value = "0" * 64 if column == "hash" else "2020-01-01T00:00:00Z" if column == "at" else "别人"
    model.objects.filter(seq=2).update(**{column: value})
    assert f"{model.__name__}: 第 2 行与校验值不符" in verify_logs()


def test_a_tampered_value_is_named(unlocked):
    ChangeLog.objects.filter(seq=2).update(after={"number": 7})
    assert verify_logs() == ["ChangeLog: 第 2 行与校验值不符"]


def test_a_missing_row_is_named(unlocked):
    ChangeLog.objects.filter(seq=2).delete()
    assert verify_logs()[0] == "ChangeLog: 第 2 至 2 行缺失"


def test_a_cut_end_is_named(unlocked):
    ChangeLog.objects.filter(seq=3).delete()
    assert verify_logs() == ["ChangeLog: 末行应为第 3 行，实为第 2 行"]


def test_a_row_hashed_anew_breaks_the_chain_behind_it(unlocked):
    row = AccessLog.objects.get(seq=2)
    row.reason = "别的"
    AccessLog.objects.filter(seq=2).update(reason=row.reason, hash=row.digest())
    assert verify_logs() == ["AccessLog: 第 3 行与校验值不符"]


def test_the_head_is_the_end_of_its_chain(three):
    assert dict(LogHead.objects.values_list("name", "hash")) == {
        "change": ChangeLog.objects.get(seq=3).hash, "access": AccessLog.objects.get(seq=3).hash,
    }  # fmt: skip


def test_about_finds_a_person_among_others(clerk):
    me, other = uuid4(), uuid4()
    access_record(clerk, action="alone", row_id=me)
    access_record(clerk, action="among", subjects=[other, me], count=2)
    access_record(clerk, action="other", subjects=[other])
    assert {row.action for row in AccessLog.objects.about(me)} == {"alone", "among"}


# --- Their pages


def log_page(user, name="change_list", **params):
    return client_of(user).get(reverse(f"core:{name}"), params)


def test_change_list_shows_values_in_words(director, clerk, community):
    from residents.actions import resident_update

    resident = make_resident(make_household(make_dwelling(make_building(community))))
    values = {"education": "60", "phone": "13812345678"}
    resident_update(by=clerk, resident=resident, version=1, values=values)
    html = log_page(director).content.decode()
    assert "修改居民资料" in html
    assert "高中" in html
    assert "补登了联系电话" in html
    assert not re.search(r"138(\*|1234)", html)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [("2026-11-29T16:05:01.5Z", "2026-11-30 00:05"),
     ("2026-11-29T16:05:01+00:00", "2026-11-30 00:05"), ("nothing", "nothing"), (None, "")],
)  # fmt: skip
def test_a_moment_in_the_log_is_told_by_the_communitys_clock(stored, shown):
    name = "checked_in_at"
    entry = ChangeLog(model="duty.shift", before={name: None}, after={name: stored})
    assert [change.after for change in changes_of(entry)] == [shown]


def test_log_pages_stay_in_the_community_at_work(
    director, auditor, clerk, community, other_community
):
    for place in (community, other_community):
        change_record(by=clerk, action="household_create", tenant=place.pk)
    assert {line["entry"].tenant for line in log_page(director).context["lines"]} == {
        community.pk, None,
    } - {None}  # fmt: skip
    seen = {line["entry"].tenant for line in log_page(auditor).context["lines"]}
    assert {community.pk, other_community.pk} <= seen


def test_log_pages_filter(director, clerk, community):
    change_record(by=clerk, action="household_create", tenant=community.pk)
    change_record(by=director, action="household_update", tenant=community.pk)
    count = lambda **params: len(log_page(director, **params).context["lines"])  # noqa: E731
    assert count() == 2
    assert count(by_name="钱") == 1
    assert count(action="household_update") == 1
    assert count(until="2020-01-01") == 0
    assert count(since="2020-01-01") == 2
    assert count(before="2") == 1
    assert count(before="x", action="nonsense", since="never") == 2


def test_log_pages_page_by_key(director, clerk, community):
    for _ in range(52):
        change_record(by=clerk, action="household_create", tenant=community.pk)
    first = log_page(director).context
    assert [line["entry"].seq for line in first["lines"]] == list(range(52, 2, -1))
    second = client_of(director).get(reverse("core:change_list") + first["next"]).context
    assert ([line["entry"].seq for line in second["lines"]], second["next"]) == ([2, 1], "")


def test_reading_a_log_is_logged(director):
    log_page(director, "access_list")
    row = AccessLog.objects.get()
    assert (row.action, row.fields_class) == ("log_view", "access")


@pytest.mark.parametrize("name", ["change_list", "access_list"])
def test_log_pages_need_the_permission(clerk, name):
    assert log_page(clerk, name).status_code == 403


def test_every_action_and_look_has_words():
    """What the code writes into the logs, read from the code."""
    written = set()
    for room in guards.ROOMS:
        for path in (guards.ROOT / room).rglob("*.py"):
            tree = ast.parse(path.read_text())
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef) and any(
                    isinstance(d, ast.Call) and getattr(d.func, "id", "") == "action"
                    for d in node.decorator_list
                ):
                    written.add(node.name)
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                    "access_record", "change_record", "record_change",
                ):  # fmt: skip
                    written |= {
                        k.value.value for k in node.keywords
                        if k.arg == "action" and isinstance(k.value, ast.Constant)
                    }  # fmt: skip
    assert "resident_death" in written
    assert sorted(name for name in written if action_label(name) == name) == []
