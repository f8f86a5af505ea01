"""A published month with two people on duty, far enough ahead to stay ahead."""

import pytest

from portal.accounts.permissions import Role
from tests.duty.rows import make_member, make_roster, make_shift, make_template
from tests.people import make_user


@pytest.fixture
def wang(community):
    user = make_user(Role.CLERK, community, username="wang")
    make_member(community, user)
    return user


@pytest.fixture
def li(community):
    user = make_user(Role.CLERK, community, username="li")
    make_member(community, user)
    return user


@pytest.fixture
def roster(community):
    return make_roster(community, "2094-03-01", state="published")


@pytest.fixture
def night(community):
    return make_template(community, "夜间值守", "20:00", "08:00", kind="night", days="every")


@pytest.fixture
def early(roster, wang):
    """王's morning on 1 March 2094."""
    return make_shift(roster, "2094-03-01 08:00", "2094-03-01 12:00", wang)


@pytest.fixture
def late(roster, li):
    """李's morning two days later."""
    return make_shift(roster, "2094-03-03 08:00", "2094-03-03 12:00", li)
