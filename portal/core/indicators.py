"""Indicators: figures that open the rows they count.

An app's ``reports.py`` registers a function for each figure; it returns ``Rows``. The number
is the count of these rows and the list page shows the same rows, so nobody counts a second
time. Figures that share a source are computed by one statement::

    @indicator(code="population.minors", name="未成年人", unit="人", definition="…", source="…",
               opens="residents", permission=Permission.MINOR_VIEW)
    def minors(scope, on):
        return living(scope, on).that(Q(resident__born_on__gt=years_before(on, 18)))
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, F, Model, Q, QuerySet

from portal.core.access import access_of
from portal.core.errors import NotAllowed, OutOfScope

CATALOGUE = "catalogue"
WITHOUT_PART: UUID | None = None


@dataclass(frozen=True)
class Scope:
    """Where to count: a tenant, or several that are compared, and perhaps only some parts.

    None among the parts stands for rows that belong to no part.
    """

    tenant: UUID | frozenset[UUID]
    parts: frozenset[UUID | None] | None = None

    def within(self, tenant_path: str, part_path: str | None = None) -> Q:
        """The condition on a model that has its tenant and part at these paths."""
        if isinstance(self.tenant, frozenset):
            place = Q(**{f"{tenant_path}__in": sorted(self.tenant)})
        else:
            place = Q(**{tenant_path: self.tenant})
        if self.parts is None or part_path is None:
            return place
        named = Q(**{f"{part_path}__in": sorted(p for p in self.parts if p is not None)})
        if WITHOUT_PART in self.parts:
            named |= Q(**{f"{part_path}__isnull": True})
        return place & named

    def rows_of(self, model: type[Model]) -> QuerySet:
        """All rows of a scoped model in this place."""
        return model._default_manager.filter(self.within(*model.scope_paths))


@dataclass(frozen=True)
class Rows:
    """What a figure counts: ``source`` rows that meet ``where``, or the rows they lead to.

    ``of`` is the path from the source to the counted row of ``model``; ``distinct`` says
    that several source rows may lead to the same one. Figures whose rows carry the same
    ``key`` have the same source and are computed together.
    """

    source: QuerySet
    key: str = ""
    of: str = "pk"
    model: type[Model] | None = None
    distinct: bool = False
    where: Q = field(default_factory=Q)

    def that(self, *conditions: Q, **lookups) -> "Rows":
        """Only those that also meet these conditions."""
        return replace(self, where=self.where & Q(*conditions, **lookups))

    def leading_to(self, path: str, model: type[Model], *, distinct: bool) -> "Rows":
        """Count the rows at the end of ``path`` instead."""
        return replace(self, of=path, model=model, distinct=distinct)

    def apart(self, key: str) -> "Rows":
        """The same rows from a source of their own, with the condition inside: a statement
        apart, where that is cheaper than one condition more in a shared one."""
        return replace(self, source=self.source.filter(self.where), where=Q(), key=key)

    def count(self) -> Count:
        return Count(self.of, distinct=self.distinct, filter=self.where or None)

    def queryset(self) -> QuerySet:
        """The counted rows themselves."""
        rows = self.source.filter(self.where)
        if self.model is None:
            return rows
        return self.model._default_manager.filter(pk__in=rows.values(self.of))


@dataclass(frozen=True)
class Indicator:
    """指标. ``opens`` names the list that shows its rows, ``permission`` who may open them."""

    code: str
    name: str
    unit: str
    definition: str
    source: str
    opens: str
    permission: str
    rows: Callable[[Scope, date], Rows]
    series: str = CATALOGUE
    # A share is the percentage of one figure in another one; its rows are the first one's.
    share_of: tuple[str, str] | None = None

    def has_parts(self, scope: Scope, on: date) -> bool:
        """Whether its rows lie in parts, or only in the whole tenant."""
        return self.rows(scope, on).source.model.scope_paths.part is not None


class Figure(NamedTuple):
    """A number with its declaration; ``parts`` is {part id or None: number} when asked for.

    A share is a percentage with one decimal, None when there is nothing to share.
    """

    indicator: Indicator
    value: int | float | None
    parts: dict[UUID | None, int | float | None]


_registry: dict[str, Indicator] = {}


def indicator(*, code: str, **declared) -> Callable:
    """Register ``rows(scope, on) -> Rows`` under a code."""

    def register(function):
        _add(Indicator(code=code, rows=function, **declared))
        return function

    return register


def share(*, code: str, part: str, whole: str, name: str, definition: str) -> None:
    """Register the percentage of figure ``part`` in figure ``whole``."""
    counted = _registry[part]
    _add(replace(counted, code=code, name=name, unit="%", definition=definition,
                 share_of=(part, whole)))  # fmt: skip


def indicators(series: str = CATALOGUE) -> list[Indicator]:
    """The registered indicators of a series, in the order of registration."""
    return [known for known in _registry.values() if known.series == series]


def indicator_named(code: str) -> Indicator:
    """KeyError when there is none of that code."""
    return _registry[code]


def figures(scope: Scope, on: date, codes: Iterable[str] | None = None,
            by_part: bool = False) -> dict[str, Figure]:  # fmt: skip
    """The figures of a day as {code: Figure}; the whole catalogue unless codes are named."""
    wanted = _wanted(codes)
    total = _counts(scope, on, wanted)[None]
    parts = _counts(scope, on, wanted, "part") if by_part else {}
    return {
        known.code: Figure(
            known, _value(known, total), {key: _value(known, row) for key, row in parts.items()}
        )
        for known in wanted
    }


def figures_by_tenant(
    tenants: Iterable[UUID], on: date, codes: Iterable[str] | None = None
) -> dict[UUID, dict[str, Figure]]:
    """{tenant: {code: Figure}} for tenants that are compared, in as many statements as for one."""
    wanted, tenants = _wanted(codes), list(tenants)
    counted = _counts(Scope(frozenset(tenants)), on, wanted, "tenant")
    return {
        tenant: {known.code: Figure(known, _value(known, counted[tenant]), {}) for known in wanted}
        for tenant in tenants
    }


def figure_rows(code: str, scope: Scope, on: date) -> QuerySet:
    """The rows that the figure counts. KeyError for an unknown code."""
    return _registry[code].rows(scope, on).queryset()


def scope_of(principal, permission: str, tenant: UUID | None) -> Scope | None:
    """The part of a tenant that the principal's permission reaches, None for nothing."""
    access = access_of(principal)
    if tenant is None:
        return None
    if access.total or permission in access.everywhere:
        return Scope(tenant)
    whole, partial = access.reach(permission)
    if tenant in whole:
        return Scope(tenant)
    parts = frozenset().union(*(parts for place, parts in partial if place == tenant))
    return Scope(tenant, parts) if any(place == tenant for place, _ in partial) else None


