"""Whom an incident concerns, and telling them; never whoever just did it."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from grids.models import Incident, IncidentState, PostKind
from grids.posts import people_of
from portal.accounts.models import Membership, User
from portal.accounts.people import holders
from portal.accounts.permissions import Permission, Role
from portal.core.notices import notice_send

# Overdue for so many office hours: who is told, and how the time line says it. One level
# after the other, each once for a time limit.
LEVELS = ((0, "包片干部"), (7, "社区主任"), (14, "街道办"))


def desk(incident: Incident) -> list[User]:
    """Who deals with it at a desk: the cell's member of staff, else everybody who may."""
    return _post(incident, PostKind.HEAD) or holders(
        Permission.INCIDENT_HANDLE, incident.community_id, incident.cell_id
    )


def checkers(incident: Incident) -> list[User]:
    return _post(incident, PostKind.LEADER) or desk(incident)


def reporters(incident: Incident) -> list[User]:
    """Who reported it, what was merged into it, and what it was split from."""
    found, waiting = {}, [incident]
    while waiting:
        row = waiting.pop()
        if row.pk not in found:
            found[row.pk] = row.created_by
            waiting += row.merged.select_related("created_by")
            waiting += [row.parent] if row.parent_id else []
    return [user for user in found.values() if user]


def hands(incident: Incident) -> list[User]:
    """Those of the handler who have an account."""
    return list(incident.handler.users.filter(is_active=True)) if incident.handler_id else []


def at_turn(incident: Incident) -> list[User]:
    if incident.state == IncidentState.HANDLED:
        return checkers(incident)
    if incident.state in (IncidentState.DISPATCHED, IncidentState.HANDLING):
        return [*hands(incident), *desk(incident)]
    return desk(incident)


_TOLD = {
    "report": ((desk,), "待受理"),
    "accept": ((reporters,), "已受理"),
    "reject": ((reporters,), "不予受理，请看说明"),
    "dispatch": ((hands, reporters), "已派遣"),
    "redispatch": ((hands, reporters), "已改派"),
    "decline": ((desk,), "被处置单位退回，请重新派遣"),
    "delay_ask": ((desk,), "的处置单位申请延期"),
    "delay_grant": ((hands,), "已同意延期"),
    "delay_refuse": ((hands,), "不同意延期"),
    "done": ((checkers, reporters), "已报处置完成，请核查"),
    "close": ((hands, reporters), "已办结"),
    "send_back": ((hands, desk), "核查未通过，已退回处置"),
    "urge": ((at_turn,), "有人催办"),
    "split": ((reporters,), "已拆分办理"),
    "merge": ((reporters,), "已并入另一事件一起办理"),
    "reopen": ((desk, reporters), "已重新办理"),
    "remark": ((desk, hands), "有补充说明"),
}


def tell(by, incident: Incident, move: str) -> None:
    """Leave a notice with those whom the move concerns."""
    groups, words = _TOLD.get(move, ((), ""))
    people = [user for group in groups for user in group(incident)]
    if move == "report" and incident.is_urgent:
        people += holders(Permission.INCIDENT_HANDLE, incident.community_id, incident.cell_id)
    _send(by, incident, people, f"{move}:{incident.version}", words)


def tell_level(by, incident: Incident, level: int, due: dt.datetime) -> None:
    """Tell the people of an escalation level, 1 being the first."""
    community, cell = incident.community_id, incident.cell_id
    if level == 1:
        people = [*at_turn(incident), *desk(incident)]
    elif level == 2:
        people = holders(Permission.INCIDENT_HANDLE, community, cell, [Role.DIRECTOR])
    else:
        people = _street(incident)
    when = timezone.localtime(due)
    _send(
        by,
        incident,
        people,
        f"level{level}:{when:%y%m%d%H%M}",
        f"逾期未办，时限 {when:%m-%d %H:%M}",
    )


def _send(by, incident, people, key, words) -> None:
    people = [user for user in people if user.pk != getattr(by, "pk", None)]
    urgent = "紧急" if incident.is_urgent else ""
    notice_send(
        people, f"incident:{incident.pk}:{key}", f"{urgent}事件 {incident.number} {words}",
        url=reverse("grids:incident_show", args=[incident.pk]), tenant=incident.community_id,
    )  # fmt: skip


def _post(incident: Incident, kind: str) -> list[User]:
    if not incident.cell_id:
        return []
    return people_of([incident.cell_id], kind, timezone.localdate()).get(incident.cell_id, [])


def _street(incident: Incident) -> list[User]:
    posts = Membership.objects.current(timezone.localdate()).filter(
        role=Role.STREET, street=incident.community.street_id, user__is_active=True
    )
    return (
        [post.user for post in posts.select_related("user")] if incident.community.street_id else []
    )
