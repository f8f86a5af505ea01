"""Pages of the site plan: look at it, colour it by a figure, draw it."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from grids import actions, forms
from grids.forms.plan import points_of
from grids.geometry import geojson_of, geojson_read
from grids.models import PlanShape, ShapeKind, SitePlan
from grids.site_plan import drawing, figures_of
from grids.views.steps import community_of, form_page, initial, posted, step
from portal.accounts.permissions import Permission
from portal.core.access import access_of, allow
from portal.core.files import KEPT, file_read, file_write
from portal.core.once import once
from portal.core.pictures import picture_clean

PICTURE_LONGEST = 3000


@require_GET
@allow(Permission.PLACE_VIEW)
def plan_show(request):
    """The plan; ``?figure=`` colours the cells, each building opens its floors and doors."""
    community, code = community_of(request), request.GET.get("figure", "")
    known = {one.code: one for one in figures_of(request.user, community.pk)}
    if code and code not in known:
        raise Http404
    return render(request, "grids/plan_show.html", {
        "drawing": drawing(request.user, community, timezone.localdate(), code),
        "figures": known.values(), "figure": known.get(code), "can_update": _can_update(request),
    })  # fmt: skip


@form_page
@allow(Permission.PLACE_UPDATE)
def plan_update(request):
    """The ground: picture and size."""
    community = community_of(request)
    plan = SitePlan.objects.visible_to(request.user).filter(community=community).first()
    start = initial(plan, "width", "height", "metres") if plan else None
    form = forms.PlanForm(posted(request), request.FILES or None, initial=start, plan=plan)

    def act():
        values = {name: form.cleaned_data[name] for name in ("width", "height", "metres")}
        if form.cleaned_data.get("is_bare"):
            values["picture_key"] = ""
        if form.cleaned_data["picture"]:
            picture = picture_clean(form.cleaned_data["picture"].read(), PICTURE_LONGEST)
            values["picture_key"] = file_write(picture.data, KEPT)
            shapes = PlanShape.objects.visible_to(request.user).filter(community=community)
            if not shapes.exists():  # else they would shrink into a corner of it
                values |= {"width": picture.width, "height": picture.height}
        return actions.plan_update(
            by=request.user, community=community, version=form.cleaned_data["version"],
            values=values,
        )  # fmt: skip

    back = reverse("grids:plan_show")
    return step(request, form, act, saying="平面图的底图和尺寸已保存。", done=back, back=back,
                template="grids/plan_update.html", plan=plan)  # fmt: skip


@form_page
@allow(Permission.PLACE_UPDATE)
def plan_import(request):
    """All shapes from a GeoJSON file, in the place of the present ones."""
    community, back = community_of(request), reverse("grids:plan_show")
    form = forms.PlanImportForm(posted(request), request.FILES or None)

    def act():
        found = geojson_read(form.cleaned_data["file"].read())
        counts = actions.plan_import(by=request.user, community=community, drawing=found)
        return "、".join(f"{ShapeKind(kind).label} {count}" for kind, count in counts.items())

    return step(
        request, form, act, saying="已导入图形：{row}。", template="grids/plan_import.html",
        done=back, back=back, kinds=ShapeKind.choices,
        count=PlanShape.objects.visible_to(request.user).filter(community=community).count(),
    )  # fmt: skip


@require_GET
@allow(Permission.PLACE_UPDATE)
def plan_export(request):
    """All shapes as a GeoJSON file, for another program or to be imported again."""
    community = community_of(request)
    rows = PlanShape.objects.visible_to(request.user).filter(community=community)
    data = geojson_of(rows.select_related("building", "cell").order_by("pk"))
    response = HttpResponse(data, content_type="application/geo+json")
    name = f"{community.name}平面图.geojson"
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    return response


@form_page
@allow(Permission.PLACE_UPDATE)
@once
def shape_create(request):
    community = community_of(request)
    form = forms.ShapeForm(
        posted(request), by=request.user, community=community, initial=request.GET.dict()
    )

    def act():
        data = form.cleaned_data
        return actions.shape_save(
            by=request.user, community=community, kind=data["kind"], name=data["name"],
            building=data["building"], cell=data["cell"], geometry=form.geometry(data["kind"]),
        )  # fmt: skip

    return _drawn(request, community, form, act, None)


@form_page
@allow(Permission.PLACE_UPDATE)
def shape_update(request, shape_id: UUID):
    community = community_of(request)
    shape = _shape(request, shape_id)
    start = {"version": shape.version, "name": shape.name, "points": points_of(shape.geometry)}
    form = forms.ShapeUpdateForm(posted(request), initial=start)

    def act():
        return actions.shape_save(
            by=request.user, community=community, kind=shape.kind, shape=shape,
            version=form.cleaned_data["version"], name=form.cleaned_data["name"],
            geometry=form.geometry(shape.kind),
        )  # fmt: skip

    return _drawn(request, community, form, act, shape)


@form_page
@allow(Permission.PLACE_UPDATE)
def shape_delete(request, shape_id: UUID):
    """Ask, then take the shape off the plan; the building or cell itself stays."""
    shape, back = _shape(request, shape_id), reverse("grids:plan_show")
    form = forms.ConfirmForm(posted(request))

    def act():
        actions.shape_delete(by=request.user, shape=shape)
        return shape

    return step(request, form, act, saying="已从平面图上去掉这个图形。", done=back,
                template="grids/shape_delete.html", back=back, shape=shape)  # fmt: skip


@require_GET
@allow(Permission.PLACE_VIEW)
def plan_picture(request):
    """The picture under the plan."""
    plans = SitePlan.objects.visible_to(request.user)
    plan = get_object_or_404(plans.exclude(picture_key=""), community=request.tenant.id)
    response = HttpResponse(file_read(plan.picture_key), content_type="image/jpeg")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _drawn(request, community, form, act, shape):
    back = reverse("grids:plan_show")
    return step(
        request, form, act, saying="图形已保存。", template="grids/shape_edit.html", back=back,
        done=reverse("grids:shape_create") if shape is None else back, shape=shape,
        drawing=drawing(request.user, community, timezone.localdate()),
    )  # fmt: skip


def _shape(request, shape_id: UUID) -> PlanShape:
    shapes = PlanShape.objects.visible_to(request.user).filter(community=request.tenant.id)
    return get_object_or_404(shapes.select_related("building", "cell"), pk=shape_id)


def _can_update(request) -> bool:
    return access_of(request.user).can(Permission.PLACE_UPDATE, request.tenant.id)
