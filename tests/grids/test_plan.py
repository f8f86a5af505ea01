"""The site plan: shapes drawn and imported."""

import io
import json
import os
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from grids import actions
from grids.geometry import geojson_read, geometry_check, near
from grids.models import PlanShape, ShapeKind, SitePlan
from grids.site_plan import drawing, unit_of
from portal.core import files
from portal.core.errors import Conflict, DomainError, NotAllowed, OutOfScope
from portal.core.models import ChangeLog
from portal.core.verify import kept_check
from tests.people import (
    client_of,
    make_building,
    make_dwelling,
    make_household,
    make_resident,
)

SQUARE = {"type": "Polygon", "coordinates": [[[10, 10], [40, 10], [40, 30], [10, 30], [10, 10]]]}
BOW = {"type": "Polygon", "coordinates": [[[0, 0], [10, 10], [10, 0], [0, 10], [0, 0]]]}
GATE = {"type": "Point", "coordinates": [90, 5]}
ROAD = {"type": "LineString", "coordinates": [[0, 0], [100, 50]]}


def collection(*features) -> bytes:
    items = [{"type": "Feature", "properties": p, "geometry": g} for p, g in features]
    return json.dumps({"type": "FeatureCollection", "features": items}).encode()


def imported(by, community, *features):
    return actions.plan_import(
        by=by, community=community, drawing=geojson_read(collection(*features))
    )


# --- Geometry


def test_a_geometry_comes_back_tidy():
    ring = [[10.04, 10], [40, 10.06], [40, 30, 5], [10, 30], [10.04, 10]]
    rough = {"type": "Polygon", "coordinates": [ring]}
    assert geometry_check("building", rough, 100, 100) == {
        "type": "Polygon",
        "coordinates": [[[10.0, 10.0], [40.0, 10.1], [40.0, 30.0], [10.0, 30.0], [10.0, 10.0]]],
    }


@pytest.mark.parametrize(
    ("kind", "geometry", "reason"),
    [
        ("building", ROAD, "要画成一个面"),
        ("building", BOW, "交叉"),
        ("gate", {"type": "Point", "coordinates": [101, 5]}, "超出了平面图"),
        ("gate", {"type": "Point", "coordinates": [float("nan"), 5]}, "坐标不完整"),
        ("gate", {"type": "Point", "coordinates": ["<script>", 5]}, "坐标不完整"),
        ("gate", {"type": "Point", "coordinates": [True, 5]}, "坐标不完整"),
        ("gate", {"type": "Point"}, "坐标不完整"),
        ("road", {"type": "LineString", "coordinates": [[1, 1]]}, "坐标不完整"),
        ("road", {"type": "LineString", "coordinates": [[i / 9, 1] for i in range(500)]}, "点太多"),
        ("building", {"type": "GeometryCollection"}, "点、线或面"),
        ("building", [], "点、线或面"),
        ("building", {"type": "Polygon", "coordinates": [[[1, 1]] * 4]}, "交叉"),
    ],
)  # fmt: skip
def test_a_geometry_that_cannot_stand_is_refused(kind, geometry, reason):
    with pytest.raises(DomainError, match=reason):
        geometry_check(kind, geometry, 100, 100)


