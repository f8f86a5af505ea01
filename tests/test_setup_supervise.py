"""portal/supervise.py with small programs in place of the portal's."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_setup import ROOT
from tests.waiting import wait_until

LASTING = 'import os, signal; open("pid-{0}", "w").write(str(os.getpid())); signal.pause()'
LONG, OTHER = LASTING.format("long"), LASTING.format("other")
CONFIGURATION = """
[supervisord]
nodaemon=true
logfile=/dev/null
logfile_maxbytes=0
pidfile={folder}/pid
childlogdir={folder}

[program:long]
directory={folder}
command="{python}" -c '{long}'

[program:other]
directory={folder}
command="{python}" -c '{other}'
startretries=0
"""


@pytest.fixture
def start(tmp_path):
    started = []

    def start(other=OTHER):
        configuration = tmp_path / "conf"
        configuration.write_text(
            CONFIGURATION.format(folder=tmp_path, python=sys.executable, long=LONG, other=other)
        )
        user = ["--user=root"] if os.getuid() == 0 else []
        command = [sys.executable, "-m", "portal.supervise", "-c", str(configuration), *user]
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def pids(folder, names=("long", "other")):
    """The numbers of the programs, once all of them run."""
    texts = [path.read_text() for name in names if (path := folder / f"pid-{name}").exists()]
    return [int(text) for text in texts] if all(texts) and len(texts) == len(names) else []


def lives(pid):
    """Whether it runs; one that ended and waits to be reaped by init does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_or_a_closed_terminal_ends_all(start, tmp_path, sent):
    supervisor = start()
    programs = wait_until(lambda: pids(tmp_path), seconds=60, what="both programs")
    supervisor.send_signal(sent)
    assert supervisor.wait(timeout=60) == 0
    assert not any(map(lives, programs))


def test_a_program_that_cannot_start_ends_all(start, tmp_path):
    supervisor = start(other="raise SystemExit(5)")
    said = supervisor.communicate(timeout=60)[0]
    assert supervisor.returncode == 1
    assert "other 进程无法启动" in said
    assert not any(map(lives, pids(tmp_path, ["long"])))


def test_a_killed_supervisor_takes_its_programs_along(start, tmp_path):
    supervisor = start()
    programs = wait_until(lambda: pids(tmp_path), seconds=60, what="both programs")
    supervisor.kill()
    wait_until(lambda: not any(map(lives, programs)), seconds=60, what="both programs ended")
