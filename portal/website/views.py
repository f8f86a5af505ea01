"""What everybody may read: whom to turn to."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from grids.cards import cards_of
from grids.models import Building
from portal.core.access import SYSTEM
from portal.duty.now import on_duty


@login_not_required
@require_GET
def building_card(request, building_id: UUID):
    """The contact card of a building, as it is today; the code on the printed one leads here."""
    buildings = Building.objects.visible_to(SYSTEM).select_related("cell", "community")
    building = get_object_or_404(buildings, pk=building_id)
    card = cards_of(building.community, [building], timezone.localdate())[0]
    return render(request, "website/building_card.html", {
        "card": card, "now": on_duty(building.community_id),
    })  # fmt: skip
