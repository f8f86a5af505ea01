"""Pieces of pages: rendered once, what differs is set in late and never kept."""

import pytest
from django.test import override_settings
from django.utils.safestring import mark_safe

from portal.core import pieces
from portal.core.pieces import piece

TEMPLATES = {
    "one.html": "{% for p in parts %}[{{ p }}]{% endfor %}<a href='{{ path }}'>{{ name }}</a>"
}


@pytest.fixture(autouse=True)
def templates(settings):
    pieces._rendered.cache_clear()
    engine = settings.TEMPLATES[0] | {
        "DIRS": [], "APP_DIRS": False,
        "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", TEMPLATES)]},
    }  # fmt: skip
    with override_settings(TEMPLATES=[engine]):
        yield
    pieces._rendered.cache_clear()


def test_late_values_differ_and_fixed_ones_are_rendered_once():
    first = piece("one.html", {"path": "/a", "name": "甲"}, parts=("x", "y"))
    second = piece("one.html", {"path": "/b", "name": "乙"}, parts=("x", "y"))
    assert first == "[x][y]<a href='/a'>甲</a>"
    assert second == "[x][y]<a href='/b'>乙</a>"
    assert pieces._rendered.cache_info().misses == 1


def test_other_fixed_values_are_another_piece():
    assert piece("one.html", {"path": "", "name": ""}, parts=("x",)).startswith("[x]<")
    assert piece("one.html", {"path": "", "name": ""}, parts=("z",)).startswith("[z]<")


def test_values_are_escaped_unless_marked_safe():
    html = piece("one.html", {"path": "'><b>", "name": mark_safe("<i>")}, parts=("<u>",))
    assert html == "[&lt;u&gt;]<a href='&#x27;&gt;&lt;b&gt;'><i></a>"


def test_late_values_are_not_kept():
    piece("one.html", {"path": "/secret", "name": "某人"}, parts=())
    kept = pieces._rendered("one.html", None, ("path", "name"), (("parts", ()),))
    assert "/secret" not in kept
    assert "某人" not in kept
    assert pieces._rendered.cache_info().hits == 1


def test_a_text_that_guesses_a_place_stays_text():
    html = piece("one.html", {"path": "/p", "name": "namex pathx"}, parts=())
    assert html == "<a href='/p'>namex pathx</a>"
