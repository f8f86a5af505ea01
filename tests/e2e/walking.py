"""What a leader does with the phone again and again."""

from playwright.sync_api import TimeoutError

from tests.people import PASSWORD

SUBMIT = ("POST", "/m/submit/")
# The phone's clock stands `days` off; its timers run as ever.
CLOCK = """(days) => { const Real = window.RealDate || Date; window.RealDate = Real;
  window.Date = class extends Real {
    constructor(...a) { if (a.length) super(...a); else super(Real.now() + days * 86400e3); }
    static now() { return Real.now() + days * 86400e3; }
  }; }"""


def ready(handset, user):
    """Signed in, with the day's list and the page kept on the phone."""
    handset.enter(user)
    handset.open()
    handset.page.get_by_text("3-2-501").first.wait_for()
    handset.wait_for_worker()


def visit(handset, home, verb="全家无变化"):
    handset.go(f"household/{home.pk}")
    handset.page.get_by_role("button", name=verb).click()
    handset.page.get_by_text("已存在这台手机里").wait_for()


def online(handset) -> None:
    """The phone notices the network; it may be sending by itself already."""
    handset.page.evaluate("window.dispatchEvent(new Event('online'))")


def send(handset):
    """Press the button, unless the phone has sent everything by itself meanwhile."""
    handset.go("unsent")
    try:
        handset.page.get_by_role("button", name="现在发送").click(timeout=5000)
    except TimeoutError:
        online(handset)


def sign_in(page, user):
    """By the page that the phone itself points to."""
    page.get_by_role("link", name="去登录").first.click()
    page.get_by_label("登录名").fill(user.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_selector("html[data-ready]", state="attached")
