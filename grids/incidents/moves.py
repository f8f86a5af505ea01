"""The life of an incident (事件) as one table: which move leads from where to where, who may
make it, and what has to be said.

``report`` and what leads out of a state are all there is; ``grids.actions.incidents`` carries
them out and refuses every other one.
"""

from dataclasses import dataclass

from grids.models import OPEN_STATES, Incident, IncidentState
from portal.accounts.permissions import Permission
from portal.core.access import access_of

S, P = IncidentState, Permission
AT_DESK = (S.REPORTED, S.ACCEPTED)
AT_HANDLER = (S.DISPATCHED, S.HANDLING)
PARTS_MOST = 9  # what an incident may be split into


@dataclass(frozen=True)
class Move:
    """``target`` None stays where it is. ``needs`` must be said, ``takes`` may be. ``by_link``
    opens it to a handler without an account; ``if_set`` names a column that must hold
    something; ``by_clock`` is for the sweep alone. ``past`` is how the time line tells it."""

    name: str
    label: str
    past: str
    sources: tuple[str, ...]
    target: str | None
    permission: str
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    by_link: bool = False
    by_clock: bool = False
    if_set: str = ""
    tone: str = ""
    icon: str = "check"


_TABLE = (
    Move("report", "上报", "上报", (), S.REPORTED, P.INCIDENT_REPORT, ("text",), icon="plus"),
    Move("accept", "受理", "受理", (S.REPORTED,), S.ACCEPTED, P.INCIDENT_HANDLE, ("category",),
         ("asset", "note"), tone="primary", icon="check"),
    Move("reject", "不予受理", "不予受理", AT_DESK, S.REJECTED, P.INCIDENT_HANDLE, ("note",),
         tone="danger", icon="ban"),
    Move("dispatch", "派遣", "派遣", (S.ACCEPTED,), S.DISPATCHED, P.INCIDENT_HANDLE, ("handler",),
         ("note",), tone="primary", icon="send"),
    Move("redispatch", "改派", "改派", AT_HANDLER, S.DISPATCHED, P.INCIDENT_HANDLE,
         ("handler", "note"), icon="shuffle"),
    Move("start", "开始处置", "开始处置", (S.DISPATCHED,), S.HANDLING, P.INCIDENT_HANDLE, (),
         ("note",), by_link=True, icon="play"),
    Move("decline", "退回派遣", "退回，不属本单位", AT_HANDLER, S.ACCEPTED, P.INCIDENT_HANDLE,
         ("note",), by_link=True, icon="undo-2"),
    Move("delay_ask", "申请延期", "申请延期", AT_HANDLER, None, P.INCIDENT_HANDLE,
         ("delay_to", "note"), by_link=True, icon="clock"),
    Move("delay_grant", "同意延期", "同意延期", AT_HANDLER, None, P.INCIDENT_HANDLE, (), ("note",),
         if_set="delay_to", tone="primary", icon="check"),
    Move("delay_refuse", "不同意延期", "不同意延期", AT_HANDLER, None, P.INCIDENT_HANDLE,
         ("note",), if_set="delay_to", icon="x"),
    Move("done", "报处置完成", "处置完成", AT_HANDLER, S.HANDLED, P.INCIDENT_HANDLE, ("result",),
         ("files",), by_link=True, tone="primary", icon="check-check"),
    Move("close", "核查通过，办结", "核查通过，办结", (S.HANDLED,), S.CLOSED, P.INCIDENT_CHECK, (),
         ("note", "satisfaction"), tone="primary", icon="badge-check"),
    Move("send_back", "核查未通过，退回", "核查未通过，退回", (S.HANDLED,), S.HANDLING,
         P.INCIDENT_CHECK, ("note",), icon="undo-2"),
    Move("urge", "催办", "催办", OPEN_STATES, None, P.INCIDENT_CHECK, (), ("note",),
         icon="bell-ring"),
    Move("escalate", "上报", "逾期上报", OPEN_STATES, None, P.INCIDENT_HANDLE, ("note",),
         by_clock=True, icon="trending-up"),
    Move("split", "拆分", "拆分", AT_DESK, S.SPLIT, P.INCIDENT_HANDLE, ("parts",), ("note",),
         icon="split"),
    Move("merge", "并入另一事件", "并案", (*AT_DESK, *AT_HANDLER), S.MERGED, P.INCIDENT_HANDLE,
         ("into",), ("note",), icon="merge"),
    Move("rate", "登记回访", "回访", (S.CLOSED,), None, P.INCIDENT_CHECK, ("satisfaction",),
         ("note",), tone="primary", icon="phone"),
    Move("reopen", "重新办理", "重新办理", (S.CLOSED, S.REJECTED), S.ACCEPTED, P.INCIDENT_HANDLE,
         ("note",), icon="rotate-ccw"),
    Move("remark", "补充说明", "补充说明", OPEN_STATES, None, P.INCIDENT_REPORT, ("note",),
         ("files",), icon="message-square"),
)  # fmt: skip
MOVES: dict[str, Move] = {move.name: move for move in _TABLE}

# What the time line tells besides the moves: it came from elsewhere.
TOLD = {move.name: move.past for move in _TABLE} | {
    "merged_in": "并入",
    "file_refused": "附件未收下",
}


def leads_on(incident: Incident, move: Move) -> bool:
    """Whether the move leads out of where the incident stands."""
    return incident.state in move.sources and (
        not move.if_set or bool(getattr(incident, move.if_set))
    )


def moves_for(principal, incident: Incident) -> list[Move]:
    """The moves that somebody could make now, the first one being what is due."""
    access, place = access_of(principal), incident.place()
    open_to = [
        move
        for move in _TABLE
        if leads_on(incident, move) and not move.by_clock and access.covers(move.permission, *place)
    ]
    return sorted(open_to, key=lambda move: {"primary": 0, "danger": 2}.get(move.tone, 1))


def moves_by_link(incident: Incident) -> list[Move]:
    """The moves of a handler without an account."""
    return [move for move in _TABLE if move.by_link and leads_on(incident, move)]
