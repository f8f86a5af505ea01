"""Visits that a big change makes due, called from the actions that record the change."""

from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from grids.above import touch
from grids.models import PostKind
from grids.posts import people_of
from portal.core.actions import record_change, row_create
from portal.core.notices import notice_send
from residents.actions.rows import address_of
from residents.models import (
    Household,
    Resident,
    TaskState,
    VisitCause,
    VisitTask,
)
from residents.visits.due import change_hours, rules_for

FRESH = timedelta(days=30)  # an older change that is entered late asks for no visit within hours


def change_task(by, household: Household, change: str, *, on: date | None = None,
                at: datetime | None = None) -> VisitTask | None:  # fmt: skip
    """Make the visit due that this change asks for; the same change of one day makes one.

    None when the change is long past, the household is closed or nobody lives there.
    """
    at = at or timezone.now()
    day = on or timezone.localdate(at)
    here = Resident.objects.living().filter(household=household)
    if timezone.localdate() - day > FRESH or household.closed_on or not here.exists():
        return None
    key = change_key(change, day)
    known = VisitTask.objects.filter(household=household, key=key).first()
    if known:
        return known
    hours, rule = change_hours(rules_for(household, timezone.localdate()))
    due_at = at + timedelta(hours=hours)
    task = row_create(by, VisitTask(
        household=household, cause=VisitCause.CHANGE, change=change, key=key, rule=rule,
        due_on=timezone.localdate(due_at), due_at=due_at, **address_of(household),
    ))  # fmt: skip
    _tell(by, task)
    return task


def change_key(change: str, day: date) -> str:
    return f"change:{change}:{day}"


def change_take_back(by, household_id, change: str, day: date) -> None:
    """The change was recorded by mistake: its visit is no longer wanted."""
    rows = VisitTask.objects.waiting().filter(household=household_id, key=change_key(change, day))
    tasks_drop(by, rows)


def tasks_hold(household_id) -> None:
    """Lock the open tasks of a household that an action is going to change."""
    rows = VisitTask.objects.waiting().filter(household=household_id).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def tasks_drop(by, rows) -> int:
    """Cancel open tasks; those done stay as they are."""
    found = list(rows.values_list("pk", "community_id"))
    if not found:
        return 0
    keys = [key for key, _ in found]
    count = (
        VisitTask.objects.waiting().filter(pk__in=keys).update(state=TaskState.DROPPED, **touch(by))
    )
    record_change(by=by, model="residents.visittask", tenant=found[0][1],
                  after={"state": TaskState.DROPPED, "tasks": keys})  # fmt: skip
    return count


def tasks_carry(by, household: Household, dwelling) -> None:
    """Open tasks go with the household to another dwelling. Before the first log row."""
    rows = VisitTask.objects.waiting().filter(household=household)
    rows.update(cell=dwelling.cell_id, addr_key=dwelling.addr_key, addr_sort=dwelling.addr_sort,
                **touch(by))  # fmt: skip


def _tell(by, task: VisitTask) -> None:
    """The leader hears of it at once; who made it knows."""
    leaders = people_of({task.cell_id}, PostKind.LEADER, timezone.localdate()).get(task.cell_id, [])
    due = timezone.localtime(task.due_at)
    notice_send(
        [user for user in leaders if user.pk != getattr(by, "pk", None)], f"visit:change:{task.pk}",
        f"您的网格有 1 户发生重大变化，请在 {due:%m月%d日 %H:%M} 前走访。",
        reverse("residents:household_show", args=[task.household_id]), task.community_id,
    )  # fmt: skip
