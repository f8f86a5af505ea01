"""What happens to duty by the clock; each sweep may run twice and be killed anywhere."""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from portal.core.access import SYSTEM
from portal.core.sweeps import sweep
from portal.core.workdays import zone
from portal.duty.actions import clock
from portal.duty.actions.rosters import roster_draft
from portal.duty.models import DutyRules, Roster, ShiftTemplate


@sweep("duty-remind", "值班提醒", reminded="提醒 {} 班")
def duty_remind() -> dict[str, int]:
    due = clock.reminders_due(timezone.now())
    return {"reminded": sum(clock.shift_remind(by=SYSTEM, shift=shift) for shift in due)}


@sweep("duty-missed", "值班未签到", told="提醒本人 {} 班", heads="报负责人 {} 班")
def duty_missed() -> dict[str, int]:
    done = {"told": 0, "heads": 0}
    for shift, is_heads_turn in clock.missed_due(timezone.now()):
        if is_heads_turn:
            done["heads"] += clock.shift_missed_head(by=SYSTEM, shift=shift)
        else:
            done["told"] += clock.shift_missed(by=SYSTEM, shift=shift)
    return done


@sweep("duty-gaps", "值班缺人预警", days="预警 {} 天", months="催发布 {} 个月", left="离岗 {} 人")
def duty_gaps() -> dict[str, int]:
    now = timezone.now()
    found = clock.gaps_due(now)
    days = sum(clock.gaps_tell(by=SYSTEM, community_id=community, day=day, count=count)
               for (community, day), count in found.items())  # fmt: skip
    left = sum(clock.left_tell(by=SYSTEM, user=user, roster=roster, count=count)
               for (user, roster), count in clock.left_due(now).items())  # fmt: skip
    months = sum(clock.unpublished_tell(by=SYSTEM, community_id=community, month=month)
                 for community, month in clock.unpublished_due(now))  # fmt: skip
    return {"days": days, "months": months, "left": left}


@sweep("duty-draft", "排下月班草稿", drafted="建立 {} 张草稿")
def duty_draft() -> dict[str, int]:
    """On the set day and after it: next month's roster, made and solved, once."""
    today = timezone.now().astimezone(zone()).date()
    month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return {"drafted": sum(roster_draft(by=SYSTEM, community_id=community, month=month)
                           for community in _without_roster(today, month))}  # fmt: skip


@sweep("duty-hours", "值班工时月表", sheets="通知 {} 个月")
def duty_hours() -> dict[str, int]:
    due = clock.hours_due(timezone.now())
    return {"sheets": sum(clock.hours_tell(by=SYSTEM, roster=roster) for roster in due)}


def _without_roster(today: date, month: date) -> list:
    made = Roster.objects.filter(community=OuterRef("community"), month=month)
    places = ShiftTemplate.objects.filter(~Exists(made)).order_by().values_list(
        "community", flat=True
    ).distinct()  # fmt: skip
    return [place for place in places if today.day >= DutyRules.of(place).draft_day]
