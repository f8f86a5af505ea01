"""Duty of the demo community: staggered shifts, who keeps them, this month published and the
next one as a draft."""

from datetime import date, time, timedelta

from django.db.models import F

from grids.models import Community
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.core.actions import action, record_change
from portal.duty import actions
from portal.duty.models import DayKind, DutyKind, Roster, Shift
from portal.duty.plan import problem_of
from portal.duty.solver import solve

SHIFTS = (
    ("早班", DutyKind.DESK, DayKind.WORKDAY, time(7, 30), time(15, 30)),
    ("晚班", DutyKind.DESK, DayKind.WORKDAY, time(11, 30), time(19, 30)),
    ("周末窗口", DutyKind.DESK, DayKind.WEEKEND, time(9), time(17)),
    ("节日值班", DutyKind.FESTIVAL, DayKind.HOLIDAY, time(9), time(17)),
    ("夜间值守", DutyKind.NIGHT, DayKind.EVERY, time(20), time(7)),
)
DESK = [DutyKind.DESK, DutyKind.FESTIVAL, DutyKind.NIGHT]
OUTSIDE = [DutyKind.NIGHT, DutyKind.PATROL, DutyKind.FESTIVAL]
PEOPLE = {"director": DESK, "clerk": DESK, "party": DESK, "guard": OUTSIDE,
          **{f"leader{number}": OUTSIDE for number in range(1, 6)}}  # fmt: skip
SECONDS = 30  # of the solver at most; a month of these takes one on a machine that is not busy
LATE = timedelta(minutes=4)
FORGOTTEN = 23  # every so many shifts nobody checked in


@action(Permission.DUTY_PLAN)
def duty_seed(*, by, community: Community, today: date) -> None:
    """Fill a community that keeps no duty yet."""
    month = today.replace(day=1)
    for name, kind, days, starts, ends in SHIFTS:
        actions.template_create(by=by, community_id=community.pk, values={
            "name": name, "kind": kind, "days": days, "starts": starts, "ends": ends,
            "from_on": month,
        })  # fmt: skip
    for user in User.objects.filter(username__in=PEOPLE).order_by("username"):
        actions.duty_member_add(by=by, community_id=community.pk, user=user, values={
            "kinds": PEOPLE[user.username], "from_on": month,
        })  # fmt: skip
    roster = _solved(by, community, month)
    actions.roster_publish(by=by, roster=roster, version=roster.version)
    _check_in(roster, today)
    _solved(by, community, (month + timedelta(days=32)).replace(day=1))
    record_change(by=by, model="duty.roster", tenant=community.pk, after={"shifts": len(SHIFTS)})


def _solved(by, community: Community, month: date) -> Roster:
    roster = actions.roster_create(by=by, community_id=community.pk, month=month)
    problem = problem_of(roster, "all")
    return actions.roster_assign(by=by, roster=roster, keep="all", problem=problem,
                                 solution=solve(problem, seconds=SECONDS))  # fmt: skip


def _check_in(roster: Roster, today: date) -> None:
    """Those of the days before came, nearly all."""
    past = Shift.objects.filter(roster=roster, on__lt=today, user__isnull=False)
    keys = list(past.order_by("starts_at", "pk").values_list("pk", flat=True))
    came = [key for number, key in enumerate(keys, 1) if number % FORGOTTEN]
    past.filter(pk__in=came).update(checked_in_at=F("starts_at") - LATE)
    Shift.objects.filter(roster=roster, on__lte=today).update(reminded_at=F("starts_at") - 3 * LATE)
