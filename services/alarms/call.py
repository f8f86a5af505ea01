"""One telephone of a home, while its alarm is open: the log row first, then the number."""

from uuid import UUID

from portal.core.audit import access_record
from portal.core.errors import DomainError, OutOfScope
from residents.models import Resident
from services.alarms.people import can_ring, people_at
from services.models import Alarm

REASON = "呼叫器报警"


def number_for(viewer, alarm: Alarm, resident_id: UUID) -> Resident:
    """The person with the number, who must live behind the alarm's door. Whoever deals with the
    alarm may ring them, whatever the role: that is why it rang. Raises OutOfScope, DomainError."""
    people = people_at([alarm])[alarm.pk] if alarm.is_open else []
    found = next((row for row in people if row.pk == resident_id), None)
    if found is None:
        raise OutOfScope
    if not can_ring(found):
        raise DomainError("这位居民没有登记电话。")
    access_record(viewer, action="alarm_call", model="residents.resident", row_id=found.pk,
                  tenant=alarm.community_id, fields="phone", reason=REASON)  # fmt: skip
    return found
