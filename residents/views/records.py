"""Care tags, Party membership, and the two questions of trust: reveal, and who looked."""

from uuid import UUID

from django.http import HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from portal.accounts.permissions import Permission
from portal.core.access import allow
from portal.core.audit import access_record
from portal.core.once import once
from residents import actions, sheets
from residents.forms import CareTagEndForm, CareTagForm, EndForm, PartyForm
from residents.models import CareTag, PartyMember, Resident
from residents.views.moves import page, resident_of
from residents.views.steps import find, look, minors_guard, tenant_id

REVEALED = {"id_number": ("id_mask", "number"), "phone": ("phone_mask", "phone")}


@require_POST
@allow(Permission.RESIDENT_REVEAL)
def resident_reveal(request, resident_id: UUID):
    """One field, one POST, one reason: the log row first, then the value, nowhere else."""
    rows = Resident.objects.visible_to(request.user, Permission.RESIDENT_REVEAL)
    resident = find(request, rows, resident_id)
    minors_guard(request, resident)
    field, code = request.POST.get("field", ""), request.POST.get("reason", "")
    reason, text = dict(sheets.REASONS).get(code), _words(request.POST.get("text", ""))
    if field not in REVEALED or reason is None:
        return HttpResponseBadRequest("缺少要查看的项目或原因。")
    column, fields = REVEALED[field]
    context = {"resident": resident, "field": field, "mask": getattr(resident, column)}
    pieces = "residents/_reveal{}.html" if request.htmx else "residents/resident_reveal{}.html"
    if code == sheets.OTHER and not text:
        return render(request, pieces.format("_reason"), context)
    access_record(
        request.user, action="resident_reveal", model="residents.resident", row_id=resident.pk,
        tenant=tenant_id(request), fields=fields, reason=text if code == sheets.OTHER else reason,
    )  # fmt: skip
    context["value"] = getattr(resident, field)
    return render(request, pieces.format(""), context)


def _words(typed: str) -> str:
    """A typed reason as one line that any database takes."""
    return "".join(c for c in " ".join(typed.split()) if c.isprintable())


@require_GET
@allow(Permission.LOG_VIEW)
def resident_looks(request, resident_id: UUID):
    """Who looked at this person: the answer to a resident's question."""
    rows = Resident.objects.visible_to(request.user, Permission.LOG_VIEW)
    resident = find(request, rows, resident_id)
    look(request, resident, "resident_looks", "log")
    context = {"resident": resident, **sheets.looks_of(resident, request.GET.get("before", ""))}
    return render(request, "residents/resident_looks.html", context)


@allow(Permission.CARE_UPDATE)
@once
def care_tag_add(request, resident_id: UUID):
    resident = resident_of(request, resident_id)
    form = CareTagForm(request.POST or None, by=request.user, resident=resident)

    def act():
        return actions.care_tag_add(by=request.user, resident=resident, **form.cleaned_data)

    return page(
        request, resident, form, act, saying="已添加标签。", verb="添加标签",
        title=f"给 {resident.name} 添加关爱标签",
        lead="标签说明需要什么帮助；到期或情况变化时请结束它。",
    )  # fmt: skip


@allow(Permission.CARE_UPDATE)
@once
def care_tag_end(request, resident_id: UUID, tag_id: UUID):
    resident = resident_of(request, resident_id)
    tags = CareTag.objects.visible_to(request.user).filter(resident=resident)
    tag = find(request, tags, tag_id)
    form = CareTagEndForm(request.POST or None)
    until = f"现在有效期至 {tag.until}。" if tag.to_on else ""

    def act():
        return actions.care_tag_end(by=request.user, tag=tag, **form.cleaned_data)

    return page(
        request, resident, form, act, saying="已保存标签的结束日期。", verb="结束这个标签",
        title=f"结束“{tag.label}”", lead=f"{resident.name}。{until}结束后仍留在历史里。",
    )  # fmt: skip


@allow(Permission.PARTY_UPDATE)
@once
def party_member_add(request, resident_id: UUID):
    resident = resident_of(request, resident_id)
    form = PartyForm(request.POST or None)

    def act():
        return actions.party_member_add(by=request.user, resident=resident, **form.cleaned_data)

    return page(
        request, resident, form, act, saying="已登记为党员。", verb="登记党员",
        title=f"登记 {resident.name} 为党员", lead="政治面貌会同时改为中共党员。",
    )  # fmt: skip


@allow(Permission.PARTY_UPDATE)
@once
def party_member_end(request, resident_id: UUID, member_id: UUID):
    resident = resident_of(request, resident_id)
    members = PartyMember.objects.visible_to(request.user).filter(resident=resident)
    member = find(request, members, member_id)
    form = EndForm(request.POST or None)

    def act():
        return actions.party_member_end(by=request.user, member=member, **form.cleaned_data)

    return page(
        request, resident, form, act, saying="党员记录已结束。", verb="结束这条记录",
        title=f"结束“{member.get_kind_display()}”", lead="组织关系转出或情况变化时使用。",
    )  # fmt: skip
