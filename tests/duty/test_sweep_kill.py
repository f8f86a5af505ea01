"""Reminder sweeps whose workers are killed at any statement: nothing lost, nothing doubled."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from portal.core.audit import verify_logs
from portal.core.models import ChangeLog, Notice, Outgoing
from portal.duty.actions.clock import reminders_due
from portal.duty.models import Shift
from tests.duty.rows import make_roster, make_shift, make_template

pytestmark = [pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
SWEEPS = int(os.environ.get("LINLI_SWEEPS", "12"))  # a hundred were tried on both databases
SHIFTS = 3 * SWEEPS  # a sweep ends two at most before it is killed: there is always one left


@pytest.fixture
def evening(community, wang):
    """Shifts that begin in the next hours, all due for a reminder."""
    wang.work_phone = "13800000001"
    wang.save()
    now = timezone.localtime()
    roster = make_roster(community, f"{now:%Y-%m}-01", state="published")
    template = make_template(community)
    for number in range(SHIFTS):
        row = make_shift(roster, f"{now:%Y-%m-%d} 00:00", f"{now:%Y-%m-%d} 01:00", wang, template)
        row.starts_at = now + timedelta(minutes=30 + number)
        row.ends_at = row.starts_at + timedelta(hours=1)
        row.save()


def workers(count: int, seed: int) -> subprocess.Popen:
    environment = {**os.environ, "SWEEP_DATABASE": connection.settings_dict["NAME"]}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.duty.sweep_worker", str(count), str(seed)], cwd=ROOT,
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def ended(process: subprocess.Popen) -> int:
    said = process.communicate(timeout=240)[0]
    assert process.returncode == 0, said
    return int(said)


def test_sweeps_killed_at_random_statements_remind_once_each(evening):
    """Two queues of sweeps at the same time, each killed; then one that ends in peace."""
    killed = sum(map(ended, [workers(SWEEPS // 2, 11), workers(SWEEPS // 2, 22)]))
    assert killed == SWEEPS
    done = Shift.objects.exclude(reminded_at=None).count()
    assert Notice.objects.count() == Outgoing.objects.count() == done
    ended(workers(0, 0))
    assert list(reminders_due(timezone.now())) == []
    assert Shift.objects.exclude(reminded_at=None).count() == SHIFTS
    assert Notice.objects.count() == Outgoing.objects.count() == SHIFTS
    assert ChangeLog.objects.filter(action="shift_remind").count() == SHIFTS
    assert verify_logs() == []
