"""Pages of call devices, and the times of alarms."""

from uuid import UUID

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from portal.accounts.permissions import Permission
from portal.core.access import access_of, allow
from portal.core.audit import access_record
from portal.core.once import once
from residents.models import Household
from services import actions, forms
from services.models import Alarm, AlarmRules, CallDevice
from services.views.steps import form_page, posted, step, tenant_of

ALARMS_SHOWN = 20
RULES = "报警先通知网格长和正在值班的人，收件箱和短信同时到；没有人响应，按下面的时限上报。"


@require_GET
@allow(Permission.ALARM_VIEW)
def device_show(request, device_id: UUID):
    """Where it hangs, for whom, and when it rang. The look at the household is logged."""
    row = _device(request, device_id)
    may = access_of(request.user).can(Permission.DEVICE_UPDATE, row.community_id)
    access_record(request.user, action="household_view", model="services.calldevice",
                  row_id=row.pk, tenant=row.community_id, fields="household",
                  subjects=[row.resident_id] if row.resident_id else ())  # fmt: skip
    alarms = Alarm.objects.visible_to(request.user).filter(device=row)
    context = {"device": row, "may": may and row.is_in_service, "strayed": row.strayed_words,
               "alarms": alarms.order_by("-rang_at")[:ALARMS_SHOWN],
               "list_url": _list()}  # fmt: skip
    return render(request, "services/device_show.html", context)


@form_page
@allow(Permission.DEVICE_UPDATE)
@once
def device_create(request):
    """From the list by its address, from a household's page with its members to choose from,
    from an alarm with the number that nobody knew."""
    household = _household_asked(request)
    form = forms.DeviceForm(
        posted(request), by=request.user, tenant=tenant_of(request), household=household,
        initial={"number": request.GET.get("number", "")[:40]},
    )  # fmt: skip

    def act():
        return actions.device_create(by=request.user, household=form.household,
                                     values=form.values())  # fmt: skip

    return step(request, form, act, saying="已登记呼叫器 {row}。", title="登记呼叫器",
                verb="登记呼叫器", done=_url, back=_list(),
                crumbs=[("呼叫器", _list())])  # fmt: skip


@form_page
@allow(Permission.DEVICE_UPDATE)
def device_update(request, device_id: UUID):
    row = _device(request, device_id)
    form = forms.DeviceUpdateForm(posted(request), by=request.user, device=row)

    def act():
        return actions.device_update(by=request.user, device=row,
                                     version=form.cleaned_data["version"],
                                     values=form.changed_values())  # fmt: skip

    return step(request, form, act, saying="已保存呼叫器 {row}。", title=f"修改呼叫器 {row}",
                done=_url, back=_url(row), crumbs=_crumbs(row))  # fmt: skip


@form_page
@allow(Permission.DEVICE_UPDATE)
def device_move(request, device_id: UUID):
    row = _device(request, device_id)
    form = forms.DeviceMoveForm(
        posted(request), by=request.user, tenant=row.community_id,
        initial={"version": row.version, "address": row.dwelling.addr_key},
    )  # fmt: skip

    def act():
        return actions.device_move(by=request.user, device=row, household=form.household,
                                   version=form.cleaned_data["version"])  # fmt: skip

    return step(request, form, act, saying="呼叫器 {row} 已改到这一户。", verb="改到这一户",
                title=f"呼叫器 {row} 换到另一户", done=_url, back=_url(row), crumbs=_crumbs(row),
                lead="设备装到了别的房屋，或者这套房屋换了住户。以前的报警记录不变。")  # fmt: skip


@form_page
@allow(Permission.DEVICE_UPDATE)
def device_end(request, device_id: UUID):
    row = _device(request, device_id)
    form = forms.DeviceEndForm(posted(request), initial={"version": row.version})

    def act():
        return actions.device_end(by=request.user, device=row, **form.cleaned_data)

    return step(request, form, act, saying="呼叫器 {row} 已停用。", verb="停用", danger=True,
                title=f"停用呼叫器 {row}", done=_url, back=_url(row), crumbs=_crumbs(row),
                lead="停用后编号可以重新登记。它再报警，按“没有登记的呼叫器”处理。")  # fmt: skip


@form_page
@allow(Permission.ALARM_PLAN)
def alarm_rules_set(request):
    community, back = tenant_of(request), reverse("core:list", args=["alarms"])
    form = forms.AlarmRulesForm(posted(request), instance=AlarmRules.of(community))

    def act():
        values = {name: form.cleaned_data[name] for name in form.Meta.fields}
        return actions.alarm_rules_set(by=request.user, community_id=community, values=values,
                                       version=form.cleaned_data["version"])  # fmt: skip

    return step(request, form, act, saying="报警时限已保存。", title="报警时限", done=back,
                back=back, crumbs=[("报警列表", back)],
                lead=RULES)  # fmt: skip


def _device(request, device_id: UUID) -> CallDevice:
    rows = CallDevice.objects.visible_to(request.user).filter(community=tenant_of(request))
    rows = rows.select_related("dwelling__cell", "household__head", "resident")
    return get_object_or_404(rows, pk=device_id)


def _household_asked(request) -> Household | None:
    try:
        key = UUID(request.GET.get("household", ""))
    except ValueError:
        return None
    rows = Household.objects.visible_to(request.user).filter(community=tenant_of(request))
    return rows.filter(pk=key, closed_on=None).first()


def _list() -> str:
    return reverse("core:list", args=["call_devices"])


def _url(row: CallDevice) -> str:
    return reverse("services:device_show", args=[row.pk])


def _crumbs(row: CallDevice) -> list:
    return [("呼叫器", _list()), (row.number, _url(row))]
