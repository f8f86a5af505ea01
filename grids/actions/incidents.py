"""Writes on incidents: reporting, every move of their life, and the clock's own."""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from grids.actions.incident_files import files_await, files_read, files_store
from grids.incidents.link import ByLink
from grids.incidents.moves import MOVES, PARTS_MOST, Move, leads_on
from grids.incidents.people import LEVELS, tell, tell_level
from grids.models import (
    OPEN_STATES,
    Asset,
    Building,
    Community,
    Incident,
    IncidentSource,
    IncidentState,
    IncidentStep,
    Satisfaction,
)
from portal.accounts.permissions import Permission
from portal.core.access import SIGNED_IN, access_of
from portal.core.actions import (
    action,
    record_change,
    require_place,
    row_create,
    row_update,
    unchanged,
)
from portal.core.crypto import seal
from portal.core.errors import Conflict, DomainError, NotAllowed, OutOfScope
from portal.core.ids import new_id
from portal.core.locks import hold
from portal.core.workdays import work_deadline, work_hours_between

ACCEPT, HANDLE, CHECK = 4, 24, 16  # office hours, where there is no category
DELAY_MOST = dt.timedelta(days=60)
_DIGITS = re.compile(r"\d")


# --- Reporting


@action(Permission.INCIDENT_REPORT)
def incident_report(*, by, community: Community, values: dict, files: Iterable[UUID] = (),
                    photos: Iterable[bytes] = ()) -> Incident:  # fmt: skip
    """``values``: text, and perhaps id, category, building, spot, x, y, asset, is_urgent,
    source, reporter_name, reporter_phone, reported_at. ``files`` are keys of what the
    reporter's phone sends apart, ``photos`` what a form brought along.

    Raises DomainError, OutOfScope.
    """
    values = dict(values)
    media = files_read(photos)
    hold(f"incidents:{community.pk}")
    if values.get("id") and Incident.objects.filter(pk=values["id"]).exists():
        raise DomainError("这条事件已经报过了。", field="id")
    row = _reported(by, community, values)
    row_create(by, row)
    _step(by, row, MOVES["report"], "", "")
    files_store(by, row, media)
    files_await(by, row, files)
    tell(by, row, "report")
    return row


def _reported(by, community, values: dict) -> Incident:
    """The new row, its place filled in from the asset and from whose cells the reporter has."""
    now, phone = timezone.now(), values.pop("reporter_phone", "").strip()
    asset: Asset | None = values.get("asset")
    building: Building | None = values.get("building") or (asset and asset.building)
    for place in (asset, building, values.get("category")):
        if place is not None and place.community_id != community.pk:
            raise OutOfScope
    if asset and values.get("x") is None:
        values |= {"x": asset.x, "y": asset.y}
    row = Incident(
        pk=values.pop("id", None) or new_id(), community=community, received_at=now,
        number=_number(community.pk, now), state=IncidentState.REPORTED,
        reported_at=min(values.pop("reported_at", None) or now, now),
        source=values.pop("source", "") or IncidentSource.STAFF,
    )  # fmt: skip
    row.building = building
    row.cell_id = _cell_of(by, community, building, asset)
    row.spot = values.pop("spot", "").strip() or (asset.spot if asset else "")
    row.is_urgent = bool(values.pop("is_urgent", False)) or _is_urgent(values.get("category"))
    row.reporter_phone_sealed = seal(phone, f"grids.incident.reporter_phone_sealed:{row.pk}")
    row.reporter_phone_mask = phone_mask(phone)
    for name, value in values.items():
        if name != "building":
            setattr(row, name, value)
    if not row.text.strip():
        raise DomainError("请写明发生了什么。", field="text")
    row.due_at = _limit(row, "accept_hours", now)
    return row


def _is_urgent(category) -> bool:
    return bool(category and category.is_urgent)


def _number(community_id, now: dt.datetime) -> str:
    """2026-00012: counted in the year, under the lock of the community's incidents."""
    year = f"{timezone.localtime(now).year}-"
    last = Incident.objects.filter(community=community_id, number__startswith=year)
    top = last.aggregate(top=Max("number"))["top"]
    return f"{year}{int(top.removeprefix(year)) + 1 if top else 1:05}"


def _cell_of(by, community, building, asset) -> UUID | None:
    """The building's or asset's cell; with neither, the reporter's own one."""
    for place in (building, asset):
        if place is not None and place.cell_id:
            return place.cell_id
    whole, partial = access_of(by).reach(Permission.INCIDENT_REPORT)
    if community.pk in whole:
        return None
    return next((min(parts) for tenant, parts in partial if tenant == community.pk and parts), None)


