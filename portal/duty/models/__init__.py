from portal.duty.models.changes import (
    CalendarFeed,
    ChangeKind,
    ChangeState,
    DutyMatter,
    DutyNote,
    ShiftChange,
)
from portal.duty.models.rosters import Roster, RosterState, Shift
from portal.duty.models.setup import (
    DayKind,
    DutyKind,
    DutyMember,
    DutyRow,
    DutyRules,
    Leave,
    LeaveKind,
    ShiftTemplate,
    Wish,
)

__all__ = [
    "CalendarFeed",
    "ChangeKind",
    "ChangeState",
    "DayKind",
    "DutyKind",
    "DutyMatter",
    "DutyMember",
    "DutyNote",
    "DutyRow",
    "DutyRules",
    "Leave",
    "LeaveKind",
    "Roster",
    "RosterState",
    "Shift",
    "ShiftChange",
    "ShiftTemplate",
    "Wish",
]
