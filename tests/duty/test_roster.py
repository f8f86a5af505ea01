"""A month's roster: made, solved as a job, pinned, changed, published."""

import datetime as dt

import pytest
from django.utils import timezone

from portal.accounts.permissions import Role
from portal.core.access import SYSTEM
from portal.core.errors import Conflict, DomainError, NotAllowed, OutOfScope
from portal.core.jobs import Cancelled, job_execute
from portal.core.models import ChangeLog, Job, JobState
from portal.duty import tasks
from portal.duty.actions import (
    roster_assign,
    roster_create,
    roster_delete,
    roster_draft,
    roster_publish,
    roster_solve,
    roster_stop,
    shift_pin,
    shift_set,
)
from portal.duty.models import Leave, Roster, RosterState, Shift, Wish
from portal.duty.plan import problem_of
from portal.duty.solver import faults, solve
from tests.duty.rows import make_member, make_roster, make_shift, make_template
from tests.people import make_user

pytestmark = pytest.mark.django_db
MONTH = dt.date(2026, 12, 1)


@pytest.fixture
def people(community):
    users = [make_user(Role.CLERK, community, name=f"值班{n}") for n in range(4)]
    for user in users:
        make_member(community, user)
    return users


@pytest.fixture
def nights(community):
    return make_template(community, "夜间", "20:00", "07:00", kind="night", days="every")


@pytest.fixture
def draft(clerk, community, people, nights):
    return roster_create(by=clerk, community_id=community.pk, month=MONTH)


def seat(roster, day) -> Shift:
    return roster.shifts.get(on=MONTH.replace(day=day))


def put(by, shift, user, **values):
    shift.refresh_from_db()
    return shift_set(by=by, shift=shift, version=shift.version, user=user, **values)


def holders(roster):
    return dict(roster.shifts.values_list("on__day", "user_id"))


def solved(by, roster, keep="pinned") -> Job:
    """The job as a worker would run it."""
    job = roster_solve(by=by, roster=roster, keep=keep)
    job_execute(job.pk)
    job.refresh_from_db()
    roster.refresh_from_db()
    return job


def published(by, roster):
    roster.refresh_from_db()
    return roster_publish(by=by, roster=roster, version=roster.version)


# --- Made


def test_roster_create_makes_the_empty_shifts_of_the_month(clerk, community, nights):
    roster = roster_create(by=clerk, community_id=community.pk, month=dt.date(2026, 12, 20))
    assert (roster.month, roster.state, roster.shifts.count()) == (MONTH, "draft", 31)
    assert roster.shifts.gaps().filter(created_by=clerk).count() == 31
    assert [row.after for row in ChangeLog.objects.filter(row=roster.pk)][-1] == {"shifts": 31}


def test_roster_create_twice_or_without_shifts_is_refused(clerk, community, draft, nights):
    with pytest.raises(DomainError, match="已经建立"):
        roster_create(by=clerk, community_id=community.pk, month=MONTH)
    nights.to_on = dt.date(2026, 12, 31)
    nights.save()
    with pytest.raises(DomainError, match="没有要值的班"):
        roster_create(by=clerk, community_id=community.pk, month=dt.date(2027, 1, 1))
    assert Roster.objects.count() == 1


def test_roster_create_needs_permission_and_place(leader_a, clerk, community, other_community):
    make_template(other_community)
    with pytest.raises(NotAllowed):
        roster_create(by=leader_a, community_id=community.pk, month=MONTH)
    with pytest.raises(OutOfScope):
        roster_create(by=clerk, community_id=other_community.pk, month=MONTH)
    assert not Roster.objects.exists()


# --- Solved


def test_roster_solve_fills_the_month_and_says_so(clerk, draft):
    job = solved(clerk, draft)
    assert (job.state, job.message) == (JobState.DONE, "已排 31 班。")
    problem = problem_of(draft)
    assigned = {str(pk): str(user) for pk, user in draft.shifts.values_list("pk", "user_id")}
    assert faults(problem, assigned) == []
    assert (draft.outcome["status"], draft.outcome["filled"]) == ("optimal", 31)
    assert draft.outcome["spread"]["nights"] == 1
    assert draft.solved_at
    log = ChangeLog.objects.get(action="roster_assign")
    assert (log.after["filled"], log.after["unfilled"]) == (31, 0)


def test_roster_solve_gives_each_gap_its_reason(clerk, community, draft, people):
    christmas = dt.date(2026, 12, 25)
    for user in people:
        Leave.objects.create(community=community, user=user, kind="annual", from_on=christmas,
                             to_on=christmas)  # fmt: skip
    job = solved(clerk, draft)
    gap = seat(draft, 25)
    assert (gap.user_id, gap.reason) == (None, "12月25日 夜间：4 人请假")
    assert "2 班没有合适的人" in job.message  # nor anybody for the night that ends on that day
    assert gap.reason in draft.outcome["unfilled"]


def test_roster_solve_tells_of_a_bent_wish(clerk, community, draft, people):
    for user in people:
        Wish.objects.create(community=community, user=user, on=MONTH.replace(day=9))
    solved(clerk, draft)
    assert "未能照顾愿望：12月9日 夜间：另有" in seat(draft, 9).reason
    assert [wish["user"] for wish in draft.outcome["bent"]] == [str(seat(draft, 9).user_id)]


