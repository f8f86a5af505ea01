"""Pieces of the pages: icons, plates, cards, figures, masks, dates (docs/design.md lists them).

Every piece gets all its variables from here, with defaults, so a template never meets an
undefined one.
"""

import datetime as dt
from functools import cache
from itertools import pairwise

from django import template
from django.template.defaultfilters import date as date_format
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import _render_icon

from portal.core.pieces import piece

register = template.Library()

TONES = {"": "", "plate": "plate", "warn": "warn", "good": "good", "bad": "bad"}
NOTE_ICONS = {"": "info", "warn": "triangle-alert", "good": "circle-check", "bad": "octagon-alert"}
MESSAGE_TONES = {"success": "good", "warning": "warn", "error": "bad"}
REVEAL_REASONS = (
    ("contact", "电话联系"),
    ("verify", "核对身份"),
    ("visit", "上门走访"),
    ("service", "办理事项"),
)


@register.simple_tag(takes_context=True)
def again(context, name: str) -> SafeString:
    """Render the block `name` a second time: the title of the page is also its heading."""
    return context.render_context[BLOCK_CONTEXT_KEY].get_block(name).render(context)


@register.simple_tag
def assets() -> SafeString:
    """Styles and scripts of every page, with the addresses that carry their hash."""
    return piece("_ui/assets.html", {})


@register.simple_tag(takes_context=True)
def bar(context) -> SafeString:
    """The bar on top of every page."""
    user, tenant = context.get("user"), context.get("tenant")
    signed_in = bool(user and user.is_authenticated)
    return piece(
        "_ui/bar.html",
        {"csrf_token": context.get("csrf_token", ""), "path": _path(context)},
        signed_in=signed_in,
        user_name=user.name if signed_in else "",
        large_text=signed_in and user.large_text,
        tenant_id=tenant.id if tenant else None,
        tenant_name=tenant.name if tenant else "",
        tenants=tuple((one["id"], one["name"]) for one in context.get("tenants", ())),
        search_url=context.get("search_url", ""),
        inbox_count=context.get("inbox_count", 0),
    )


def _path(context) -> str:
    return context["request"].get_full_path() if "request" in context else "/"


@register.simple_tag(takes_context=True)
def printed_by(context) -> SafeString:
    """At the foot of paper: from where, by whom and when it was printed."""
    user, tenant = context["user"], context.get("tenant")
    place = f"{tenant.name} · " if tenant else ""
    now = timezone.localtime()
    return format_html("{}{} {}年{}月{}日 {} 打印", place, user.name, now.year, now.month, now.day,
                       f"{now:%H:%M}")  # fmt: skip


@cache
def _icon(name: str) -> SafeString:
    svg = _render_icon(name, 24, **{"class": "icon", "aria-hidden": "true", "focusable": "false"})
    return mark_safe(svg)  # noqa: S308 - drawn by the package, the name is a file in it


@register.simple_tag
def icon(name: str) -> SafeString:
    """An inline icon of the lucide set, hidden from screen readers."""
    return _icon(name + "")


@register.simple_tag
def plate(text: str, href: str = "", large: bool = False) -> SafeString:
    """An address (or another short mark) as an enamel door plate; a link when `href` is given."""
    kind = "plate plate-lg" if large else "plate"
    if href:
        return format_html('<a class="{}" href="{}">{}</a>', kind, href, text)
    return format_html('<span class="{}">{}</span>', kind, text)


@register.simple_tag
def badge(text: str, tone: str = "") -> SafeString:
    """A small mark; tones: plate, warn, good, bad."""
    extra = f" badge-{TONES[tone]}" if tone else ""
    return format_html('<span class="badge{}">{}</span>', extra, text)


@register.simple_tag
def crumb(label: str, href: str = "") -> SafeString:
    """One step of the breadcrumb, for the block `crumbs`."""
    if href:
        return format_html('<li><a href="{}">{}</a></li>', href, label)
    return format_html('<li aria-current="page">{}</li>', label)


@register.simple_block_tag
def card(content, title="", icon="", href="", link="查看全部", flush=False, id="", note=""):
    """A surface with a head; `flush` leaves out the padding (tables, lists)."""
    return render_to_string(
        "_ui/card.html",
        {
            "content": content,
            "title": title,
            "icon": icon,
            "href": href,
            "link": link,
            "flush": flush,
            "id": id,
            "note": note,
        },
    )


@register.simple_block_tag
def note(content, tone="", title="", role=""):
    """A message inside the page; tones: "", warn, good, bad."""
    return render_to_string(
        "_ui/note.html",
        {
            "content": content,
            "tone": TONES[tone],
            "title": title,
            "role": role,
            "icon": NOTE_ICONS[tone],
        },
    )


@register.simple_block_tag
def nothing(content, title, icon="inbox"):
    """Empty state: what is missing, why, and inside the block the way out."""
    return render_to_string("_ui/nothing.html", {"content": content, "title": title, "icon": icon})


@register.filter
def message_tone(message) -> str:
    return MESSAGE_TONES.get(message.level_tag, "")


@register.filter
def message_icon(message) -> str:
    return NOTE_ICONS[message_tone(message)]


