"""The side navigation: (group, icon, [(label, url name, arguments, permission)])."""

from portal.core.access import SIGNED_IN

NAVIGATION = [
    ("工作台", "layout-dashboard", [("收件箱", "core:inbox", [], SIGNED_IN)]),
]
