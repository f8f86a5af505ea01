"""Who kept how much in a period, person by person: the fairness table and the month's sheet."""

import io
from datetime import date, timedelta
from typing import NamedTuple

import xlsxwriter
from django.db.models import Count, Q
from django.utils import timezone

from portal.accounts.models import User
from portal.duty.models import DutyMember, Roster, RosterState, Shift
from portal.duty.totals import Totals, totals_between

HEADINGS = ("姓名", "班次数", "工时", "夜班", "周末班", "节假日班", "未签到")
COLUMNS = ((0, 0, 12), (1, 6, 10))


class Line(NamedTuple):
    """One person's period; ``missed`` counts shifts that are over without a check-in."""

    user: User
    totals: Totals
    missed: int

    @property
    def cells(self) -> tuple:
        t = self.totals
        return (self.user.name, t.shifts, t.hours, t.nights, t.weekends, t.holidays, self.missed)


def lines_between(community_id, first: date, last: date) -> list[Line]:
    """Everybody who takes part or took part, by name; people without a shift count as zero."""
    totals = totals_between(community_id, first, last)
    missed = dict(
        Shift.objects.published()
        .filter(Q(checked_in_at=None), community=community_id, on__range=(first, last),
                user__isnull=False, ends_at__lte=timezone.now())
        .order_by().values_list("user").annotate(Count("pk"))
    )  # fmt: skip
    members = DutyMember.objects.filter(
        Q(to_on=None) | Q(to_on__gte=first), community=community_id, from_on__lte=last
    )
    people = User.objects.filter(Q(pk__in=totals) | Q(pk__in=members.values("user")))
    return [Line(user, totals.get(user.pk, Totals()), missed.get(user.pk, 0))
            for user in people.order_by("name", "pk")]  # fmt: skip


def month_of(month: date) -> tuple[date, date]:
    """The first and the last day of the month that the day lies in."""
    first = month.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def months_kept(community_id) -> list[date]:
    """The first days of the months with a published roster, the newest first."""
    rows = Roster.objects.filter(community=community_id, state=RosterState.PUBLISHED)
    return list(rows.order_by("-month").values_list("month", flat=True))


def hours_workbook(title: str, lines: list[Line]) -> bytes:
    """The sheet as .xlsx, with a line to sign on."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet("值班工时")
        bold = book.add_format({"bold": True, "border": 1, "bg_color": "#e8eeee"})
        plain, head = book.add_format({"border": 1}), book.add_format({"bold": True, "size": 14})
        sheet.write(0, 0, title, head)
        sheet.write_row(2, 0, HEADINGS, bold)
        for number, line in enumerate(lines, 3):
            sheet.write_row(number, 0, line.cells, plain)
        end = len(lines) + 3
        sums = [sum(line.cells[n] for line in lines) for n in range(1, len(HEADINGS))]
        sheet.write_row(end, 0, ("合计", *sums), bold)
        sheet.write(end + 2, 0, "制表人：　　　　　　负责人：　　　　　　日期：")
        for first, last, width in COLUMNS:
            sheet.set_column(first, last, width)
        sheet.set_paper(9)
    return file.getvalue()
