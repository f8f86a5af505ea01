"""What a list page needs besides its rows, fetched in one statement: how many rows there
are (up to a cap), the choices of its filters, the person's saved views."""

from typing import NamedTuple
from uuid import UUID

from django.db.models import CharField, Value
from django.db.models.functions import Cast

from portal.core.lists.filters import OptionFilter
from portal.core.lists.query import ListQuery
from portal.core.lists.statements import Statement, compiled, joined, kept, known
from portal.core.models import SavedView

COUNT, VIEW = ":count", ":view"  # no filter has such a name
_TEXT_KEY = Cast("pk", CharField())
_NOTHING = Value("", output_field=CharField())
# An ordinary community counts to its last resident, and the rows behind a figure are as many
# as it says. A larger list says "1,000+" soon instead of an exact number late.
CAP, LARGE_CAP = 10_000, 1_000


class View(NamedTuple):
    id: UUID
    name: str
    query: str


class Facts(NamedTuple):
    """``count`` is one above ``cap`` where there are more."""

    count: int
    cap: int
    options: dict[str, list[tuple[str, str]]]
    views: list[View]

    @property
    def is_capped(self) -> bool:
        return self.count > self.cap

    @property
    def shown(self) -> str:
        return f"{self.cap:,}+" if self.is_capped else f"{self.count:,}"


def facts(query: ListQuery) -> Facts:
    """Count, choices and views in one statement.

    The first one of the day also finds out whether the viewer's list is a large one.
    """
    size_key = (*query.whose, "cap")
    cap = CAP if query.base else known(size_key)
    key = query.key and (*query.key, "facts", cap)
    statement = kept(key, lambda: _statement(query, cap))
    count, used, options, views = 0, cap or CAP, {}, []
    for kind, key, label, text in statement.rows():
        if kind == COUNT:
            count, used = int(key), int(label)
            if cap is None:
                kept(size_key, lambda found=used: found)
        elif kind == VIEW:
            views.append(View(UUID(key), label, text))
        else:
            options.setdefault(kind, []).append((str(UUID(key)), label))
    return Facts(count, used, options, views)


def _statement(query: ListQuery, cap: int | None) -> Statement:
    parts = [(COUNT, _counting(query, cap))]
    for name in query.allowed:
        if isinstance(kind := query.spec.filters.base_filters[name], OptionFilter):
            rows = kind.options(query.viewer, query.tenant)
            parts.append((name, compiled(rows.values_list(_TEXT_KEY, kind.word, _NOTHING))))
    mine = SavedView.objects.filter(owner=query.viewer, list_name=query.spec.name).order_by("name")
    parts.append((VIEW, compiled(mine.values_list(_TEXT_KEY, "name", "query"))))
    return joined(parts)


def _counting(query: ListQuery, cap: int | None) -> Statement:
    """The number of rows and its cap, as text in the first two of three columns."""
    rows = compiled(query.rows.order_by().values("pk"))
    if not rows.sql:
        return rows
    bound = Statement(rows.using, str(cap), ())
    if cap is None:
        every = compiled(query.everything.order_by().values("pk")[: CAP + 1])
        size = f"CASE WHEN COUNT(*) > {CAP} THEN {LARGE_CAP} ELSE {CAP} END"
        bound = every._replace(sql=f"SELECT {size} FROM ({every.sql}) everything")  # noqa: S608
    sql = (
        f"WITH bound(cap) AS (VALUES (({bound.sql}))) "  # noqa: S608 - compiled above
        f"SELECT CAST(COUNT(*) AS VARCHAR(20)), CAST((SELECT cap FROM bound) AS VARCHAR(20)), '' "
        f"FROM ({rows.sql} LIMIT (SELECT cap + 1 FROM bound)) counted"
    )
    return rows._replace(sql=sql, params=bound.params + rows.params)
