"""Plain ``make_*`` functions for duty."""

import datetime as dt
from zoneinfo import ZoneInfo

from portal.core.models import Outgoing
from portal.duty.models import (
    DutyMatter,
    DutyMember,
    DutyNote,
    DutyRules,
    Leave,
    Roster,
    Shift,
    ShiftChange,
    ShiftTemplate,
    Wish,
)

CHINA = ZoneInfo("Asia/Shanghai")
LONG_AGO = dt.date(2020, 1, 1)
EVERY_KIND = ["desk", "night", "patrol", "clinic", "festival"]


def at(text: str) -> dt.datetime:
    """A moment of the wall clock: ``2026-12-01 20:00``."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=CHINA)


def make_template(community, name="早班", starts="08:00", ends="12:00", **values):
    values = {"kind": "desk", "days": "workday", "from_on": LONG_AGO} | values
    return ShiftTemplate.objects.create(
        community=community, name=name, starts=dt.time.fromisoformat(starts),
        ends=dt.time.fromisoformat(ends), **values,
    )  # fmt: skip


def make_member(community, user, kinds=EVERY_KIND, **values):
    return DutyMember.objects.create(
        community=community, user=user, kinds=list(kinds), **{"from_on": LONG_AGO} | values
    )


def make_roster(community, month="2026-12-01", **values):
    return Roster.objects.create(community=community, month=dt.date.fromisoformat(month), **values)


def make_shift(roster, starts, ends, user=None, template=None, **values):
    """A shift by its wall-clock hours: ``make_shift(roster, "2026-12-01 20:00", …)``."""
    begin = at(starts)
    template = template or ShiftTemplate.objects.filter(community=roster.community).first()
    template = template or make_template(roster.community)
    seat = Shift.objects.filter(roster=roster, template=template, on=begin.date()).count() + 1
    values = {"name": template.name, "kind": template.kind, "seat": seat} | values
    return Shift.objects.create(
        community=roster.community, roster=roster, template=template, on=begin.date(),
        starts_at=begin, ends_at=at(ends), user=user, **values,
    )  # fmt: skip


def duty_rows(community, user) -> dict:
    """One row of each kind, for the guards; called again it makes others."""
    number = Roster.objects.filter(community=community).count() + 1
    roster = make_roster(community, f"2027-{number:02}-01")
    template = make_template(community, f"早班{number}")
    shift = make_shift(roster, "2026-12-01 08:00", "2026-12-01 12:00", user, template)
    place = {"community": community}
    day = dt.date(2026, 12, 1)
    DutyRules.objects.get_or_create(**place)
    Outgoing.objects.create(tenant=community.pk, key=f"k{roster.pk}", purpose="p",
                            address=b"x", text=b"x")  # fmt: skip
    return {
        "template_id": template.pk,
        "duty_member_id": make_member(community, user).pk,
        "leave_id": Leave.objects.create(user=user, kind="annual", from_on=day, to_on=day,
                                         **place).pk,
        "wish_id": Wish.objects.create(user=user, on=day, **place).pk,
        "roster_id": roster.pk,
        "shift_id": shift.pk,
        "change_id": ShiftChange.objects.create(shift=shift, giver=user, kind="swap", reason="r",
                                                **place).pk,
        "note_id": DutyNote.objects.create(shift=shift, text="t", created_by=user, **place).pk,
        "matter_id": DutyMatter.objects.create(shift=shift, text="t", created_by=user,
                                               **place).pk,
    }  # fmt: skip
