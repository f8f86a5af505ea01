"""Ledgers from outside: upload, check, preview, apply, undo. What a ledger looks like and
what its rows mean is the app's (``ImportKind``); how a run proceeds stands here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"
OUTCOMES = {NEW: "新增", CHANGED: "变更", SAME: "相同", REFUSED: "未导入"}


@dataclass(frozen=True)
class ImportKind:
    """A kind of ledger. ``fields`` maps field to label, for the select boxes.

    * ``sheets(book, tenant)`` → list of ``SheetFound``, the likely one first
    * ``missing(mapping)`` → sentences about what a mapping lacks
    * ``read(sheet, found, mapping)`` → the checked cells (no database)
    * ``pack(table)`` → bytes, ``unpack(bytes)`` → an equal table, ValueError if it cannot
    * ``plan(table, tenant, options)`` → a plan with ``counts``, ``digest``, ``notes``,
      preview(), warnings(), refused(), refused_cells()
    * ``write(by, plan, progress)`` → what takes it back (``portal.core.imports.undo.Undo``)
    * ``covered(access, tenant)`` → fields whose values this person may not see
    """

    name: str
    label: str
    permission: str
    fields: dict[str, str]
    sheets: Callable[..., list]
    missing: Callable[[dict], list[str]]
    read: Callable[..., Any]
    pack: Callable[[Any], bytes]
    unpack: Callable[[bytes], Any]
    plan: Callable[..., Any]
    write: Callable[..., Any]
    covered: Callable[..., frozenset[str]]


@dataclass
class SheetFound:
    """A sheet in which a table was recognised.

    ``columns``: dicts index, heading, field, remark, samples (masked).
    """

    name: str
    title: str
    first_row: int
    columns: list[dict]
    signature: str
    problems: list[str]
    warnings: list[str]
    score: int = 0

    @property
    def mapping(self) -> dict[int, str]:
        return {column["index"]: column["field"] for column in self.columns if column["field"]}

    @property
    def headings(self) -> dict[int, str]:
        return {column["index"]: column["heading"] for column in self.columns}


_kinds: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> ImportKind:
    _kinds[kind.name] = kind
    return kind


def kind_of(name: str) -> ImportKind | None:
    return _kinds.get(name)


def kinds() -> list[ImportKind]:
    return list(_kinds.values())
