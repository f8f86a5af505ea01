"""Forms of this room: clean input only; choices narrowed to what the person may see."""

from residents.forms.people import BirthForm, ResidentCreateForm, ResidentForm
from residents.forms.places import HouseholdCreateForm, HouseholdForm, PlaceForm
from residents.forms.records import (
    CareTagEndForm,
    CareTagForm,
    CloseForm,
    CorrectForm,
    EndForm,
    HeadForm,
    HouseholdMoveForm,
    MergeForm,
    MoveInForm,
    MoveWithinForm,
    PartyForm,
    RecordForm,
    ResidenceForm,
    VersionForm,
    VoidForm,
)

__all__ = [
    "BirthForm",
    "CareTagEndForm",
    "CareTagForm",
    "CloseForm",
    "CorrectForm",
    "EndForm",
    "HeadForm",
    "HouseholdCreateForm",
    "HouseholdForm",
    "HouseholdMoveForm",
    "MergeForm",
    "MoveInForm",
    "MoveWithinForm",
    "PartyForm",
    "PlaceForm",
    "RecordForm",
    "ResidenceForm",
    "ResidentCreateForm",
    "ResidentForm",
    "VersionForm",
    "VoidForm",
]
