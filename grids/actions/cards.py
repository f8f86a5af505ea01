"""Writes on contact cards and on what the office tells on them."""

import datetime as dt

from grids.cards import Card
from grids.models import CardPrint, Community
from portal.accounts.permissions import Permission
from portal.core.actions import action, record_change, require_place, row_update
from portal.core.errors import DomainError


@action(Permission.PLACE_UPDATE)
def community_update(*, by, community: Community, version: int, values: dict) -> Community:
    """``values``: office_address, office_phone, office_hours."""
    return row_update(by, community, version, values)


@action(Permission.PLACE_UPDATE)
def cards_printed(*, by, community: Community, cards: list[Card], on: dt.date) -> int:
    """Remember what these cards said when they went to the printer."""
    if not cards:
        raise DomainError("请先选要打印的楼。")
    for card in cards:
        row = CardPrint(community=community, cell_id=card.building.cell_id, building=card.building)
        require_place(by, row)
        CardPrint.objects.update_or_create(
            building=card.building,
            defaults={"community": community, "cell_id": card.building.cell_id,
                      "digest": card.digest, "printed_on": on},
        )  # fmt: skip
    record_change(by=by, model="grids.cardprint", row_id=community.pk, tenant=community.pk,
                  after={"cards": len(cards)})  # fmt: skip
    return len(cards)
