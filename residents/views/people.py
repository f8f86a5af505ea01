"""Pages of residents."""

from uuid import UUID

from django.shortcuts import render
from django.views.decorators.http import require_GET

from portal.accounts.permissions import Permission
from portal.core.access import allow
from portal.core.once import once
from residents import actions, sheets
from residents.forms import BirthForm, PlaceForm, ResidentCreateForm, ResidentForm, VoidForm
from residents.models import Household, Resident
from residents.views.steps import (
    dwelling_asked,
    find,
    household_url,
    list_url,
    look,
    minors_guard,
    resident_url,
    rights,
    step,
    tenant_id,
)

FORM = "residents/resident_form.html"
RECORD = "residents/record.html"
FOUND = 302


@require_GET
@allow(Permission.RESIDENT_VIEW)
def resident_show(request, resident_id: UUID):
    """One person: identity, stays, needs, and everything that was recorded."""
    may = rights(request)
    rows = Resident.objects.visible_to(request.user)
    rows = rows.select_related("household__head", "cell", "created_by", "changed_by")
    resident = find(request, sheets.with_records(request.user, rows, may), resident_id)
    member = sheets.member_of(request.user, resident)
    look(request, resident, "resident_view", sheets.classes_of(member, may))
    context = {"resident": resident, "member": member, "may": may, "timeline": [],
               "stays": [], "reasons": sheets.REASONS}  # fmt: skip
    if not member.shut:
        context["stays"] = sheets.stays_of(request.user, resident)
        context["timeline"] = sheets.resident_timeline(request.user, resident, may)
    return render(request, "residents/resident_show.html", context)


@allow(Permission.RESIDENT_CREATE)
@once
def resident_create(request, household_id: UUID):
    """A person comes into a household that is there."""
    household = find(request, Household.objects.visible_to(request.user), household_id)
    first = not household.members.living().exists()
    form = ResidentCreateForm(
        request.POST or None, by=request.user, tenant=household.community_id,
        initial={"relation": "02" if first else ""},
    )  # fmt: skip

    def act():
        return actions.resident_create(
            by=request.user, household=household, values=form.values(),
            confirmed=form.confirmed_keys(),
        )  # fmt: skip

    return step(
        request, form, act, saying="已登记 {row}。", template=FORM, title="登记居民",
        verb="登记居民", back=household_url(household), household=household, place=None,
        done=lambda row: household_url(household),
    )  # fmt: skip


@allow(Permission.RESIDENT_CREATE)
@once
def resident_register(request):
    """A person comes into a dwelling: into a household there, or into a new one."""
    posted = request.POST or None
    place = PlaceForm(
        posted, by=request.user, tenant=tenant_id(request),
        initial={"address": dwelling_asked(request)},
    )  # fmt: skip
    form = ResidentCreateForm(
        posted, by=request.user, tenant=tenant_id(request), initial={"relation": "02"}
    )

    def act():
        values, seen = form.values(), form.confirmed_keys()
        if place.household:
            return actions.resident_create(
                by=request.user, household=place.household, values=values, confirmed=seen
            )
        return actions.resident_register(
            by=request.user, dwelling=place.dwelling, values=values, confirmed=seen
        )

    return step(
        request, form, act, saying="已登记 {row}。", template=FORM, title="登记居民",
        verb="登记居民", back=list_url("residents"), household=None, place=place,
        done=lambda row: household_url(row.household),
    )  # fmt: skip


@allow(Permission.RESIDENT_UPDATE)
def resident_update(request, resident_id: UUID):
    rows = Resident.objects.visible_to(request.user)
    resident = find(request, rows.select_related("household"), resident_id)
    minors_guard(request, resident)
    form = ResidentForm(
        request.POST or None, instance=resident, by=request.user, tenant=resident.community_id
    )

    def act():
        return actions.resident_update(
            by=request.user, resident=resident, values=form.values(),
            version=form.cleaned_data["version"],
        )  # fmt: skip

    response = step(
        request, form, act, saying="已保存 {row} 的资料。", template=FORM,
        title=f"修改 {resident.name} 的资料", verb="保存", back=resident_url(resident),
        done=resident_url, household=resident.household, place=None, resident=resident,
    )  # fmt: skip
    if response.status_code != FOUND:  # also a form sent empty, and the page of a conflict
        look(request, resident, "resident_form", "identity")
    return response


@allow(Permission.RESIDENT_CREATE)
@once
def birth_record(request, household_id: UUID):
    household = find(request, Household.objects.visible_to(request.user), household_id)
    form = BirthForm(
        request.POST or None, by=request.user, tenant=household.community_id,
        initial={"relation": "20"},
    )  # fmt: skip

    def act():
        return actions.birth_record(
            by=request.user, household=household, values=form.values(),
            confirmed=form.confirmed_keys(),
        )  # fmt: skip

    return step(
        request, form, act, saying="已登记新生儿 {row}。", template=FORM, title="登记出生",
        verb="登记出生", back=household_url(household), done=household_url(household),
        household=household, place=None, lead="孩子从出生那天起算作这一户的成员。",
    )  # fmt: skip


@allow(Permission.RESIDENT_UPDATE)
def resident_void(request, resident_id: UUID):
    resident = find(request, Resident.objects.visible_to(request.user), resident_id)
    minors_guard(request, resident)
    form = VoidForm(request.POST or None, initial={"version": resident.version})

    def act():
        return actions.resident_void(by=request.user, resident=resident, **form.cleaned_data)

    return step(
        request, form, act, saying="{row} 的登记已作废。", template=RECORD,
        title=f"作废 {resident.name} 的登记", verb="作废这条登记", danger=True,
        back=resident_url(resident), done=resident_url, resident=resident,
        lead="只用于登记错了的人（例如重复登记）。去世和迁出请用“变动”。作废后不再计入任何数字，"
        "证件号码可以重新登记，历史记录都会保留。",
    )  # fmt: skip
