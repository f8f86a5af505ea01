"""A worker that is killed again and again, for tests/messaging/test_send_race.py.

Each round leaves three messages in the outbox and forks a worker that runs the real sweep; a
counter of executed lines, in the room's code and in what it calls to write, sends it SIGKILL at
a line drawn by chance (SEND_SEED). Time goes on by four minutes a round, past every lease and
first wait. The last workers live. Says how many died, and at how many different lines.
"""

import datetime as dt
import os
import random
import signal
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

settings.DATABASES["default"]["NAME"] = os.environ["SEND_DATABASE"]
connection.settings_dict["NAME"] = os.environ["SEND_DATABASE"]

from portal.core.outbox import message_queue  # noqa: E402
from portal.messaging.tasks import messages_send  # noqa: E402
from tests.messaging.outbox import NOON, NUMBER, TEXT  # noqa: E402

ROUND, EACH = dt.timedelta(minutes=4), 3
WATCHED = (f"{os.sep}messaging{os.sep}", f"core{os.sep}actions.py", f"core{os.sep}audit.py",
           f"core{os.sep}sweeps.py", f"db{os.sep}transaction.py")  # fmt: skip


def counting(limit: int, counted: list[int]):
    """A trace function that counts lines and kills this process at the ``limit``-th."""

    def line(frame, event, arg):
        if event == "line":
            counted[0] += 1
            if counted[0] == limit:
                os.kill(os.getpid(), signal.SIGKILL)
        return line

    def call(frame, event, arg):
        return line if frame.f_code.co_filename.endswith(WATCHED[1:]) or (
            WATCHED[0] in frame.f_code.co_filename
        ) else None  # fmt: skip

    return call


def swept(limit: int) -> tuple[bool, int]:
    """(killed, lines counted) of one worker."""
    reader, writer = os.pipe()
    connection.close()
    child = os.fork()
    if not child:
        counted = [0]
        sys.settrace(counting(limit, counted))
        try:
            messages_send()
        finally:
            sys.settrace(None)
            os.write(writer, str(counted[0]).encode())
            os._exit(0)
    os.close(writer)
    said = os.read(reader, 100)
    os.close(reader)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status), int(said or 0)


def main(kills: int, chance: random.Random) -> None:
    now = [NOON]
    timezone.now = lambda: now[0]
    died, most, number = 0, 0, 0
    while died < kills:
        for _ in range(EACH):
            number += 1
            message_queue(key=f"m{number}", purpose="值班提醒", address=NUMBER, text=TEXT)
        if not most:
            _, most = swept(0)  # a whole sweep, to know how long one is
            continue
        died += swept(chance.randint(1, most))[0]
        now[0] += ROUND
    for _ in range(3):
        swept(0)
        now[0] += ROUND
    sys.stdout.write(f"{died} killed, {number} messages, {most} lines\n")


main(int(sys.argv[1]), random.Random(int(os.environ["SEND_SEED"])))
