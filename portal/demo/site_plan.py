"""The site plan of the estate: 32 ha, drawn in metres; eleven cells of eight buildings each."""

from collections.abc import Iterator

from grids.geometry import Drawing, Feature
from grids.models import ShapeKind
from portal.demo.estate import AREA_CELLS, Block, blocks

WIDTH, HEIGHT = 660.0, 485.0  # 32 ha
COLUMNS = 4
CELL_W, CELL_H = 142, 138
LEFT, TOP, GAP = 21, 18, 17
GATES = {"北门": (330, 6), "南门": (330, 479), "西门": (6, 243), "东门": (654, 243)}
SQUARE = AREA_CELLS  # the twelfth field has no cell: square and green


def drawing() -> Drawing:
    """All shapes, ready for ``plan_import``."""
    return Drawing([*_cells(), *_grounds(), *_buildings(), *_gates()], WIDTH, HEIGHT, 1.0)


def _corner(field: int) -> tuple[float, float]:
    row, column = divmod(field, COLUMNS)
    return LEFT + column * (CELL_W + GAP), TOP + row * (CELL_H + GAP)


def _cells() -> Iterator[Feature]:
    for number in range(AREA_CELLS):
        x, y = _corner(number)
        yield Feature(ShapeKind.CELL, str(number + 1), _box(x, y, CELL_W, CELL_H))


def _grounds() -> Iterator[Feature]:
    for row in (1, 2):
        y = TOP + row * (CELL_H + GAP) - GAP / 2
        yield Feature(ShapeKind.ROAD, f"东西路{row}", _line((6, y), (WIDTH - 6, y)))
    for column in (1, 2, 3):
        x = LEFT + column * (CELL_W + GAP) - GAP / 2
        yield Feature(ShapeKind.ROAD, f"南北路{column}", _line((x, 6), (x, HEIGHT - 6)))
    x, y = _corner(SQUARE)
    yield Feature(ShapeKind.SQUARE, "中心广场", _box(x, y, CELL_W, 60))
    yield Feature(ShapeKind.GREEN, "中心绿地", _box(x, y + 66, CELL_W, CELL_H - 66))


def _buildings() -> Iterator[Feature]:
    places: dict[int, list[Block]] = {}
    for block in blocks():
        places.setdefault(block.cell, []).append(block)
    for cell, standing in places.items():
        x, y = _corner(cell - 1)
        for place, block in enumerate(standing):
            down, across = divmod(place, 2)
            shape = _box(x + 8 + across * 67, y + 21 + down * 29, 12 * block.entrances, 14)
            yield Feature(ShapeKind.BUILDING, str(block.number), shape)


def _gates() -> Iterator[Feature]:
    for name, place in GATES.items():
        yield Feature(ShapeKind.GATE, name, {"type": "Point", "coordinates": list(place)})


def _box(x: float, y: float, width: float, height: float) -> dict:
    ring = [[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


def _line(*points) -> dict:
    return {"type": "LineString", "coordinates": [list(point) for point in points]}