def phone_mask(text: str) -> str:
    """The first three and last two digits stay readable; nothing of what is hardly a number."""
    digits = _DIGITS.findall(text)
    if len(digits) < 7:
        return "*" * len(text)
    seen, shown = 0, []
    for character in text[:30]:
        if character.isdigit():
            seen += 1
            shown.append(character if seen <= 3 or seen > len(digits) - 2 else "*")
    return "".join(shown)


# --- Moving


@action(SIGNED_IN)
def incident_move(*, by, incident: Incident, version: int, move: str, values: dict | None = None,
                  photos: Iterable[bytes] = ()) -> Incident:  # fmt: skip
    """Make a move of the table. ``values`` holds what it needs: note, category, asset, handler,
    result, delay_to, satisfaction, into (an incident), parts (dicts of text, and perhaps spot and
    a category other than its own).

    Raises NotAllowed, OutOfScope, Conflict when somebody was first, DomainError for a move that
    does not lead on from here or lacks something (``field`` names it).
    """
    known = MOVES.get(move)
    if known is None or move == "report" or known.by_clock:
        raise DomainError("没有这个办理动作。")
    return _carriers[move](by=by, incident=incident, version=version, values=dict(values or {}),
                           photos=photos)  # fmt: skip


def _carrier(move: Move) -> Callable:
    """The action of one move, named after it in the log."""

    def carry(*, by, incident, version, values, photos=()):
        if isinstance(by, ByLink) and not move.by_link:
            raise NotAllowed
        media = files_read(photos)
        into = values.get("into")
        stored = _locked(by, incident, into if isinstance(into, Incident) else None)
        if stored.version != version:
            raise Conflict(stored, {})
        _check(stored, move, values)
        changes = _effects.get(move.name, _nothing)(by, stored, values)
        return _made(by, stored, move, values, changes, media)

    carry.__name__ = f"incident_{move.name}"
    return action(move.permission)(carry)


def _made(by, stored: Incident, move: Move, values: dict, changes: dict, media) -> Incident:
    """Write the row, its step and photos, and tell those whom it concerns."""
    before, note = stored.state, values.get("note", "").strip()
    changes = {"state": move.target or stored.state} | changes
    if changes["state"] not in (IncidentState.DISPATCHED, IncidentState.HANDLING,
                                IncidentState.HANDLED):  # fmt: skip
        _links_end(stored)
    if "due_at" in changes:
        changes["level"] = 0
    row = row_update(by, stored, stored.version, changes)
    told = note or values.get("result", "").strip() or values.get("told", "")
    _step(by, row, move, before, told[:500])
    if len(changes) == 1 and changes["state"] == before:  # nothing but the time line grew
        record_change(by=by, model="grids.incident", row_id=row.pk, tenant=row.community_id)
    files_store(by, row, media, is_result=move.name == "done")
    tell(by, row, move.name)
    return _after.get(move.name, _as_it_is)(by, row, values)


def _check(row: Incident, move: Move, values: dict) -> None:
    if not leads_on(row, move):
        raise DomainError(f"事件现在是“{row.get_state_display()}”，不能{move.label}。")
    for name in move.needs:
        value = values.get(name)
        if value in (None, "", []) or (isinstance(value, str) and not value.strip()):
            raise DomainError(_MISSING.get(name, "请填写说明。"), field=name)


_MISSING = {
    "category": "请选择事件类别。",
    "handler": "请选择处置单位。",
    "result": "请写明怎样处置的。",
    "delay_to": "请选择延期到什么时候。",
    "satisfaction": "请选择反映人是否满意。",
    "into": "请选择并入哪一件。",
    "parts": "请写明拆成哪几件。",
}


# --- What each move changes


def _nothing(by, row, values) -> dict:
    return {}


def _accepted(by, row, values) -> dict:
    category, asset = values["category"], values.get("asset") or row.asset
    _local(row, category, asset)
    changes = {"category": category, "asset": asset}
    changes["is_urgent"] = row.is_urgent or category.is_urgent
    row.category = category
    return changes | {"due_at": _limit(row, "accept_hours")}


def _rejected(by, row, values) -> dict:
    return {"due_at": None}


