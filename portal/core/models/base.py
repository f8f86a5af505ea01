"""Base rows: id, version, who and when; and rows that belong to a place."""

from typing import ClassVar, NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.core.access import access_of
from portal.core.ids import new_id


class ScopePaths(NamedTuple):
    """Look-up paths from a model to its tenant and, if it has one, its part."""

    tenant: str
    part: str | None = None


class BaseRow(models.Model):
    """A row with an id born in the program, an optimistic lock and its last hands."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField("版本", default=1, editable=False)
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False,
        related_name="+", db_index=False,
    )  # fmt: skip
    changed_at = models.DateTimeField("更新时间", default=timezone.now, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False,
        related_name="+", db_index=False,
    )  # fmt: skip

    # Names of fields whose values never enter a log.
    audit_hidden: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        abstract = True


def reach_of(model: type[models.Model], principal, permission: str) -> Q | None:
    """The condition on the model's rows in reach of the permission; empty for all, None for
    no row. Equal conditions compare equal."""
    access = access_of(principal)
    if access.total or permission in access.everywhere:
        return Q()
    paths = model.scope_paths
    whole, partial = access.reach(permission)
    reach = Q()
    if len(whole) == 1:
        reach |= Q(**{paths.tenant: whole[0]})
    elif whole:
        reach |= Q(**{f"{paths.tenant}__in": whole})
    if paths.part:
        for tenant, parts in partial:
            reach |= Q(**{paths.tenant: tenant, f"{paths.part}__in": sorted(parts)})
    return reach or None


class ScopedQuerySet(models.QuerySet):
    """Rows of a place: nothing is visible unless a grant reaches it."""

    def visible_to(self, principal, permission: str | None = None):
        """Narrow to what the principal may see with the permission (the model's own one)."""
        reach = reach_of(self.model, principal, permission or self.model.view_permission)
        if reach is None:
            return self.none()
        return self.filter(reach) if reach else self.all()


class TenantQuerySet(ScopedQuerySet):
    """Rows of a tenant that everybody who works there knows, if only in some parts."""

    def visible_to(self, principal, permission: str | None = None):
        permission = permission or self.model.view_permission
        access = access_of(principal)
        if access.total or permission in access.everywhere:
            return self.all()
        return self.filter(**{f"{self.model.scope_paths.tenant}__in": access.tenants(permission)})


class ScopedRow(BaseRow):
    """A row with personal or local data. Every model of this kind names its paths."""

    scope_paths: ClassVar[ScopePaths]
    view_permission: ClassVar[str]

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True

    def place(self) -> tuple:
        """The row's (tenant id, part id), followed along the model's paths."""
        return tuple(_follow(self, path) for path in self.scope_paths)

    def lies_within(self, access, permission: str) -> bool:
        """Whether the permission reaches the row."""
        return access.covers(permission, *self.place())


class TenantRow(ScopedRow):
    """A row of the whole tenant: seen and written also by those who work in some parts."""

    objects = TenantQuerySet.as_manager()

    class Meta:
        abstract = True

    def lies_within(self, access, permission: str) -> bool:
        return access.can(permission, self.place()[0])


def _follow(row, path: str | None):
    if path is None:
        return None
    for step in path.split("__"):
        row = getattr(row, step, None)
    return getattr(row, "pk", row)
