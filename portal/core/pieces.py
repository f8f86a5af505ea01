"""Pieces of pages that hardly change: rendered once, what differs each time is set in late."""

from functools import lru_cache
from secrets import token_hex

from django.template.loader import render_to_string
from django.urls import get_urlconf
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

_RUN = token_hex(16)  # no text from outside can hold a place of this process


def piece(template: str, late: dict[str, str], **fixed) -> SafeString:
    """The template with its ``fixed`` values (hashable, part of the key under which its HTML
    is kept) and its ``late`` ones, which may differ on every page and are not kept. A late
    value stands as it is: no condition, no loop and no filter may look at it. It is escaped
    unless it is marked as safe."""
    html = _rendered(template, get_urlconf(), tuple(late), tuple(fixed.items()))
    for name, value in late.items():
        html = html.replace(_place(name), conditional_escape(value))
    return mark_safe(html)  # noqa: S308 - rendered by a template, late values escaped


@lru_cache(maxsize=512)
def _rendered(template: str, urlconf, late: tuple[str, ...], fixed: tuple) -> str:
    places = {name: mark_safe(_place(name)) for name in late}  # noqa: S308 - letters and digits
    return str(render_to_string(template, dict(fixed) | places))


def _place(name: str) -> str:
    return f"{_RUN}{name.replace('_', '')}x"