@register.inclusion_tag("_ui/stat.html")
def stat(label, value, unit="", href="", note="", tone=""):
    """A figure with its unit; the whole tile opens the rows behind it."""
    return {
        "label": label,
        "value": value,
        "unit": unit,
        "href": href,
        "note": note,
        "tone": TONES[tone],
    }


@register.inclusion_tag("_ui/progress.html")
def progress(done, total, text="", label="进度"):
    """A `<progress>` bar; without a total it runs without end."""
    share = f"{100 * done // total}%" if total else ""
    return {"done": done, "total": total, "text": text, "label": label, "share": share}


@register.inclusion_tag("_ui/steps.html")
def steps(names: str, now: int):
    """The steps of a longer task: names separated by `|`, `now` counts from 1."""
    states = {True: "is-done", False: ""}
    return {
        "steps": [
            {"name": name, "state": "is-now" if number == now else states[number < now]}
            for number, name in enumerate(names.split("|"), 1)
        ]
    }


@register.inclusion_tag("_ui/tabs.html")
def tabs(items, label="分页"):
    """Links as tabs; an item has `label`, `url`, `active` and perhaps `count`."""
    return {
        "items": [{"count": None, "active": False, **item} for item in items],
        "label": label,
    }


@register.inclusion_tag("_ui/masked.html", takes_context=True)
def masked(context, value, url="", field="", label="", reasons=REVEAL_REASONS):
    """A masked value with the way to reveal it: one field, one POST, one reason, one log row.

    The POST carries `field` and `reason`; under htmx its answer replaces the element
    (`_ui/revealed.html`), without script it is a page of its own.
    """
    return {
        "value": value,
        "url": url,
        "field": field,
        "label": label,
        "reasons": reasons,
        "csrf_token": context.get("csrf_token", ""),
    }


# --- Figures and dates


@register.filter
def figure(value) -> str:
    """7067 -> 7,067; None -> a dash."""
    if value is None or value == "":
        return "—"
    return f"{value:,}" if isinstance(value, (int, float)) else str(value)


@register.filter
def day(value) -> str:
    """A date as 2026年11月22日."""
    return date_format(value, "Y年n月j日") if value else "—"


@register.filter
def day_short(value) -> str:
    """A date as 2026-11-22, for tables."""
    return date_format(value, "Y-m-d") if value else "—"


@register.filter
def moment(value) -> str:
    """A moment in local time: 今天 14:05, 昨天 09:12, 11月3日 10:00, 2025年11月3日 10:00."""
    if not value:
        return "—"
    local = timezone.localtime(value)
    clock = f"{local:%H:%M}"
    today = timezone.localdate()
    if local.date() == today:
        return f"今天 {clock}"
    if local.date() == today - dt.timedelta(days=1):
        return f"昨天 {clock}"
    month_day = f"{local.month}月{local.day}日 {clock}"
    return month_day if local.year == today.year else f"{local.year}年{month_day}"


# --- Charts: real tables with server-made SVG bars, styled by classes only


def _share(value, whole) -> float:
    return round(100 * value / whole, 2) if whole else 0


@register.inclusion_tag("_ui/pyramid.html")
def pyramid(rows, left="男", right="女", middle="年龄", unit="人", caption=""):
    """Two-sided bars; rows: `label`, `left`, `right`, maybe `left_url`, `right_url`."""
    top = max((max(row["left"], row["right"]) for row in rows), default=0)
    drawn = [
        {
            "left_url": "",
            "right_url": "",
            **row,
            "left_width": _share(row["left"], top),
            "left_x": 100 - _share(row["left"], top),
            "right_width": _share(row["right"], top),
        }
        for row in rows
    ]
    return {
        "rows": drawn,
        "left": left,
        "right": right,
        "middle": middle,
        "unit": unit,
        "caption": caption,
        "left_sum": sum(row["left"] for row in rows),
        "right_sum": sum(row["right"] for row in rows),
    }


@register.inclusion_tag("_ui/bars.html")
def bars(rows, unit="", caption="", heading="名称", whole=None):
    """One bar a row: `label`, `value`, perhaps `url`, `note`; `whole` is a full bar's value."""
    top = whole or max((row["value"] for row in rows), default=0)
    drawn = [{"url": "", "note": "", **row, "width": _share(row["value"], top)} for row in rows]
    return {"rows": drawn, "unit": unit, "caption": caption, "heading": heading}


@register.inclusion_tag("_ui/shares.html")
def shares(rows, unit="人", caption="", whole=None):
    """Parts of a whole as one bar with its legend: `label`, `value`, perhaps `url`."""
    total = whole or sum(row["value"] for row in rows)
    edges = [0.0]
    for row in rows:
        edges.append(edges[-1] + _share(row["value"], total))
    drawn = [
        {
            "url": "",
            **row,
            "x": round(start, 2),
            "width": round(max(end - start - 0.3, 0), 2),
            "tone": f"c{1 + number % 6}",
            "share": f"{_share(row['value'], total):.1f}%",
        }
        for number, (row, (start, end)) in enumerate(zip(rows, pairwise(edges), strict=True))
    ]
    return {"rows": drawn, "unit": unit, "caption": caption, "total": total}
