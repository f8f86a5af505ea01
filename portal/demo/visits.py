"""Visits of the demo community: posts of the cells, the usual rules, two months of visits, what
is due and overdue, one round. Notes and findings are invented."""

from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from grids.models import CellPost, Community, GridCell, PostKind
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.core.actions import action, record_change
from portal.core.bulk import bulk_insert
from portal.core.ids import new_id
from residents.actions.visit_plan import DEFAULTS, round_households
from residents.models import (
    LIVING_HERE,
    AllowanceRate,
    AnswerState,
    FindingKind,
    Household,
    Resident,
    RoundKind,
    Visit,
    VisitAnswer,
    VisitCause,
    VisitFinding,
    VisitOutcome,
    VisitRound,
    VisitRule,
    VisitStage,
    VisitTask,
    VisitTaskStep,
    VisitWay,
    visit_text,
)
from residents.visits.due import rules_by_household

WEEKS = 8
DAY = timedelta(days=1)
VISIT = ["id", "community_id", "cell_id", "household_id", "by_id", "way", "outcome", "visited_on",
         "started_at", "ended_at", "received_at", "is_unchanged", "note_sealed"]  # fmt: skip
ANSWER = ["id", "visit_id", "resident_id", "state"]
FINDING = ["id", "visit_id", "resident_id", "kind", "value_sealed"]
TASK = ["id", "community_id", "cell_id", "household_id", "addr_key", "addr_sort", "cause",
        "rule_id", "round_id", "change", "key", "due_on", "due_at", "stage", "state", "visit_id",
        "done_on", "created_at"]  # fmt: skip
FOUND = (
    (FindingKind.NEW_MEMBER, "女儿带外孙回来长住"), (FindingKind.MOVED_OUT, "邻居说上月搬去儿子家"),
    (FindingKind.JOB, "开始在商场上班"), (FindingKind.HELP, "想申请家里装扶手"),
    (FindingKind.OTHER, "门铃坏了，敲门要大声"), (FindingKind.HELP, "取暖费有困难"),
    (FindingKind.MOVED_OUT, "房子已租给别人"), (FindingKind.NEW_MEMBER, "请了住家保姆"),
)  # fmt: skip
NOTES = (
    "身体都好，嘱咐天冷少出门。",
    "已提醒关好煤气。",
    "老人想学用手机看病历。",
    "请物业看一下楼道灯。",
)
# Days late by which weekly visits stand with the leader, the backup and the head.
LATE = ((1, VisitStage.OVERDUE), (2, VisitStage.OVERDUE), (4, VisitStage.BACKUP),
        (8, VisitStage.HEAD))  # fmt: skip
PASSED = (VisitStage.OVERDUE, VisitStage.BACKUP, VisitStage.HEAD)


@action(Permission.VISIT_PLAN)
def visits_seed(*, by, community: Community, today: date) -> int:
    """Fill a community that has none; returns how many visits there are now."""
    maker = _Maker(community, today)
    maker.make()
    record_change(by=by, model="residents.visit", tenant=community.pk, after={
        "visits": len(maker.visits), "tasks": len(maker.tasks), "posts": len(maker.posts),
    })  # fmt: skip
    return len(maker.visits)