def test_degrees_are_laid_flat_in_metres():
    def box(west, north):
        return {"type": "Polygon", "coordinates": [[
            [west, north], [west + 0.001, north], [west + 0.001, north - 0.001],
            [west, north - 0.001], [west, north],
        ]]}  # fmt: skip

    green = {"kind": "green"}
    drawing = geojson_read(collection((green, box(110.0, 40.001)), (green, box(110.002, 40.001))))
    one, other = (feature.geometry for feature in drawing.features)
    assert near(one, other) == pytest.approx(85.3, abs=0.3)  # 0.001° of longitude at 40° north
    assert (drawing.width, drawing.height, drawing.metres) == (296, 152, 1.0)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04", "不是 GeoJSON"),
        (b"[]", "没有图形"),
        (b'{"features": [1]}', "没有属性"),
        (collection(({"kind": "camp"}, SQUARE)), "kind 要是"),
        (collection(({"kind": "green"}, None)), "第 1 个图形"),
        (collection(({"kind": "gate"}, {"type": "Point", "coordinates": [-900, 5]})), "小于 0"),
        (b"[" * 100_000, "不是 GeoJSON"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(data, reason):
    with pytest.raises(DomainError, match=reason):
        geojson_read(data)


# --- Actions


def test_shape_save_makes_the_ground_and_logs(clerk, community, cell_a):
    building = make_building(community, "3", cell_a)
    row = actions.shape_save(by=clerk, community=community, kind=ShapeKind.BUILDING,
                             geometry=SQUARE, building=building)  # fmt: skip
    assert SitePlan.objects.get().width == 1000
    assert ChangeLog.objects.filter(row=row.pk, action="shape_save").exists()
    with pytest.raises(Conflict):
        actions.shape_save(by=clerk, community=community, kind="building", geometry=SQUARE,
                           name="x", shape=row, version=0)  # fmt: skip


def test_a_building_has_one_outline(clerk, community):
    building = make_building(community, "3")
    values = {"community": community, "kind": "building", "geometry": SQUARE, "building": building}
    actions.shape_save(by=clerk, **values)
    with pytest.raises(DomainError):
        actions.shape_save(by=clerk, **values)


def test_the_plan_is_drawn_by_those_who_keep_the_places(leader_a, community):
    with pytest.raises(NotAllowed):
        actions.shape_save(by=leader_a, community=community, kind="green", geometry=SQUARE)


def test_another_committees_plan_is_out_of_reach(clerk, community, other_community):
    with pytest.raises(OutOfScope):
        actions.shape_save(by=clerk, community=other_community, kind="green", geometry=SQUARE)
    with pytest.raises(OutOfScope):
        imported(clerk, other_community, ({"kind": "green"}, SQUARE))
    building = make_building(other_community, "9")
    with pytest.raises(OutOfScope):
        actions.shape_save(by=clerk, community=community, kind="building", geometry=SQUARE,
                           building=building)  # fmt: skip
    assert not PlanShape.objects.exists()


def test_leaders_see_the_whole_plan_others_nothing(leader_a, outsider, clerk, community):
    imported(clerk, community, ({"kind": "green"}, SQUARE))
    assert PlanShape.objects.visible_to(leader_a).count() == 1
    assert PlanShape.objects.visible_to(outsider).count() == 0


def test_plan_import_replaces_everything_or_nothing(clerk, community, cell_a):
    make_building(community, "3", cell_a)
    imported(clerk, community, ({"kind": "road", "name": "旧路"}, ROAD))
    counts = imported(clerk, community, ({"kind": "楼栋", "number": "3号楼"}, SQUARE),
                      ({"kind": "cell", "name": cell_a.name}, SQUARE))  # fmt: skip
    assert counts == {"building": 1, "cell": 1}
    before = set(PlanShape.objects.values_list("pk", flat=True))
    with pytest.raises(DomainError, match="没有登记过的楼栋：99"):
        imported(clerk, community, ({"kind": "building", "number": "99"}, SQUARE))
    with pytest.raises(DomainError, match="重复"):
        imported(clerk, community, *[({"kind": "building", "number": "3"}, SQUARE)] * 2)
    assert set(PlanShape.objects.values_list("pk", flat=True)) == before


def rectangle(left, top, right, bottom):
    ring = [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]]
    return {"type": "Polygon", "coordinates": [ring]}


def ground(community, **values):
    return SitePlan.objects.create(community=community, **{"width": 1200, "height": 800} | values)


def test_plan_import_leaves_the_ground_where_it_was(clerk, community):
    plan = ground(community, metres=0.5, picture_key="kept/picture")
    imported(clerk, community, ({"kind": "green"}, SQUARE))
    plan.refresh_from_db()
    assert (plan.width, plan.height, plan.metres) == (1200, 800, 0.5)


