"""National code tables: code ↔ name ↔ the words that ledgers use (sources in README.md)."""

import csv
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from .words import DISABILITY_CATEGORY, DISABILITY_GRADE, ENDINGS, SHORT, WORDS

STANDARDS = {
    "sex": "GB/T 2261.1-2003",
    "marital": "GB/T 2261.2-2003",
    "education": "GB/T 4658-2006",
    "ethnic": "GB/T 3304-1991",
    "relation": "GB/T 4761-2008",
    "political": "GB/T 4762-1984",
    "id_document": "WS/T 364.3 CV02.01.101",
    "province": "GB/T 2260",
    "disability_category": "GB/T 26341-2010",
    "disability_grade": "GB/T 26341-2010",
}
_OWN = {"disability_category": DISABILITY_CATEGORY, "disability_grade": DISABILITY_GRADE}


@cache
def standard_names(table: str) -> dict[str, str]:
    """Code → the name as the standard writes it, in the standard's order."""
    if table in _OWN:
        return _OWN[table]
    if table not in STANDARDS:
        raise KeyError(f"no code table named {table!r}")
    with open(Path(__file__).parent / "tables" / f"{table}.csv", encoding="utf-8") as lines:
        return {row["code"]: row["zh_hans"] for row in csv.DictReader(lines)}


@cache
def labels(table: str) -> dict[str, str]:
    """Code → the short name that lists and forms show."""
    return standard_names(table) | SHORT.get(table, {})


def label(table: str, code: str) -> str:
    """The short name of a code; an unknown code stays visible as it is, "" stays ""."""
    return labels(table).get(code, code)


@cache
def choices(table: str) -> list[tuple[str, str]]:
    return list(labels(table).items())


@cache
def _by_word(table: str) -> dict[str, str]:
    words = {code: code for code in standard_names(table)}
    for code, name in standard_names(table).items():
        words.setdefault(name, code)
        if table == "ethnic":  # 汉 is 汉族
            words.setdefault(name.removesuffix("族"), code)
        if table == "disability_category":
            words.setdefault(name.removesuffix("残疾"), code)
    for code, name in SHORT.get(table, {}).items():
        words.setdefault(name, code)
    return words | WORDS.get(table, {})


@lru_cache(maxsize=4096)
def code_for(table: str, text: str) -> str | None:
    """The code that a ledger's word means, or None when nobody can know.

    Spaces, full-width forms and case do not matter; a code stands for itself.
    """
    words = _by_word(table)
    if (code := words.get(text)) is not None:
        return code
    plain = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if (code := words.get(plain)) is None and table in ENDINGS:
        return words.get(ENDINGS[table].sub("", plain))
    return code