class _Maker:
    def __init__(self, community: Community, today: date):
        self.community, self.today = community, today
        self.random = Random(f"{community.code} visits")  # noqa: S311 - invented data
        self.visits, self.answers, self.findings, self.tasks = [], [], [], []
        self.last: dict = {}

    def make(self) -> None:
        self._posts()
        self._rules()
        self._round()
        homes = Household.objects.filter(community=self.community, closed_on=None)
        self.homes = {home.pk: home for home in homes.order_by("addr_sort", "pk")}
        people = Resident.objects.living().filter(
            community=self.community, residence__in=LIVING_HERE
        )
        self.members: dict = {}
        for key, home in people.order_by("born_on", "pk").values_list("pk", "household"):
            self.members.setdefault(home, []).append(key)
        rules = rules_by_household(self.community.pk, self.today)
        weekly = [key for key in self.homes if key in rules and rules[key].interval_days == 7]
        self.late = dict(zip(weekly[:: max(1, len(weekly) // 12)], LATE * 3, strict=False))
        for key, home in self.homes.items():
            if key in rules:
                self._visits_to(home, rules[key])
        self._round_tasks()
        self._write()

    def _posts(self) -> None:
        """Leaders by number; the clerk stands in, the director is above."""
        users = {u.username: u for u in User.objects.all()}
        from_on = date(self.today.year - 1, 1, 1)
        self.posts, self.leaders = [], {}
        for cell in GridCell.objects.filter(community=self.community):
            held = {PostKind.LEADER: f"leader{cell.number}", PostKind.BACKUP: "clerk",
                    PostKind.HEAD: "director"}  # fmt: skip
            for kind, name in held.items():
                if name in users:
                    self.posts.append(CellPost(community=self.community, cell=cell, kind=kind,
                                               user=users[name], from_on=from_on))  # fmt: skip
            self.leaders[cell.pk] = users.get(f"leader{cell.number}")
        CellPost.objects.bulk_create(self.posts)
        AllowanceRate.objects.create(
            community=self.community, from_on=from_on, month_fen=60000, household_fen=50,
            visit_fen=300, incident_fen=500,
        )  # fmt: skip

    def _rules(self) -> None:
        then = self._at(self.today - 400 * DAY, 9)
        rules = [VisitRule(community=self.community, created_at=then, **v) for v in DEFAULTS]
        VisitRule.objects.bulk_create(rules)

    def _round(self) -> None:
        self.round = VisitRound.objects.create(
            community=self.community, name="入冬走访", kind=RoundKind.COLD, age_from=80,
            from_on=self.today - 3 * DAY, due_on=self.today + 7 * DAY,
        )  # fmt: skip

    def _visits_to(self, home: Household, rule: VisitRule) -> None:
        """As the rule wants them, back from the last one; a late one was not made."""
        by, often = self.leaders.get(home.cell_id), rule.interval_days
        if by is None:
            return
        back = self.random.randint(1, often)
        if home.pk in self.late:
            late, stage = self.late[home.pk]
            back = often + late
            self._late_task(home, rule, late, stage)
        while back <= WEEKS * 7:
            self._visit(home, by, self.today - back * DAY)
            back += often + self.random.randint(-1, 1)

    def _visit(self, home: Household, by: User, day: date) -> None:
        members = self.members[home.pk]
        start = self._at(day, 9) + timedelta(minutes=self.random.randint(0, 8 * 60))
        end = start + timedelta(minutes=4 + 2 * len(members) + self.random.randint(0, 9))
        key, met = new_id(), self.random.random() > 0.06
        changed = met and len(self.findings) < len(FOUND) and self.random.random() < 0.004
        states = [AnswerState.AWAY if self.random.random() < 0.15 else AnswerState.SAME
                  for _ in members] if met else []  # fmt: skip
        note = self.random.choice(NOTES) if met and self.random.random() < 0.05 else ""
        way = VisitWay.PHONE if self.random.random() < 0.1 else VisitWay.DOOR
        outcome = VisitOutcome.MET if met else VisitOutcome.ABSENT
        same = bool(states) and set(states) == {AnswerState.SAME} and not changed
        self.visits.append((
            key, self.community.pk, home.cell_id, home.pk, by.pk, way, outcome, day, start, end,
            end + timedelta(minutes=1), same, visit_text("note", key, note),
        ))  # fmt: skip
        self.answers += [(new_id(), key, m, s) for m, s in zip(members, states, strict=False)]
        if met:
            self.last[home.pk] = max(self.last.get(home.pk, (day, key)), (day, key))
        if changed:
            kind, text = FOUND[len(self.findings)]
            row, person = new_id(), None if kind == FindingKind.NEW_MEMBER else members[0]
            self.findings.append((row, key, person, kind, visit_text("finding", row, text)))

    def _late_task(self, home: Household, rule: VisitRule, late: int, stage: str) -> None:
        due = self.today - late * DAY
        self._task(home, VisitCause.RULE, f"rule:{due}", due, rule=rule.pk, stage=stage)

    def _round_tasks(self) -> None:
        for home in round_households(self.round).order_by("addr_sort", "pk"):
            day, visit = self.last.get(home.pk, (None, None))
            done = day is not None and day >= self.round.from_on
            self._task(
                home, VisitCause.ROUND, f"round:{self.round.pk}", self.round.due_on,
                round=self.round.pk, **({"visit": visit, "done_on": day} if done else {}),
            )  # fmt: skip

    def _task(self, home, cause, key, due, *, rule=None, round=None, stage=VisitStage.DUE,
              visit=None, done_on=None) -> None:  # fmt: skip
        made = self._at(min(due, self.today) - 3 * DAY, 1)
        self.tasks.append((
            new_id(), self.community.pk, home.cell_id, home.pk, home.addr_key, home.addr_sort,
            cause, rule, round, "", key, due, None, stage, "done" if visit else "open", visit,
            done_on, made,
        ))  # fmt: skip

    def _write(self) -> None:
        bulk_insert(Visit, VISIT, self.visits)
        bulk_insert(VisitAnswer, ANSWER, self.answers)
        bulk_insert(VisitFinding, FINDING, self.findings)
        bulk_insert(VisitTask, TASK, self.tasks)
        stage_at, due_at = TASK.index("stage"), TASK.index("due_on")
        VisitTaskStep.objects.bulk_create(
            VisitTaskStep(task_id=row[0], stage=stage, at=self._at(row[due_at] + days * DAY, 1))
            for row in self.tasks if row[stage_at] in PASSED
            for stage, days in zip(PASSED, (1, 3, 7), strict=True)
            if PASSED.index(stage) <= PASSED.index(row[stage_at])
        )  # fmt: skip

    def _at(self, day: date, hour: int) -> datetime:
        return timezone.make_aware(datetime.combine(day, time(hour)))