def test_plan_import_lets_a_plain_ground_grow(clerk, community):
    plan = ground(community, width=30)
    imported(clerk, community, ({"kind": "green"}, SQUARE))
    plan.refresh_from_db()
    assert (plan.width, plan.height) == (40, 800)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [({"type": "Point", "coordinates": [1300, 5]}, "超出了底图（宽 1200、高 800）"),
     ({"type": "Point", "coordinates": [119.7, 49.2]}, "经纬度和现有底图对不上")],
)  # fmt: skip
def test_plan_import_refuses_what_does_not_lie_on_the_picture(clerk, community, shape, reason):
    ground(community, picture_key="kept/picture")
    imported(clerk, community, ({"kind": "green"}, SQUARE))
    with pytest.raises(DomainError, match=reason):
        imported(clerk, community, ({"kind": "gate"}, shape))
    assert PlanShape.objects.get().kind == "green"


def test_plan_update_keeps_all_shapes_inside(clerk, community):
    imported(clerk, community, ({"kind": "road"}, {**ROAD, "coordinates": [[0, 0], [900, 500]]}))
    plan = SitePlan.objects.get()
    with pytest.raises(DomainError, match="超出"):
        actions.plan_update(by=clerk, community=community, version=plan.version,
                            values={"width": 500})  # fmt: skip


# --- Pages


@pytest.fixture
def drawn(clerk, community, cell_a, cell_b):
    """Two cells with outlines, a building in each, a gate."""
    for number, cell in enumerate((cell_a, cell_b)):
        make_building(community, str(number + 1), cell)
    box = {"type": "Polygon", "coordinates": [[[50, 5], [90, 5], [90, 60], [50, 60], [50, 5]]]}
    gate = {"type": "Point", "coordinates": [88, 7]}
    imported(
        clerk,
        community,
        ({"kind": "cell", "number": "1"}, box),
        ({"kind": "building", "number": "1"}, SQUARE),
        ({"kind": "gate", "name": "东门"}, gate),
    )


def test_plan_show_draws_what_is_there(leader_a, drawn):
    page = client_of(leader_a).get(reverse("grids:plan_show")).content.decode()
    assert [page.count(f'<g class="plan-{kind}') for kind in ShapeKind.values[:3]] == [1, 1, 1]
    assert "还有 1 栋楼没有画在图上" in page
    assert "东门" in page
    legend = page.partition('<ul class="plan-legend">')[2].partition("</ul>")[0]
    assert re.findall(r"</svg>(\w+)</li>", legend) == ["网格", "楼栋", "大门"]


def test_plan_show_costs_the_same_whatever_is_drawn(clerk, drawn, django_assert_num_queries):
    client = client_of(clerk)
    url = reverse("grids:plan_show")
    client.get(url)
    with django_assert_num_queries(7):
        client.get(url)


def test_plan_show_opens_only_what_the_viewer_reaches(leader_a, leader_b, clerk, drawn):
    def opened(who):
        page = client_of(who).get(reverse("grids:plan_show"))
        return sorted(one.label for one in page.context["drawing"].shapes if one.url)

    assert opened(leader_b) == []
    assert opened(leader_a) == opened(clerk) == ["1", "第1网格"]


def test_plan_show_tones_cells_by_a_figure(clerk, community, cell_a, drawn):
    make_resident(make_household(make_dwelling(cell_a.buildings.get())))
    page = client_of(clerk).get(reverse("grids:plan_show"), {"figure": "population.residents"})
    tones = {one.cell: (one.value, one.tone) for one in page.context["drawing"].cells}
    assert tones[cell_a] == (1, 0)
    assert 'class="plan-cell tone-0"' in page.content.decode()


def test_plan_show_knows_no_figure_that_the_role_may_not_open(leader_a, guard, drawn):
    url = reverse("grids:plan_show")
    assert client_of(leader_a).get(url, {"figure": "party.members"}).status_code == 404
    assert client_of(guard).get(url, {"figure": "population.residents"}).status_code == 404