def test_a_pinned_shift_stays_and_the_rest_is_solved_again(clerk, draft, people):
    solved(clerk, draft)
    other = next(user for user in people if user.pk != seat(draft, 5).user_id)
    for day in (3, 4, 6, 7):
        put(clerk, seat(draft, day), None)
    put(clerk, seat(draft, 5), other, is_pinned=True)
    solved(clerk, draft)
    assert seat(draft, 5).user_id == other.pk
    assert seat(draft, 5).is_pinned
    assert not draft.shifts.gaps().exists()


def test_keep_all_fills_only_the_gaps(clerk, draft, people):
    put(clerk, seat(draft, 1), people[0])
    put(clerk, seat(draft, 2), people[0])
    put(clerk, seat(draft, 20), people[0])
    before = {day: user for day, user in holders(draft).items() if user}
    solved(clerk, draft, keep="all")
    assert before.items() <= holders(draft).items()
    assert not draft.shifts.gaps().exists()


def test_a_result_that_no_longer_fits_is_not_written(clerk, community, draft, people):
    problem = problem_of(draft)
    solution = solve(problem, seconds=5)
    Leave.objects.create(community=community, user=people[0], kind="sick", from_on=MONTH,
                         to_on=MONTH)  # fmt: skip
    with pytest.raises(DomainError, match="请重新排班"):
        roster_assign(by=clerk, roster=draft, keep="pinned", problem=problem, solution=solution)
    assert draft.shifts.gaps().count() == 31


def test_a_stopped_solve_writes_nothing(clerk, draft, monkeypatch):
    def stopped(problem, on_progress):
        raise Cancelled

    monkeypatch.setattr(tasks, "solve", stopped)
    assert solved(clerk, draft).state == JobState.CANCELLED
    assert draft.shifts.gaps().count() == 31


def test_a_solve_that_lost_its_claim_writes_nothing(clerk, draft, monkeypatch):
    def slow(problem, on_progress):
        Job.objects.update(attempt=9)  # another worker took the job over meanwhile
        return solve(problem, seconds=5)

    monkeypatch.setattr(tasks, "solve", slow)
    solved(clerk, draft)
    assert draft.shifts.gaps().count() == 31


