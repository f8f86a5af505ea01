"""The staff of the demo community: one account for each role, eleven grid leaders."""

from datetime import date

from grids.models import Community, GridCell
from portal.accounts.access import access_rebuild
from portal.accounts.models import Membership, User
from portal.accounts.permissions import IN_CELLS, PLACELESS, Permission, Role
from portal.core.actions import action, record_change, unchanged
from portal.demo import words

ON_CARDS = (Role.DIRECTOR, Role.CLERK, Role.PARTY_CLERK, Role.LEADER)


@action(Permission.STAFF_UPDATE)
def staff_create(*, by, community: Community, today: date) -> list[tuple[str, str, str]]:
    """Make the accounts that are missing; returns (sign-in name, password, who) of each.

    The passwords are known only here: the database keeps their hashes.
    """
    leaders = [(f"leader{n}", Role.LEADER, name) for n, name in enumerate(words.LEADERS, 1)]
    made = []
    for number, (username, role, name) in enumerate([*words.STAFF, *leaders], 1):
        if User.objects.filter(username=username).exists():
            continue
        phone = f"8800-{number:04}" if role in ON_CARDS else ""
        user = User(username=username, name=name, work_phone=phone)
        password = user.set_random_password()
        user.save(force_insert=True)
        _appoint(user, role, community, date(today.year - 1, 1, 1))
        made.append((username, password, f"{Role(role).label} {name}"))
    if made:
        record_change(by=by, model="accounts.user", tenant=community.pk,
                      after={"accounts": [username for username, _, _ in made]})  # fmt: skip
    else:
        unchanged()
    return made


def _appoint(user: User, role: str, community: Community, from_on: date) -> None:
    in_street = role == Role.STREET
    membership = Membership.objects.create(
        user=user, role=role, from_on=from_on, street=community.street if in_street else None,
        community=None if in_street or role in PLACELESS else community,
    )  # fmt: skip
    if role in IN_CELLS:
        number = int(user.username.removeprefix("leader"))
        membership.cells.set(GridCell.objects.filter(community=community, number=number))
    access_rebuild(user)
