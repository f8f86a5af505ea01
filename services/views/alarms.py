"""Pages of one alarm: who lives there, who goes, how it ended."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from portal.accounts.permissions import Permission
from portal.core.access import access_of, allow
from portal.core.audit import access_record
from portal.core.errors import DomainError, OutOfScope
from portal.core.once import once
from services import actions
from services.alarms.call import REASON, number_for
from services.alarms.people import alarms_open_to, can_ring, people_at
from services.forms import AlarmCloseForm
from services.models import Alarm
from services.views.steps import form_page, posted, step, tenant_of


@require_GET
@allow(Permission.ALARM_ANSWER)
def alarm_show(request, alarm_id: UUID):
    """Everything about one alarm. The look at the people in it is logged."""
    row = _alarm(request, alarm_id)
    people, access = people_at([row])[row.pk], access_of(request.user)
    access_record(
        request.user, action="alarm_view", model="services.alarm", row_id=row.pk,
        tenant=row.community_id, subjects=[one.pk for one in people], count=len(people) or 1,
        fields="household",
    )  # fmt: skip
    steps = list(row.steps.select_related("created_by"))
    context = {
        "alarm": row, "steps": steps, "people": [(one, can_ring(one)) for one in people],
        "reasons": [("alarm", REASON)], "may_list": access.covers(
            Permission.ALARM_VIEW, *row.place()),
        "may_home": row.household_id and access.covers(Permission.RESIDENT_VIEW, *row.place()),
        "may_register": not row.device_id and access.can(Permission.DEVICE_UPDATE,
                                                         row.community_id),
        "list_url": reverse("core:list", args=["alarms"]),
    }  # fmt: skip
    return render(request, "services/alarm_show.html", context)


@require_POST
@allow(Permission.ALARM_ANSWER)
def alarm_take(request, alarm_id: UUID):
    """I go. Whoever was second is told who has it."""
    row = actions.alarm_take(by=request.user, alarm=_alarm(request, alarm_id))
    if row.taken_by_id == request.user.pk:
        messages.success(request, f"已记下：您去处理 {row.where} 的报警，别人会看到。")
    else:
        messages.info(request, f"{row.taken_by.name}先到一步，已经在处理 {row.where} 的报警。"
                      "您也去看的话，已一并记下。")  # fmt: skip
    return redirect("services:alarm_show", alarm_id=row.pk)


@form_page
@allow(Permission.ALARM_ANSWER)
@once
def alarm_close(request, alarm_id: UUID):
    """What it was; for a closed one what is to be added."""
    row = _alarm(request, alarm_id)
    back, form = _url(row), AlarmCloseForm(posted(request), initial={"outcome": row.outcome})

    def act():
        return actions.alarm_close(by=request.user, alarm=row, **form.cleaned_data)

    words = ("办结报警", "办结") if row.is_open else ("补记", "记下")
    return step(request, form, act, saying="已记下 {row} 报警的结果。", title=words[0],
                verb=words[1], done=lambda closed: _after(request, closed), back=back,
                crumbs=[(row.where, back)])  # fmt: skip


@require_POST
@allow(Permission.ALARM_ANSWER)
def alarm_call(request, alarm_id: UUID, resident_id: UUID):
    """One telephone, for this call."""
    row = _alarm(request, alarm_id)
    try:
        person = number_for(request.user, row, resident_id)
    except OutOfScope:  # nobody of this home, or the alarm is closed
        raise
    except DomainError as error:
        return HttpResponseBadRequest(error.message)
    context = {"value": person.phone, "mask": person.phone_mask, "alarm": row}
    page = "_ui/revealed.html" if request.htmx else "services/alarm_call.html"
    return render(request, page, context)


def _alarm(request, alarm_id: UUID) -> Alarm:
    rows = alarms_open_to(request.user).filter(community=tenant_of(request))
    rows = rows.select_related("device", "cell", "household", "taken_by", "closed_by")
    return get_object_or_404(rows, pk=alarm_id)


def _url(row: Alarm) -> str:
    return reverse("services:alarm_show", args=[row.pk])


def _after(request, row: Alarm) -> str:
    """Back to the alarm; to the inbox for who saw it only because of being on duty."""
    if access_of(request.user).covers(Permission.ALARM_VIEW, *row.place()):
        return _url(row)
    return reverse("core:inbox")