def test_shape_create_keeps_what_was_typed(clerk, community):
    response = client_of(clerk).post(reverse("grids:shape_create"), {
        "kind": "green", "name": "花坛", "points": "1, 1\n500, abc",
    })  # fmt: skip
    assert "坐标“500, abc”看不懂" in response.content.decode()
    assert "花坛" in response.content.decode()
    assert not PlanShape.objects.exists()


def test_shape_create_and_update_by_page(clerk, community):
    client = client_of(clerk)
    client.post(reverse("grids:shape_create"), {
        "kind": "green", "name": "花坛", "points": "1, 1\n9，1\n9 9",
    })  # fmt: skip
    shape = PlanShape.objects.get()
    assert shape.geometry["coordinates"] == [[[1, 1], [9, 1], [9, 9], [1, 1]]]
    client.post(reverse("grids:shape_update", args=[shape.pk]), {
        "version": 1, "name": "大花坛", "points": "1, 1\n9, 1\n9, 20",
    })  # fmt: skip
    shape.refresh_from_db()
    assert (shape.name, shape.version) == ("大花坛", 2)
    client.post(reverse("grids:shape_delete", args=[shape.pk]))
    assert not PlanShape.objects.exists()


def test_plan_update_takes_a_picture_without_what_the_camera_wrote(clerk, community):
    exif = Image.Exif()
    exif[0x010E] = "secret words"
    buffer = io.BytesIO()
    Image.new("RGB", (400, 300), "red").save(buffer, "JPEG", exif=exif)
    client = client_of(clerk)
    client.post(reverse("grids:plan_update"), {
        "version": 0, "width": 1, "height": 1,
    })  # fmt: skip
    assert not SitePlan.objects.exists()
    upload = SimpleUploadedFile("plan.jpg", buffer.getvalue())
    client.post(reverse("grids:plan_update"), {
        "version": 0, "width": 1000, "height": 700, "picture": upload,
    })  # fmt: skip
    plan = SitePlan.objects.get()
    assert (plan.width, plan.height) == (400, 300)
    answer = client.get(reverse("grids:plan_picture"))
    assert answer.content.startswith(b"\xff\xd8")
    assert b"secret words" not in answer.content
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg/>", b"\xff\xd8\xff\xe0cut"])
def test_plan_update_refuses_what_is_no_picture(clerk, community, data):
    response = client_of(clerk).post(reverse("grids:plan_update"), {
        "version": 0, "width": 1000, "height": 700, "picture": SimpleUploadedFile("a.jpg", data),
    })  # fmt: skip
    assert response.status_code == 200
    assert not SitePlan.objects.exists()


def test_plan_update_lays_a_picture_under_what_is_drawn(clerk, community, settings, tmp_path):
    settings.LINLI_DATA_DIR = tmp_path
    plan = ground(community)
    imported(clerk, community, ({"kind": "green"}, SQUARE))
    plan.refresh_from_db()
    buffer = io.BytesIO()
    Image.new("RGB", (400, 300)).save(buffer, "PNG")
    client_of(clerk).post(reverse("grids:plan_update"), {
        "version": plan.version, "width": plan.width, "height": plan.height,
        "picture": SimpleUploadedFile("plan.png", buffer.getvalue()),
    })  # fmt: skip
    size = (plan.width, plan.height)
    plan.refresh_from_db()
    assert ((plan.width, plan.height), bool(plan.picture_key)) == (size, True)


def test_plan_update_takes_the_picture_away(clerk, community):
    plan, page = ground(community, picture_key="kept/picture"), reverse("grids:plan_update")
    desk, values = client_of(clerk), {"version": plan.version, "width": 1200, "height": 800}
    assert "去掉现有底图" in desk.get(page).content.decode()
    desk.post(page, values | {"is_bare": "on"})
    plan.refresh_from_db()
    assert plan.picture_key == ""
    assert "去掉现有底图" not in desk.get(page).content.decode()


