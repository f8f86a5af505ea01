"""Every write of this room."""

from services.actions.alarms import (
    Rung,
    alarm_clash,
    alarm_close,
    alarm_escalate,
    alarm_ring,
    alarm_take,
)
from services.actions.devices import (
    alarm_rules_set,
    device_create,
    device_end,
    device_move,
    device_update,
)

__all__ = [
    "Rung",
    "alarm_clash",
    "alarm_close",
    "alarm_escalate",
    "alarm_ring",
    "alarm_rules_set",
    "alarm_take",
    "device_create",
    "device_end",
    "device_move",
    "device_update",
]
