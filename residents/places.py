"""What people hang onto places: rows that go along when a place changes, words at a door."""

from django.db.models import Count, Q
from django.db.models.functions import Now, TruncDate
from django.urls import reverse

from grids.above import Word, door_act, door_words, follow
from portal.accounts.permissions import Permission
from portal.core.access import access_of
from residents.models import (
    CareTag,
    Household,
    PartyMember,
    Resident,
    ResidentStatus,
    Stay,
    TaskState,
    VisitTask,
)

OPEN = Q(to_on=None)
# A tag may have its end planned; the day is the database's, as this is built only once.
UNENDED = OPEN | Q(to_on__gt=TruncDate(Now()))
LIVING = Q(status=ResidentStatus.LIVING)
HELD = UNENDED & Q(resident__status=ResidentStatus.LIVING)  # where the person stands, not the home

follow("户", Household, "dwelling")
follow("居民", Resident, "household__dwelling", moves=LIVING)
follow("居住记录", Stay, "household__dwelling", moves=OPEN, address=False)
for label, model in (("关爱标签", CareTag), ("党员", PartyMember)):
    follow(label, model, "resident__household__dwelling", moves=HELD, address=False)
follow("走访任务", VisitTask, "household__dwelling", moves=Q(state=TaskState.OPEN))


@door_words
def households_at(viewer, dwellings) -> dict:
    """Each open household with the number of its people; no names on an overview."""
    households = (
        Household.objects.visible_to(viewer)
        .filter(dwelling__in=dwellings, closed_on=None)
        .annotate(people=Count("members", filter=Q(members__status=ResidentStatus.LIVING)))
        .order_by("addr_sort", "number", "pk")
    )
    said = {}
    for row in households:
        word = Word(f"{row.people} 人", reverse("residents:household_show", args=[row.pk]))
        said.setdefault(row.dwelling_id, []).append(word)
    return said


@door_act
def household_begin(viewer, dwelling) -> Word | None:
    """Whoever moved in is entered from the door."""
    if not access_of(viewer).can(Permission.RESIDENT_CREATE, dwelling.community_id):
        return None
    url = reverse("residents:household_create")
    return Word("登记家庭户", f"{url}?dwelling={dwelling.pk}")
