"""kill -9 at random points of many send sweeps: no message lost, none doubled."""

import json
import os
import subprocess
import sys
from collections import Counter

import pytest
from django.conf import settings
from django.db import connection

from portal.core.audit import verify_logs
from portal.core.models import ChangeLog, Outgoing, SweepRun
from tests.test_setup import ROOT

KILLS = 44


def worker(seed):
    """The worker's last words."""
    environment = {
        **os.environ, "SEND_SEED": str(seed), "SEND_DATABASE": connection.settings_dict["NAME"],
        "LINLI_TEST_DATA_DIR": str(settings.LINLI_DATA_DIR), "PYTEST_XDIST_WORKER": "",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.messaging.send_worker", str(KILLS)], cwd=ROOT,
        env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.django_db(transaction=True)
def test_workers_are_killed_in_mid_sweep(folder_gateway):
    said = worker(seed=4)
    assert said.startswith(f"{KILLS} killed")
    rows = Outgoing.objects.all()
    assert Counter(row.state for row in rows) == {"sent": len(rows)}
    lines = [json.loads(line) for path in folder_gateway.glob("*.jsonl")
             for line in path.read_text("utf-8").splitlines()]  # fmt: skip
    assert Counter(line["reference"] for line in lines) == {str(row.pk): 1 for row in rows}
    assert ChangeLog.objects.filter(after__state="sent").count() == len(rows)
    assert max(row.tries for row in rows) > 1  # some were in a worker's hands when it died
    assert SweepRun.objects.filter(ended_at=None).count() > KILLS / 2
    assert verify_logs() == []
