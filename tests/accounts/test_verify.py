"""``manage.py verify`` names every break, and only breaks."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from grids import actions
from grids.models import Dwelling
from portal.accounts.models import User
from portal.core.files import file_write, folder
from portal.core.models import ChangeLog, Job
from portal.core.triggers import create, drop
from residents.models import CareTag, Resident
from tests.people import (
    client_of,
    make_building,
    make_dwelling,
    make_household,
    make_id_number,
    make_resident,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    """Files that other tests left are none of these breaks."""
    settings.LINLI_DATA_DIR = tmp_path


@pytest.fixture
def resident(clerk, community, cell_a, cell_b):
    """A person in a building that was moved to another cell through the action."""
    building = make_building(community, "3", cell_a)
    number = make_id_number()
    row = make_resident(make_household(make_dwelling(building)), id_number=number)
    CareTag.objects.create(resident=row, community=community, cell=cell_a, kind="living_alone")
    actions.building_assign_cell(by=clerk, building=building, version=1, cell=cell_b)
    return Resident.objects.get(pk=row.pk)


def breaks(capsys):
    with pytest.raises(CommandError):
        call_command("verify")
    return [line.strip() for line in capsys.readouterr().out.splitlines() if line[:1] == " "]


def test_verify_finds_nothing_wrong(capsys, resident):
    call_command("verify")
    assert "日志链：完好" in capsys.readouterr().out


def test_verify_names_a_log_row_that_was_changed(capsys, resident):
    without_triggers("UPDATE core_changelog SET by_name = '别人' WHERE seq = 1")
    assert breaks(capsys) == ["ChangeLog: 第 1 行与校验值不符"]


def test_verify_names_a_log_row_that_is_gone(capsys, clerk, resident):
    client_of(clerk).post("/account/large-text/")
    without_triggers("DELETE FROM core_changelog WHERE seq = 1")
    assert "ChangeLog: 第 1 至 1 行缺失" in breaks(capsys)


def test_verify_names_the_end_of_a_log_that_is_gone(capsys, resident):
    last = ChangeLog.objects.count()
    without_triggers("DELETE FROM core_changelog WHERE seq = (SELECT max(seq) FROM core_changelog)")
    assert breaks(capsys) == [f"ChangeLog: 末行应为第 {last} 行，实为第 {last - 1} 行"]


def test_verify_names_triggers_that_are_gone(capsys, resident):
    execute(drop(connection))
    assert "core_changelog 缺少" in breaks(capsys)[0]


def test_verify_names_grants_nobody_gave(capsys, resident, clerk):
    grant = clerk.grants[0] | {"role": "director"}
    User.objects.filter(pk=clerk.pk).update(grants=[grant])
    assert breaks(capsys) == ["账号 clerk 的权限与任职记录不符"]


def test_verify_names_a_sealed_value_from_another_row(capsys, resident):
    other = make_resident(resident.household, name="李小红")
    Resident.objects.filter(pk=other.pk).update(id_sealed=resident.id_sealed)
    assert [str(other.pk) in line for line in breaks(capsys)] == [True]


def test_verify_names_an_index_that_finds_nobody(capsys, resident):
    Resident.objects.update(id_blind="0" * 32)
    assert breaks(capsys) == [f"居民 {resident.pk} 的证件号码索引与号码不符"]


def test_verify_names_rows_that_left_their_dwelling(capsys, resident, cell_a):
    Resident.objects.update(cell=cell_a, addr_key="9-9-999")
    found = breaks(capsys)
    assert f"居民 {resident.pk} 的网格与住处不一致" in found
    assert f"居民 {resident.pk} 的住址与住处不一致" in found


def test_verify_names_a_dwelling_in_another_cell_than_its_building(capsys, resident, cell_a):
    Dwelling.objects.update(cell=cell_a)
    assert "房屋 3-2-501 的网格与楼栋不一致" in breaks(capsys)


def test_verify_names_result_files_that_are_gone_or_changed(capsys, clerk):
    keys = [file_write(b"x", "results"), "results/gone", file_write(b"y", "results")]
    (folder("results").parent / keys[2]).write_bytes(b"\x01\x02k1 broken")
    for key in keys:
        Job.objects.create(kind="k", label="l", owner=clerk, state="done", result_file=key,
                           finished_at=timezone.now())  # fmt: skip
    assert sorted(line.split("的结果文件")[1].split()[-1] for line in breaks(capsys)) == [
        "不见了", "解不开",
    ]  # fmt: skip


def execute(statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def without_triggers(statement):
    execute([*drop(connection), statement, *create(connection)])
