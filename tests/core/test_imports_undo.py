"""What of an import is kept and for how long, and how it is taken back."""

import os
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.core.files import file_read, folder
from portal.core.models import ImportRun, Tombstone
from portal.core.tasks import files_purge
from residents.actions import resident_update
from residents.models import CareTag, Household, Resident
from tests.core.importing import (  # noqa: F401 - fixtures
    apply,
    bring,
    check,
    content,
    jobs_at_once,
    person,
    undo,
    upload,
)
from tests.ledgers import HEADINGS, committed, ledger
from tests.people import client_of, make_resident

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(clerk):
    return client_of(clerk)


# --- What is kept, and for how long


def age(run, days):
    """As if the run had been uploaded days ago, and its file written then."""
    then = timezone.now() - timedelta(days=days)
    ImportRun.objects.filter(pk=run.pk).update(created_at=then)
    os.utime(folder("uploads") / run.file_key.partition("/")[2], (then.timestamp(),) * 2)


def test_a_run_that_waits_keeps_its_file_for_a_week(desk):
    _, run = upload(desk, ledger(person()))
    age(run, 6)
    files_purge()
    check(desk, run)
    apply(desk, run)
    assert run.state == "applied"


def test_a_file_that_nobody_waits_for_is_purged(desk):
    old, done = upload(desk, ledger(person()))[1], bring(desk, person())
    age(old, 8)
    age(done, 2)
    files_purge()
    for run in (old, done):
        with pytest.raises(FileNotFoundError):
            file_read(run.file_key)


def test_preview_and_undo_are_forgotten_after_a_month(desk):
    old, fresh = bring(desk, person()), bring(desk, person(name="王大明"))
    age(old, 31)
    files_purge()
    old.refresh_from_db()
    fresh.refresh_from_db()
    assert (bytes(old.plan), bytes(old.undo)) == (b"", b"")
    assert fresh.plan
    assert fresh.undo
    desk.post(reverse("core:import_undo", args=[old.pk]))
    assert Resident.objects.count() == 1


# --- Undo


def test_undo_takes_everything_back(desk, community):
    before = content()
    _, run = upload(desk, committed("two-row-heading.xlsx"))
    check(desk, run)
    apply(desk, run)
    keys = set(Resident.objects.values_list("id", flat=True))
    undo(desk, run)
    assert run.state == "undone"
    assert content() == before
    assert keys <= set(Tombstone.objects.values_list("id", flat=True))


def test_undo_restores_what_was_changed(desk):
    heads = [*HEADINGS, "低保"]
    bring(desk, [*person(), "是"], headings=heads)
    stored = Resident.objects.get()
    before = content()
    run = bring(
        desk, [*person(place="5-1-101", name="王大明", phone="13900139000"), "否"], headings=heads
    )
    assert Resident.objects.get().addr_key == "5-1-101"
    undo(desk, run)
    now = Resident.objects.get()
    assert content() == before
    assert (now.name, now.phone, now.addr_key) == ("王小明", "13800138000", "3-2-501")
    assert now.version == stored.version + 2
    assert now.household.head_id == now.pk
    assert now.stays.get().to_on is None
    assert now.care_tags.get().to_on is None


def test_undo_restores_a_planned_end(desk):
    heads = [*HEADINGS, "低保"]
    bring(desk, [*person(), "是"], headings=heads)
    planned = timezone.localdate() + timedelta(30)
    CareTag.objects.update(to_on=planned)
    run = bring(desk, [*person(), "否"], headings=heads)
    assert CareTag.objects.get().to_on == timezone.localdate()
    undo(desk, run)
    assert CareTag.objects.get().to_on == planned


def test_open_records_follow_a_move_to_another_cell_and_come_back(desk):
    heads = [*HEADINGS, "低保", "网格"]
    bring(desk, [*person(), "是", "第1网格"], headings=heads)
    run = bring(desk, [*person(place="9-1-101"), "是", "第2网格"], headings=heads)
    assert CareTag.objects.get().cell.number == 2
    undo(desk, run)
    assert CareTag.objects.get().cell.number == 1


def test_undo_is_refused_when_a_row_was_changed_since(desk, clerk):
    run = bring(desk, person(), person("3-2-502", "李大", 2))
    someone = Resident.objects.get(name="李大")
    resident_update(by=clerk, resident=someone, version=1, values={"education": "20"})
    before = content()
    page = undo(desk, run).content.decode()
    assert "李大" in page
    assert (run.state, content()) == ("applied", before)


def test_undo_is_refused_when_somebody_moved_in_since(desk):
    run = bring(desk, person())
    make_resident(Household.objects.get(), "张新")
    page = undo(desk, run).content.decode()
    assert "不能整体撤销" in page
    assert Resident.objects.count() == 2


def test_two_imports_are_taken_back_the_later_one_first(desk):
    before = content()
    first = bring(desk, person())
    between = content()
    # Another person at the head: the row of the household is changed.
    second = bring(desk, person(serial=1, relation="子"), person(name="王大", serial=3))
    page = undo(desk, first).content.decode()
    assert "请先撤销后来的" in page
    assert first.state == "applied"
    undo(desk, second)
    assert content() == between
    undo(desk, first)
    assert (first.state, content()) == ("undone", before)


def test_a_change_between_two_imports_is_kept(desk, clerk):
    first = bring(desk, person())
    second = bring(desk, person(phone="13900139000"))
    undo(desk, second)
    someone = Resident.objects.get()
    resident_update(by=clerk, resident=someone, version=3, values={"education": "20"})
    page = undo(desk, first).content.decode()
    assert "王小明（居民）" in page
    assert Resident.objects.get().education == "20"


def test_an_undo_that_fails_leads_back_to_the_import(desk, clerk):
    run = bring(desk, person())
    resident_update(by=clerk, resident=Resident.objects.get(), version=1, values={"note": "新"})
    undo(desk, run)
    assert run.job.state == "failed"
    page = desk.get(reverse("core:job_show", args=[run.job_id])).content.decode()
    assert reverse("core:import_show", args=[run.pk]) in page
