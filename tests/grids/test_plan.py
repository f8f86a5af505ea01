"""The site plan: shapes drawn and imported."""

import json

import pytest

from grids import actions
from grids.geometry import geojson_read, geometry_check, near
from grids.models import PlanShape, ShapeKind, SitePlan
from portal.core.errors import Conflict, DomainError, NotAllowed, OutOfScope
from portal.core.models import ChangeLog
from tests.people import make_building

SQUARE = {"type": "Polygon", "coordinates": [[[10, 10], [40, 10], [40, 30], [10, 30], [10, 10]]]}
BOW = {"type": "Polygon", "coordinates": [[[0, 0], [10, 10], [10, 0], [0, 10], [0, 0]]]}
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


def test_plan_update_keeps_all_shapes_inside(clerk, community):
    imported(clerk, community, ({"kind": "road"}, {**ROAD, "coordinates": [[0, 0], [900, 500]]}))
    plan = SitePlan.objects.get()
    with pytest.raises(DomainError, match="超出"):
        actions.plan_update(by=clerk, community=community, version=plan.version,
                            values={"width": 500})  # fmt: skip
