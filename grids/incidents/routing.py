"""To whom an incident goes: a proposal with its reason, which the clerk may change.

In this order: the asset (under warranty its maintainer, else its owner), the category's
handler, whoever answers for assets of this kind. Handlers that are no longer in use are
passed over.
"""

import datetime as dt
from typing import NamedTuple

from django.db.models import Count
from django.utils import timezone

from grids.models import Asset, AssetKind, Handler, IncidentCategory


class Proposal(NamedTuple):
    """``handler`` is None when nobody fits; ``reason`` is for people."""

    handler: Handler | None
    reason: str


def route(community_id, category: IncidentCategory | None, asset: Asset | None,
          on: dt.date | None = None) -> Proposal:  # fmt: skip
    """Whom to send to. ``on`` decides whether a warranty (its last day included) holds."""
    on = on or timezone.localdate()
    for rule in (_by_asset, _by_category, _by_kind):
        found = rule(community_id, category, asset, on)
        if found and found.handler.is_active:
            return found
    return Proposal(None, "没有找到对应的处置单位，请人工选择。")


def _by_asset(community_id, category, asset, on) -> Proposal | None:
    if asset is None:
        return None
    keeper, until = asset.maintainer, asset.warranty_to
    if keeper and keeper.is_active and until and until >= on:
        return Proposal(keeper, f"“{asset}”在保修期内（至 {until:%Y-%m-%d}），由养护单位负责。")
    if asset.owner and asset.owner.is_active:
        return Proposal(asset.owner, f"“{asset}”{_warranty(asset, on)}由权属单位负责。")
    if keeper and keeper.is_active and until is None:
        return Proposal(keeper, f"“{asset}”没有登记权属单位，由养护单位负责。")
    return None


def _warranty(asset: Asset, on: dt.date) -> str:
    if asset.warranty_to and asset.warranty_to < on:
        return f"保修期已过（{asset.warranty_to:%Y-%m-%d}），"
    return "不在保修，"


def _by_category(community_id, category, asset, on) -> Proposal | None:
    if category and category.handler:
        return Proposal(category.handler, f"“{category}”类事件由它负责。")
    return None


def _by_kind(community_id, category, asset, on) -> Proposal | None:
    """The handler of the category for this kind of asset, else who keeps most of them."""
    kind = asset.kind if asset else (category.asset_kind if category else "")
    if not kind:
        return None
    label = AssetKind(kind).label
    known = IncidentCategory.objects.filter(
        community=community_id, asset_kind=kind, is_active=True, handler__is_active=True
    )
    if first := known.select_related("handler").order_by("name").first():
        return Proposal(first.handler, f"{label}的问题一般由它负责（“{first}”）。")
    keepers = Handler.objects.filter(is_active=True, community=community_id).filter(
        pk__in=Asset.objects.filter(community=community_id, kind=kind, is_active=True)
        .exclude(maintainer=None).values("maintainer")
        .annotate(n=Count("pk")).order_by("-n").values("maintainer")[:1]
    )  # fmt: skip
    if keeper := keepers.first():
        return Proposal(keeper, f"本社区的{label}大多由它养护。")
    return None
