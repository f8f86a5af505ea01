"""What the templates of a list show, made from one query."""

from django.http import QueryDict

from portal.core.exports.formats import FORMATS
from portal.core.lists import cells
from portal.core.lists.controls import controls
from portal.core.lists.facts import facts
from portal.core.lists.paging import LAST, Page
from portal.core.lists.query import PAGE_SIZE, ListQuery

WORDS = ("c", "sort", "figure", "on", "part")  # parameters that are no filters


def fragment_context(query: ListQuery) -> dict:
    """Rows, bar and pager."""
    page, told = query.page(), facts(query)
    bulk = query.spec.bulk_for(query.access, query.tenant)
    return {
        "spec": query.spec,
        "query": query,
        "page": page,
        "size": PAGE_SIZE,
        "facts": told,
        "bulk": bulk,
        "head": cells.head(query, bool(bulk)),
        "body": cells.body(query, page.rows, bool(bulk)),
        "links": pager(query, page),
        "address": query.address(),
        "without_base": query.address(figure=None, on=None, part=None),
        "chosen": {column.key for column in query.columns},
        "kept_columns": kept(query, "c"),
        "formats": FORMATS,
        "may_export": query.access.can(query.spec.may_export, query.tenant),
    }


def page_context(query: ListQuery) -> dict:
    """The whole page: besides, the filter controls."""
    context = fragment_context(query)
    made = controls(query, context["facts"].options)
    create = query.spec.create
    return context | {
        "controls": made,
        "more_open": any(c.more and query.is_asked(c.name) for c in made),
        "kept": [pair for pair in kept(query) if pair[0] in WORDS and pair[0] != "sort"],
        "sorts": sorts(query),
        "may_create": bool(create) and query.access.can(create[2], query.tenant),
    }


def sorts(query: ListQuery) -> list[tuple[str, str, bool]]:
    """(value, label, chosen) of the select for the order."""
    now, descending = query.order
    return [
        (sign + order.key, order.label + word, order is now and descending == bool(sign))
        for order in query.spec.orders
        for sign, word in (("", "（升序）"), ("-", "（降序）"))
    ]


def pager(query: ListQuery, page: Page) -> dict[str, str]:
    """Addresses of the other pages; empty where there is none."""
    links = {"first": "", "previous": "", "next": "", "last": ""}
    if page.rows and page.has_previous:
        links["first"] = query.address()
        links["previous"] = query.address(before=str(page.rows[0][0]))
    if page.rows and page.has_next:
        links["next"] = query.address(after=str(page.rows[-1][0]))
        links["last"] = query.address(before=LAST)
    return links


def kept(query: ListQuery, *without: str) -> list[tuple[str, str]]:
    """The query's parameters as hidden fields of a form that changes the others."""
    params = QueryDict(query.address())
    return [(name, v) for name, values in params.lists() if name not in without for v in values]
