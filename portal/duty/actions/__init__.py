"""Every write of this room."""

from portal.duty.actions.changes import (
    change_cancel,
    shift_replace,
    shift_sick,
    swap_answer,
    swap_approve,
    swap_ask,
)
from portal.duty.actions.checkin import shift_check_in
from portal.duty.actions.clock import (
    gaps_tell,
    hours_tell,
    left_tell,
    shift_missed,
    shift_missed_head,
    shift_remind,
    unpublished_tell,
)
from portal.duty.actions.feeds import calendar_feed_make, calendar_feed_revoke
from portal.duty.actions.handover import duty_matter_close, duty_matter_open, duty_note_add
from portal.duty.actions.moves import roster_run, shifts_swap
from portal.duty.actions.rosters import (
    roster_assign,
    roster_create,
    roster_delete,
    roster_draft,
    roster_publish,
    roster_renew,
    roster_solve,
    roster_stop,
    shift_pin,
    shift_set,
)
from portal.duty.actions.setup import (
    duty_member_add,
    duty_member_update,
    duty_rules_set,
    leave_add,
    leave_remove,
    template_create,
    template_update,
    wish_remove,
    wish_set,
)

__all__ = [
    "calendar_feed_make",
    "calendar_feed_revoke",
    "change_cancel",
    "duty_matter_close",
    "duty_matter_open",
    "duty_member_add",
    "duty_member_update",
    "duty_note_add",
    "duty_rules_set",
    "gaps_tell",
    "hours_tell",
    "leave_add",
    "leave_remove",
    "left_tell",
    "roster_assign",
    "roster_create",
    "roster_delete",
    "roster_draft",
    "roster_publish",
    "roster_renew",
    "roster_run",
    "roster_solve",
    "roster_stop",
    "shift_check_in",
    "shift_missed",
    "shift_missed_head",
    "shift_pin",
    "shift_remind",
    "shift_replace",
    "shift_set",
    "shift_sick",
    "shifts_swap",
    "swap_answer",
    "swap_approve",
    "swap_ask",
    "template_create",
    "template_update",
    "unpublished_tell",
    "wish_remove",
    "wish_set",
]
