"""Pages of what incidents are set up with: handlers, categories, assets."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from grids import actions
from grids.forms import incidents as forms
from grids.models import Asset, Handler, IncidentCategory
from grids.views.steps import community_of, initial, posted, step
from portal.accounts.permissions import Permission
from portal.core.access import allow
from portal.core.once import once

form_page = require_http_methods(["GET", "POST"])
TEMPLATE = "grids/incident_setup.html"


@form_page
@allow(Permission.INCIDENT_HANDLE)
@once
def handler_create(request):
    return _create(request, forms.HandlerForm, actions.handler_create, "处置单位", "handlers")


@form_page
@allow(Permission.INCIDENT_HANDLE)
def handler_update(request, handler_id: UUID):
    row = _row(request, Handler, handler_id)
    start = initial(row, "name", "kind", "contact", "phone", "is_active")
    start["users"] = list(row.users.values_list("pk", flat=True))
    return _update(request, forms.HandlerUpdateForm, row, start, "处置单位", "handlers",
                   lambda **values: actions.handler_update(handler=row, **values))  # fmt: skip


@form_page
@allow(Permission.INCIDENT_HANDLE)
@once
def incident_category_create(request):
    return _create(request, forms.IncidentCategoryForm, actions.incident_category_create,
                   "事件类别", "incident_categories")  # fmt: skip


@form_page
@allow(Permission.INCIDENT_HANDLE)
def incident_category_update(request, category_id: UUID):
    row = _row(request, IncidentCategory, category_id)
    start = initial(row, "name", "group", "handler_id", "asset_kind", "is_urgent", "accept_hours",
                    "handle_hours", "check_hours", "is_active")  # fmt: skip

    def save(**values):
        return actions.incident_category_update(category=row, **values)

    return _update(request, forms.IncidentCategoryUpdateForm, row, start, "事件类别",
                   "incident_categories", save)  # fmt: skip


@form_page
@allow(Permission.INCIDENT_HANDLE)
@once
def asset_create(request):
    return _create(request, forms.AssetForm, actions.asset_create, "设施", "assets")


@form_page
@allow(Permission.INCIDENT_HANDLE)
def asset_update(request, asset_id: UUID):
    row = _row(request, Asset, asset_id)
    start = initial(row, "name", "kind", "building_id", "spot", "owner_id", "maintainer_id",
                    "warranty_to", "handed_over_on", "is_active")  # fmt: skip
    return _update(request, forms.AssetUpdateForm, row, start, "设施", "assets",
                   lambda **values: actions.asset_update(asset=row, **values))  # fmt: skip


def _create(request, form_class, action, label: str, list_name: str):
    community, back = community_of(request), reverse("core:list", args=[list_name])
    form = form_class(posted(request), by=request.user, community=community)

    def act():
        return action(by=request.user, community=community, values=form.cleaned_data)

    return step(request, form, act, saying="已登记“{row.name}”。", template=TEMPLATE, back=back,
                done=back, title=f"登记{label}", list_label=label, save=f"登记{label}")  # fmt: skip


def _update(request, form_class, row, start: dict, label: str, list_name: str, action):
    back = reverse("core:list", args=[list_name])
    form = form_class(posted(request), by=request.user, community=row.community_id, initial=start)

    def act():
        return action(by=request.user, version=form.cleaned_data["version"],
                      values=form.changed_values())  # fmt: skip

    return step(request, form, act, saying="“{row.name}”已保存。", template=TEMPLATE, back=back,
                done=back, title=f"修改 {row}", list_label=label, save="保存")  # fmt: skip


def _row(request, model, key):
    rows = model.objects.visible_to(request.user, Permission.INCIDENT_HANDLE)
    return get_object_or_404(rows.filter(community=request.tenant.id), pk=key)
