"""Tokens of the REST interface: who they stand for, and when they end."""

import datetime as dt

import pytest
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.test import APIRequestFactory

from grids.models import Building
from portal.accounts.api_auth import ApiClientAuthentication
from portal.accounts.models import ApiClient
from portal.core.access import access_of
from tests.people import make_api_client, make_building

pytestmark = pytest.mark.django_db


def authenticate(header):
    request = APIRequestFactory().get("/api/v1/", headers={"authorization": header})
    return ApiClientAuthentication().authenticate(request)


def principal(community, *scopes, **values):
    return authenticate(f"Bearer {make_api_client(community, *scopes, **values)}")[0]


def test_token_gives_a_principal_with_one_query(community, django_assert_num_queries):
    token = make_api_client(community, "figures")
    with django_assert_num_queries(1):
        found, _ = authenticate(f"Bearer {token}")
        assert access_of(found).can("FIGURES_VIEW", community.pk)
    assert (found.name, found.scopes) == ("街道办数据接口", {"figures"})


def test_principal_sees_its_own_community_only(community, other_community):
    mine, _ = make_building(community), make_building(other_community)
    assert list(Building.objects.visible_to(principal(community, "places"))) == [mine]
    assert not Building.objects.visible_to(principal(community, "figures"))


def test_principal_has_a_stable_id_that_tells_no_hash(community):
    token = make_api_client(community, "places")
    first, second = (authenticate(f"Bearer {token}")[0].pk for _ in range(2))
    assert first == second
    assert str(first) not in ApiClient.objects.get().pk


def test_no_header_is_nobody():
    assert authenticate("") is None
    assert authenticate("Basic YWJj") is None


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer x", "Bearer a.b", "Bearer \x00", "Bearer abcdefgh." + "A" * 32],
)
def test_unknown_token_is_refused(header):
    with pytest.raises(AuthenticationFailed, match="接口凭证无效"):
        authenticate(header)


def test_secret_is_compared_not_only_the_prefix(community):
    token = make_api_client(community, "places")
    with pytest.raises(AuthenticationFailed):
        authenticate(f"Bearer {token[:9]}{'A' * 32}")


def test_expired_token_is_refused(community):
    past = timezone.now() - dt.timedelta(seconds=1)
    with pytest.raises(AuthenticationFailed):
        principal(community, "places", expiry_date=past)


def test_revoked_token_is_refused(community):
    token = make_api_client(community, "places")
    ApiClient.objects.update(revoked=True)
    with pytest.raises(AuthenticationFailed):
        authenticate(f"Bearer {token}")


def test_scope_that_no_longer_exists_opens_nothing(community):
    found = principal(community, "everything")
    assert found.scopes == frozenset()
    assert access_of(found).reach("RESIDENT_VIEW") == ([], [])
