"""What the pages of one resident and one household show: needs, time lines, neighbours."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, Prefetch, Q
from django.utils import timezone

from portal.core.log_words import action_label, changes_of
from portal.core.models import AccessLog, ChangeLog
from residents.models import (
    CareTag,
    Household,
    LifeEvent,
    LifeEventKind,
    PartyMember,
    Resident,
    ResidentStatus,
    Stay,
    Visit,
    VisitAnswer,
)

OTHER = "other"
REASONS = [
    ("contact", "电话联系"),
    ("verify", "核对身份"),
    ("service", "办理业务"),
    ("visit", "走访"),
    (OTHER, "其他（写明）"),
]
# Actions that stand in the time line as records of their own.
RECORDED = ("birth_record", "event_correct", "resident_death", "resident_move_in",
            "resident_move_out", "resident_move_within", "resident_residence_change",
            "resident_split", "party_member_add")  # fmt: skip
CHANGES_SHOWN = 50
VISITS_SHOWN = 50
LOOKS_SHOWN = 50
PARTY_FIELDS = ("political",)


class Member(NamedTuple):
    """A household's member as the person may see it; ``shut`` hides a minor's details."""

    resident: Resident
    tags: list[CareTag]
    party: list[PartyMember]
    missing: list[str]
    shut: bool

    @property
    def is_here(self) -> bool:
        return self.resident.status == ResidentStatus.LIVING


class Entry(NamedTuple):
    """One line of a time line; ``event`` is set where it may be corrected."""

    on: date
    title: str
    note: str = ""
    by: str = ""
    tone: str = ""
    taken_back: bool = False
    event: UUID | None = None


def members_of(by, household: Household, may) -> list[Member]:
    """Head first, then the old before the young, those who left at the end."""
    rows = with_records(by, household.members.all(), may).exclude(status=ResidentStatus.VOID)
    ordered = sorted(rows, key=lambda r: (r.status != ResidentStatus.LIVING,
                                          r.pk != household.head_id, r.born_on))  # fmt: skip
    return [member_of(by, row) for row in ordered]


def member_of(by, resident: Resident) -> Member:
    shut = not resident.is_open_to(by)
    return Member(
        resident, [] if shut else resident.tags_now, [] if shut else resident.party_now,
        [] if shut else missing_of(resident), shut,
    )  # fmt: skip


def with_records(by, rows, may):
    """Residents with today's tags and memberships that the person may see, none besides."""
    today = timezone.localdate()
    tags = CareTag.objects.visible_to(by).valid_on(today).order_by("kind")
    party = PartyMember.objects.visible_to(by).valid_on(today)
    return rows.prefetch_related(
        Prefetch("care_tags", tags if may.care else CareTag.objects.none(), to_attr="tags_now"),
        Prefetch("party", party if may.party else PartyMember.objects.none(), to_attr="party_now"),
    )


def missing_of(resident: Resident) -> list[str]:
    """What the register still lacks about somebody who is on the books."""
    if resident.status != ResidentStatus.LIVING:
        return []
    found = []
    if not resident.id_mask:
        found.append("没有证件号码")
    if not resident.phone_mask and not resident.is_minor:
        found.append("没有联系电话")
    if resident.sex not in ("1", "2"):
        found.append("没有填性别")
    return found


def classes_of(member: Member, may) -> str:
    """The classes of fields that the resident's page shows, for the access log."""
    if member.shut:
        return "name"
    shown = ["identity", "minor" if member.resident.is_minor else ""]
    shown += ["care" if may.care else "", "party" if may.party else ""]
    return " ".join(filter(None, shown))


def stays_of(by, resident: Resident):
    """Where the person lived, the newest first; stays that never were are left out."""
    rows = Stay.objects.visible_to(by).filter(resident=resident).select_related("household")
    return rows.exclude(from_on=F("to_on")).order_by(F("from_on").desc(nulls_last=True), "-id")


def looks_of(resident: Resident, before: str) -> dict:
    """One page of the access log about a person: at them, at their household, in a list.

    An export or a print names no persons, so each one of the community's residents is shown.
    """
    exports = AccessLog.objects.filter(
        tenant=resident.community_id,
        action__in=("list_export", "list_print"),
        model=Resident._meta.label_lower,
    )
    rows = AccessLog.objects.about(resident.pk) | exports
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(seq__lt=int(before))
    found = list(rows.order_by("-seq")[: LOOKS_SHOWN + 1])
    more = len(found) > LOOKS_SHOWN
    found = found[:LOOKS_SHOWN]
    looks = [{"entry": row, "what": action_label(row.action)} for row in found]
    return {"looks": looks, "next": found[-1].seq if more else None}


def neighbours_of(by, household: Household):
    """Other households of the dwelling, closed ones too."""
    rows = Household.objects.visible_to(by).filter(dwelling=household.dwelling_id)
    return rows.exclude(pk=household.pk).select_related("head").order_by("-created_at")


def resident_timeline(by, resident: Resident, may) -> list[Entry]:
    """Everything dated about one person, the newest first."""
    entries = [
        *_events(by, resident.events.all(), resident),
        *_stays(by, resident),
        *_tags(by, resident, may),
        *_answers(by, resident),
        *_party(by, resident, may),
        *_changes(resident.pk, () if may.party else PARTY_FIELDS),
    ]
    return sorted(entries, key=lambda entry: entry.on, reverse=True)


