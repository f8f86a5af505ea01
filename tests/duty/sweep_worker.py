"""Workers that remind of duty, or run the sweep that SWEEP_TASK names, for tests of killed sweeps:
``count`` sweeps one after the other, each in a process of its own that SIGKILL ends right after a
database statement drawn from ``seed``. Writes how many were killed; with count 0 it sweeps once
and ends in peace.
"""

import os
import random
import signal
import sys

import django
from django.utils.module_loading import import_string

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

settings.DATABASES["default"]["NAME"] = os.environ["SWEEP_DATABASE"]
connection.settings_dict["NAME"] = os.environ["SWEEP_DATABASE"]

sweep = import_string(os.environ.get("SWEEP_TASK", "portal.duty.sweeps.duty_remind"))

STATEMENTS = 24  # about what two reminders take


def killed_after(statements: int) -> None:
    def count(execute, *args):
        nonlocal statements
        result = execute(*args)
        statements -= 1
        if statements == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    with connection.execute_wrapper(count):
        sweep()


def main(count: int, seed: int) -> None:
    dice, killed = random.Random(seed), 0
    for _ in range(count):
        step = dice.randint(1, STATEMENTS)
        child = os.fork()
        if child == 0:
            killed_after(step)
            os._exit(0)
        killed += os.waitpid(child, 0)[1] == signal.SIGKILL
    if not count:
        sweep()
    sys.stdout.write(f"{killed}\n")


main(int(sys.argv[1]), int(sys.argv[2]))
