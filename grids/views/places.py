"""Pages of the community, its cells, buildings and dwellings."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Max
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from grids import actions, forms
from grids.above import acts_at, words_at
from grids.models import Building, Dwelling, GridCell
from grids.overview import building_floors, cell_counts, cell_tree
from grids.posts import leaders_named, posts_of
from grids.views.steps import community_of, form_page, initial, posted, step
from portal.accounts.permissions import Permission
from portal.core.access import access_of, allow
from portal.core.errors import DomainError
from portal.core.forms import refuse
from portal.core.indicators import figures, scope_of
from portal.core.once import once

PLACES = ("place.cells", "place.buildings", "place.dwellings")


# --- Community


@require_GET
@allow(Permission.PLACE_VIEW)
def community_show(request):
    """Name, code and street of the community at work."""
    community = community_of(request)
    scope = scope_of(request.user, Permission.PLACE_VIEW, community.pk)
    context = {
        "community": community,
        "can_update": _can_update(request),
        "figures": figures(scope, timezone.localdate(), PLACES).values(),
    }
    return render(request, "grids/community_show.html", context)


# --- Cells


@require_GET
@allow(Permission.PLACE_VIEW)
def cell_list(request):
    """The cells as a tree, with what is in them."""
    cells = list(_cells(request).filter(valid_to=None).order_by("number"))
    today = timezone.localdate()
    counts = cell_counts(request.user, request.tenant.id, today)
    context = {
        "nodes": cell_tree(cells, counts, leaders_named([cell.pk for cell in cells], today)),
        "outside": counts.get(None, {}),
        "closed": _cells(request).exclude(valid_to=None).count(),
        "can_update": _can_update(request),
    }
    return render(request, "grids/cell_list.html", context)


@require_GET
@allow(Permission.PLACE_VIEW)
def cell_show(request, cell_id: UUID):
    cell = get_object_or_404(_cells(request).select_related("parent"), pk=cell_id)
    buildings = _buildings(request).filter(cell=cell).annotate(doors=Count("dwellings"))
    below = _cells(request).filter(parent=cell, valid_to=None).order_by("number")
    today = timezone.localdate()
    counts = cell_counts(request.user, request.tenant.id, today)
    context = {
        "cell": cell,
        "buildings": buildings.order_by("number_sort"),
        "below": below,
        "counts": counts.get(cell.pk, {}),
        "people": leaders_named([cell.pk], today).get(cell.pk, []),
        "posts": posts_of(cell, today),
        "can_update": _can_update(request),
    }
    return render(request, "grids/cell_show.html", context)


@form_page
@allow(Permission.PLACE_UPDATE)
@once
def cell_create(request):
    community = community_of(request)
    top = _cells(request).aggregate(top=Max("number"))["top"] or 0
    form = forms.CellForm(
        posted(request), by=request.user, community=community, initial={"number": top + 1}
    )

    def act():
        return actions.cell_create(by=request.user, community=community, values=form.cleaned_data)

    return step(
        request, form, act, saying="已建立网格“{row.name}”。", template="grids/cell_create.html",
        done=reverse("grids:cell_list"),
    )  # fmt: skip


@form_page
@allow(Permission.PLACE_UPDATE)
def cell_update(request, cell_id: UUID):
    cell = get_object_or_404(_cells(request), pk=cell_id)
    back = reverse("grids:cell_show", args=[cell.pk])
    form = forms.CellUpdateForm(
        posted(request), by=request.user, community=cell.community_id, cell=cell,
        initial=initial(cell, "number", "name", "kind", "parent_id", "valid_from"),
    )  # fmt: skip

    def act():
        return actions.cell_update(
            by=request.user, cell=cell, version=form.cleaned_data["version"],
            values=form.changed_values(),
        )  # fmt: skip

    return step(
        request, form, act, saying="网格已保存。", template="grids/cell_update.html", back=back,
        done=back, cell=cell,
    )  # fmt: skip


@form_page
@allow(Permission.PLACE_UPDATE)
def cell_close(request, cell_id: UUID):
    """Ask for the day, then end the cell's validity."""
    cell = get_object_or_404(_cells(request).filter(valid_to=None), pk=cell_id)
    back = reverse("grids:cell_show", args=[cell.pk])
    form = forms.CellCloseForm(posted(request), initial={"version": cell.version})

    def act():
        return actions.cell_close(
            by=request.user, cell=cell, version=form.cleaned_data["version"],
            on=form.cleaned_data["valid_to"],
        )  # fmt: skip

    return step(
        request, form, act, saying="网格“{row.name}”已停用，历史数据保留。", back=back,
        template="grids/cell_close.html", done=reverse("grids:cell_list"), cell=cell,
    )  # fmt: skip


# --- Buildings


@require_GET
@allow(Permission.PLACE_VIEW)
def building_show(request, building_id: UUID):
    """Facts, and every door with the households behind it."""
    building = get_object_or_404(_buildings(request).select_related("cell"), pk=building_id)
    entrances, floors = building_floors(request.user, building)
    context = {
        "building": building,
        "entrances": entrances,
        "floors": floors,
        "doors": sum(len(column) for floor in floors for column in floor.columns),
        "can_update": _can_update(request),
    }
    return render(request, "grids/building_show.html", context)


