"""What a list page needs besides its rows, fetched in one statement: how many rows there
are (up to a cap), the choices of its filters, the person's saved views."""

from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast

from portal.core.lists.filters import OptionFilter
from portal.core.lists.query import ListQuery
from portal.core.models import SavedView

COUNT, VIEW = ":count", ":view"  # no filter has such a name
_TEXT_KEY = Cast("pk", CharField())
_NOTHING = Value("", output_field=CharField())
CAP = 10_000  # a community counts to its last resident; beyond, the page says "more than"


class View(NamedTuple):
    id: str
    name: str
    query: str


class Facts(NamedTuple):
    count: int
    options: dict[str, list[tuple[str, str]]]
    views: list[View]

    @property
    def is_capped(self) -> bool:
        return self.count > CAP

    @property
    def shown(self) -> str:
        return f"{CAP:,}+" if self.is_capped else f"{self.count:,}"


def facts(query: ListQuery) -> Facts:
    """Count, choices and views in one statement."""
    parts = [*_choices(query), (VIEW, _views(query))]
    count, options, views = 0, {}, []
    for kind, key, label, text in _union(query.rows.order_by().values("pk")[: CAP + 1], parts):
        if kind == COUNT:
            count = int(key)
        elif kind == VIEW:
            views.append(View(key, label, text))
        else:
            options.setdefault(kind, []).append((str(UUID(key)), label))
    return Facts(count, options, views)


def _choices(query: ListQuery) -> list[tuple[str, QuerySet]]:
    return [
        (name, kind.options(query.viewer, query.tenant).values_list(_TEXT_KEY, kind.word, _NOTHING))
        for name in query.allowed
        if isinstance(kind := query.spec.filters.base_filters[name], OptionFilter)
    ]


def _views(query: ListQuery) -> QuerySet:
    mine = SavedView.objects.filter(owner=query.viewer, list_name=query.spec.name)
    return mine.order_by("name").values_list(_TEXT_KEY, "name", "query")


def _union(count: QuerySet, parts: list[tuple[str, QuerySet]]) -> list[tuple]:
    """Rows of (kind, key, label, text): the number of rows of ``count``, then the parts."""
    connection, members, params = connections[count.db], [], []
    for kind, rows in [(COUNT, count), *parts]:
        try:
            sql, values = rows.query.get_compiler(connection=connection).as_sql()
        except EmptyResultSet:  # a query set of nothing
            continue
        picked = "CAST(COUNT(*) AS VARCHAR(20)), '', ''" if kind == COUNT else "part.*"
        members.append(f"SELECT '{kind}', {picked} FROM ({sql}) part")  # noqa: S608 - compiled
        params += values
    if not members:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(members), params)
        return cursor.fetchall()
