"""A checked table as bytes, for the way from the check to the application."""

from datetime import date

import orjson

from grids.addresses import Address
from residents.idnumbers import IdNumber
from residents.imports.columns import Table
from residents.phones import Phone

SHAPE = 1  # to be raised when Table, or a value in its columns, is built otherwise
DISABILITIES = ("disability_category", "disability_grade")


def pack(table: Table) -> bytes:
    """The table as JSON; ``unpack`` makes an equal one of it."""
    parts = {"shape": SHAPE, "numbers": table.numbers, "headings": table.headings,
             "columns": table.columns, "errors": list(table.errors.items()),
             "warnings": table.warnings, "notes": table.notes}  # fmt: skip
    return orjson.dumps(parts, default=list)  # what JSON does not know are named tuples


def unpack(data: bytes) -> Table:
    """The table that ``pack`` was given. Raises ValueError for another shape."""
    parts = orjson.loads(data)
    if parts.pop("shape") != SHAPE:
        raise ValueError("packed by another version")
    columns = parts["columns"]
    for name, made in _MADE.items():
        if name in columns:
            columns[name] = [value and made(value) for value in columns[name]]
    parts["errors"] = {index: list(map(tuple, errors)) for index, errors in parts["errors"]}
    parts["warnings"] = list(map(tuple, parts["warnings"]))
    return Table(**parts)


def _number(parts: list) -> IdNumber:
    value, kind, born_on, sex, mask, warnings = parts
    return IdNumber(
        value, kind, born_on and date.fromisoformat(born_on), sex, mask, tuple(warnings)
    )


_MADE = {"id_number": _number, "born_on": date.fromisoformat, "phone": Phone._make,
         "address": Address._make, **dict.fromkeys(DISABILITIES, tuple)}  # fmt: skip