@form_page
@allow(Permission.PLACE_UPDATE)
@once
def building_create(request):
    community = community_of(request)
    form = forms.BuildingForm(
        posted(request), by=request.user, community=community,
        initial={"cell": request.GET.get("cell", "")},
    )  # fmt: skip

    def act():
        return actions.building_create(
            by=request.user, community=community, values=form.cleaned_data
        )

    return step(
        request, form, act, saying="已登记 {row}。接着可以生成各单元的房屋。",
        template="grids/building_create.html",
        done=lambda row: reverse("grids:building_show", args=[row.pk]),
    )  # fmt: skip


@form_page
@allow(Permission.PLACE_UPDATE)
def building_update(request, building_id: UUID):
    building = get_object_or_404(_buildings(request), pk=building_id)
    back = reverse("grids:building_show", args=[building.pk])
    form = forms.BuildingUpdateForm(
        posted(request),
        initial=initial(building, "number", "name", "aliases", "floors", "entrances"),
    )

    def act():
        return actions.building_update(
            by=request.user, building=building, version=form.cleaned_data["version"],
            values=form.changed_values(),
        )  # fmt: skip

    return step(
        request, form, act, saying="楼栋已保存。", template="grids/building_update.html", back=back,
        done=back, building=building,
    )  # fmt: skip


@form_page
@allow(Permission.PLACE_UPDATE)
def building_assign_cell(request, building_id: UUID):
    """Put the building with everybody in it into another cell."""
    building = get_object_or_404(_buildings(request).select_related("cell"), pk=building_id)
    back = reverse("grids:building_show", args=[building.pk])
    form = forms.BuildingCellForm(
        posted(request), by=request.user, community=building.community_id,
        initial=initial(building, "cell_id"),
    )  # fmt: skip

    def act():
        return actions.building_assign_cell(by=request.user, building=building, **form.cleaned_data)

    return step(
        request, form, act, saying="{row} 连同房屋、住户和居民已划入新网格。", back=back, done=back,
        template="grids/building_assign_cell.html", building=building,
    )  # fmt: skip


@form_page
@allow(Permission.PLACE_UPDATE)
@once
def dwelling_generate(request, building_id: UUID):
    """Count first, then make the doors that are missing."""
    building = get_object_or_404(_buildings(request), pk=building_id)
    start = {"entrances": building.entrances, "last": building.floors}
    form = forms.DoorsForm(posted(request), initial=start)
    preview = None
    if request.method == "POST" and form.is_valid():
        doors = form.doors()
        if "save" not in request.POST:
            preview = actions.doors_count(building, doors)
        else:
            try:
                made = actions.dwelling_generate(by=request.user, building=building, doors=doors)
            except DomainError as error:
                refuse(form, error)
            else:
                messages.success(request, f"已生成 {made} 套房屋。")
                return redirect("grids:building_show", building_id=building.pk)
    context = {"form": form, "building": building, "preview": preview}
    return render(request, "grids/dwelling_generate.html", context)


# --- Dwellings


@require_GET
@allow(Permission.PLACE_VIEW)
def dwelling_show(request, dwelling_id: UUID):
    dwelling = get_object_or_404(
        _dwellings(request).select_related("building", "cell"), pk=dwelling_id
    )
    context = {
        "dwelling": dwelling,
        "words": words_at(request.user, [dwelling.pk]).get(dwelling.pk, []),
        "acts": acts_at(request.user, dwelling),
        "can_update": _can_update(request),
    }
    return render(request, "grids/dwelling_show.html", context)


@form_page
@allow(Permission.PLACE_UPDATE)
@once
def dwelling_create(request, building_id: UUID):
    building = get_object_or_404(_buildings(request), pk=building_id)
    form = forms.DwellingForm(posted(request))

    def act():
        return actions.dwelling_create(by=request.user, building=building, **form.cleaned_data)

    return step(
        request, form, act, saying="已登记房屋 {row}。", template="grids/dwelling_create.html",
        done=lambda row: reverse("grids:dwelling_show", args=[row.pk]), building=building,
    )  # fmt: skip


@form_page
@allow(Permission.PLACE_UPDATE)
def dwelling_update(request, dwelling_id: UUID):
    dwelling = get_object_or_404(_dwellings(request).select_related("building"), pk=dwelling_id)
    back = reverse("grids:dwelling_show", args=[dwelling.pk])
    form = forms.DwellingUpdateForm(
        posted(request), initial=initial(dwelling, "entrance", "room", "floor", "use")
    )

    def act():
        return actions.dwelling_update(
            by=request.user, dwelling=dwelling, version=form.cleaned_data["version"],
            values=form.changed_values(),
        )  # fmt: skip

    return step(
        request, form, act, saying="房屋已保存。", template="grids/dwelling_update.html", back=back,
        done=back, dwelling=dwelling,
    )  # fmt: skip


# --- Inside: everything in the community at work and in the person's reach


def _cells(request):
    return GridCell.objects.visible_to(request.user).filter(community=request.tenant.id)


def _buildings(request):
    return Building.objects.visible_to(request.user).filter(community=request.tenant.id)


def _dwellings(request):
    return Dwelling.objects.visible_to(request.user).filter(community=request.tenant.id)


def _can_update(request) -> bool:
    return access_of(request.user).can(Permission.PLACE_UPDATE, request.tenant.id)
