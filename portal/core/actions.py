"""Every write is an action: permission, one transaction, scope, audit row.

An action is a keyword-only function whose first argument is ``by``::

    @action(Permission.HOUSEHOLD_CREATE)
    def household_create(*, by, community, …):
        return row_create(by, Household(…))

The decorator opens the transaction and refuses to commit without an audit row.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from portal.core.access import access_of
from portal.core.audit import change_record
from portal.core.errors import AuditMissing, Conflict, DomainError, NotAllowed, OutOfScope
from portal.core.models import ScopedRow, Tombstone

HIDDEN = "***"
UNTOUCHED = frozenset({"version", "created_at", "created_by", "changed_at", "changed_by"})


@dataclass
class _Frame:
    name: str
    permission: str
    audited: bool = False


_frame: ContextVar[_Frame | None] = ContextVar("action", default=None)


def action(permission: str) -> Callable:
    """Turn a function into an action that needs ``permission``.

    Raises NotAllowed without the permission, AuditMissing (and rolls back) when the
    function wrote no audit row and did not say ``unchanged()``.
    """

    def wrap(function):
        @wraps(function)
        def run(*, by, **values):
            if not access_of(by).can(permission):
                raise NotAllowed
            outer = _frame.get()
            frame = _Frame(function.__name__, str(permission))
            token = _frame.set(frame)
            try:
                with transaction.atomic():
                    result = function(by=by, **values)
                    if not frame.audited:
                        raise AuditMissing(f"{function.__name__} wrote no audit row")
            finally:
                _frame.reset(token)
            if outer:
                outer.audited = True
            return result

        run.permission = str(permission)
        return run

    return wrap


def unchanged() -> None:
    """Say that the action found nothing to write."""
    _current().audited = True


def record_change(*, by, action: str = "", reason: str = "", **details) -> None:
    """Append to the change log under the running action's name."""
    frame = _current()
    change_record(by=by, action=action or frame.name, reason=reason, **details)
    frame.audited = True


def row_create(by, row: models.Model, reason: str = ""):
    """Check, insert and log a new row; returns it.

    Raises DomainError with the broken rule's message, OutOfScope.
    """
    row.created_by = row.changed_by = _as_user(by)
    require_place(by, row)
    _check(row)
    _insert(row)
    record_change(
        by=by, model=row._meta.label_lower, row_id=row.pk, tenant=tenant_of(row),
        after=shown_values(row), reason=reason,
    )  # fmt: skip
    return row


def row_update(by, row: models.Model, version: int, values: dict, reason: str = ""):
    """Write ``values`` if the stored row still has ``version``; returns the stored row.

    Nothing is written when nothing differs. Raises Conflict, OutOfScope, DomainError.
    """
    manager = type(row)._base_manager
    # no_key: references to the row are checked when a transaction ends, which holds the log.
    stored = manager.select_for_update(no_key=True).filter(pk=row.pk).first()
    if stored is None:
        raise OutOfScope
    require_place(by, stored)
    changed = {name: new for name, new in values.items() if getattr(stored, name) != new}
    if not changed:
        unchanged()
        return stored
    if stored.version != version:
        raise Conflict(stored, values)
    before = shown_values(stored, changed)
    for name, new in changed.items():
        setattr(stored, name, new)
    _check(stored)
    require_place(by, stored)
    stored.version = version + 1
    stored.changed_at = timezone.now()
    stored.changed_by = _as_user(by)
    _save(stored, manager, version, changed)
    record_change(
        by=by, model=row._meta.label_lower, row_id=row.pk, tenant=tenant_of(stored),
        before=before, after=shown_values(stored, changed), reason=reason,
    )  # fmt: skip
    return stored


def row_delete(by, row: models.Model, reason: str = "") -> None:
    """Delete and log a row, and leave a tombstone for copies made over REST."""
    require_place(by, row)
    tenant, label, key = tenant_of(row), row._meta.label_lower, row.pk
    before = shown_values(row)
    try:
        row.delete()
    except models.ProtectedError as error:
        raise DomainError("还有其他记录用到它，不能删除。") from error
    Tombstone.objects.create(id=key, model=label, tenant=tenant)
    record_change(by=by, model=label, row_id=key, tenant=tenant, before=before, reason=reason)


def require_place(by, row: models.Model) -> None:
    """The row must lie within the reach of the running action's permission."""
    if isinstance(row, ScopedRow) and not row.lies_within(access_of(by), _current().permission):
        raise OutOfScope


def tenant_of(row: models.Model):
    return row.place()[0] if isinstance(row, ScopedRow) else None


def shown_values(row: models.Model, names=None) -> dict:
    """Field values fit for a log: hidden fields starred, bookkeeping left out."""
    hidden = getattr(row, "audit_hidden", frozenset())
    shown = {}
    for field in row._meta.concrete_fields:
        if field.name in UNTOUCHED or (names is not None and field.name not in names
                                       and field.attname not in names):  # fmt: skip
            continue
        value = getattr(row, field.attname)
        if field.name in hidden or isinstance(field, models.BinaryField):
            value = HIDDEN if value else ""
        shown[field.name] = value
    return shown


def domain_error(error: ValidationError) -> DomainError:
    """The first message of a ValidationError, with the field it belongs to."""
    if hasattr(error, "error_dict"):
        field, messages = next(iter(error.message_dict.items()))
        return DomainError(messages[0], field="" if field == "__all__" else field)
    return DomainError(error.messages[0])


def _current() -> _Frame:
    frame = _frame.get()
    if frame is None:
        raise AuditMissing("a write outside of an action")
    return frame


def _as_user(by):
    return by if getattr(by, "pk", None) and isinstance(by, models.Model) else None


def _check(row) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise domain_error(error) from error


def _insert(row) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        _raise_broken_rule(row)
        raise


def _save(stored, manager, version: int, changed) -> None:
    names = [*changed, "version", "changed_at", "changed_by"]
    values = {name: getattr(stored, name) for name in names}
    try:
        with transaction.atomic():
            count = manager.filter(pk=stored.pk, version=version).update(**values)
    except IntegrityError:
        _raise_broken_rule(stored)
        raise
    if count != 1:
        raise Conflict(manager.get(pk=stored.pk), changed)


def _raise_broken_rule(row) -> None:
    """Another transaction was first: the rule it broke is visible to a second check."""
    try:
        row.validate_unique()
        row.validate_constraints()
    except ValidationError as error:
        raise domain_error(error) from error
