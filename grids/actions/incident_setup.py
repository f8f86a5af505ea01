"""Writes on what incidents are set up with: handlers, categories, assets."""

from grids.models import Asset, Community, Handler, IncidentCategory
from portal.accounts.models import User
from portal.accounts.permissions import Permission
from portal.core.actions import action, record_change, row_create, row_update
from portal.core.errors import OutOfScope


@action(Permission.INCIDENT_HANDLE)
def handler_create(*, by, community: Community, values: dict) -> Handler:
    """``values``: kind, name, contact, phone, users (rows)."""
    values = dict(values)
    users = values.pop("users", ())
    row = row_create(by, Handler(community=community, **values))
    row.users.set(_staff(community.pk, users))
    return row


@action(Permission.INCIDENT_HANDLE)
def handler_update(*, by, handler: Handler, version: int, values: dict) -> Handler:
    values = dict(values)
    users = values.pop("users", None)
    row = row_update(by, handler, version, values)
    if users is not None:
        before, staff = _keys(row.users.all()), _staff(row.community_id, users)
        row.users.set(staff)
        record_change(by=by, model="grids.handler", row_id=row.pk, tenant=row.community_id,
                      before={"users": before}, after={"users": _keys(staff)})  # fmt: skip
    return row


@action(Permission.INCIDENT_HANDLE)
def incident_category_create(*, by, community: Community, values: dict) -> IncidentCategory:
    """``values``: group, name, asset_kind, handler, is_urgent and the three limits."""
    _local(community.pk, values.get("handler"))
    return row_create(by, IncidentCategory(community=community, **values))


@action(Permission.INCIDENT_HANDLE)
def incident_category_update(*, by, category: IncidentCategory, version: int,
                             values: dict) -> IncidentCategory:  # fmt: skip
    """A limit that is changed holds for stages that begin later."""
    _local(category.community_id, values.get("handler"))
    return row_update(by, category, version, values)


@action(Permission.INCIDENT_HANDLE)
def asset_create(*, by, community: Community, values: dict) -> Asset:
    """``values``: kind, name, building, spot, owner, maintainer, warranty_to, handed_over_on."""
    row = Asset(community=community, **_placed(community.pk, values))
    return row_create(by, row)


@action(Permission.INCIDENT_HANDLE)
def asset_update(*, by, asset: Asset, version: int, values: dict) -> Asset:
    return row_update(by, asset, version, _placed(asset.community_id, values))


def _placed(community_id, values: dict) -> dict:
    """The building brings its cell along."""
    _local(community_id, *(values.get(name) for name in ("building", "owner", "maintainer")))
    if "building" in values:
        building = values["building"]
        values = values | {"cell": building.cell if building else None}
    return values


def _local(community_id, *rows) -> None:
    if any(row is not None and row.community_id != community_id for row in rows):
        raise OutOfScope


def _keys(users) -> list[str]:
    return sorted(str(user.pk) for user in users)


def _staff(community_id, users) -> list[User]:
    """Only people with a post in the community."""
    keys = [user.pk for user in users]
    found = list(User.objects.filter(pk__in=keys, memberships__community=community_id).distinct())
    if len(found) != len(set(keys)):
        raise OutOfScope
    return found
