"""Forms of the site plan."""

import re

from django import forms

from grids.geometry import BYTES_AT_MOST, TYPES
from grids.models import Building, GridCell, ShapeKind
from portal.core.conflict import VersionedForm
from portal.core.pictures import BYTES_AT_MOST as PICTURE_AT_MOST

PAIR = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*[,，\s]\s*(-?\d+(?:\.\d+)?)\s*$")
PICTURE_HELP = "{}。小区平面图的照片或截图（JPEG、PNG）都行，照片里的拍摄信息会被去掉。"


def plainly(size: float | None) -> float | int | None:
    """A whole number without its .0."""
    return int(size) if size is not None and size == int(size) else size


class PlanForm(forms.Form):
    """The ground: its picture, or a plain sheet of a size."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    picture = forms.FileField(
        label="底图", required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )  # fmt: skip
    is_bare = forms.BooleanField(label="去掉现有底图，用空白底", required=False)
    width = forms.FloatField(
        label="宽", min_value=100, max_value=20_000, initial=1000,
        help_text="还没有画图形时，传新底图就按图的像素；画过以后不变，新底图按比例放进来。高也一样。",
    )  # fmt: skip
    height = forms.FloatField(label="高", min_value=100, max_value=20_000, initial=700)
    metres = forms.FloatField(
        label="每单位米数", min_value=0.01, max_value=100, required=False,
        help_text="图上 1 个单位合多少米；知道时才填，用来算附近的事件。",
    )  # fmt: skip

    def __init__(self, *args, plan=None, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("width", "height", "metres"):
            self.initial[name] = plainly(self.get_initial_for_field(self.fields[name], name))
        has_picture = plan is not None and bool(plan.picture_key)
        if not has_picture:
            del self.fields["is_bare"]
        self.fields["picture"].help_text = PICTURE_HELP.format(
            "现在有底图，不选新图就保留" if has_picture else "现在是空白底，不选图就仍用空白底"
        )

    def clean_picture(self):
        picture = self.cleaned_data["picture"]
        if picture and picture.size > PICTURE_AT_MOST:
            raise forms.ValidationError("图片超过 15 MB，请缩小后再传。")
        return picture


class PlanImportForm(forms.Form):
    file = forms.FileField(
        label="GeoJSON 文件",
        widget=forms.FileInput(attrs={"accept": ".json,.geojson,application/geo+json"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > BYTES_AT_MOST:
            raise forms.ValidationError("文件超过 5 MB，请只保留本社区的图形。")
        return file


class ConfirmForm(forms.Form):
    """Nothing but the press of the button."""


class PointsField(forms.CharField):
    """Corners, one a line: ``120, 85``. Gives a list of pairs."""

    widget = forms.Textarea(attrs={"rows": 6, "data-plan-points": True, "spellcheck": "false"})

    def to_python(self, value):
        lines = [line for line in (super().to_python(value) or "").splitlines() if line.strip()]
        found = [PAIR.match(line) for line in lines[:1000]]
        if not all(found):
            bad = lines[found.index(None)][:20]
            raise forms.ValidationError(f"坐标“{bad}”看不懂，每行写两个数，如 120, 85。")
        return [[float(x), float(y)] for x, y in (match.groups() for match in found)]

    def prepare_value(self, value):
        if isinstance(value, list):
            return "\n".join(f"{x:g}, {y:g}" for x, y in value)
        return value


class ShapeFields(forms.Form):
    name = forms.CharField(
        label="名称", max_length=60, required=False, help_text="如 东门、中心广场。"
    )
    points = PointsField(label="坐标", help_text="在图上逐点点出来，也可以直接改数字；一行一个点。")

    def geometry(self, kind: str) -> dict:
        """The points as the geometry that this kind is drawn as."""
        return geometry_from(kind, self.cleaned_data["points"])


class ShapeForm(ShapeFields):
    """A new shape: what it is, and where."""

    kind = forms.ChoiceField(label="画什么", choices=ShapeKind.choices)
    building = forms.ModelChoiceField(None, label="哪栋楼", required=False, empty_label="请选择")
    cell = forms.ModelChoiceField(None, label="哪个网格", required=False, empty_label="请选择")
    field_order = ("kind", "building", "cell", "name", "points")

    def __init__(self, *args, by, community, **kwargs):
        super().__init__(*args, **kwargs)
        buildings = Building.objects.visible_to(by).filter(community=community, shape=None)
        cells = GridCell.objects.visible_to(by).filter(community=community, valid_to=None)
        self.fields["building"].queryset = buildings.order_by("number_sort")
        self.fields["cell"].queryset = cells.filter(shape=None).order_by("number")

    def clean(self):
        data = super().clean()
        for name, kind in (("building", ShapeKind.BUILDING), ("cell", ShapeKind.CELL)):
            if data.get("kind") != kind:
                data[name] = None
            elif not data.get(name) and name not in self.errors:
                self.add_error(name, "请选择这个图形是哪一个。")
        return data


class ShapeUpdateForm(VersionedForm, ShapeFields):
    pass


def geometry_from(kind: str, points: list) -> dict:
    """One point, a line, or an area closed at its first corner."""
    allowed = TYPES[ShapeKind(kind)]
    if "Point" in allowed and (len(points) == 1 or len(allowed) == 1):
        return {"type": "Point", "coordinates": points[0] if points else []}
    if "LineString" in allowed:
        return {"type": "LineString", "coordinates": points}
    return {"type": "Polygon", "coordinates": [[*points, *points[:1]]]}


def points_of(geometry: dict) -> list:
    """The corners of a stored geometry, as they are typed."""
    if geometry["type"] == "Point":
        return [geometry["coordinates"]]
    if geometry["type"] == "LineString":
        return geometry["coordinates"]
    return geometry["coordinates"][0][:-1]
