"""The phone's page asks no more of a browser than docs/phone.md says: Chrome 86, Safari 14.

A list of what came later and is easily written by hand; each line is tried on an example.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "static" / "linli" / "phone"
# pattern: what it is, an example
LATER_SCRIPT = {
    r"\?\?=|\|\|=|&&=": ("logical assignment on Safari before 14", "a ??= 1"),
    r"(?<!['\w])#[a-z]\w*\s*[=;(]": ("private fields, Safari 14.1", "class A { #x = 1; }"),
    r"\bstatic\s*\{": ("static blocks", "static { }"),
    r"^await\b|^(const|let)[^;]*?= await\b": ("await at the top", "const a = await b();"),
    r"\.at\(-?\d": (".at(), Chrome 92, Safari 15.4", "list.at(-1)"),
    r"\.findLast(Index)?\(": ("findLast, Chrome 97, Safari 15.4", "list.findLast(f)"),
    r"\.to(Sorted|Reversed|Spliced)\(|\.with\(": ("copies, Chrome 110", "list.toSorted()"),
    r"\bObject\.(hasOwn|groupBy)\b": ("Chrome 93, Safari 15.4", "Object.hasOwn(a, b)"),
    r"\bArray\.fromAsync\b": ("Chrome 121", "Array.fromAsync(a)"),
    r"\bPromise\.(withResolvers|try)\b": ("Chrome 119", "Promise.withResolvers()"),
    r"\bAbortSignal\.(timeout|any|abort)\b": ("Chrome 93, Safari 15.4", "AbortSignal.timeout(1)"),
    r"\bstructuredClone\b": ("Chrome 98, Safari 15.4", "structuredClone(a)"),
    r"\brandomUUID\b": ("Chrome 92, Safari 15.4, HTTPS alone", "crypto.randomUUID()"),
    r"\bcreateImageBitmap\b": ("Safari 15", "createImageBitmap(blob)"),
    r"\bshowDirectoryPicker|showOpenFilePicker": ("no phone", "showOpenFilePicker()"),
    r"\brequestIdleCallback\b": ("no Safari", "requestIdleCallback(f)"),
    r"\(\?<[=!]": ("look-behind, Safari 16.4", "/(?<=a)b/"),
    r"/[a-z]*[dv][a-z]*\.(test|exec)\(": ("flags d and v", "/a/v.test(b)"),
    r"\bimport\.meta\b|\bimport\(.*with\b": ("import attributes", "import.meta.url"),
    r"\.(getSetCookie|checkVisibility|showPopover|inert)\b": ("later", "node.inert = true"),
    r"\bOffscreenCanvas\b|\bCompressionStream\b": ("Safari 16.4", "new OffscreenCanvas(1, 1)"),
    r"\berror\.cause\b|\{ cause:": ("Chrome 93", "new Error(a, { cause: b })"),
}
LATER_STYLE = {
    r"(^|[;{\s])inset\s*:": ("inset, Safari 14.1", "a { inset: 0; }"),
    r":where\(|:has\(|:is\(": ("lists of selectors, Chrome 88", ":where(a, b) {}"),
    r":not\([^()]*,": (":not with a list, Chrome 88", "a:not(b, c) {}"),
    r"(margin|padding)-(inline|block)\s*:": ("Chrome 87, Safari 14.1", "a { margin-inline: 0; }"),
    r"aspect-ratio\s*:": ("Chrome 88, Safari 15", "a { aspect-ratio: 1; }"),
    r"\d(d|s|l)v[hw]\b": ("Chrome 108", "a { height: 100dvh; }"),
    r"color-mix\(|oklch\(|light-dark\(|lab\(": ("Chrome 111", "a { color: oklch(1 1 1); }"),
    r"@layer|@container|@scope|@property|@starting-style": ("Chrome 99 and later", "@layer a {}"),
    r"(^|[\s{;])&": ("nesting, Chrome 120", "a { & b {} }"),
    r"\bsubgrid\b": ("Chrome 117", "a { grid-template-rows: subgrid; }"),
    r"overflow\s*:\s*clip": ("Chrome 90", "a { overflow: clip; }"),
    r"(translate|rotate|scale)\s*:": ("Chrome 104", "a { translate: 1px; }"),
}
# What later or secure browsers alone have may be used where the page asks for it first.
ASKED_FIRST = {
    "BroadcastChannel": r'"BroadcastChannel" in window',
    "navigator.locks": r"if \(navigator\.locks\)",
    "navigator.storage.estimate": r"!navigator\.storage\.estimate",
    "navigator.storage.persist": r"if \(navigator\.storage\.persist\)",
    "navigator.serviceWorker.register": r"!navigator\.serviceWorker \|\|",
    "new MediaRecorder": r"window\.MediaRecorder &&",
    "crypto.subtle.": r"window\.crypto\.subtle\)",
}


def code(text: str) -> str:
    """Without comments; strings may stay."""
    return re.sub(r"(?m)(?<![:\"'\w])//.*$", "", re.sub(r"(?s)/\*.*?\*/", "", text))


def later(text: str, known: dict) -> list[str]:
    return [f"{known[pattern][0]}: {found.group()}" for pattern in known
            if (found := re.search(pattern, code(text), re.M))]  # fmt: skip


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.js")), ids=lambda path: path.name)
def test_no_script_is_younger_than_the_browsers_it_is_for(path):
    assert later(path.read_text("utf-8"), LATER_SCRIPT) == []


def test_no_style_is_younger_than_the_browsers_it_is_for():
    assert later((FOLDER / "phone.css").read_text("utf-8"), LATER_STYLE) == []


@pytest.mark.parametrize("known", [LATER_SCRIPT, LATER_STYLE])
def test_the_guard_sees_each_of_them(known):
    unseen = [pattern for pattern, (_, example) in known.items() if not re.search(pattern, example)]
    assert unseen == []


@pytest.mark.parametrize("name", ASKED_FIRST)
def test_what_not_every_browser_has_is_asked_for_first(name):
    texts = [code(path.read_text("utf-8")) for path in FOLDER.glob("*.js")]
    used = [text for text in texts if name in text]
    assert used
    assert any(re.search(ASKED_FIRST[name], text) for text in texts)


def test_the_check_itself_is_read_by_any_browser():
    """ECMAScript 5: what cannot be parsed cannot say that it is too new."""
    text = code((FOLDER / "check.js").read_text("utf-8"))
    assert not re.search(r"=>|\b(let|const|class|async|await|import|export)\b|`|\.\.\.", text)