def rows_for(principal, code: str, tenant: UUID, on: date, part: str = "") -> QuerySet:
    """The rows of a figure for somebody who wants to open them.

    ``part`` narrows to one part (an id, or "none"). KeyError for an unknown code, NotAllowed
    without the permission that opens these rows, OutOfScope for another's tenant or part.
    """
    known = _registry[code]
    scope = scope_of(principal, known.permission, tenant)
    if scope is None:
        raise NotAllowed
    if part:
        try:
            key = WITHOUT_PART if part == "none" else UUID(part)
        except ValueError as error:
            raise OutOfScope from error
        if scope.parts is not None and key not in scope.parts:
            raise OutOfScope
        scope = Scope(tenant, frozenset({key}))
    return known.rows(scope, on).queryset()


def _add(known: Indicator) -> None:
    if known.code in _registry:
        raise ValueError(f"indicator {known.code} is registered twice")
    _registry[known.code] = known


def _wanted(codes: Iterable[str] | None) -> list[Indicator]:
    return indicators() if codes is None else [_registry[code] for code in codes]


def _value(known: Indicator, counted: dict[str, int]) -> int | float | None:
    if known.share_of is None:
        return counted.get(known.code, 0)
    part, whole = (counted.get(code, 0) for code in known.share_of)
    return round(100 * part / whole, 1) if whole else None


def _counts(scope: Scope, on: date, wanted: list[Indicator], group: str = "") -> dict:
    """{key of the group (None without one): {code: number}}; one statement per source."""
    found = defaultdict(dict)
    for batch in _by_source(scope, on, wanted):
        source = batch[0][1].source
        counts = {f"n{place}": rows.count() for place, (_, rows) in enumerate(batch)}
        if group:
            path = getattr(source.model.scope_paths, group)
            if path is None:  # rows of the whole tenant lie in no part
                continue
            answers = source.order_by().values(group_key=F(path)).annotate(**counts)
        else:
            answers = [{"group_key": None, **source.aggregate(**counts)}]
        for answer in answers:
            numbers = {code: answer[f"n{place}"] for place, (code, _) in enumerate(batch)}
            found[answer["group_key"]] |= numbers
    return found


def _by_source(scope: Scope, on: date, wanted: list[Indicator]) -> Iterable[list]:
    codes = dict.fromkeys(code for known in wanted for code in known.share_of or (known.code,))
    batches = defaultdict(list)
    for code in codes:
        rows = _registry[code].rows(scope, on)
        batches[rows.key or code].append((code, rows))
    return batches.values()
