"""Tables of the kernel."""

from portal.core.models.base import (
    BaseRow,
    ScopedQuerySet,
    ScopedRow,
    ScopePaths,
    TenantQuerySet,
    TenantRow,
    reach_of,
)
from portal.core.models.imports import ImportMapping, ImportRun, ImportState
from portal.core.models.logs import AccessLog, ChangeLog, LogHead
from portal.core.models.outbox import Outgoing, OutgoingState, SweepRun
from portal.core.models.work import (
    IdempotencyKey,
    Job,
    JobState,
    Notice,
    SavedView,
    Submission,
    SubmissionState,
    Tombstone,
    Upload,
)

__all__ = [
    "AccessLog",
    "BaseRow",
    "ChangeLog",
    "IdempotencyKey",
    "ImportMapping",
    "ImportRun",
    "ImportState",
    "Job",
    "JobState",
    "LogHead",
    "Notice",
    "Outgoing",
    "OutgoingState",
    "SavedView",
    "ScopePaths",
    "ScopedQuerySet",
    "ScopedRow",
    "Submission",
    "SubmissionState",
    "SweepRun",
    "TenantQuerySet",
    "TenantRow",
    "Tombstone",
    "Upload",
    "reach_of",
]
