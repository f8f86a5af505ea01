"""A worker that sweeps visits, for tests/residents/test_visit_race.py.

``hold``: it stops after its first notice, in the middle of its transaction, and says so in
the file named by SWEEP_MARK; it goes on never. ``run``: it sweeps and ends.
"""

import os
import sys
import threading
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

settings.DATABASES["default"]["NAME"] = os.environ["SWEEP_DATABASE"]
connection.settings_dict["NAME"] = os.environ["SWEEP_DATABASE"]

from residents.actions import visit_sweep  # noqa: E402
from residents.tasks import visits_sweep  # noqa: E402

if sys.argv[1] == "hold":
    told = visit_sweep.notice_send

    def stop(*args, **values):
        told(*args, **values)
        Path(os.environ["SWEEP_MARK"]).touch()
        threading.Event().wait()

    visit_sweep.notice_send = stop
sys.stdout.write(f"{visits_sweep()}\n")
