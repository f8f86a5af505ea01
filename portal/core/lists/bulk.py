"""Doing one thing to many rows of a list: each row by its own action, all in one transaction."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django import forms
from django.db import models, transaction
from django.http import QueryDict

from portal.core.errors import Conflict, DomainError, NotAllowed, OutOfScope
from portal.core.lists.query import ListQuery
from portal.core.lists.spec import Bulk

LIMIT = 500  # rows at once: more is the work of an import


class BulkForm(forms.Form):
    """What a bulk action asks for; ``viewer`` and ``tenant`` narrow its choices."""

    def __init__(self, data=None, *, viewer=None, tenant=None):
        self.viewer, self.tenant = viewer, tenant
        super().__init__(data)


class Outcome(NamedTuple):
    """How many rows were done, and the ones that refused with their reasons."""

    done: int
    refused: list[tuple[str, str]]


def bulk_named(query: ListQuery, key: str) -> Bulk:
    """The bulk action of that name. Raises OutOfScope, NotAllowed."""
    for bulk in query.spec.bulk:
        if bulk.key == key:
            if not query.access.can(bulk.permission, query.tenant):
                raise NotAllowed
            return bulk
    raise OutOfScope


def chosen(query: ListQuery, data: QueryDict) -> list[str]:
    """The ids that a form chose, or of all rows of the filter. Raises DomainError."""
    if data.get("all"):
        found = list(query.ordered().values_list("pk", flat=True)[: LIMIT + 1])
    else:
        keys = [key for key in map(_uuid, data.getlist("row")[: LIMIT + 1]) if key]
        found = list(query.everything.filter(pk__in=keys).values_list("pk", flat=True))
    if not found:
        raise DomainError(f"请先选择{query.spec.label}。")
    if len(found) > LIMIT:
        raise DomainError(f"一次最多处理 {LIMIT} {query.spec.unit}，请先缩小筛选范围。")
    return [str(key) for key in found]


def bulk_run(query: ListQuery, bulk: Bulk, keys: Sequence[str], values: dict) -> Outcome:
    """Do it to every row; a row that refuses is told and the others are done."""
    refused, done = [], 0
    with transaction.atomic():
        # All rows are locked before the first log row: the log is a lock as well.
        rows = query.everything.filter(pk__in=keys).order_by("pk")
        for row in list(rows.select_for_update(no_key=True)):
            try:
                bulk.run(query.viewer, row, **values)
            except DomainError as error:
                refused.append((str(row), _reason(error)))
            else:
                done += 1
    return Outcome(done, refused)


def _reason(error: DomainError) -> str:
    return "刚刚被别人修改，请重试。" if isinstance(error, Conflict) else error.message


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def rows_shown(query: ListQuery, keys: Sequence[str], most: int = 10) -> list[models.Model]:
    """A few of the chosen rows, for the page that asks for confirmation."""
    return list(query.everything.filter(pk__in=keys[:most]))
