"""Every screen of the phone: sizes, no sideways scrolling, nothing that axe finds."""

import os

TOO_SMALL = """
() => [...document.querySelectorAll("body *")].filter(node =>
  [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim()) &&
  node.getClientRects().length && !node.closest("[hidden], noscript") &&
  parseFloat(getComputedStyle(node).fontSize) < 22
).map(node => node.outerHTML.slice(0, 120))
"""
TOO_LOW = """
() => [...document.querySelectorAll("a, button, label.m-go, .m-tick, textarea, " +
    "input:not([type=checkbox], [type=file])")]
  .filter(node => node.getClientRects().length)
  .map(node => [node.getBoundingClientRect(), node.outerHTML.slice(0, 120)])
  .filter(([box]) => box.height < 48 || box.width < 48)
  .map(([box, html]) => [box.width, box.height, html])
"""


def screens(made) -> list[str]:
    home, person = made.homes[0].pk, made.people[0].pk
    return ["today", "cell", f"household/{home}", f"change/{home}/{person}", f"change/{home}/home",
            f"say/{home}/{person}/phone", f"say/{home}/home/note", f"absent/{home}", "incident",
            "incident-place", "incident-spot", "incident-photo", "incident-text", "contacts",
            "month", "me", "unsent", "refused", "out", "nothing/here"]  # fmt: skip


def test_every_screen_at_360_px_with_large_text(made, handset, accessible, fits):
    handset.enter(made.leader)
    handset.open()
    page = handset.page
    page.get_by_text("3-2-501").first.wait_for()
    found, folder = [], os.environ.get("LINLI_LOOK")
    for n, screen in enumerate(screens(made)):
        handset.go(screen)
        if folder:
            page.screenshot(path=f"{folder}/{n:02}-{screen.split('/')[0]}.png", full_page=True)
        found += [(screen, what) for what in page.evaluate(TOO_SMALL) + page.evaluate(TOO_LOW)]
        fits(page)
        accessible(page)
    assert found == []
