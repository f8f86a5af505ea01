"""Forms of this room: clean input only; choices narrowed to what the person may see."""

from services.forms.alarms import (
    AlarmCloseForm,
    AlarmRulesForm,
    DeviceEndForm,
    DeviceForm,
    DeviceMoveForm,
    DevicePlaceForm,
    DeviceUpdateForm,
)

__all__ = [
    "AlarmCloseForm",
    "AlarmRulesForm",
    "DeviceEndForm",
    "DeviceForm",
    "DeviceMoveForm",
    "DevicePlaceForm",
    "DeviceUpdateForm",
]
