"""Two workers sweep at once and one is killed: everything once, nothing lost."""

import datetime as dt
import os
import signal
import subprocess
import sys

import pytest
from django.db import connection
from django.utils import timezone

from portal.core.audit import verify_logs
from portal.core.models import Notice
from residents.actions.visit_sweep import WORDS
from residents.models import VisitTask, VisitTaskStep
from tests.people import make_building, make_dwelling, make_household, make_resident
from tests.residents.visiting import make_post, make_rule, make_task
from tests.test_setup import ROOT
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
LATE = 8


@pytest.fixture
def late(community, cell_a, leader_a, clerk, director):
    """Twelve households eight days late, twelve that are due now; all three posts."""
    for kind, user in (("leader", leader_a), ("backup", clerk), ("head", director)):
        make_post(cell_a, kind, user)
    building = make_building(community, "8", cell_a)
    homes = [make_household(make_dwelling(building, "1", str(room))) for room in range(101, 125)]
    for home in homes:
        make_resident(home)
    rule = make_rule(community, interval_days=7, backup_days=3, head_days=7)
    day = timezone.localdate() - dt.timedelta(days=LATE)
    for home in homes[:12]:
        make_task(home, rule=rule, due_on=day)


def start(mode, mark):
    environment = {
        **os.environ, "SWEEP_MARK": str(mark), "SWEEP_DATABASE": connection.settings_dict["NAME"],
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "tests.residents.sweep_worker", mode], cwd=ROOT, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def check():
    stages = VisitTaskStep.objects.order_by("task", "id").values_list("task", "stage")
    passed = {}
    for task, stage in stages:
        passed.setdefault(task, []).append(stage)
    assert list(passed.values()) == [["overdue", "backup", "head"]] * 12
    assert sorted(VisitTask.objects.values_list("stage", flat=True)) == ["due"] * 12 + ["head"] * 12
    assert sorted(Notice.objects.values_list("text", flat=True)) == sorted(
        words.format(12) for words in WORDS.values()
    )
    assert verify_logs() == []


def test_one_worker_is_killed_in_mid_sweep_while_another_sweeps(late, tmp_path):
    mark = tmp_path / "mark"
    killed = start("hold", mark)
    second = None
    try:
        wait_until(mark.exists, seconds=120, what="the first worker in mid-sweep")
        second = start("run", mark)  # it leaves held rows alone, or waits for the writer
        if connection.vendor == "postgresql":
            wait_until(lambda: _waits(second), seconds=120, what="the second worker has begun")
        killed.send_signal(signal.SIGKILL)
        said = second.communicate(timeout=120)[0]
        assert second.returncode == 0, said
    finally:
        for process in filter(None, (killed, second)):
            process.kill()
            process.communicate(timeout=30)
    third = start("run", mark)
    assert third.wait(timeout=120) == 0
    third.communicate()
    check()


def _waits(process) -> bool:
    """Whether the worker has come to the database: it works, waits there, or is done."""
    if process.poll() is not None:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return cursor.fetchone()[0] >= 3


def test_two_workers_at_once_do_everything_once(late, tmp_path):
    workers = [start("run", tmp_path / "mark") for _ in range(2)]
    said = [process.communicate(timeout=120)[0] for process in workers]
    assert [process.returncode for process in workers] == [0, 0], said
    last = start("run", tmp_path / "mark")
    assert (last.wait(timeout=120), last.communicate()[0]) == (0, "{'made': 0, 'passed': 0}\n")
    check()
