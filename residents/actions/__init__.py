"""Every write of this room."""

from residents.actions.care import care_tag_add, care_tag_end
from residents.actions.corrections import event_correct
from residents.actions.hand_over import (
    allowance_rate_set,
    cell_hand_over,
    hand_over_confirm,
)
from residents.actions.households import (
    household_close,
    household_create,
    household_head_change,
    household_reopen,
    household_update,
)
from residents.actions.identity import AlreadyRegistered, LooksRegistered
from residents.actions.merging import household_merge
from residents.actions.moves import (
    household_move,
    resident_death,
    resident_move_in,
    resident_move_out,
    resident_move_within,
    resident_residence_change,
    resident_split,
)
from residents.actions.party import party_member_add, party_member_end
from residents.actions.people import (
    birth_record,
    resident_create,
    resident_register,
    resident_update,
    resident_void,
)
from residents.actions.visit_findings import finding_apply, finding_dismiss
from residents.actions.visit_plan import (
    change_report,
    visit_round_create,
    visit_round_end,
    visit_round_make,
    visit_rule_create,
    visit_rule_defaults,
    visit_rule_pause,
    visit_rule_update,
)
from residents.actions.visit_sweep import visit_tasks_make, visit_tasks_pass
from residents.actions.visits import visit_create

__all__ = [
    "AlreadyRegistered",
    "LooksRegistered",
    "allowance_rate_set",
    "birth_record",
    "care_tag_add",
    "care_tag_end",
    "cell_hand_over",
    "change_report",
    "event_correct",
    "finding_apply",
    "finding_dismiss",
    "hand_over_confirm",
    "household_close",
    "household_create",
    "household_head_change",
    "household_merge",
    "household_move",
    "household_reopen",
    "household_update",
    "party_member_add",
    "party_member_end",
    "resident_create",
    "resident_death",
    "resident_move_in",
    "resident_move_out",
    "resident_move_within",
    "resident_register",
    "resident_residence_change",
    "resident_split",
    "resident_update",
    "resident_void",
    "visit_create",
    "visit_round_create",
    "visit_round_end",
    "visit_round_make",
    "visit_rule_create",
    "visit_rule_defaults",
    "visit_rule_pause",
    "visit_rule_update",
    "visit_tasks_make",
    "visit_tasks_pass",
]
