"""Pages of dated records about a resident: each is one small form."""

from uuid import UUID

from portal.accounts.permissions import Permission
from portal.core.access import allow
from portal.core.once import once
from residents import actions
from residents.actions.corrections import moved_together
from residents.forms import (
    CorrectForm,
    MoveInForm,
    MoveWithinForm,
    RecordForm,
    ResidenceForm,
)
from residents.models import Resident
from residents.views.steps import find, look, minors_guard, resident_url, step, tenant_id

RECORD = "residents/record.html"


def resident_of(request, resident_id: UUID) -> Resident:
    rows = Resident.objects.visible_to(request.user)
    resident = find(request, rows.select_related("household"), resident_id)
    minors_guard(request, resident)
    return resident


def page(request, resident, form, act, **context):
    """The page that all records share."""
    return step(
        request, form, act, template=RECORD, back=resident_url(resident),
        done=resident_url(resident), resident=resident, **context,
    )  # fmt: skip


@allow(Permission.RESIDENT_UPDATE)
@once
def resident_death(request, resident_id: UUID):
    resident = resident_of(request, resident_id)
    form = RecordForm(
        request.POST or None, initial={"version": resident.version}, on_label="去世日期"
    )

    def act():
        return actions.resident_death(by=request.user, resident=resident, **form.cleaned_data)

    return page(
        request, resident, form, act, saying="已登记。", title=f"登记 {resident.name} 去世",
        verb="登记去世", danger=True,
        lead="登记后不再计入在册人口，资料和历史都会保留。登错了可以在时间线上更正。",
    )  # fmt: skip


@allow(Permission.RESIDENT_UPDATE)
@once
def resident_move_out(request, resident_id: UUID):
    resident = resident_of(request, resident_id)
    form = RecordForm(
        request.POST or None, initial={"version": resident.version}, on_label="迁出日期",
        note_label="迁往何处",
    )  # fmt: skip

    def act():
        return actions.resident_move_out(by=request.user, resident=resident, **form.cleaned_data)

    return page(
        request, resident, form, act, saying="已登记迁出。", title=f"登记 {resident.name} 迁出",
        verb="登记迁出", lead="离开本社区的登记为迁出；在社区内换房请用“社区内搬家”。",
    )  # fmt: skip


@allow(Permission.RESIDENT_UPDATE)
@once
def resident_move_within(request, resident_id: UUID):
    resident = resident_of(request, resident_id)
    form = MoveWithinForm(
        request.POST or None, by=request.user, tenant=tenant_id(request), on_label="搬家日期",
        initial={"version": resident.version},
    )  # fmt: skip

    def act():
        values = {name: form.cleaned_data[name] for name in ("version", "on", "note")}
        if form.household is None:
            return actions.resident_split(
                by=request.user, resident=resident, dwelling=form.dwelling, **values
            )
        return actions.resident_move_within(
            by=request.user, resident=resident, household=form.household,
            relation=form.cleaned_data["relation"], **values,
        )  # fmt: skip

    return page(
        request, resident, form, act, saying="已登记搬家。", verb="登记搬家",
        title=f"{resident.name} 搬到社区内另一户", lead="搬去的那套房没有住户时，会新立一户。",
    )  # fmt: skip


@allow(Permission.RESIDENT_UPDATE)
@once
def resident_move_in(request, resident_id: UUID):
    resident = resident_of(request, resident_id)
    form = MoveInForm(
        request.POST or None, by=request.user, tenant=tenant_id(request), on_label="迁入日期",
        initial={"version": resident.version, "residence": resident.residence},
    )  # fmt: skip

    def act():
        values = {n: form.cleaned_data[n] for n in ("version", "on", "note", "residence")}
        if form.household is None:
            return actions.resident_split(
                by=request.user, resident=resident, dwelling=form.dwelling, **values
            )
        return actions.resident_move_in(
            by=request.user, resident=resident, household=form.household,
            relation=form.cleaned_data["relation"], **values,
        )  # fmt: skip

    return page(
        request, resident, form, act, saying="已登记迁入。", verb="登记迁入",
        title=f"{resident.name} 重新迁入", lead="以前登记过、已迁出的居民回来了，用这一页。",
    )  # fmt: skip


@allow(Permission.RESIDENT_UPDATE)
@once
def resident_residence_change(request, resident_id: UUID):
    resident = resident_of(request, resident_id)
    look(request, resident, "resident_form", "identity")  # the address of registration is shown
    form = ResidenceForm(
        request.POST or None, on_label="从哪天起",
        initial={"version": resident.version, "residence": resident.residence,
                 "registered_address": resident.registered_address},
    )  # fmt: skip

    def act():
        return actions.resident_residence_change(
            by=request.user, resident=resident, **form.cleaned_data
        )

    return page(
        request, resident, form, act, saying="居住类型已变更。", verb="变更居住类型",
        title=f"变更 {resident.name} 的居住类型",
        lead=f"现在是：{resident.get_residence_display()}。人和户口不在一处的，选人户分离。",
    )  # fmt: skip


@allow(Permission.RESIDENT_UPDATE)
@once
def event_correct(request, resident_id: UUID, event_id: UUID):
    resident = resident_of(request, resident_id)
    events = resident.events.visible_to(request.user)
    event = find(request, events.select_related("resident"), event_id)
    form = CorrectForm(request.POST or None, initial={"version": resident.version})

    def act():
        return actions.event_correct(by=request.user, event=event, **form.cleaned_data)

    together = moved_together(event)
    what = "整户搬家" if together else event.get_kind_display()
    whose = f"这一户 {len(together)} 人的住址" if together else "住址、状态"
    return page(
        request, resident, form, act, saying="已更正，资料恢复到这条变动之前。", danger=True,
        title=f"更正“{what}”", verb="撤回整户搬家" if together else "撤回这条变动",
        lead=f"{event.on} 的“{what}”登记错了：撤回后，{whose}和居住记录"
        "恢复到它之前；原记录和这次更正都留在时间线上。",
    )  # fmt: skip
