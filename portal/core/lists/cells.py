"""The body of a list's table, from tuples to HTML, column by column.

A template loop over fifty rows and twelve columns costs several times the page's SQL;
here a cell is one string operation. Every value is escaped in this file and nowhere else.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape
from uuid import UUID

from django.utils.safestring import SafeString, mark_safe

from portal.core.addresses import address
from portal.core.lists.query import ListQuery
from portal.core.lists.spec import NUMBER, Column
from portal.core.templatetags.ui import icon

ANY = UUID(int=0)
_SPECIAL = re.compile("[&<>\"']")
_ALL_BOX = (
    '<th scope="col" class="pick"><input type="checkbox" data-pick-all '
    'aria-label="选择本页全部"></th>'
)


def body(query: ListQuery, rows: Sequence[tuple], picking: bool) -> SafeString:
    """The table rows of one page; ``rows`` are what ``query.page`` fetched."""
    if not rows:
        return mark_safe("")
    columns, width = query.columns, len(query.columns)
    ids, *values = zip(*rows, strict=True)
    ids = {"pk": ids, **dict(zip(query.link_paths, values[width:], strict=True))}
    ids = {path: [_address_of(key) for key in keys] for path, keys in ids.items()}
    painted = [
        _cells(column, data, ids, title=number == 0)
        for number, (column, data) in enumerate(zip(columns, values, strict=False))
    ]
    if picking:
        painted.insert(0, _boxes(ids["pk"], values[0]))
    lines = map("".join, zip(*painted, strict=True))
    return mark_safe("<tr>" + "</tr>\n<tr>".join(lines) + "</tr>")  # noqa: S308 - escaped above


def head(query: ListQuery, picking: bool) -> SafeString:
    """The headings; those with an order of their own sort, once up, again down."""
    order, descending = query.order
    orders = {o.key for o in query.spec.orders}
    cells = [_ALL_BOX] if picking else []
    for column in query.columns:
        name = ' class="num"' if column.kind == NUMBER else ""
        label = escape(column.label)
        if column.key not in orders:
            cells.append(f'<th scope="col"{name}>{label}</th>')
            continue
        now = column.key == order.key
        state = f' aria-sort="{"descending" if descending else "ascending"}"' if now else ""
        target = escape(query.address(sort="-" * (now and not descending) + column.key))
        mark = icon("arrow-down" if descending else "arrow-up") if now else ""
        cells.append(f'<th scope="col"{name}{state}><a href="?{target}">{label}{mark}</a></th>')
    return mark_safe("".join(cells))  # noqa: S308 - escaped above


def _cells(column: Column, values: Iterable, ids: dict, title: bool) -> list[str]:
    """The cells of one column. An empty one is marked, so that a phone's card leaves it out."""
    label = escape(column.label)
    names = ["row-title"] if title else ["num"] if column.kind == NUMBER else []
    opening = (
        f'<td class="{names[0]}" data-label="{label}">' if names else f'<td data-label="{label}">'
    )
    blank = f'<td class="{" ".join([*names, "is-blank"])}" data-label="{label}"></td>'
    inner = _written(column, values)
    if column.look:
        inner = [f'<span class="{column.look}">{text}</span>' if text else "" for text in inner]
    if column.link:
        before, after = link_parts(column.link[0])
        targets = ids[column.link[1]]
        inner = [
            f'<a href="{before}{key}{after}">{text}</a>' if text and key else text
            for text, key in zip(inner, targets, strict=True)
        ]
    return [f"{opening}{text}</td>" if text else blank for text in inner]


def _written(column: Column, values: Iterable) -> list[str]:
    """The values as escaped texts, labels instead of codes; "" where there is nothing. Most
    columns hold nothing to escape, seen in one search."""
    if column.labels:
        known = {code: escape(str(column.labels.get(code, code or ""))) for code in set(values)}
        return [known[code] for code in values]
    texts = ["" if value is None else str(value) for value in values]
    return [escape(text) for text in texts] if _SPECIAL.search("".join(texts)) else texts


def _boxes(ids: Iterable, titles: Iterable) -> list[str]:
    return [
        f'<td class="pick"><input type="checkbox" name="row" value="{key}" data-pick '
        f'aria-label="选择 {escape(str(title))}"></td>'
        for key, title in zip(ids, titles, strict=True)
    ]


def _address_of(key) -> str:
    """An id as addresses write it; a database without such a type gives 32 digits."""
    if not isinstance(key, str):
        return str(key or "")
    return f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}" if key else ""


def link_parts(name: str) -> tuple[str, str]:
    """The address of a url name before and after its id."""
    before, after = address(name, ANY).split(str(ANY))
    return before, after
