"""What a list page needs besides its rows, fetched in one statement: how many rows there
are (up to a cap), the choices of its filters, the person's saved views."""

from typing import NamedTuple
from uuid import UUID

from django.db.models import CharField, Value
from django.db.models.functions import Cast

from portal.core.lists.filters import OptionFilter
from portal.core.lists.query import ListQuery
from portal.core.lists.statements import Statement, compiled, joined, kept
from portal.core.models import SavedView

COUNT, VIEW = ":count", ":view"  # no filter has such a name
_TEXT_KEY = Cast("pk", CharField())
_NOTHING = Value("", output_field=CharField())
CAP = 10_000  # a community counts to its last resident; beyond, the page says "more than"


class View(NamedTuple):
    id: UUID
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
    statement = kept(query.key and (*query.key, "facts"), lambda: _statement(query))
    count, options, views = 0, {}, []
    for kind, key, label, text in statement.rows():
        if kind == COUNT:
            count = int(key)
        elif kind == VIEW:
            views.append(View(UUID(key), label, text))
        else:
            options.setdefault(kind, []).append((str(UUID(key)), label))
    return Facts(count, options, views)


def _statement(query: ListQuery) -> Statement:
    parts = [(COUNT, _counting(compiled(query.rows.order_by().values("pk")[: CAP + 1])))]
    for name in query.allowed:
        if isinstance(kind := query.spec.filters.base_filters[name], OptionFilter):
            rows = kind.options(query.viewer, query.tenant)
            parts.append((name, compiled(rows.values_list(_TEXT_KEY, kind.word, _NOTHING))))
    mine = SavedView.objects.filter(owner=query.viewer, list_name=query.spec.name).order_by("name")
    parts.append((VIEW, compiled(mine.values_list(_TEXT_KEY, "name", "query"))))
    return joined(parts)


def _counting(rows: Statement) -> Statement:
    """The number of a statement's rows, as text in the first of three columns."""
    if not rows.sql:
        return rows
    sql = f"SELECT CAST(COUNT(*) AS VARCHAR(20)), '', '' FROM ({rows.sql}) counted"  # noqa: S608
    return rows._replace(sql=sql)
