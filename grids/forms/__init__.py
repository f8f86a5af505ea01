"""Forms of this room: clean input only; choices narrowed to what the person may see."""

from grids.forms.places import (
    AliasesField,
    BuildingCellForm,
    BuildingFields,
    BuildingForm,
    BuildingUpdateForm,
    CellCloseForm,
    CellForm,
    CellUpdateForm,
    DoorsForm,
    DwellingForm,
    DwellingUpdateForm,
)
from grids.forms.plan import ConfirmForm, PlanForm, PlanImportForm, ShapeForm, ShapeUpdateForm
from grids.forms.posts import OfficeForm, PostEndForm, PostForm

__all__ = [
    "AliasesField",
    "BuildingCellForm",
    "BuildingFields",
    "BuildingForm",
    "BuildingUpdateForm",
    "CellCloseForm",
    "CellForm",
    "CellUpdateForm",
    "ConfirmForm",
    "DoorsForm",
    "DwellingForm",
    "DwellingUpdateForm",
    "OfficeForm",
    "PlanForm",
    "PlanImportForm",
    "PostEndForm",
    "PostForm",
    "ShapeForm",
    "ShapeUpdateForm",
]
