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
    "PlanForm",
    "PlanImportForm",
    "ShapeForm",
    "ShapeUpdateForm",
]
