"""联系卡: what the card at a building's door says, and which cards must be printed again.

A card names the member of staff above the cell (包片干部), its leader, the office and its
hours. It holds nothing about residents.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import segno
from django.utils.safestring import mark_safe

from grids.models import Building, CardPrint, Community, Handler, PostKind
from grids.posts import people_of
from portal.accounts.models import Membership
from portal.accounts.permissions import LOCAL_ROLES, Role

# In which order the phone names them.
CALLED = (Role.DIRECTOR, *(role for role in LOCAL_ROLES if role != Role.LEADER), Role.LEADER)


@dataclass(frozen=True)
class Contact:
    """Somebody to turn to; the telephone is the one of the office."""

    post: str
    name: str
    phone: str


@dataclass(frozen=True)
class Card:
    building: Building
    community: Community
    contacts: tuple[Contact, ...]
    printed_on: dt.date | None
    printed: str  # digest of the words when they were printed last

    @property
    def digest(self) -> str:
        place, office = self.building, self.community
        words = (str(place), place.cell.name if place.cell else "", self.contacts, office.name,
                 office.office_address, office.office_phone, office.office_hours)  # fmt: skip
        return hashlib.sha256(repr(words).encode()).hexdigest()

    @property
    def state(self) -> str:
        """``new`` (never printed), ``changed`` (says something else now) or ``good``."""
        if not self.printed:
            return "new"
        return "good" if self.printed == self.digest else "changed"

    @property
    def gaps(self) -> list[str]:
        """What is missing on the card, in words."""
        posts = {contact.post for contact in self.contacts if contact.phone}
        found = [f"没有{kind.label}或其工作电话" for kind in (PostKind.HEAD, PostKind.LEADER)
                 if kind.label not in posts]  # fmt: skip
        return found + ([] if self.community.office_hours else ["没有填办公时间"])


def cards_of(community: Community, buildings: Iterable[Building], on: dt.date) -> list[Card]:
    """The cards of these buildings (with their cells), in a fixed number of statements."""
    buildings = list(buildings)
    cells = {building.cell_id for building in buildings if building.cell_id}
    posts = [(kind, people_of(cells, kind, on)) for kind in (PostKind.HEAD, PostKind.LEADER)]
    prints = {p.building_id: p for p in CardPrint.objects.filter(building__in=buildings)}
    return [
        Card(building, community, _contacts(building.cell_id, posts),
             getattr(prints.get(building.pk), "printed_on", None),
             getattr(prints.get(building.pk), "digest", ""))
        for building in buildings
    ]  # fmt: skip


def code_of(url: str) -> str:
    """A QR code as inline SVG."""
    drawn = segno.make(url, error="m").svg_inline(scale=3, border=2, svgclass=None, lineclass=None)
    return mark_safe(drawn)  # noqa: S308 - drawn by segno from our own address


def _contacts(cell, posts) -> tuple[Contact, ...]:
    return tuple(
        Contact(kind.label, user.name, user.work_phone)
        for kind, people in posts
        for user in people.get(cell, ())
    )


def contacts_of(viewer, tenant: UUID, today: dt.date) -> list[dict]:
    """Whom the viewer may ring: the committee, its staff by their work telephones (the office
    before the other leaders), those who mend."""
    found = []
    community = Community.objects.get(pk=tenant)
    if community.office_phone:
        found.append({"name": f"{community.name}居委会", "what": community.office_hours or "办公室",
                      "phone": community.office_phone})  # fmt: skip
    posts = Membership.objects.current(today).filter(
        community=tenant, role__in=[Role.DIRECTOR, *LOCAL_ROLES], user__is_active=True
    )
    posts = posts.exclude(user__work_phone="").select_related("user").order_by("user__name")
    seen = {getattr(viewer, "pk", None)}
    for post in sorted(posts, key=lambda post: CALLED.index(post.role)):
        if post.user_id not in seen:
            seen.add(post.user_id)
            found.append({"name": post.user.name, "what": post.get_role_display(),
                          "phone": post.user.work_phone})  # fmt: skip
    for row in Handler.objects.filter(community=tenant, is_active=True).exclude(phone=""):
        what = f"{row.get_kind_display()} {row.contact}".strip()
        found.append({"name": row.name, "what": what, "phone": row.phone})
    return found
