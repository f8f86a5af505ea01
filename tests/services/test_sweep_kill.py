"""Sweeps over alarms whose workers are killed at any statement: everybody hears once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from portal.core.audit import verify_logs
from portal.core.models import ChangeLog, Notice, Outgoing
from services.models import Alarm
from tests.services.rows import make_alarm, make_device

pytestmark = [pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
SWEEPS = int(os.environ.get("LINLI_SWEEPS", "6"))
ALARMS = SWEEPS  # each has two steps to go, and a killed sweep ends two at most


def workers(count: int, seed: int) -> subprocess.Popen:
    environment = {**os.environ, "SWEEP_DATABASE": connection.settings_dict["NAME"],
                   "SWEEP_TASK": "services.tasks.alarms_sweep"}  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "tests.duty.sweep_worker", str(count), str(seed)], cwd=ROOT,
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def ended(process: subprocess.Popen) -> int:
    said = process.communicate(timeout=400)[0]
    assert process.returncode == 0, said
    return int(said)


def test_sweeps_killed_at_random_statements_tell_once_each(home, phones, director):
    """Two queues of sweeps at the same time, each killed; then one that ends in peace."""
    for _ in range(ALARMS):
        make_alarm(make_device(home), minutes=30)
    sum(map(ended, [workers(SWEEPS // 2, 11), workers(SWEEPS // 2, 22)]))
    done = sum(Alarm.objects.values_list("level", flat=True))
    assert Notice.objects.count() == Outgoing.objects.count() == done
    ended(workers(0, 0))
    assert set(Alarm.objects.values_list("level", flat=True)) == {2}
    assert Notice.objects.count() == Outgoing.objects.count() == 2 * ALARMS
    assert ChangeLog.objects.filter(action="alarm_escalate").count() == 2 * ALARMS
    assert verify_logs() == []
