"""A Celery app over the folder transport, for tests/test_setup_queue.py."""

import os
from pathlib import Path

from celery import Celery, signals

from portal.broker import SCHEME, folder_options

FOLDER = Path(os.environ["QUEUE_FOLDER"])
app = Celery("queue", broker=f"{SCHEME}://localhost")
app.conf.update(
    broker_transport_options=folder_options(FOLDER),
    task_acks_late=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
)


@signals.worker_ready.connect
def tell_ready(**_):
    (FOLDER / f"ready-{os.getpid()}").touch()


@app.task(name="mark")
def mark(number):
    """Leave a trace of every run, a second one of the same number included."""
    with open(FOLDER / "done", "a", encoding="ascii") as file:
        file.write(f"{number}\n")


if __name__ == "__main__":
    for number in range(*map(int, os.environ["QUEUE_RANGE"].split("-"))):
        mark.delay(number)