def household_timeline(by, household: Household) -> list[Entry]:
    """Moves, births and deaths in the household, and its own changes; nothing dated of minors
    whose details are shut, as a birth says the birth date."""
    here = Q(household=household) | Q(closed_stay__household=household)
    here |= Q(opened_stay__household=household)  # of a household that was merged into this one
    events = LifeEvent.objects.filter(here)
    entries = [*_events(by, events, None), *_visits(by, household), *_changes(household.pk)]
    return sorted(entries, key=lambda entry: entry.on, reverse=True)


def _events(by, events, resident) -> list[Entry]:
    rows = list(
        events.visible_to(by).select_related(
            "resident", "household", "created_by", "corrected_by", "corrects"
        ).order_by("-id")
    )  # fmt: skip
    last = next((row.pk for row in rows if _stands(row)), None)
    return [_event(row, resident, last) for row in rows if row.resident.is_open_to(by)]


def _event(row: LifeEvent, resident, last) -> Entry:
    title = row.get_kind_display()
    if row.kind == LifeEventKind.CORRECTION:
        title = f"更正：撤回“{row.corrects.get_kind_display()}”"
    elif row.kind in (LifeEventKind.MOVE_WITHIN, LifeEventKind.MOVE_IN) and row.household:
        title = f"{title}到 {row.household.addr_key}"
    if resident is None:
        title = f"{row.resident.name} {title}"
    return Entry(
        on=row.on, title=title, note=row.note, by=_name(row.created_by),
        tone="warn" if row.kind == LifeEventKind.DEATH and _stands(row) else "",
        taken_back=hasattr(row, "corrected_by"),
        event=row.pk if resident is not None and row.pk == last else None,
    )  # fmt: skip


def _stands(row: LifeEvent) -> bool:
    """As ``standing()`` says it, for a row that was read."""
    void = row.resident.status == ResidentStatus.VOID
    return not void and row.kind != LifeEventKind.CORRECTION and not hasattr(row, "corrected_by")


def _stays(by, resident) -> list[Entry]:
    """Stays that no event opened: what the register knew from the start."""
    opened = resident.events.exclude(opened_stay=None).values("opened_stay")
    rows = Stay.objects.visible_to(by).filter(resident=resident).exclude(pk__in=opened)
    found = []
    for row in rows.select_related("household"):
        if row.from_on and row.from_on == row.to_on:
            continue
        since = "" if row.from_on else "起始日期不明"
        on = row.from_on or timezone.localdate(row.created_at)
        title = f"登记居住在 {row.household.addr_key}（{row.get_kind_display()}）"
        found.append(Entry(on=on, title=title, note=since))
    return found


def _tags(by, resident, may) -> list[Entry]:
    if not may.care:
        return []
    found = []
    rows = CareTag.objects.visible_to(by).filter(resident=resident)
    for row in rows.select_related("created_by"):
        label = row.label
        on = row.from_on or timezone.localdate(row.created_at)
        found.append(Entry(on=on, title=f"标签“{label}”开始", by=_name(row.created_by)))
        if row.to_on:
            word = f"有效期至 {row.until}" if row.to_on > timezone.localdate() else "结束"
            found.append(Entry(on=row.to_on, title=f"标签“{label}”{word}"))
    return found


def _party(by, resident, may) -> list[Entry]:
    if not may.party:
        return []
    found = []
    for row in PartyMember.objects.visible_to(by).filter(resident=resident):
        on = row.from_on or timezone.localdate(row.created_at)
        found.append(Entry(on=on, title=f"登记为{row.get_kind_display()}"))
        if row.to_on:
            found.append(Entry(on=row.to_on, title=f"{row.get_kind_display()}记录结束"))
    return found


def _answers(by, resident) -> list[Entry]:
    """How the person was found at each visit."""
    rows = VisitAnswer.objects.visible_to(by).filter(resident=resident)
    rows = rows.select_related("visit__by", "visit__corrected_by").order_by("-visit__started_at")
    return [
        Entry(on=row.visit.visited_on, title=f"走访：{row.get_state_display()}",
              by=row.visit.by.name, taken_back=row.visit.is_corrected)
        for row in rows[:VISITS_SHOWN]
    ]  # fmt: skip


def _visits(by, household) -> list[Entry]:
    """Visits that found or corrected something; how often somebody came stands in the list."""
    rows = Visit.objects.visible_to(by).filter(household=household)
    rows = rows.select_related("by", "corrected_by").order_by("-started_at")
    return [
        Entry(on=row.visited_on, title=f"{row.get_way_display()}走访：{row.get_outcome_display()}",
              by=row.by.name, taken_back=row.is_corrected)
        for row in rows[:VISITS_SHOWN] if not row.is_unchanged or row.is_corrected
    ]  # fmt: skip


def _changes(row_id, without=()) -> list[Entry]:
    """The change log in plain words; the moves themselves are shown as events."""
    found = []
    rows = ChangeLog.objects.filter(row=row_id).exclude(action__in=RECORDED)
    for row in rows.order_by("-seq")[:CHANGES_SHOWN]:
        words = [str(change) for change in changes_of(row, without)]
        if words or not row.before:
            found.append(Entry(
                on=timezone.localdate(row.at), title=action_label(row.action),
                note="；".join([*words, row.reason] if row.reason else words), by=row.by_name,
            ))  # fmt: skip
    return found


def _name(user) -> str:
    return user.name if user else ""
