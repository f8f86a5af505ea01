"""Pages of the posts, the office and the contact cards."""

from uuid import UUID

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from grids import actions, forms
from grids.cards import cards_of, code_of
from grids.models import Building, CellPost, GridCell
from grids.views.steps import community_of, form_page, initial, posted, step
from portal.accounts.permissions import Permission
from portal.core.access import allow
from portal.core.errors import DomainError
from portal.core.once import once

SHEET = 200  # cards that are printed at once


@form_page
@allow(Permission.PLACE_UPDATE)
@once
def post_give(request, cell_id: UUID):
    cells = GridCell.objects.visible_to(request.user).filter(community=request.tenant.id)
    cell = get_object_or_404(cells.filter(valid_to=None), pk=cell_id)
    back = reverse("grids:cell_show", args=[cell.pk])
    form = forms.PostForm(posted(request), by=request.user, community=cell.community_id,
                          initial={"kind": request.GET.get("kind", "")})  # fmt: skip

    def act():
        return actions.post_give(by=request.user, cell=cell, **form.cleaned_data)

    return step(request, form, act, saying="已任命{row}。", template="grids/post_give.html",
                done=back, back=back, cell=cell)  # fmt: skip


@form_page
@allow(Permission.PLACE_UPDATE)
def post_end(request, post_id: UUID):
    posts = CellPost.objects.visible_to(request.user).filter(community=request.tenant.id)
    post = get_object_or_404(posts.select_related("user", "cell"), pk=post_id)
    back = reverse("grids:cell_show", args=[post.cell_id])
    form = forms.PostEndForm(posted(request), initial={"version": post.version})

    def act():
        return actions.post_end(by=request.user, post=post, **form.cleaned_data)

    return step(
        request, form, act, saying="岗位已结束，以前的记录仍在其名下。", done=back, back=back,
        template="grids/post_end.html", post=post,
    )  # fmt: skip


@form_page
@allow(Permission.PLACE_UPDATE)
def community_update(request):
    """Address, telephone and hours of the office."""
    community, back = community_of(request), reverse("grids:community_show")
    start = initial(community, "office_address", "office_phone", "office_hours")
    form = forms.OfficeForm(posted(request), initial=start)

    def act():
        return actions.community_update(
            by=request.user, community=community, version=form.cleaned_data["version"],
            values=form.changed_values(),
        )  # fmt: skip

    return step(request, form, act, saying="办公信息已保存，联系卡需要重印的会列出。", done=back,
                back=back, template="grids/community_update.html", community=community)  # fmt: skip


@require_GET
@allow(Permission.PLACE_UPDATE)
def card_list(request):
    """Which buildings have a card, and which must be printed again."""
    community = community_of(request)
    cards = cards_of(community, _buildings(request), timezone.localdate())
    wanted = [card for card in cards if card.state != "good"]
    return render(request, "grids/card_list.html", {
        "community": community, "cards": cards, "wanted": wanted,
        "gaps": sorted({(gap, card.building.cell) for card in cards for gap in card.gaps},
                       key=lambda gap: (str(gap[1]), gap[0])),
    })  # fmt: skip


@require_GET
@allow(Permission.PLACE_UPDATE)
def card_print(request):
    """Four cards a sheet, each with the code of its public page."""
    community = community_of(request)
    chosen = request.GET.getlist("building")[:SHEET]
    buildings = [b for b in _buildings(request) if str(b.pk) in chosen]
    cards = cards_of(community, buildings, timezone.localdate())
    sheets = [
        {"card": card, "code": code_of(request.build_absolute_uri(
            reverse("website:building_card", args=[card.building.pk])))}
        for card in cards
    ]  # fmt: skip
    return render(request, "grids/card_print.html", {"sheets": sheets, "community": community})


@require_POST
@allow(Permission.PLACE_UPDATE)
def cards_printed(request):
    """The cards went to the printer: from now on only what changes is listed again."""
    community = community_of(request)
    chosen = request.POST.getlist("building")
    buildings = [b for b in _buildings(request) if str(b.pk) in chosen]
    today, said = timezone.localdate(), set(request.POST.getlist("said"))
    cards = cards_of(community, buildings, today)
    same = [card for card in cards if card.digest in said]
    if len(same) < len(cards):
        messages.warning(request, f"{len(cards) - len(same)} 栋楼的卡在打印以后又变了，请重印。")
    try:
        count = actions.cards_printed(by=request.user, community=community, on=today, cards=same)
        messages.success(request, f"已记下 {count} 栋楼的联系卡，内容有变化时会再列出。")
    except DomainError as error:
        messages.warning(request, error.message)
    return redirect("grids:card_list")


def _buildings(request):
    rows = Building.objects.visible_to(request.user).filter(community=request.tenant.id)
    return rows.select_related("cell").order_by("number_sort")
