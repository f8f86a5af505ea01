"""What phones send of alarms.

``alarm_take``: {alarm, at}. ``alarm_close``: {alarm, outcome, note, at}. Nothing is refused
because somebody else was first: the answer says who, and the words are kept.
"""

from datetime import datetime
from uuid import UUID

from portal.core.errors import DomainError, OutOfScope
from portal.core.submissions import Moments, submission
from services import actions
from services.alarms.people import alarms_open_to
from services.models import Alarm

NOTE = 500


@submission("alarm_take")
def alarm_take(by, key: UUID, body: dict, moments: Moments) -> dict:
    at = moments.press(body["at"])
    return _told(by, actions.alarm_take(by=by, alarm=_alarm(by, body, at), at=at))


@submission("alarm_close")
def alarm_close(by, key: UUID, body: dict, moments: Moments) -> dict:
    at, note = moments.press(body["at"]), body.get("note") or ""
    if not isinstance(note, str) or len(note) > NOTE:
        raise DomainError(f"最多 {NOTE} 个字。", field="note")
    row = actions.alarm_close(by=by, alarm=_alarm(by, body, at), outcome=str(body["outcome"]),
                              note=note.replace("\x00", ""), at=at)  # fmt: skip
    return _told(by, row)


def _alarm(by, body: dict, at: datetime) -> Alarm:
    """Also of a duty that is over by now, and one that was closed meanwhile."""
    row = alarms_open_to(by, at, closed=True).filter(pk=UUID(str(body["alarm"]))).first()
    if row is None:
        raise OutOfScope("这次报警不在您负责的范围里，记录已留存，社区会处理。")
    return row


def _told(by, row: Alarm) -> dict:
    return {"id": row.pk, "state": row.state, "taken_by": row.taken_by.name,
            "mine": row.taken_by_id == by.pk}  # fmt: skip
