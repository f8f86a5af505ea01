"""A real Chromium in front of a live server: `make e2e`."""

import os
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe

# Playwright's event loop runs in the thread of the test, where Django would refuse to query.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.exit(
            "没有找到 Chromium：请先安装，例如 apt install chromium fonts-noto-cjk", returncode=3
        )
    # Its sandbox starts neither for root nor in most containers, and the pages are our own.
    return {**browser_type_launch_args, "executable_path": path, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def base_url(live_server):
    """`page.goto("/")` opens the live server."""
    return live_server.url


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {
        **browser_context_args,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": DESKTOP,
    }


@pytest.fixture
def complaints():
    """What browsers complained about in this test; a test that leaves any fails."""
    found = []
    yield found
    assert found == []


@pytest.fixture
def context(context, complaints):
    _listen(context, complaints)
    return context


@pytest.fixture
def phone(browser, browser_context_args, complaints):
    """A page as wide as a small phone."""
    context = browser.new_context(**{**browser_context_args, "viewport": PHONE, "has_touch": True})
    _listen(context, complaints)
    yield context.new_page()
    context.close()


def _listen(context, complaints):
    """Note script errors, refused scripts and styles, and files that are not there."""

    def note(message):
        if message.type != "error":
            return
        # The browser also reports each 4xx page; whether one was due, the test itself knows.
        if "Failed to load resource" in message.text and "/static/" not in message.location["url"]:
            return
        complaints.append(message.text)

    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("console", note)


@pytest.fixture
def made(transactional_db):
    from tests.e2e.phones import estate

    return estate()


@pytest.fixture
def network(live_server):
    """A network that can be cut; see tests/e2e/phones.py."""
    from tests.e2e.phones import Network

    network = Network(live_server.url)
    yield network
    network.close()


@pytest.fixture
def handset(made, network, playwright, tmp_path):
    """A Chromium with a profile of its own, behind that network."""
    from tests.e2e.phones import Phone

    handset = Phone(playwright, tmp_path / "profile", network)
    yield handset
    handset.kill()


@pytest.fixture
def accessible():
    """`accessible(page)` fails with axe's findings."""

    def check(page):
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, found.generate_report()

    return check


@pytest.fixture
def fits():
    """`fits(page)` fails when the page must be scrolled sideways."""

    def check(page):
        wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{page.url} is {wide} px too wide"

    return check
