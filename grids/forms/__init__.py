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

__all__ = [
    "AliasesField",
    "BuildingCellForm",
    "BuildingFields",
    "BuildingForm",
    "BuildingUpdateForm",
    "CellCloseForm",
    "CellForm",
    "CellUpdateForm",
    "DoorsForm",
    "DwellingForm",
    "DwellingUpdateForm",
]
