"""`make run` after its environment is there: the command `up`, really started."""

import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.demo.management.commands import up
from tests.people import make_community
from tests.test_setup import ROOT, clean_environment
from tests.waiting import wait_until

MANAGE = [sys.executable, "manage.py"]
# What a committee that starts for real does first; here it spares the demo's many rows.
OWN_COMMUNITY = (
    "import django; django.setup(); from django.core.management import call_command;"
    "call_command('migrate', verbosity=0);"
    "from tests.people import make_community; make_community()"
)


@pytest.fixture
def environment(tmp_path):
    return clean_environment(tmp_path, DJANGO_SETTINGS_MODULE="portal.settings")


def run(command, environment):
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processes_of(environment):
    """All processes that were started with this data folder."""
    mark, found = f"LINLI_DATA_DIR={environment['LINLI_DATA_DIR']}\0".encode(), []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (path / "environ").read_bytes():
                found.append((path / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def answer(port, started):
    assert started.poll() is None, started.communicate()[0]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
            return page.status, page.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers
    except urllib.error.URLError:  # nobody listens yet
        return None


def test_up_serves_and_stops_without_leaving_a_process(environment):
    assert run([sys.executable, "-c", OWN_COMMUNITY], environment).returncode == 0
    port = str(free_port())
    started = subprocess.Popen(
        [*MANAGE, "up", "--port", port], cwd=ROOT, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        status, headers = wait_until(lambda: answer(port, started), seconds=120, what="a page")
        second = run([*MANAGE, "up", "--port", str(free_port())], environment)
        programs = " ".join(processes_of(environment))
    finally:
        started.send_signal(signal.SIGINT)
        said = started.communicate(timeout=120)[0]
    assert (status, "Content-Security-Policy" in headers) == (200, True)
    for program in ("gunicorn", "portal worker", "portal beat"):
        assert program in programs, said
    assert (second.returncode, "邻里已在运行" in second.stderr) == (1, True)
    assert started.returncode == 0, said
    assert "[ready]" in said
    assert processes_of(environment) == []


def test_up_refuses_a_port_in_use_before_anything_starts(environment):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = run([*MANAGE, "up", "--port", str(port)], environment)
    assert result.returncode == 1
    assert result.stderr.startswith(f"CommandError: 端口 {port} 不能使用")
    assert len(result.stderr.splitlines()) == 1
    assert not list(Path(environment["LINLI_DATA_DIR"]).glob("linli.sqlite3*"))


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_up_refuses_what_is_no_port(port):
    with pytest.raises(CommandError, match="1–65535"):
        call_command("up", f"--port={port}")


@pytest.fixture
def seeded(monkeypatch):
    """The scales that were asked of the demo, with nothing really started."""
    asked = []
    monkeypatch.setattr(up, "seed_demo", lambda scale, out: asked.append(scale))
    for name in ("_lock", "_refuse_used", "_become_supervisor"):
        monkeypatch.setattr(up, name, lambda *_: None)
    return asked


@pytest.mark.django_db
def test_up_fills_an_empty_database_with_the_demo(seeded):
    call_command("up")
    assert seeded == [1]


@pytest.mark.django_db
def test_up_leaves_a_database_with_a_community_as_it_is(seeded):
    make_community()
    call_command("up")
    assert seeded == []
