"""What the templates of a list show, made from one query."""

from portal.core.addresses import address
from portal.core.exports.formats import FORMATS
from portal.core.lists import cells
from portal.core.lists.controls import column_boxes, filters, sorts
from portal.core.lists.facts import facts
from portal.core.lists.paging import LAST, Page
from portal.core.lists.query import PAGE_SIZE, PLACE_KEYS, ListQuery

WORDS = ("c", "figure", "on", "part")  # what the filter form keeps and does not show


def fragment_context(query: ListQuery) -> dict:
    """Rows, bar and pager."""
    page, told = query.page(), facts(query)
    bulk = query.spec.bulk_for(query.access, query.tenant)
    place = {key: query.params.get(key) for key in PLACE_KEYS}
    return {
        "spec": query.spec,
        "url": address("core:list", query.spec.name),
        "bulk_url": address("core:list_bulk", query.spec.name),
        "query": query,
        "page": page,
        "size": PAGE_SIZE,
        "facts": told,
        "bulk": bulk,
        "head": cells.head(query, bool(bulk)),
        "body": cells.body(query, page.rows, bool(bulk)),
        "links": pager(query, page),
        "address": query.address(),
        "narrowed": bool(query.base) or query.values != dict(query.spec.defaults),
        "here": query.address(**place),
        "without_base": query.address(figure=None, on=None, part=None),
        "column_boxes": column_boxes(query),
        "kept_columns": [pair for pair in query.pairs if pair[0] != "c"],
        "formats": FORMATS,
        "ways": () if page.rows else ways(query),
        "may_export": query.access.can(query.spec.may_export, query.tenant),
    }


def ways(query: ListQuery) -> list[tuple[str, str]]:
    """(label, address) of what brings rows into an empty list, for whoever may."""
    found = filter(None, (query.spec.bring, query.spec.create))
    return [(label, address(name)) for label, name, permission in found
            if query.access.can(permission, query.tenant)]  # fmt: skip


def page_context(query: ListQuery) -> dict:
    """The whole page: besides, the filter form."""
    context = fragment_context(query)
    create = query.spec.create
    return context | {
        "filters": filters(query, context["facts"].options),
        "sorts": sorts(query),
        "kept": [pair for pair in query.pairs if pair[0] in WORDS],
        "may_create": bool(create) and query.access.can(create[2], query.tenant),
        "create_url": address(create[1]) if create else "",
    }


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
