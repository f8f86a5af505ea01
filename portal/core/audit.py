"""Writing and checking the two logs."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from portal.core.models import AccessLog, ChangeLog, LogHead
from portal.core.models.logs import GENESIS, ORIGIN_LENGTH
from portal.core.origin import current_origin


def change_record(*, by, action, model="", row_id=None, tenant=None, before=None, after=None,
                  reason="") -> ChangeLog:  # fmt: skip
    """Append one row to the change log inside the caller's transaction."""
    return _append(
        ChangeLog(
            **_head_fields(by), action=action, model=model, row=row_id, tenant=tenant,
            before=before or {}, after=after or {}, reason=reason[:200],
        )
    )  # fmt: skip


def access_record(by, *, action: str, model: str = "", row_id: UUID | None = None,
                  subjects: Iterable[UUID] = (), tenant: UUID | None = None, fields: str = "",
                  reason: str = "", count: int = 1) -> AccessLog:  # fmt: skip
    """Append one row to the access log: a look at one person, or at ``count`` of them.

    ``fields`` names the class of field that was shown; values never come here.
    """
    with transaction.atomic():
        return _append(
            AccessLog(
                **_head_fields(by), action=action, model=model, row=row_id, tenant=tenant,
                subjects=[str(s) for s in subjects], count=count, fields_class=fields[:60],
                reason=reason[:200],
            )
        )  # fmt: skip


def verify_logs() -> list[str]:
    """Walk both chains and return one sentence for each break; empty means whole."""
    return [*_verify(ChangeLog), *_verify(AccessLog)]


def log_heads() -> dict[str, tuple[int, str]]:
    """The end of each chain as {name: (number of rows, hash)}, to be kept elsewhere."""
    return {head.name: (head.seq, head.hash) for head in LogHead.objects.order_by("name")}


def _head_fields(by) -> dict:
    origin = current_origin()
    return {
        "by": getattr(by, "pk", None),
        "by_name": getattr(by, "name", "")[:60],
        "role": origin.role[:60],
        "origin": origin.text[:ORIGIN_LENGTH],
    }


def _append(row):
    head = LogHead.objects.select_for_update().get(name=row.chain)
    row.seq, row.previous = head.seq + 1, head.hash
    row.hash = row.digest()
    row.save(force_insert=True)
    LogHead.objects.filter(name=row.chain).update(seq=row.seq, hash=row.hash)
    return row


def _verify(model) -> list[str]:
    breaks, seq, previous = [], 0, GENESIS
    for row in model.objects.order_by("seq").iterator(chunk_size=2000):
        if row.seq != seq + 1:
            breaks.append(f"{model.__name__}: 第 {seq + 1} 至 {row.seq - 1} 行缺失")
        if row.previous != previous or row.hash != row.digest():
            breaks.append(f"{model.__name__}: 第 {row.seq} 行与校验值不符")
        seq, previous = row.seq, row.hash
    head = LogHead.objects.get(name=model.chain)
    if (head.seq, head.hash) != (seq, previous):
        breaks.append(f"{model.__name__}: 末行应为第 {head.seq} 行，实为第 {seq} 行")
    return breaks
