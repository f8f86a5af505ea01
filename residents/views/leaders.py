"""Pages about the leaders' work: hints for a talk, the allowance sheet, cells changing hands."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from grids.models import GridCell, PostKind
from grids.posts import people_of
from portal.accounts.people import holders
from portal.accounts.permissions import Permission
from portal.core.access import access_of, allow
from portal.core.audit import access_record
from portal.core.errors import DomainError, NotAllowed, OutOfScope
from portal.core.exports.formats import CONTENT_TYPES
from portal.core.once import once
from residents import actions
from residents.actions.hand_over import open_work
from residents.forms.visits import HandOverForm, RateForm
from residents.models import AllowanceRate, CellHandOver, Visit, VisitOutcome
from residents.views.steps import find, list_url, look, step
from residents.views.visit_plan import RECORD, community_of, plan_url
from residents.visits import allowance
from residents.visits.hints import hints_of, record_of

CHECKED = 4_000  # visits of a month that are looked through


@require_GET
@allow(Permission.VISIT_PLAN)
def visit_hints(request):
    """Hints by person, in the order of names; opening the page is logged."""
    community, month = community_of(request), allowance.month_of(request.GET.get("month", ""))
    rows = (
        Visit.objects.visible_to(request.user, Permission.VISIT_PLAN)
        .filter(community=community, corrected_by=None, visited_on__range=(month.first, month.last))
        .exclude(outcome=VisitOutcome.VOID)
    )
    rows = list(rows.select_related("by", "household").order_by("started_at")[:CHECKED])
    access_record(
        request.user, action="honesty_view", model="residents.visit", tenant=community.pk,
        fields="care", count=len(rows) or 1,
    )  # fmt: skip
    people: dict = {}
    for row in rows:
        people.setdefault(row.by, []).append(record_of(row))
    found = [(user, hints_of(records)) for user, records in people.items()]
    found = sorted(((u, h) for u, h in found if h), key=lambda pair: pair[0].name)
    return render(request, "residents/visit_hints.html", {"found": found, "month": month})


@require_GET
@allow(Permission.VISIT_PLAN)
def allowance_sheet(request):
    """The sheet of a month as a page or, with ``format=xlsx``, as a file."""
    community, month = community_of(request), allowance.month_of(request.GET.get("month", ""))
    lines = allowance.lines_of(community.pk, month)
    if request.GET.get("format") == "xlsx":
        response = HttpResponse(
            allowance.sheet_xlsx(lines, month), content_type=CONTENT_TYPES["xlsx"]
        )
        name = f"网格长补贴 {month.first:%Y-%m}.xlsx"
        response.headers["Content-Disposition"] = content_disposition_header(True, name)
        return response
    return render(request, "residents/allowance_sheet.html", {
        "lines": lines, "month": month, "rate": allowance.rate_of(community.pk, month),
        "total": allowance.yuan(sum(line.fen for line in lines)),
        "rates": AllowanceRate.objects.visible_to(request.user).filter(community=community),
    })  # fmt: skip


@allow(Permission.VISIT_PLAN)
@once
def allowance_rate_set(request):
    community = community_of(request)
    form = RateForm(request.POST or None, initial={"from_on": timezone.localdate().replace(day=1)})

    def act():
        return actions.allowance_rate_set(
            by=request.user, community=community, values=form.values()
        )

    back = reverse("residents:allowance_sheet")
    return step(
        request, form, act, saying="标准已登记。", template=RECORD, title="登记补贴标准",
        verb="保存标准", back=back, done=back, plan=True, above="网格长补贴",
        lead="从这一天所在的月份起按新标准计算。",
    )  # fmt: skip


# --- Cells changing hands


@require_GET
@allow(Permission.VISIT_PLAN)
def hand_over_list(request):
    """The cells with their leaders, and the last hand-overs."""
    community, today = community_of(request), timezone.localdate()
    cells = GridCell.objects.visible_to(request.user, Permission.VISIT_PLAN)
    cells = list(cells.filter(community=community, valid_to=None).order_by("number"))
    keys = [cell.pk for cell in cells]
    leaders = people_of(keys, PostKind.LEADER, today)
    backups, heads = (people_of(keys, kind, today) for kind in (PostKind.BACKUP, PostKind.HEAD))
    rows = CellHandOver.objects.visible_to(request.user).filter(community=community)
    return render(request, "residents/hand_over_list.html", {
        "cells": [
            {"cell": c, "leaders": leaders.get(c.pk, []), "backups": backups.get(c.pk, []),
             "heads": heads.get(c.pk, [])}
            for c in cells
        ],
        "rows": rows.select_related("cell", "from_user", "to_user").order_by("-on", "-id")[:20],
    })  # fmt: skip


@allow(Permission.VISIT_PLAN)
@once
def hand_over_create(request, cell_id: UUID):
    cells = GridCell.objects.visible_to(request.user, Permission.VISIT_PLAN)
    cell = find(request, cells, cell_id)
    present = people_of([cell.pk], PostKind.LEADER, timezone.localdate()).get(cell.pk, [])
    people = holders(Permission.VISIT_CREATE, cell.community_id, cell.pk)
    people = people.exclude(pk__in=[user.pk for user in present])
    form = HandOverForm(request.POST or None, people=people)

    def act():
        return actions.cell_hand_over(by=request.user, cell=cell, **form.cleaned_data)

    work = open_work(cell)
    return step(
        request, form, act, saying="已交接，接任人会收到提醒。", template=RECORD, plan=True,
        above="网格交接", title=f"交接{cell.name}", verb="交接给接任人",
        back=reverse("residents:hand_over_list"),
        done=lambda row: reverse("residents:hand_over_show", args=[row.pk]),
        lead=f"未完成走访 {work['tasks_open']} 户次、未办结事件 {work['incidents_open']} 件、"
        f"待核实变化 {work['findings_open']} 条随网格转给接任人；以前的走访仍署原来的名字。",
    )  # fmt: skip


@require_GET
@allow(Permission.VISIT_VIEW)
def hand_over_show(request, hand_over_id: UUID):
    """What was handed over; the note is for the two of them and for those who plan."""
    rows = CellHandOver.objects.visible_to(request.user)
    row = find(request, rows.select_related("cell", "from_user", "to_user"), hand_over_id)
    user = request.user
    plans = access_of(user).covers(Permission.VISIT_PLAN, *row.place())
    look(request, row, "hand_over_view", "care")
    return render(request, "residents/hand_over_show.html", {
        "row": row,
        "note": row.note if plans or user.pk in (row.to_user_id, row.from_user_id) else "",
        "now": open_work(row.cell),
        "tasks_url": f"{list_url('visit_tasks')}?cell={row.cell_id}",
        "incidents_url": f"{list_url('incidents')}?cell={row.cell_id}",
        "findings_url": f"{reverse('residents:finding_list')}?cell={row.cell_id}",
        "homes_url": f"{list_url('households')}?cell={row.cell_id}",
        "is_mine": row.to_user_id == user.pk, "plans": plans, "plan_url": plan_url(),
    })  # fmt: skip


@require_POST
@allow(Permission.VISIT_CREATE)
def hand_over_confirm(request, hand_over_id: UUID):
    rows = CellHandOver.objects.visible_to(request.user, Permission.VISIT_CREATE)
    row = find(request, rows, hand_over_id)
    try:
        actions.hand_over_confirm(by=request.user, hand_over=row, version=row.version)
    except (NotAllowed, OutOfScope):
        raise
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "已确认接任。")
    return redirect("residents:hand_over_show", row.pk)
