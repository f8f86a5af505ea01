"""The leaders' allowance sheet of a month: counted from posts and records, rates as data."""

from calendar import monthrange
from collections import Counter
from datetime import date, timedelta
from io import BytesIO
from typing import NamedTuple
from uuid import UUID

import xlsxwriter
from django.db.models import Count, Q
from django.utils import timezone

from grids.models import CellPost, GridCell, Incident, PostKind
from grids.posts import people_of
from portal.accounts.models import User
from portal.accounts.permissions import Role
from portal.core.exports.workbook import OPTIONS
from portal.core.indicators import Scope, figures
from residents.models import AllowanceRate
from residents.visits.due import counted

HEADS = ("姓名", "网格", "在岗天数", "户数", "走访次数", "上报事件", "补贴（元）")


class Line(NamedTuple):
    """One leader: ``days`` in post, households of the cells held on the last day."""

    user: User
    cells: list[str]
    days: int
    households: int
    visits: int
    incidents: int
    fen: int

    @property
    def yuan(self) -> str:
        return yuan(self.fen)


def yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02}"


class Month(NamedTuple):
    first: date
    last: date

    @property
    def days(self) -> int:
        return self.last.day


def month_of(text: str) -> Month:
    """``2026-11`` as a month; what cannot be read, or is to come, is this month."""
    today = timezone.localdate()
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = today.replace(day=1)
    first = min(first, today.replace(day=1))
    return Month(first, first.replace(day=monthrange(first.year, first.month)[1]))


def rate_of(tenant: UUID, month: Month) -> AllowanceRate:
    """The rates in force on the first day of the month, or the first ones of the month."""
    rates = AllowanceRate.objects.filter(community=tenant)
    return (
        rates.filter(from_on__lte=month.first).order_by("-from_on").first()
        or rates.filter(from_on__lte=month.last).order_by("from_on").first()
        or AllowanceRate()
    )


def lines_of(tenant: UUID, month: Month) -> list[Line]:
    """Everybody who led a cell in the month, by name."""
    rate, held = rate_of(tenant, month), _held(tenant, month)
    on = min(month.last, timezone.localdate())
    homes = figures(Scope(tenant), on, ["coverage.all"], by_part=True)["coverage.all"].parts
    names = dict(GridCell.objects.filter(community=tenant).values_list("pk", "name"))
    visits = _visits(tenant, month)
    incidents = _incidents(tenant, month)
    lines = []
    for user, days, cells in held:
        households = sum(homes.get(key, 0) for key, is_last in cells.items() if is_last)
        seen, told = visits[user.pk], incidents[user.pk]
        fen = round(rate.month_fen * len(days) / month.days)
        fen += rate.household_fen * households + rate.visit_fen * seen + rate.incident_fen * told
        lines.append(Line(user, [names[key] for key in sorted(cells, key=names.get)], len(days),
                          households, seen, told, fen))  # fmt: skip
    return sorted(lines, key=lambda line: (line.user.name, str(line.user.pk)))


def sheet_xlsx(lines: list[Line], month: Month) -> bytes:
    """The sheet as a workbook; every text is written as text."""
    file = BytesIO()
    with xlsxwriter.Workbook(
        file, {**OPTIONS, "constant_memory": False, "in_memory": True}
    ) as book:
        sheet = book.add_worksheet(f"{month.first:%Y-%m}")
        bold = book.add_format({"bold": True, "bottom": 1})
        money = book.add_format({"num_format": "#,##0.00"})
        sheet.set_column(0, 6, 14)
        sheet.set_landscape()
        for place, head in enumerate(HEADS):
            sheet.write_string(0, place, head, bold)
        for number, line in enumerate(lines, 1):
            sheet.write_string(number, 0, line.user.name)
            sheet.write_string(number, 1, "、".join(line.cells))
            for place, value in enumerate((line.days, line.households, line.visits,
                                           line.incidents), 2):  # fmt: skip
                sheet.write_number(number, place, value)
            sheet.write_number(number, 6, line.fen / 100, money)
    return file.getvalue()


def _held(tenant: UUID, month: Month):
    """(user, days in post, {cell: held on the last day}) of everybody who led a cell; cells
    without a post belong to who works there by membership."""
    on = min(month.last, timezone.localdate())
    posts = CellPost.objects.filter(
        Q(to_on=None) | Q(to_on__gte=month.first), community=tenant, kind=PostKind.LEADER,
        from_on__lte=on,
    )  # fmt: skip
    users, days, cells = {}, {}, {}

    def hold(user, key, first, last):
        users[user.pk] = user
        days.setdefault(user.pk, set()).update(
            first + timedelta(days=n) for n in range((last - first).days + 1)
        )
        here = cells.setdefault(user.pk, {})
        here[key] = here.get(key, False) or last == on

    for post in posts.select_related("user"):
        last = min(post.to_on or on, on, _worked_until(post.user, post.cell_id) or on)
        if last >= month.first:
            hold(post.user, post.cell_id, max(post.from_on, month.first), last)
    known = set(posts.values_list("cell", flat=True))
    rest = GridCell.objects.filter(community=tenant, valid_to=None).exclude(pk__in=known)
    for key, people in people_of(rest.values_list("pk", flat=True), PostKind.LEADER, on).items():
        for user in people:
            if any(grant["role"] == Role.LEADER for grant in user.grants):
                hold(user, key, month.first, on)
    return [(user, days[key], cells[key]) for key, user in users.items()]


def _worked_until(user: User, cell: UUID) -> date | None:
    """The last day of the memberships in a cell, where all have one: a post may be forgotten."""
    ends = [grant["to"] for grant in user.grants if str(cell) in (grant["parts"] or ())]
    return date.fromisoformat(max(ends)) if ends and all(ends) else None


def _visits(tenant: UUID, month: Month) -> Counter:
    rows = counted().filter(community=tenant, visited_on__range=(month.first, month.last))
    return Counter(dict(rows.order_by().values_list("by").annotate(n=Count("pk"))))


def _incidents(tenant: UUID, month: Month) -> Counter:
    rows = Incident.objects.filter(
        community=tenant, reported_at__date__range=(month.first, month.last), parent=None
    )
    return Counter(dict(rows.order_by().values_list("created_by").annotate(n=Count("pk"))))
