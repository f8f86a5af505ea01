"""Tables of what the community does for people at home."""

from services.models.alarms import (
    OPEN,
    Alarm,
    AlarmOutcome,
    AlarmRules,
    AlarmState,
    AlarmStep,
    CallDevice,
    DeviceKind,
    StepKind,
    is_strayed,
    stray_words,
)

__all__ = [
    "OPEN",
    "Alarm",
    "AlarmOutcome",
    "AlarmRules",
    "AlarmState",
    "AlarmStep",
    "CallDevice",
    "DeviceKind",
    "StepKind",
    "is_strayed",
    "stray_words",
]