def _dispatched(by, row, values) -> dict:
    handler = values["handler"]
    _local(row, handler)
    if not handler.is_active:
        raise DomainError("这个处置单位已停用，请另选。", field="handler")
    row.handler = handler  # the step names it
    _links_end(row)
    due = _limit(row, "handle_hours")
    return {"handler_id": handler.pk, "due_at": due, "handle_due_at": due, "delay_to": None}


def _declined(by, row, values) -> dict:
    return {"handler_id": None, "due_at": _limit(row, "accept_hours"), "handle_due_at": None,
            "delay_to": None}  # fmt: skip


def _delay_asked(by, row, values) -> dict:
    until, now = values["delay_to"], timezone.now()
    if not max(now, row.handle_due_at or now) < until <= now + DELAY_MOST:
        raise DomainError(f"延期要晚于现在的时限，最多 {DELAY_MOST.days} 天。", field="delay_to")
    return {"delay_to": until}


def _delay_granted(by, row, values) -> dict:
    if row.delay_to <= timezone.now():
        raise DomainError("申请的日期已经过了，请让处置单位重新申请。")
    return {"delay_to": None, "delays": row.delays + 1, "due_at": row.delay_to,
            "handle_due_at": row.delay_to}  # fmt: skip


def _delay_refused(by, row, values) -> dict:
    return {"delay_to": None}


def _done(by, row, values) -> dict:
    now = timezone.now()
    return {
        "result": values["result"].strip()[:1000], "handled_at": now, "delay_to": None,
        "is_in_time": row.handle_due_at is None or now <= row.handle_due_at,
        "due_at": _limit(row, "check_hours", now),
    }  # fmt: skip


def _closed(by, row, values) -> dict:
    changes = {"due_at": None, "closed_at": timezone.now()}
    if values.get("satisfaction"):
        changes["satisfaction"] = int(values["satisfaction"])
    return changes


def _sent_back(by, row, values) -> dict:
    """A new limit to mend it, but whether it was in time is measured by the first one."""
    return {"due_at": _limit(row, "handle_hours"), "returns": row.returns + 1, "handled_at": None,
            "is_in_time": None}  # fmt: skip


def _urged(by, row, values) -> dict:
    return {"urges": row.urges + 1}


def _merged(by, row, values) -> dict:
    into: Incident = values["into"]
    if into.pk == row.pk or into.community_id != row.community_id:
        raise DomainError("请选择本社区的另一件事件。", field="into")
    into.refresh_from_db()
    require_place(by, into)
    if into.state not in OPEN_STATES:
        raise DomainError(f"{into.number} 已经{into.get_state_display()}，不能并入。", field="into")
    values["told"] = into.number
    return {"merged_into_id": into.pk, "due_at": None, "delay_to": None}


def _split(by, row, values) -> dict:
    parts = values["parts"]
    if not 2 <= len(parts) <= PARTS_MOST:
        raise DomainError(f"请至少写两件，最多 {PARTS_MOST} 件。", field="parts")
    if any(not part.get("text", "").strip() for part in parts):
        raise DomainError("请写明每一件的情况。", field="parts")
    hold(f"incidents:{row.community_id}")  # for the numbers; before the first log row
    return {"due_at": None}


def _rated(by, row, values) -> dict:
    rating = int(values["satisfaction"])
    if rating == Satisfaction.UNHAPPY and not values.get("note", "").strip():
        raise DomainError("请写明反映人为什么不满意。", field="note")
    values["told"] = Satisfaction(rating).label
    return {"satisfaction": rating}


def _reopened(by, row, values) -> dict:
    return {"due_at": _limit(row, "accept_hours"), "handler_id": None, "handle_due_at": None,
            "handled_at": None, "closed_at": None, "is_in_time": None}  # fmt: skip


_effects = {
    "accept": _accepted, "reject": _rejected, "dispatch": _dispatched, "redispatch": _dispatched,
    "decline": _declined, "delay_ask": _delay_asked, "delay_grant": _delay_granted,
    "delay_refuse": _delay_refused, "done": _done, "close": _closed, "send_back": _sent_back,
    "urge": _urged, "merge": _merged, "split": _split, "rate": _rated, "reopen": _reopened,
}  # fmt: skip


# --- What follows from a move, in the same transaction


def _as_it_is(by, row, values) -> Incident:
    return row


def _unhappy_reopens(by, row, values) -> Incident:
    if int(values.get("satisfaction") or 0) != Satisfaction.UNHAPPY:
        return row
    return _carriers["reopen"](by=by, incident=row, version=row.version, values={
        "note": values.get("note", "").strip() or "反映人不满意",
    })  # fmt: skip


