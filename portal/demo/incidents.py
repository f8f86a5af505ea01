"""Incidents of the demo community: who mends what, forty assets, thirty incidents in every
state, with the steps that led there. The telephones belong to nobody."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from grids.incidents.usual import USUAL
from grids.models import (
    Asset,
    Building,
    Community,
    Handler,
    Incident,
    IncidentCategory,
    IncidentStep,
)
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.core.actions import action, record_change
from portal.core.workdays import work_deadline, zone

PROPERTY, LIGHTS, WATER, GREEN, LIFTS, CITY, STAFF = range(7)
HANDLERS = (
    ("安居物业服务中心", "property", "郝经理"), ("市路灯管理所", "department", "值班室"),
    ("供水公司营业所", "utility", "抢修班"), ("园林绿化养护队", "other", "牛队长"),
    ("安达电梯维保公司", "other", "维保热线"), ("街道城市管理科", "department", "内勤"),
    ("社区居委会", "staff", "值班社工"),
)  # fmt: skip
# Who mends what, in the order of the usual categories.
MENDED_BY = (LIGHTS, WATER, WATER, PROPERTY, LIFTS, GREEN, CITY, PROPERTY, PROPERTY, PROPERTY,
             STAFF, STAFF)  # fmt: skip
# kind, words, owner, maintainer, how many
ASSETS = (
    ("lamp", "路灯", CITY, LIGHTS, 14), ("lift", "电梯", PROPERTY, LIFTS, 6),
    ("green", "绿地", CITY, GREEN, 6), ("gate", "单元门禁", PROPERTY, None, 6),
    ("fitness", "健身器材", STAFF, PROPERTY, 4), ("fire", "消防栓", PROPERTY, None, 4),
)  # fmt: skip
# category, words, building, state, days since the report
INCIDENTS = (
    (0, "楼前路灯整排不亮，老人晚上不敢出门", 3, "reported", 0),
    (7, "垃圾桶满了两天没清", 12, "reported", 0),
    (1, "单元口井盖翘起，已放警示锥", 27, "reported", 0),
    (11, "楼上夜里敲打，几户都反映", 41, "reported", 2),
    (None, "墙皮有一块要掉下来", 66, "reported", 1),
    (3, "单元门关不上", 8, "accepted", 1),
    (9, "单杠底座松动", 35, "accepted", 1),
    (6, "楼前路面塌了一块", 52, "accepted", 3),
    (10, "独居老人家水龙头坏了，请人帮忙", 70, "accepted", 0),
    (2, "二层暖气管接头滴水", 15, "dispatched", 1),
    (5, "大风刮断的树枝搭在窗上", 22, "dispatched", 0),
    (0, "路灯一闪一闪", 31, "dispatched", 4),
    (4, "电梯停在三层，已困人解救", 44, "dispatched", 0),
    (8, "杂物堵住消防通道", 58, "dispatched", 1),
    (0, "灯杆歪斜", 61, "handling", 6),
    (6, "雨水箅子下沉", 18, "handling", 9),
    (9, "漫步机少一个踏板", 36, "handling", 5),
    (2, "地下室积水", 73, "handling", 2),
    (7, "装修垃圾没有运走", 80, "handled", 3),
    (3, "门禁刷卡没反应", 9, "handled", 4),
    (0, "路灯不亮", 47, "handled", 5),
    (5, "绿篱过高挡住路口", 55, "handled", 7),
    (4, "电梯门反复开关", 45, "closed", 12),
    (1, "井盖缺失", 28, "closed", 15),
    (7, "楼道堆物", 64, "closed", 20),
    (0, "小区西路三盏灯不亮", 33, "closed", 26),
    (10, "帮助残疾居民换轮椅坡道板", 71, "closed", 30),
    (11, "广场舞声音大", 39, "rejected", 8),
    (0, "三号楼前路灯不亮", 3, "merged", 0),
    (6, "路面和井盖都坏了，分两件办", 52, "split", 3),
)  # fmt: skip
SPOTS = ("东侧", "一单元门口", "西侧路边", "北门旁", "二单元门口")
WAY = ("report", "accept", "dispatch", "start", "done", "close")
LEADS_TO = {"report": "reported", "accept": "accepted", "dispatch": "dispatched",
            "start": "handling", "done": "handled", "close": "closed", "reject": "rejected",
            "merge": "merged", "split": "split"}  # fmt: skip
SHORT = {"rejected": ("report", "reject"), "merged": ("report", "merge"),
         "split": ("report", "split")}  # fmt: skip


@action(Permission.INCIDENT_HANDLE)
def incidents_seed(*, by, community: Community, today: date) -> int:
    """Fill a community that has none; returns how many incidents there are now."""
    maker = _Maker(community, today)
    maker.make()
    record_change(by=by, model="grids.incident", tenant=community.pk,
                  after={"incidents": len(maker.incidents), "steps": len(maker.steps)})  # fmt: skip
    return len(maker.incidents)


class _Maker:
    def __init__(self, community: Community, today: date):
        self.community, self.today = community, today
        self.now = min(timezone.now(), self._at(today, 18))
        rows = Building.objects.filter(community=community).select_related("cell", "shape")
        self.buildings = {int(row.number): row for row in rows if row.number.isdigit()}
        self.staff = User.objects.filter(memberships__community=community).distinct()
        self.incidents, self.steps = [], []

    def make(self) -> None:
        self.handlers = [
            Handler(community=self.community, name=name, kind=kind, contact=contact,
                    phone=f"0470-000{n:04}")
            for n, (name, kind, contact) in enumerate(HANDLERS, 1)
        ]  # fmt: skip
        Handler.objects.bulk_create(self.handlers)
        self.categories = [
            IncidentCategory(community=self.community, handler=self.handlers[handler],
                             **usual._asdict())
            for usual, handler in zip(USUAL, MENDED_BY, strict=True)
        ]  # fmt: skip
        IncidentCategory.objects.bulk_create(self.categories)
        Asset.objects.bulk_create(self._assets())
        for number, told in enumerate(INCIDENTS, 1):
            self._incident(number, *told)
        first = self.incidents[0]
        for row in self.incidents:
            if row.state == "merged":
                row.merged_into = first
        Incident.objects.bulk_create(self.incidents)
        IncidentStep.objects.bulk_create(self.steps)

    def _assets(self):
        number = 0
        for kind, word, owner, keeper, count in ASSETS:
            for n in range(1, count + 1):
                number += 1
                building = self.buildings[1 + number * 2]
                held = self.today + timedelta(days=90 * (n - 2)) if keeper is not None else None
                yield Asset(
                    community=self.community, cell=building.cell, building=building, kind=kind,
                    name=f"{building.number} 号楼{word}", spot=SPOTS[n % 5],
                    owner=self.handlers[owner], warranty_to=held,
                    maintainer=None if keeper is None else self.handlers[keeper],
                    handed_over_on=date(self.today.year - 3, 9, 1),
                )  # fmt: skip

    def _incident(self, number, category, words, building, state, days) -> None:
        place, kind = self.buildings[building], None
        if category is not None:
            kind = self.categories[category]
        way = SHORT.get(state) or WAY[: 1 + [LEADS_TO[m] for m in WAY].index(state)]
        moment = self._at(self.today - timedelta(days=days), 9, number)
        moment = min(moment, self.now - timedelta(minutes=30 + number))
        leader = self.staff.filter(username=f"leader{place.cell.number}").first()
        desk = self.staff.filter(username="clerk").first()
        row = Incident(
            community=self.community, cell=place.cell, building=place, category=kind, text=words,
            number=f"{self.today.year}-{number:05}", spot=SPOTS[number % 5], source="leader",
            is_urgent=bool(kind and kind.is_urgent), reported_at=moment, received_at=moment,
            created_by=leader, changed_by=desk, version=len(way), state=state,
        )  # fmt: skip
        self._walk(row, way, moment, leader, desk)
        self.incidents.append(row)

    def _walk(self, row: Incident, way, moment, leader, desk) -> None:
        """The steps to where it stands, spread over the time until now."""
        before, gap = "", (self.now - moment) / (len(way) + 1)
        if row.state == "closed":
            gap = min(gap, timedelta(hours=6))
        for place, move in enumerate(way):
            at = moment + place * gap
            kind = row.category
            if move == "dispatch":
                row.handler = kind.handler
                row.handle_due_at = work_deadline(at, kind.handle_hours)
            if move == "done":
                row.handled_at, row.result = at, "已到现场处理完毕"
                row.is_in_time = at <= row.handle_due_at
            if move == "close":
                row.closed_at, row.satisfaction = at, 3 if row.is_in_time else 2
            row.due_at = self._due(row, LEADS_TO[move], at)
            self.steps.append(IncidentStep(
                incident=row, move=move, from_state=before, to_state=LEADS_TO[move], at=at,
                handler=row.handler, note="演示数据" if move == "reject" else "",
                created_by=leader if move in ("report", "close") else desk,
            ))  # fmt: skip
            before = LEADS_TO[move]

    def _due(self, row: Incident, state: str, at: datetime) -> datetime | None:
        kind = row.category
        if state in ("dispatched", "handling"):
            return row.handle_due_at
        accept = kind.accept_hours if kind else 4
        hours = {"reported": accept, "accepted": accept, "handled": kind and kind.check_hours}
        return work_deadline(at, hours[state]) if hours.get(state) else None

    def _at(self, day: date, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), zone())