def test_roster_solve_of_a_roster_that_is_gone_fails_kindly(clerk, draft):
    job = roster_solve(by=clerk, roster=draft)
    Shift.objects.all().delete()
    Roster.objects.all().delete()
    job_execute(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == (JobState.FAILED, "这张排班表已经删除。")


def test_roster_draft_makes_and_solves_once(community, people, nights):
    assert roster_draft(by=SYSTEM, community_id=community.pk, month=MONTH)
    assert not roster_draft(by=SYSTEM, community_id=community.pk, month=MONTH)
    assert Job.objects.filter(kind="duty.solve").count() == 1
    job_execute(Job.objects.get().pk)
    assert not Roster.objects.get().shifts.gaps().exists()


def test_roster_draft_without_templates_makes_nothing(community):
    assert not roster_draft(by=SYSTEM, community_id=community.pk, month=MONTH)
    assert not Roster.objects.exists()


# --- Changed by hand


def test_shift_set_gives_takes_and_pins(clerk, draft, people):
    shift = put(clerk, seat(draft, 1), people[0], is_pinned=True)
    assert (shift.user, shift.is_pinned, shift.changed_by) == (people[0], True, clerk)
    shift = put(clerk, shift, None)
    assert (shift.user, shift.is_pinned) == (None, False)
    assert ChangeLog.objects.filter(action="shift_set", row=shift.pk).count() == 2


@pytest.mark.parametrize(
    ("days", "day", "rule"),
    [((1, 2), 3, "将连续值夜班超过 2 晚"), ((1, 3), 2, "将连续值夜班超过 2 晚"), ((), 24, "请假")],
)
def test_shift_set_names_the_rule_that_would_be_broken(
    clerk, community, draft, people, days, day, rule
):
    Leave.objects.create(community=community, user=people[0], kind="annual",
                         from_on=MONTH.replace(day=25), to_on=MONTH.replace(day=26))  # fmt: skip
    for earlier in days:
        put(clerk, seat(draft, earlier), people[0])
    with pytest.raises(DomainError, match=f"值班0：12月{day}日 夜间：{rule}") as raised:
        put(clerk, seat(draft, day), people[0])
    assert raised.value.field == "user"
    assert seat(draft, day).user_id is None


def test_shift_set_of_a_stranger_or_an_old_version_is_refused(clerk, draft, people, outsider):
    with pytest.raises(DomainError, match="没有夜间值守资格"):
        put(clerk, seat(draft, 1), outsider)
    put(clerk, seat(draft, 1), people[0])
    with pytest.raises(Conflict):
        shift_set(by=clerk, shift=seat(draft, 1), version=1, user=people[1])


def test_shift_pin_keeps_who_is_there(clerk, draft, people):
    with pytest.raises(DomainError, match="还没有人"):
        shift_pin(by=clerk, shift=seat(draft, 1), version=1, is_pinned=True)
    shift = put(clerk, seat(draft, 1), people[0])
    assert shift_pin(by=clerk, shift=shift, version=shift.version, is_pinned=True).is_pinned


def test_a_roster_elsewhere_is_missing(clerk, other_community):
    elsewhere = make_roster(other_community)
    shift = make_shift(elsewhere, "2026-12-01 08:00", "2026-12-01 12:00")
    for action, values in (
        (shift_set, {"shift": shift, "version": 1, "user": None}),
        (shift_pin, {"shift": shift, "version": 1, "is_pinned": False}),
        (roster_solve, {"roster": elsewhere}),
        (roster_publish, {"roster": elsewhere, "version": 1}),
        (roster_delete, {"roster": elsewhere}),
    ):
        with pytest.raises(OutOfScope):
            action(by=clerk, **values)
    assert Shift.objects.filter(pk=shift.pk).exists()


# --- Published


def test_roster_publish_freezes_the_month(clerk, draft, people):
    put(clerk, seat(draft, 1), people[0])
    roster = published(clerk, draft)
    assert (roster.state, roster.changed_by) == (RosterState.PUBLISHED, clerk)
    assert roster.published_at <= timezone.now()
    assert ChangeLog.objects.filter(row=roster.pk).last().after == {"filled": 1, "gaps": 30}
    for action, values in (
        (shift_set, {"shift": seat(draft, 1), "version": 2, "user": None}),
        (shift_pin, {"shift": seat(draft, 1), "version": 2, "is_pinned": True}),
        (roster_solve, {"roster": roster}),
        (roster_publish, {"roster": roster, "version": roster.version}),
        (roster_delete, {"roster": roster}),
    ):
        with pytest.raises(DomainError, match="已经发布"):
            action(by=clerk, **values)
    assert seat(draft, 1).user == people[0]


def test_a_job_that_comes_after_publication_writes_nothing(clerk, draft):
    job = roster_solve(by=clerk, roster=draft)
    Roster.objects.update(state=RosterState.PUBLISHED)
    job_execute(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert draft.shifts.gaps().count() == 31


def test_while_a_run_is_under_way_nothing_else_changes_the_draft(clerk, director, draft, people):
    put(clerk, seat(draft, 1), people[0])
    roster_solve(by=clerk, roster=draft)
    for act in (lambda: roster_solve(by=director, roster=draft),
                lambda: put(director, seat(draft, 2), people[0]),
                lambda: published(director, draft),
                lambda: roster_delete(by=director, roster=draft)):  # fmt: skip
        with pytest.raises(DomainError, match="正在自动排班"):
            act()
    assert Job.objects.count() == 1
    roster_stop(by=director, roster=draft)
    assert Job.objects.get().state == JobState.CANCELLED
    published(director, draft)


def test_a_run_is_stopped_by_whoever_plans_at_its_next_report(
    clerk, director, guard, draft, monkeypatch
):
    def slow(problem, on_progress):
        roster_stop(by=director, roster=draft)
        on_progress(100, 100, "")

    monkeypatch.setattr(tasks, "solve", slow)
    with pytest.raises(NotAllowed):
        roster_stop(by=guard, roster=draft)
    assert solved(clerk, draft).state == JobState.CANCELLED
    assert draft.shifts.gaps().count() == 31


def test_roster_publish_of_an_empty_month_is_refused(clerk, draft):
    with pytest.raises(DomainError, match="一班都没有排人"):
        published(clerk, draft)


def test_roster_publish_names_a_rule_that_is_broken_since(clerk, community, draft, people):
    put(clerk, seat(draft, 5), people[0], is_pinned=True)
    Leave.objects.create(community=community, user=people[0], kind="sick",
                         from_on=MONTH.replace(day=5), to_on=MONTH.replace(day=5))  # fmt: skip
    with pytest.raises(DomainError, match=r"有 1 处不合值班规定.*值班0（12月5日 夜间：请假）"):
        published(clerk, draft)
    draft.refresh_from_db()
    assert not draft.is_published


def test_a_solve_keeps_a_pin_that_broke_a_rule_and_says_so(clerk, community, draft, people):
    put(clerk, seat(draft, 5), people[0], is_pinned=True)
    Leave.objects.create(community=community, user=people[0], kind="sick",
                         from_on=MONTH.replace(day=5), to_on=MONTH.replace(day=5))  # fmt: skip
    job = solved(clerk, draft)
    assert draft.outcome["status"] == "infeasible pins"
    assert "固定的班次有 1 处不合规定" in job.message
    assert seat(draft, 5).user == people[0]


def test_roster_delete_takes_its_shifts_along(clerk, community, draft):
    other = make_shift(make_roster(community, "2027-01-01"), "2027-01-01 08:00", "2027-01-01 12:00")
    roster_delete(by=clerk, roster=draft)
    assert list(Shift.objects.all()) == [other]
    assert not Roster.objects.filter(pk=draft.pk).exists()
    assert ChangeLog.objects.get(action="roster_delete").row == draft.pk
