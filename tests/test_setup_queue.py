"""The queue of the embedded set-up: a folder (portal/broker.py)."""

import os
import signal
import subprocess
import sys
from queue import Empty

import pytest
from kombu import Connection

from portal.broker import SCHEME, folder_options
from tests.test_setup import ROOT
from tests.waiting import wait_until

TASKS = 200


@pytest.fixture
def queue(tmp_path):
    with (
        Connection(f"{SCHEME}://localhost", transport_options=folder_options(tmp_path)) as link,
        link.SimpleQueue("work") as queue,
    ):
        yield queue


def files(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_messages_come_back_in_order_and_leave_nothing_behind(queue, tmp_path):
    for number in range(5):
        queue.put({"number": number})
    taken = [queue.get(timeout=5) for _ in range(5)]
    assert [message.payload["number"] for message in taken] == [0, 1, 2, 3, 4]
    assert files(tmp_path / "messages") == files(tmp_path / "taken") == []


def test_half_a_message_is_never_seen(queue, tmp_path, monkeypatch):
    def power_cut(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("portal.broker.os.replace", power_cut)
    with pytest.raises(KeyboardInterrupt):
        queue.put({"number": 1})
    assert files(tmp_path / "messages") == []
    with pytest.raises(Empty):
        queue.get(block=False)


def test_a_broken_message_is_dropped_and_the_next_one_comes(queue, tmp_path):
    (tmp_path / "messages" / "00000000000000000001_x.work.msg").write_text('{"half')
    queue.put({"number": 1})
    assert queue.get(timeout=5).payload == {"number": 1}
    assert files(tmp_path / "taken") == []


def test_two_workers_and_two_senders_lose_and_double_nothing(tmp_path):
    """All start at once, so that the first bindings and messages race too."""

    def start(*command, numbers="0-0"):
        environment = {**os.environ, "QUEUE_FOLDER": str(tmp_path), "QUEUE_RANGE": numbers}
        return subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def done():
        path = tmp_path / "done"
        return path.read_text().split() if path.exists() else []

    worker = ("celery", "-A", "tests.queue_app", "worker", "--pool", "solo", "--without-heartbeat")
    workers = [start(*worker, "--hostname", name) for name in ("one@here", "two@here")]
    senders = [start("tests.queue_app", numbers=part) for part in ("0-100", f"100-{TASKS}")]
    try:
        assert [sender.wait(timeout=120) for sender in senders] == [0, 0]
        wait_until(lambda: len(done()) >= TASKS, seconds=120, what="all tasks done")
        wait_until(lambda: len(list(tmp_path.glob("ready-*"))) == 2, seconds=120, what="two ready")
    finally:
        for process in workers:
            process.send_signal(signal.SIGTERM)
        said = [process.communicate(timeout=120)[1] for process in (*workers, *senders)]
    assert sorted(map(int, done())) == list(range(TASKS)), said
    assert [process.returncode for process in workers] == [0, 0], said
