"""Who answers for a cell: leader, worker, backup and the member of staff above them."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q

from grids.models.places import Community, GridCell
from portal.accounts.permissions import Permission
from portal.core.models import ScopedQuerySet, ScopedRow, ScopePaths


class PostKind(models.TextChoices):
    """The posts of a cell; work that waits passes from the leader to the backup to the head."""

    LEADER = "leader", "网格长"
    WORKER = "worker", "网格员"
    BACKUP = "backup", "备岗"
    HEAD = "head", "包片干部"


ONE_AT_A_TIME = (PostKind.LEADER, PostKind.BACKUP, PostKind.HEAD)


class CellPostQuerySet(ScopedQuerySet):
    def current(self, on: dt.date):
        """In force on that day; the last day is included."""
        return self.filter(Q(to_on=None) | Q(to_on__gte=on), from_on__lte=on)


class CellPost(ScopedRow):
    """网格岗位: who answers for a cell, as what, from when to when. Rights come from the
    membership (任职) alone; a post says to whom the cell's work and its card point."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="+")
    cell = models.ForeignKey(GridCell, models.PROTECT, related_name="posts", verbose_name="网格")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="cell_posts", verbose_name="人员"
    )
    kind = models.CharField("岗位", max_length=10, choices=PostKind)
    from_on = models.DateField("起始日期")
    to_on = models.DateField("截止日期", null=True, blank=True)

    scope_paths = ScopePaths("community_id", "cell_id")
    view_permission = Permission.PLACE_VIEW

    objects = CellPostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cell", "kind"], name="post_one",
                condition=Q(to_on=None, kind__in=ONE_AT_A_TIME),
                violation_error_message="这个网格的这个岗位已有人在任，请先结束原来的任职。",
            ),
            models.UniqueConstraint(
                fields=["cell", "kind", "user"], condition=Q(to_on=None), name="post_person",
                violation_error_message="这位同志已在这个岗位上。",
            ),
            models.CheckConstraint(
                name="post_period",
                condition=Q(to_on=None) | Q(to_on__gte=models.F("from_on")),
                violation_error_message="截止日期不能早于起始日期。",
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.get_kind_display()
