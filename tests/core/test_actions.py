"""Actions: one transaction, a permission, a place, a version, an audit row."""

import pytest

from portal.accounts.permissions import Permission
from portal.core.actions import (
    action,
    record_change,
    row_create,
    row_delete,
    row_update,
    unchanged,
)
from portal.core.errors import AuditMissing, Conflict, DomainError, NotAllowed, OutOfScope
from portal.core.models import ChangeLog, Tombstone
from residents.models import CareTag, Household, Resident
from tests.people import make_building, make_dwelling, make_household, make_resident


@pytest.fixture
def home(community, cell_a):
    return make_household(make_dwelling(make_building(community, "3", cell_a)))


@action(Permission.RESIDENT_UPDATE)
def change(*, by, row, version, values):
    return row_update(by, row, version, values)


@action(Permission.RESIDENT_UPDATE)
def write_silently(*, by, row):
    Household.objects.filter(pk=row.pk).update(number="99")


@action(Permission.RESIDENT_UPDATE)
def change_then_fail(*, by, row):
    row_update(by, row, 1, {"number": "99"})
    raise DomainError("不行")


@action(Permission.RESIDENT_UPDATE)
def nothing_to_do(*, by):
    unchanged()


def test_a_write_without_audit_row_is_rolled_back(clerk, home):
    with pytest.raises(AuditMissing):
        write_silently(by=clerk, row=home)
    home.refresh_from_db()
    assert home.number == ""


def test_an_audit_row_goes_back_with_its_write(clerk, home):
    with pytest.raises(DomainError):
        change_then_fail(by=clerk, row=home)
    home.refresh_from_db()
    assert (home.number, home.version) == ("", 1)
    assert not ChangeLog.objects.exists()


def test_a_failing_audit_takes_the_write_back(monkeypatch, clerk, home):
    def broken(**values):
        raise OSError("disk full")

    monkeypatch.setattr("portal.core.actions.change_record", broken)
    with pytest.raises(OSError, match="disk full"):
        change(by=clerk, row=home, version=1, values={"number": "99"})
    home.refresh_from_db()
    assert home.number == ""


def test_nothing_to_write_needs_no_audit_row(clerk):
    nothing_to_do(by=clerk)
    assert not ChangeLog.objects.exists()


def test_a_write_outside_of_an_action_is_an_error(clerk, home):
    with pytest.raises(AuditMissing):
        row_update(clerk, home, 1, {"number": "99"})


def test_row_update_counts_and_signs_the_version(clerk, home):
    stored = change(by=clerk, row=home, version=1, values={"number": "99"})
    assert (stored.version, stored.changed_by) == (2, clerk)
    entry = ChangeLog.objects.get()
    assert (entry.action, entry.model, entry.row, entry.by_name) == (
        "change", "residents.household", home.pk, "钱社工",
    )  # fmt: skip
    assert (entry.before, entry.after) == ({"number": ""}, {"number": "99"})


def test_row_update_stars_hidden_fields(clerk, home):
    change(by=clerk, row=home, version=1, values={"note": "欠费"})
    entry = ChangeLog.objects.get()
    assert (entry.before, entry.after) == ({"note": ""}, {"note": "***"})


def test_row_update_of_a_stale_row_is_a_conflict(clerk, home):
    change(by=clerk, row=home, version=1, values={"number": "99"})
    with pytest.raises(Conflict) as caught:
        change(by=clerk, row=home, version=1, values={"number": "77"})
    assert (caught.value.row.number, caught.value.yours) == ("99", {"number": "77"})


def test_row_update_without_difference_writes_nothing(clerk, home):
    stored = change(by=clerk, row=home, version=1, values={"number": ""})
    assert stored.version == 1
    assert not ChangeLog.objects.exists()


def test_an_action_needs_its_permission(guard, home):
    with pytest.raises(NotAllowed):
        change(by=guard, row=home, version=1, values={"number": "99"})


def test_an_action_reaches_no_row_of_another_cell(leader_b, home):
    with pytest.raises(OutOfScope):
        change(by=leader_b, row=home, version=1, values={"number": "99"})
    home.refresh_from_db()
    assert home.number == ""


def test_a_row_cannot_be_pushed_out_of_scope(leader_a, home, cell_b):
    with pytest.raises(OutOfScope):
        change(by=leader_a, row=home, version=1, values={"cell_id": cell_b.pk})
    home.refresh_from_db()
    assert home.cell_id != cell_b.pk


def test_row_create_names_the_broken_rule(clerk, home):
    first = make_resident(home)

    @action(Permission.CARE_UPDATE)
    def tag(*, by):
        return row_create(by, CareTag(resident=first, kind="low_income",
                                      community=home.community, cell=home.cell))  # fmt: skip

    tag(by=clerk)
    with pytest.raises(DomainError, match="同类的关爱标签"):
        tag(by=clerk)


def test_row_delete_leaves_a_tombstone_and_an_entry(clerk, home):
    @action(Permission.RESIDENT_UPDATE)
    def remove(*, by, row):
        row_delete(by, row)

    key = home.pk
    remove(by=clerk, row=home)
    assert Tombstone.objects.get().pk == key
    assert ChangeLog.objects.get().before["addr_key"] == "3-2-501"


def test_row_delete_of_a_row_in_use_is_refused(clerk, home):
    make_resident(home)

    @action(Permission.RESIDENT_UPDATE)
    def remove(*, by, row):
        row_delete(by, row)

    with pytest.raises(DomainError, match="不能删除"):
        remove(by=clerk, row=home)
    assert Household.objects.filter(pk=home.pk).exists()


def test_an_inner_action_counts_for_the_outer_one_and_keeps_its_name(clerk, home):
    @action(Permission.RESIDENT_UPDATE)
    def outer(*, by):
        change(by=by, row=home, version=1, values={"number": "99"})

    outer(by=clerk)
    assert [entry.action for entry in ChangeLog.objects.all()] == ["change"]


def test_an_inner_action_needs_its_own_permission(party_clerk, home):
    @action(Permission.PARTY_UPDATE)
    def outer(*, by):
        record_change(by=by, action="x")
        change(by=by, row=home, version=1, values={"number": "99"})

    with pytest.raises(NotAllowed):
        outer(by=party_clerk)
    assert not ChangeLog.objects.exists()


def test_birth_dates_survive_zones(clerk, home):
    """China had summer time from 1986 to 1991; a birth date is a date and never shifts."""
    import datetime as dt

    days = [dt.date(1986, 5, 4), dt.date(1988, 7, 1), dt.date(1991, 9, 15), dt.date(2000, 2, 29)]
    for day in days:
        make_resident(home, born_on=day)
    assert sorted(Resident.objects.values_list("born_on", flat=True)) == days
