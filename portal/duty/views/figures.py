"""The year's fairness and the month's sheet of hours."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from portal.accounts.permissions import Permission
from portal.core.access import allow
from portal.core.audit import access_record
from portal.core.exports.formats import CONTENT_TYPES
from portal.core.workdays import year_words
from portal.duty.hours import HEADINGS, hours_workbook, lines_between, month_of, months_kept
from portal.duty.views.steps import tenant_of

YEARS = (1949, 2099)  # those that figures are told of
MEASURES = (("nights", "夜班"), ("weekends", "周末班"), ("holidays", "节假日班"))


@require_GET
@allow(Permission.DUTY_VIEW)
def fairness(request):
    """Nights, weekends and holidays of a year side by side; the mean is told, nobody is ranked."""
    year = _number(request.GET.get("year"), timezone.localdate().year)
    lines = lines_between(tenant_of(request), date(year, 1, 1), date(year, 12, 31))
    charts = [
        {"label": label,
         "mean": sum(getattr(line.totals, name) for line in lines) / len(lines) if lines else 0,
         "rows": [{"label": line.user.name, "value": getattr(line.totals, name)}
                  for line in lines]}
        for name, label in MEASURES
    ]  # fmt: skip
    return render(request, "duty/fairness.html", {
        "lines": lines, "charts": charts, "year": year, "headings": HEADINGS,
        "missing": year_words(year) if lines else [],
    })  # fmt: skip


@require_GET
@allow(Permission.DUTY_PLAN)
def hours(request):
    """The month's sheet, as a page or with ``format=xlsx`` as a file."""
    community = tenant_of(request)
    months = months_kept(community)
    first, last = month_of(_month(request.GET.get("month"), months))
    lines = lines_between(community, first, last)
    title = f"{request.tenant.name} {first.year}年{first.month}月值班工时表"
    if request.GET.get("format") != "xlsx":
        return render(request, "duty/hours.html", {
            "lines": lines, "first": first, "title": title, "headings": HEADINGS,
            "months": months if first in months else [first, *months],
            "missing": year_words(first.year) if lines else [],
        })  # fmt: skip
    access_record(request.user, action="duty_hours", model="duty.shift", tenant=community,
                  count=len(lines) or 1)  # fmt: skip
    answer = HttpResponse(hours_workbook(title, lines), content_type=CONTENT_TYPES["xlsx"])
    answer.headers["Content-Disposition"] = content_disposition_header(True, f"{title}.xlsx")
    return answer


def _month(text: str | None, months: list[date]) -> date:
    """A day of the month that ``2026-11`` names; when it names none the newest of ``months``
    (newest first) that is over, for which the sheet is wanted, or the oldest of them."""
    try:
        named = parse_date(f"{text}-01")
    except ValueError:
        named = None
    if named and YEARS[0] <= named.year <= YEARS[1]:
        return named
    this = timezone.localdate().replace(day=1)
    over = (month for month in months if month < this)
    return next(over, months[-1] if months else this)


def _number(text: str | None, usual: int) -> int:
    known = text and text.isdecimal() and len(text) == 4 and YEARS[0] <= int(text) <= YEARS[1]
    return int(text) if known else usual
