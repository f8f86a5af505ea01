"""What every page must keep: contrast, nothing inline, no foreign host, large text that is so."""

import re

import pytest
from django.conf import settings

from portal.core.templatetags.ui import icon

STATIC = settings.BASE_DIR / "static" / "linli"
SHEET = (STATIC / "linli.css").read_text(encoding="utf-8")
TEXTS = sorted(path for path in STATIC.rglob("*") if path.suffix in (".css", ".js", ".svg"))
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
TOKENS = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", SHEET))

TEXT_ON = [
    ("ink", "paper"), ("ink", "wall"), ("ink", "plate-tint"), ("ink", "lamp-tint"),
    ("ink-soft", "paper"), ("ink-soft", "wall"), ("ink-soft", "plate-tint"),
    ("plate", "paper"), ("plate", "wall"), ("plate", "plate-tint"), ("plate-deep", "plate-tint"),
    ("paper", "plate"), ("paper", "plate-deep"), ("paper", "seal"),
    ("lamp", "paper"), ("lamp", "lamp-tint"), ("leaf", "paper"), ("leaf", "leaf-tint"),
    ("seal", "paper"), ("seal", "seal-tint"),
]  # fmt: skip
EDGES_ON = [("line-strong", "paper"), ("line-strong", "wall"), ("lamp-light", "plate-deep")]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    parts = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(first: str, second: str) -> float:
    lights = sorted((luminance(TOKENS[first]), luminance(TOKENS[second])), reverse=True)
    return (lights[0] + 0.05) / (lights[1] + 0.05)


def test_contrast_of_black_and_white(monkeypatch):
    monkeypatch.setitem(TOKENS, "black", "#000")
    assert round(contrast("black", "paper"), 1) == 21


@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_stands_out(text, ground):
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize(("edge", "ground"), EDGES_ON)
def test_edges_of_controls_stand_out(edge, ground):
    assert contrast(edge, ground) >= 3


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_template_has_nothing_inline(path):
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|hx-vals=.js:", source)
    assert all(" src=" in tag for tag in re.findall(r"<script[^>]*>", source))


@pytest.mark.parametrize("path", [*TEMPLATES, *TEXTS], ids=lambda path: path.name)
def test_nothing_comes_from_another_host(path):
    source = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|[\"'(]//\w", source)


def test_every_icon_is_in_the_set():
    named = re.compile(r"""{% icon ["']([\w-]+)["']|\bicon=["']([\w-]+)["']""")
    pairs = [pair for path in TEMPLATES for pair in named.findall(path.read_text("utf-8"))]
    for name in sorted({first or second for first, second in pairs}):
        assert icon(name).startswith("<svg")


def test_no_colour_outside_the_tokens_in_templates():
    painted = re.compile(r"(?:fill|stroke|color)=\"#")
    assert [path.name for path in TEMPLATES if painted.search(path.read_text("utf-8"))] == []


def test_large_text_is_never_under_18_px():
    large = re.search(r"html\.large \{(.*?)\}", SHEET, re.DOTALL)[1]
    root = 16 * int(re.search(r"font-size: (\d+)%", large)[1]) / 100
    sizes = [float(size) * root for size in re.findall(r"--fs[\w-]*: ([\d.]+)rem", large)]
    targets = [float(size) * root for size in re.findall(r"--control[\w-]*: ([\d.]+)rem", large)]
    assert min(sizes) >= 18
    assert min(targets) >= 48