def _carry_over(by, row, values) -> Incident:
    """What was merged into this one before goes along; the other's time line tells it."""
    into: Incident = values["into"]
    for other in Incident.objects.filter(merged_into=row):
        row_update(by, other, other.version, {"merged_into_id": into.pk})
    _told(by, into, "merged_in", row.number)
    return row


def _make_parts(by, row, values) -> Incident:
    for part in values["parts"]:
        category = part.get("category", row.category)
        _local(row, category)
        now = timezone.now()
        fresh = Incident(
            community=row.community, cell=row.cell, building=row.building, x=row.x, y=row.y,
            spot=part.get("spot") or row.spot, text=part["text"].strip(), category=category,
            is_urgent=row.is_urgent or _is_urgent(category), source=row.source, parent=row,
            reported_at=row.reported_at, received_at=now, number=_number(row.community_id, now),
        )  # fmt: skip
        fresh.due_at = _limit(fresh, "accept_hours", now)
        row_create(by, fresh)
        _step(by, fresh, MOVES["report"], "", f"由 {row.number} 拆分")
    return row


_after = {"rate": _unhappy_reopens, "close": _unhappy_reopens, "merge": _carry_over,
          "split": _make_parts}  # fmt: skip
_carriers = {
    name: _carrier(move) for name, move in MOVES.items() if name != "report" and not move.by_clock
}


# --- The clock


@action(Permission.INCIDENT_HANDLE)
def incident_escalate(*, by, incident: Incident, now: dt.datetime | None = None) -> int:
    """Tell the next levels that it is overdue, each once for a time limit; returns how many.

    Harmless when it is run twice or by two at once: the second finds the level raised.
    """
    now = now or timezone.now()
    row = Incident.objects.select_for_update(no_key=True).filter(pk=incident.pk).first()
    levels = [] if row is None else levels_due(row, now)
    if not levels:
        unchanged()
        return 0
    require_place(by, row)
    due = row.due_at
    row = row_update(by, row, row.version, {"level": levels[-1]})
    for level in levels:
        when = timezone.localtime(due)
        note = f"{LEVELS[level - 1][1]}（时限 {when:%Y-%m-%d %H:%M}）"
        _step(by, row, MOVES["escalate"], row.state, note)
        tell_level(by, row, level, due)
    return len(levels)


def levels_due(row: Incident, now: dt.datetime) -> list[int]:
    """The levels above the one reached that are due by now."""
    if row.state not in OPEN_STATES or row.due_at is None or now < row.due_at:
        return []
    late = work_hours_between(row.due_at, now)
    return [n for n, (hours, _) in enumerate(LEVELS, 1) if n > row.level and late >= hours]


# --- Inside


def _locked(by, incident: Incident, other: Incident | None = None) -> Incident:
    """The stored row, locked; with another one both, in one order."""
    keys = sorted({row.pk for row in (incident, other) if row is not None})
    rows = Incident.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    found = {row.pk: row for row in rows}
    stored = found.get(incident.pk)
    if stored is None:
        raise OutOfScope
    require_place(by, stored)
    return stored


def _limit(row: Incident, hours: str, start: dt.datetime | None = None) -> dt.datetime:
    """When the stage ends that begins now, by the category's office hours."""
    fallback = {"accept_hours": ACCEPT, "handle_hours": HANDLE, "check_hours": CHECK}[hours]
    length = getattr(row.category, hours) if row.category_id else fallback
    return work_deadline(start or timezone.now(), length)


def _local(row: Incident, *others) -> None:
    """What is chosen belongs to the incident's community."""
    if any(other is not None and other.community_id != row.community_id for other in others):
        raise OutOfScope


def _step(by, row: Incident, move: Move, before: str, note: str) -> None:
    _told(by, row, move.name, note, before)


def _told(by, row: Incident, name: str, note: str, before: str | None = None) -> None:
    """A line of the time line; the change of the incident beside it is what the log keeps."""
    user = by if isinstance(getattr(by, "pk", None), UUID) else None
    IncidentStep.objects.create(
        incident=row, move=name, to_state=row.state, note=note, handler=row.handler,
        from_state=row.state if before is None else before, created_by=user, changed_by=user,
    )  # fmt: skip


def _links_end(row: Incident) -> None:
    row.links.filter(ended_at=None).update(ended_at=timezone.now())
