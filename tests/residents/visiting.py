"""Plain functions for tests of visits."""

import datetime as dt

from django.utils import timezone

from grids.models import CellPost
from portal.core.ids import new_id
from residents.actions import visit_create
from residents.models import CareTag, VisitRule, VisitTask
from tests.people import LONG_AGO


def make_rule(community, name="每周", interval_days=7, **values):
    """A rule from long ago, in a community whose households are there as long: whoever was
    never visited is due today."""
    rule = VisitRule.objects.create(
        community=community, name=name, interval_days=interval_days, **values
    )
    moment = timezone.now() - dt.timedelta(days=900)
    VisitRule.objects.filter(pk=rule.pk).update(created_at=moment)
    community.households.update(created_at=moment)
    rule.created_at = moment
    return rule


def make_task(household, cause="rule", due_on=None, **values):
    due_on = due_on or timezone.localdate()
    values.setdefault("key", f"{cause}:{new_id()}")
    return VisitTask.objects.create(
        community=household.community, cell=household.cell, household=household,
        addr_key=household.addr_key, addr_sort=household.addr_sort, cause=cause,
        due_on=due_on, **values,
    )  # fmt: skip


def make_post(cell, kind, user):
    return CellPost.objects.create(
        community=cell.community, cell=cell, kind=kind, user=user, from_on=LONG_AGO
    )


def make_tag(resident, kind="living_alone", **values):
    return CareTag.objects.create(
        community=resident.community, cell=resident.cell, resident=resident, kind=kind, **values
    )


def values(ago=dt.timedelta(), **more):
    """A visit of ten minutes that ended ``ago``."""
    ended = timezone.now() - ago
    return {
        "way": "door", "outcome": "met", "started_at": ended - dt.timedelta(minutes=10),
        "ended_at": ended, "answers": [], "findings": [], "note": "",
    } | more  # fmt: skip


def visit(by, household, **more):
    return visit_create(by=by, household=household, values=values(**more))


def same(*residents):
    return [{"resident": row.pk, "state": "same"} for row in residents]


def finding(kind, resident=None, value="", **more):
    key = resident.pk if resident else None
    return {"id": new_id(), "kind": kind, "resident": key, "value": value, **more}
