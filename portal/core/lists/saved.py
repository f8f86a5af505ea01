"""Saved views: a list's filters, order and columns kept under a name by one person."""

from urllib.parse import parse_qsl, urlencode

from portal.core.access import SIGNED_IN
from portal.core.actions import action, record_change, row_create
from portal.core.errors import DomainError
from portal.core.lists.query import PLACE_KEYS
from portal.core.models import SavedView

MOST = 30  # views of one list that one person keeps


@action(SIGNED_IN)
def view_save(*, by, list_name: str, name: str, query: str) -> SavedView:
    """Keep the address of a list; where the person was in it is left out."""
    text = urlencode([pair for pair in parse_qsl(query) if pair[0] not in PLACE_KEYS])
    if len(text) > SavedView._meta.get_field("query").max_length:
        raise DomainError("筛选条件太长，不能保存。请减少条件后再试。")
    if SavedView.objects.filter(owner=by, list_name=list_name).count() >= MOST:
        raise DomainError(f"每个列表最多保存 {MOST} 个视图，请先删除不用的。")
    return row_create(by, SavedView(owner=by, list_name=list_name, name=name.strip(), query=text))


@action(SIGNED_IN)
def view_delete(*, by, view: SavedView) -> None:
    if view.owner_id != by.pk:
        raise DomainError("只能删除自己的视图。")
    record_change(by=by, model=view._meta.label_lower, row_id=view.pk, before={"name": view.name})
    view.delete()
