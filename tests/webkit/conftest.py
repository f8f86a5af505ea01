"""A real WebKit, the engine of every browser and chat app on iOS: `make webkit`.

Debian's packages bring it: webkit2gtk-driver gir1.2-webkit2-4.1 python3-gi xvfb.
"""

import os
import shutil
import subprocess

import pytest

from tests.e2e.phones import Network, estate
from tests.webkit.views import PYTHON, View

# Playwright is not here, but the live server's threads and the test share a database all the same.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
NEEDED = "webkit2gtk-driver gir1.2-webkit2-4.1 python3-gi xvfb"


@pytest.fixture(scope="session")
def display():
    """A screen that nobody sees."""
    if not all(map(shutil.which, ("Xvfb", "WebKitWebDriver", PYTHON))):
        pytest.exit(f"没有找到 WebKit：请先安装，例如 apt install {NEEDED}", returncode=3)
    seen, told = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(told), "-screen", "0", "800x1000x24", "-nolisten", "tcp"],
        pass_fds=[told], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(told)
    with os.fdopen(seen) as number:
        yield f":{number.readline().strip()}"
    screen.kill()
    screen.wait()


@pytest.fixture
def made(transactional_db):
    return estate()


@pytest.fixture
def network(live_server):
    network = Network(live_server.url)
    yield network
    network.close()


@pytest.fixture
def view(display, made, network, tmp_path):
    """``view(without=…, agent=…)`` opens a web view with a profile of its own."""
    opened = []

    def open_view(**wanted):
        opened.append(View(display, tmp_path / f"view{len(opened)}", network, **wanted))
        return opened[-1]

    yield open_view
    for one in opened:
        one.kill()
