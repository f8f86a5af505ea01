"""Outlines in plan coordinates: what may be drawn, and GeoJSON (RFC 7946) as it comes.

Plan coordinates run to the right and downwards. GeoJSON in degrees is laid flat: metres from
its north-western corner, which is exact enough for an estate.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import orjson
from shapely import box, prepare, unary_union
from shapely.errors import ShapelyError
from shapely.geometry import LineString, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry

from grids.models import PlanShape, ShapeKind
from portal.core.errors import DomainError

POINTS_AT_MOST = 400
FEATURES_AT_MOST = 3000
BYTES_AT_MOST = 5 * 2**20
MARGIN = 20  # metres left around an imported plan
ESTATE = 0.2  # degrees; whatever spans more is no estate on a globe but a plan in its own units
DEGREE = 111_320  # metres of a degree of latitude
TYPES = {
    ShapeKind.BUILDING: ("Polygon",), ShapeKind.CELL: ("Polygon",), ShapeKind.GATE: ("Point",),
    ShapeKind.ROAD: ("LineString", "Polygon"), ShapeKind.GREEN: ("Polygon",),
    ShapeKind.SQUARE: ("Polygon",), ShapeKind.WATER: ("Polygon",),
    ShapeKind.FACILITY: ("Point", "Polygon"),
}  # fmt: skip
WORDS = {"Point": "一个点", "LineString": "一条线", "Polygon": "一个面"}


class Feature(NamedTuple):
    """One shape of a file: its kind, what it is called, the geometry in plan coordinates."""

    kind: ShapeKind
    name: str
    geometry: dict


@dataclass(frozen=True)
class Drawing:
    """What a file holds, with the size of the plan that it needs."""

    features: list[Feature]
    width: float
    height: float
    metres: float | None


def geometry_check(kind: str, geometry, width: float, height: float) -> dict:
    """The geometry in its tidy form. Raises DomainError with the broken rule."""
    found = _shape(geometry)
    allowed = TYPES[ShapeKind(kind)]
    label = ShapeKind(kind).label
    if found.geom_type not in allowed:
        raise DomainError(f"{label}要画成{'或'.join(WORDS[name] for name in allowed)}。")
    if found.is_empty or not found.is_valid or (found.geom_type == "Polygon" and found.area < 1):
        raise DomainError(f"{label}的边线交叉或重叠了，请重画。")
    if sum(1 for _ in _points(geometry["coordinates"])) > POINTS_AT_MOST:
        raise DomainError(f"{label}的点太多，最多 {POINTS_AT_MOST} 个。")
    left, top, right, bottom = found.bounds
    if left < 0 or top < 0 or right > width or bottom > height:
        raise DomainError(f"{label}超出了平面图的范围。")
    return _rounded(found)


def geojson_read(data: bytes) -> Drawing:
    """A FeatureCollection whose features say ``kind`` and ``number`` or ``name``.

    Raises DomainError: the file is refused whole, with the first reason.
    """
    collection = _collection(data)
    found = [_feature(number, item) for number, item in enumerate(collection, 1)]
    points = [p for feature in found for p in _points(feature.geometry["coordinates"])]
    if _in_degrees(points):
        return _flat(found, points)
    width = max(x for x, _ in points)
    height = max(y for _, y in points)
    if min(min(p) for p in points) < 0:
        raise DomainError("图上坐标不能小于 0；若是经纬度，请核对数值。")
    checked = [f._replace(geometry=geometry_check(f.kind, f.geometry, width, height))
               for f in found]  # fmt: skip
    return Drawing(checked, math.ceil(width), math.ceil(height), None)


def geojson_of(shapes: Iterable[PlanShape]) -> bytes:
    """A FeatureCollection in plan coordinates that ``geojson_read`` takes back as it is."""
    features = [
        {"type": "Feature", "properties": _said(item), "geometry": item.geometry} for item in shapes
    ]
    whole = {"type": "FeatureCollection", "features": features}
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2)


def _said(item: PlanShape) -> dict:
    place = item.building or item.cell
    named = {"number": place.number, "name": str(place)} if place else {"name": item.name}
    return {"kind": item.kind} | named


def centre(geometry: dict) -> tuple[float, float]:
    """A point inside, for a label or a mark."""
    point = shape(geometry).representative_point()
    return round(point.x, 1), round(point.y, 1)


def top_at(geometry: dict, x: float) -> float:
    """The upper edge of a polygon at ``x``, which lies within it."""
    outline = shape(geometry)
    _, top, _, bottom = outline.bounds
    return outline.intersection(LineString([(x, top - 1), (x, bottom + 1)])).bounds[1]


def free_spot(outline: dict, wide: float, high: float, taken: Iterable[tuple]) -> tuple | None:
    """The middle of the uppermost box of that size inside an outline that meets none of the
    ``taken`` (left, top, right, bottom); None where nothing is free."""
    whole = shape(outline)
    prepare(whole)
    left, top, right, bottom = whole.bounds
    close = [t for t in taken if t[0] < right and t[2] > left and t[1] < bottom and t[3] > top]
    middle, step = (left + right) / 2, high / 8
    rows = range(int((bottom - top - high) / step) + 1)
    columns = sorted(range(int((right - left - wide) / step) + 1),
                     key=lambda n: abs(left + n * step + wide / 2 - middle))  # fmt: skip
    for x, y in ((left + n * step, top + m * step) for m in rows for n in columns):
        if any(t[0] < x + wide and t[2] > x and t[1] < y + high and t[3] > y for t in close):
            continue
        if whole.covers(box(x, y, x + wide, y + high)):
            return round(x + wide / 2, 1), round(y + high / 2, 1)
    return None


def bounds_of(geometry: dict) -> tuple:
    """(left, top, right, bottom)"""
    return shape(geometry).bounds


def around(outlines: list[dict], width: float, height: float, others: Iterable[dict] = ()) -> dict:
    """One outline around several, kept inside the plan; it bridges no more than it must and goes
    round the ``others`` where it stays in one piece."""
    reach = width / 100
    joined = unary_union([shape(outline).buffer(reach, join_style="mitre") for outline in outlines])
    closed = joined.convex_hull
    for bridge in (2 * reach, 4 * reach, 8 * reach):
        tried = joined.buffer(bridge, join_style="mitre").buffer(-bridge, join_style="mitre")
        if tried.geom_type == "Polygon":
            closed = tried
            break
    free = closed.difference(
        unary_union([shape(other).buffer(reach / 2, join_style="mitre") for other in others])
    )
    if free.geom_type == "Polygon" and not free.interiors:
        closed = free
    inside = Polygon(closed.exterior).intersection(box(0, 0, width, height))
    return _rounded(inside.simplify(reach / 10))


def near(one: dict, other: dict) -> float:
    """The distance of two shapes in plan units, 0 when they touch."""
    return shape(one).distance(shape(other))


def _collection(data: bytes) -> list:
    if len(data) > BYTES_AT_MOST:
        raise DomainError("文件超过 5 MB，请只保留本社区的图形。")
    try:
        read = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise DomainError("这不是 GeoJSON 文件，没有改动任何图形。") from error
    features = read.get("features") if isinstance(read, dict) else None
    if not isinstance(features, list) or not features:
        raise DomainError("文件里没有图形（FeatureCollection），没有改动任何内容。")
    if len(features) > FEATURES_AT_MOST:
        raise DomainError(f"图形太多，最多 {FEATURES_AT_MOST} 个。")
    return features


def _feature(number: int, item) -> Feature:
    properties = item.get("properties") if isinstance(item, dict) else None
    if not isinstance(properties, dict):
        raise DomainError(f"第 {number} 个图形没有属性（properties）。")
    kind = _kind(properties.get("kind"))
    if kind is None:
        known = "、".join(f"{k.value}（{k.label}）" for k in ShapeKind)
        raise DomainError(f"第 {number} 个图形的 kind 要是：{known}。")
    name = str(properties.get("number") or properties.get("name") or "").strip()[:60]
    try:
        _shape(item.get("geometry"))
    except DomainError as error:
        raise DomainError(f"第 {number} 个图形：{error.message}") from error
    return Feature(kind, name, item["geometry"])


def _kind(word) -> ShapeKind | None:
    return next((kind for kind in ShapeKind if word in (kind.value, kind.label)), None)


def _shape(geometry) -> BaseGeometry:
    """The geometry as shapely reads it; only finite pairs of numbers pass."""
    if not isinstance(geometry, dict) or geometry.get("type") not in WORDS:
        raise DomainError("图形要是点、线或面。")
    try:
        points = list(_points(geometry.get("coordinates")))
        if not points or not all(math.isfinite(value) for point in points for value in point):
            raise ValueError
        return shape({**geometry, "coordinates": _each(geometry["coordinates"], _level)})
    except (ValueError, TypeError, IndexError, RecursionError, ShapelyError) as error:
        raise DomainError("图形的坐标不完整。") from error


def _points(coordinates) -> Iterable[tuple[float, float]]:
    """Every pair of numbers, however deep it stands. TypeError, ValueError for anything else."""
    if isinstance(coordinates[0], int | float) and not isinstance(coordinates[0], bool):
        x, y = coordinates[:2]
        yield float(x), float(y)
        return
    for part in coordinates:
        if not isinstance(part, list | tuple):
            raise TypeError(part)
        yield from _points(part)


def _in_degrees(points) -> bool:
    across, down = zip(*points, strict=True)
    return (
        max(map(abs, across)) <= 180 and max(map(abs, down)) <= 90
        and max(across) - min(across) < ESTATE and max(down) - min(down) < ESTATE
    )  # fmt: skip


def _flat(found: list[Feature], points) -> Drawing:
    west, north = min(x for x, _ in points), max(y for _, y in points)
    wide = math.cos(math.radians(north)) * DEGREE

    def laid(x, y, *_):
        return [(x - west) * wide + MARGIN, (north - y) * DEGREE + MARGIN]

    width = math.ceil((max(x for x, _ in points) - west) * wide + 2 * MARGIN)
    height = math.ceil((north - min(y for _, y in points)) * DEGREE + 2 * MARGIN)
    features = [
        f._replace(geometry=geometry_check(
            f.kind, {**f.geometry, "coordinates": _each(f.geometry["coordinates"], laid)},
            width, height,
        ))
        for f in found
    ]  # fmt: skip
    return Drawing(features, width, height, 1.0)


def _rounded(found: BaseGeometry) -> dict:
    """Coordinates to a tenth of a unit, as lists."""
    plain = mapping(found)
    return {"type": plain["type"], "coordinates": _each(plain["coordinates"], _tidy)}


def _each(coordinates, change) -> list:
    """The same nest of coordinates with every point changed."""
    if isinstance(coordinates[0], int | float):
        return change(*coordinates)
    return [_each(part, change) for part in coordinates]


def _level(x, y, *_) -> list[float]:
    return [x, y]


def _tidy(x, y, *_) -> list[float]:
    return [round(x, 1), round(y, 1)]