def test_a_picture_that_is_replaced_has_its_day_before_it_is_a_stray(
    clerk, community, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.LINLI_DATA_DIR = tmp_path
    old = files.file_write(b"old", files.KEPT)
    os.utime(files._path(old), (0, 0))
    plan = ground(community, picture_key=old)
    with django_capture_on_commit_callbacks(execute=True):
        actions.plan_update(by=clerk, community=community, version=plan.version,
                            values={"picture_key": ""})  # fmt: skip
    assert list(kept_check()) == []
    assert files.strays_set_aside() == 0
    os.utime(files._path(old), (0, 0))
    assert files.strays_set_aside() == 1


@pytest.mark.parametrize(("key", "said"), [("", "现在是空白底"), ("kept/x", "现在有底图")])
def test_the_page_of_the_ground_says_once_what_there_is(clerk, community, key, said):
    ground(community, picture_key=key, width=1600, height=485.5)
    html = client_of(clerk).get(reverse("grids:plan_update")).content.decode()
    assert [words for words in ("现在是空白底", "现在有底图") if words in html] == [said]
    assert html.count("不选") == 1
    assert 'value="1600"' in html
    assert 'value="485.5"' in html


def test_a_cells_name_stands_inside_its_outline(clerk, community, cell_a):
    """An L whose upper part is to the left: at the middle of its foot, the edge is lower."""
    ring = [[0, 0], [10, 0], [10, 200], [600, 200], [600, 600], [0, 600], [0, 0]]
    outline = {"type": "Polygon", "coordinates": [ring]}
    actions.shape_save(by=clerk, community=community, kind="cell", cell=cell_a, geometry=outline)
    (drawn,) = drawing(clerk, community, timezone.localdate()).shapes
    assert drawn.label_x > 10
    assert 200 < drawn.label_y < 230


def test_what_is_exported_is_imported_as_it_was(clerk, community, cell_a):
    make_building(community, "3", cell_a)
    imported(clerk, community, ({"kind": "building", "number": 3}, SQUARE),
             ({"kind": "cell", "number": 1}, SQUARE), ({"kind": "road", "name": "南路"}, ROAD),
             ({"kind": "gate", "name": "东门"}, GATE))  # fmt: skip

    def drawn():
        rows = PlanShape.objects.order_by("kind")
        return list(rows.values_list("kind", "name", "building", "cell", "geometry"))

    before, client = drawn(), client_of(clerk)
    answer = client.get(reverse("grids:plan_export"))
    assert answer.headers["Content-Type"] == "application/geo+json"
    PlanShape.objects.all().delete()
    client.post(reverse("grids:plan_import"), {
        "file": SimpleUploadedFile("p.geojson", answer.content),
    })  # fmt: skip
    assert drawn() == before


def test_plan_import_by_page(clerk, community, cell_a):
    make_building(community, "3", cell_a)
    file = SimpleUploadedFile("p.geojson", collection(({"kind": "building", "number": 3}, SQUARE)))
    client_of(clerk).post(reverse("grids:plan_import"), {"file": file})
    assert PlanShape.objects.get().building.number == "3"


def test_names_of_cells_meet_neither_a_building_nor_each_other(clerk, community, cell_a, cell_b):
    """Two cells over each other, a building at the upper edge of both."""
    plan = ground(community)
    building = make_building(community, "3", cell_a)
    for cell in (cell_a, cell_b):
        actions.shape_save(by=clerk, community=community, kind="cell", cell=cell,
                           geometry=rectangle(100, 100, 260, 400))  # fmt: skip
    actions.shape_save(by=clerk, community=community, kind="building", building=building,
                       geometry=rectangle(110, 105, 250, 150))  # fmt: skip
    names = [one for one in drawing(clerk, community, timezone.localdate()).shapes
             if one.shape.cell_id]  # fmt: skip
    high = 1.46 * unit_of(plan.width)
    ys = sorted(one.label_y for one in names)
    assert ys[0] - high / 2 >= 150
    assert ys[1] - ys[0] >= high
    assert [one.is_roomy for one in names] == [True, True]
