"""A phone whose page runs in a web view of WebKit; it is killed and started again like the
Chromium of tests/e2e/phones.py."""

import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.test import Client
from selenium import webdriver
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    StaleElementReferenceException,
    WebDriverException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.file_detector import UselessFileDetector
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from tests.waiting import wait_until

PYTHON = "/usr/bin/python3"  # the one that Debian's bindings are for
APP = Path(__file__).with_name("view.py")
# Views inside iOS apps have no service workers; before iOS 15.4 no locks either.
IN_APP = ("ServiceWorkers", "WebLocksAPI")
WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Mobile/15E148 MicroMessenger/8.0.44(0x18002c2f) NetType/4G Language/zh_CN"
)
SECONDS = 30
NOT_YET = (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    StaleElementReferenceException,
)


class View:
    """``driver`` drives its one page, as wide as a small phone."""

    def __init__(self, display: str, profile: Path, network, *, without=(), agent="", proxy=""):
        self.display, self.profile, self.network = display, profile, network
        self.told = [f"--agent={agent}", f"--proxy={proxy}", *without]
        self.start()

    def start(self):
        options = Options()
        options.binary_location = PYTHON
        for argument in (APP, self.profile, *self.told):
            options.add_argument(str(argument))
        options.set_capability("browserName", "view")
        self.service = Service(
            shutil.which("WebKitWebDriver"),
            env={**os.environ, "DISPLAY": self.display},
            popen_kw={"start_new_session": True},
        )
        self.service.start()
        door = RemoteConnection(client_config=ClientConfig(self.service.service_url))
        files = UselessFileDetector()  # they lie on this machine already
        self.driver = webdriver.Remote(door, options=options, file_detector=files)
        self.driver.set_script_timeout(SECONDS)

    def kill(self):
        """The battery is pulled: the app and all that it started."""
        process = self.service.process
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    # --- The page

    def script(self, text: str, *arguments):
        return self.driver.execute_script(text, *arguments)

    def open(self, path="/m/"):
        self.driver.get(f"{self.network.url}{path}")
        self.until(lambda: self.script("return 'ready' in document.documentElement.dataset"), path)

    def enter(self, user):
        """Signed in: the cookie needs a page of the portal to be set on."""
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        self.driver.get(f"{self.network.url}/m/manifest.json")
        self.driver.add_cookie({"name": name, "value": client.cookies[name].value, "path": "/"})

    def go(self, screen: str):
        self.script("location.hash = arguments[0]", f"#/{screen}")
        name = screen.split("/")[0]
        self.until(lambda: self.script("return document.body.dataset.screen") == name, screen)

    def until(self, condition, what: str):
        return wait_until(lambda: self._now(condition), seconds=SECONDS, what=what)

    @staticmethod
    def _now(condition):
        with suppress(*NOT_YET):
            return condition()
        return None

    def visible(self, text: str, tag="*") -> WebElement | None:
        """The innermost element shown that holds the text."""
        path = f"//body//{tag}[contains(normalize-space(.), '{text}')]"
        found = [one for one in self.driver.find_elements(By.XPATH, path) if one.is_displayed()]
        return found[-1] if found else None

    def see(self, text: str) -> WebElement:
        return self.until(lambda: self.visible(text), text)

    def press(self, text: str, tag="button"):
        """A real tap on what bears the words."""
        self.until(lambda: self._tapped(self.visible(text, tag)), f"press {text}")

    @staticmethod
    def _tapped(node) -> bool:
        if node is None:
            return False
        node.click()
        return True

    def type(self, text: str):
        self._box("#screen input, #screen textarea").send_keys(text)

    def _box(self, selector: str) -> WebElement:
        def found():
            return next(iter(self.driver.find_elements(By.CSS_SELECTOR, selector)), None)

        return self.until(found, selector)

    def choose_file(self, path: Path):
        """As the camera gives it."""
        self._box("#screen input[type=file]").send_keys(str(path))

    def picture(self, name: str):
        """A picture of the screen where ``LINLI_LOOK`` names a folder."""
        if folder := os.environ.get("LINLI_LOOK"):
            self.driver.save_screenshot(f"{folder}/webkit-{name.split('/')[0]}.png")

    # --- What the phone says and holds

    def shown(self) -> int:
        """The figure that stands on every screen."""
        return self.script(
            "const n = document.getElementById('count-number');"
            "return n.getClientRects().length ? Number(n.textContent) : 0"
        )

    def wait_until_all_is_sent(self):
        clear = "return !document.getElementById('count-clear').hidden"
        self.until(lambda: self.script(clear), "all is sent")

    def online(self):
        """The phone notices the network; it may be sending by itself already."""
        self.script("window.dispatchEvent(new Event('online'))")

    def later(self, text: str, *arguments):
        """What a promise gives; ``text`` is the body of an async function."""
        answer = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1], given = [...arguments].slice(0, -1);"
            f"(async (...a) => {{ {text} }})(...given)"
            ".then((value) => done({ value }), (error) => done({ error: String(error) }));",
            *arguments,
        )
        if "error" in answer:
            raise WebDriverException(answer["error"])
        return answer["value"]

    def kept(self, store: str) -> list:
        """Keys of what a store of the phone holds."""
        return self.later(
            'const { asked, read } = await import("/static/linli/phone/store.js");'
            "return read([a[0]], (rows) => asked(rows.getAllKeys()))",
            store,
        )

    def on_disk(self) -> bytes:
        """Every byte that the app has written."""
        return b"".join(
            path.read_bytes() for path in sorted(self.profile.rglob("*")) if path.is_file()
        )
