"""What one shift tells the next: notes, and matters that pass on until they are closed."""

from django.utils import timezone

from portal.accounts.permissions import Permission
from portal.core.access import access_of
from portal.core.actions import action, row_create, row_update, unchanged
from portal.core.errors import DomainError, OutOfScope
from portal.duty.models import DutyMatter, DutyNote, Shift


@action(Permission.DUTY_VIEW)
def duty_note_add(*, by, shift: Shift, text: str) -> DutyNote:
    _require_part(by, shift)
    return row_create(by, DutyNote(community_id=shift.community_id, shift=shift, text=text))


@action(Permission.DUTY_VIEW)
def duty_matter_open(*, by, shift: Shift, text: str) -> DutyMatter:
    _require_part(by, shift)
    return row_create(by, DutyMatter(community_id=shift.community_id, shift=shift, text=text))


@action(Permission.DUTY_VIEW)
def duty_matter_close(*, by, matter: DutyMatter, version: int, note: str = "") -> DutyMatter:
    """Whoever sees to it may close it, on whatever shift. Closing what a colleague has closed
    is no error, unless words would be lost."""
    if matter.closed_at:
        if note:
            raise DomainError("这件事已经由同事办结，您写的说明没有保存。")
        unchanged()
        return matter
    values = {"closed_at": timezone.now(), "closed_by": by, "closed_note": note}
    return row_update(by, matter, version, values)


def _require_part(by, shift: Shift) -> None:
    """The person on duty, or who plans."""
    may_plan = access_of(by).can(Permission.DUTY_PLAN, shift.community_id)
    if not (shift.user_id == by.pk or may_plan):
        raise OutOfScope
    if not shift.roster.is_published:
        raise DomainError("排班表还没有发布，不能写交接记录。")


def matters_open(community_id):
    """What passes on, the oldest first."""
    rows = DutyMatter.objects.filter(community=community_id, closed_at=None)
    return rows.select_related("shift__user", "created_by")
