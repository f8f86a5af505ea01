"""Lists: one declaration for page, fragment, export and API."""

from portal.core.lists.bulk import BulkForm
from portal.core.lists.filters import (
    FlagFilter,
    ListFilters,
    OptionFilter,
    TextFilter,
    WholeNumberFilter,
)
from portal.core.lists.query import ListQuery
from portal.core.lists.spec import (
    DATE,
    NUMBER,
    Bulk,
    Column,
    ListSpec,
    Order,
    Withheld,
    list_named,
    lists,
    register,
)

__all__ = [
    "DATE",
    "NUMBER",
    "Bulk",
    "BulkForm",
    "Column",
    "FlagFilter",
    "ListFilters",
    "ListQuery",
    "ListSpec",
    "OptionFilter",
    "Order",
    "TextFilter",
    "WholeNumberFilter",
    "Withheld",
    "list_named",
    "lists",
    "register",
]
