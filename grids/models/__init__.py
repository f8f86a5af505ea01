"""Tables of the places and of what happens in them."""

from grids.models.incidents import (
    OPEN_STATES,
    Asset,
    AssetKind,
    FileKind,
    Handler,
    HandlerKind,
    Incident,
    IncidentCategory,
    IncidentFile,
    IncidentGroup,
    IncidentLink,
    IncidentSource,
    IncidentState,
    IncidentStep,
    Satisfaction,
)
from grids.models.places import (
    Building,
    CellKind,
    Community,
    Dwelling,
    DwellingUse,
    GridCell,
    Street,
)
from grids.models.plan import (
    CardPrint,
    PlanShape,
    ShapeKind,
    SitePlan,
)
from grids.models.posts import (
    CellPost,
    PostKind,
)

__all__ = [
    "OPEN_STATES",
    "Asset",
    "AssetKind",
    "Building",
    "CardPrint",
    "CellKind",
    "CellPost",
    "Community",
    "Dwelling",
    "DwellingUse",
    "FileKind",
    "GridCell",
    "Handler",
    "HandlerKind",
    "Incident",
    "IncidentCategory",
    "IncidentFile",
    "IncidentGroup",
    "IncidentLink",
    "IncidentSource",
    "IncidentState",
    "IncidentStep",
    "PlanShape",
    "PostKind",
    "Satisfaction",
    "ShapeKind",
    "SitePlan",
    "Street",
]
