"""What the pages of this room share: the scoped fetch, the way form → action → answer, the
access log."""

from collections.abc import Callable
from types import SimpleNamespace
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from grids.models import Dwelling
from portal.accounts.permissions import Permission
from portal.core import steps
from portal.core.access import access_of
from portal.core.audit import access_record
from residents.actions import AlreadyRegistered, LooksRegistered
from residents.models import Resident
from residents.search import number_limit


def find(request, visible, key: UUID):
    """The row among those ``visible_to`` the person, in the community at work; else 404."""
    if tenant := tenant_id(request):
        visible = visible.filter(community=tenant)
    return get_object_or_404(visible, pk=key)


def tenant_id(request) -> UUID | None:
    return getattr(request.tenant, "id", None)


def household_url(household) -> str:
    return reverse("residents:household_show", args=[household.pk])


def resident_url(resident) -> str:
    return reverse("residents:resident_show", args=[resident.pk])


def list_url(name: str) -> str:
    return reverse("core:list", args=[name])


def dwelling_asked(request) -> str:
    """The address to begin with, when a page was opened from a dwelling."""
    try:
        key = UUID(request.GET.get("dwelling", ""))
    except ValueError:
        return ""
    rows = Dwelling.objects.visible_to(request.user).filter(pk=key, community=tenant_id(request))
    return rows.values_list("addr_key", flat=True).first() or ""


def minors_guard(request, resident) -> None:
    """A minor's details need their own permission. Raises PermissionDenied."""
    if not resident.is_open_to(request.user):
        raise PermissionDenied


def rights(request) -> SimpleNamespace:
    """What the person may do in the community at work, in the words of the templates."""
    access, tenant = access_of(request.user), tenant_id(request)
    wanted = {
        "create": Permission.RESIDENT_CREATE, "update": Permission.RESIDENT_UPDATE,
        "reveal": Permission.RESIDENT_REVEAL, "care": Permission.CARE_VIEW,
        "care_update": Permission.CARE_UPDATE, "party": Permission.PARTY_VIEW,
        "party_update": Permission.PARTY_UPDATE, "logs": Permission.LOG_VIEW,
        "visit": Permission.VISIT_CREATE, "visits": Permission.VISIT_VIEW,
    }  # fmt: skip
    return SimpleNamespace(**{name: access.can(p, tenant) for name, p in wanted.items()})


def look(request, row, what: str, fields: str, subjects=()) -> None:
    """Write that the person looked at this row, before anything is shown."""
    access_record(
        request.user, action=what, model=row._meta.label_lower, row_id=row.pk,
        tenant=row.community_id, fields=fields, subjects=subjects, count=len(subjects) or 1,
    )  # fmt: skip


def step(request, form, act: Callable, *, saying: str, back: str, template: str,
         done: Callable | str, **context) -> HttpResponse:  # fmt: skip
    """The kernel's way of a form; besides, people who are on the books already are shown, and
    whoever types a number is not let try out others."""
    context |= {"known": None}

    def ask():
        if number_typed(form):
            number_limit(request.user)
        try:
            return act()
        except (AlreadyRegistered, LooksRegistered) as known:
            if number_typed(form):
                number_asked(request, known)
            context["known"] = known
            raise

    beside = filter(None, [context.get("place")])
    return steps.step(request, form, ask, saying=saying, back=back, template=template, done=done,
                      context=context, beside=list(beside))  # fmt: skip


def number_typed(form) -> bool:
    return bool(form.cleaned_data.get("id_number"))


def number_asked(request, known) -> None:
    """A form that was refused told whether the number is on the books: it counts as a search
    by number, or somebody could try out the digits that a mask leaves open."""
    seen = getattr(known, "residents", None) or filter(None, [getattr(known, "resident", None)])
    access_record(
        request.user, action="search_id", model=Resident._meta.label_lower,
        tenant=tenant_id(request), subjects=[row.pk for row in seen], fields="证件号码",
    )  # fmt: skip
