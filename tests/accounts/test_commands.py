"""Commands of the server's own shell."""

import pytest
from django.core.management import CommandError, call_command

from grids.models import Community, IncidentCategory
from portal.accounts.models import ApiClient, User
from portal.core.access import access_of
from portal.core.models import ChangeLog
from tests.people import client_of, make_cell, make_user

pytestmark = pytest.mark.django_db
CODE = "150399001002"


def run(capsys, *args, **options):
    call_command(*args, **options)
    return capsys.readouterr().out.strip()


def test_community_create_makes_the_street_too(capsys):
    told = run(capsys, "community_create", CODE, "新村", "--street", "青山街道")
    assert f"staff_create 登录名 姓名 --role director --community {CODE}" in told
    assert Community.objects.get(code=CODE).street.code == "150399001"
    assert ChangeLog.objects.filter(by=None, by_name="系统").count() == 3


def test_community_create_brings_the_usual_categories_of_incidents(capsys, db):
    """A leader's phone has something to choose from on the first day."""
    run(capsys, "community_create", CODE, "新村")
    rows = IncidentCategory.objects.filter(community__code=CODE)
    kinds = dict(rows.values_list("name", "asset_kind"))
    assert len(kinds) == 12
    assert (kinds["路灯不亮"], kinds["居民求助"]) == ("lamp", "")
    assert rows.get(name="电梯故障").handle_hours == 4


def test_community_create_without_a_street_says_who_will_not_see_it(capsys, db):
    assert "街道办的账号看不到这个社区" in run(capsys, "community_create", CODE, "新村")


def test_community_create_puts_its_neighbours_under_a_street_that_comes_later(capsys, db):
    run(capsys, "community_create", CODE, "新村")
    elsewhere = run(capsys, "community_create", "150399009001", "别处")
    run(capsys, "community_create", "150399001003", "后村", "--street", "青山街道")
    streets = dict(Community.objects.values_list("name", "street__name"))
    assert streets == {"新村": "青山街道", "后村": "青山街道", "别处": None}
    assert "看不到" in elsewhere


def test_community_create_joins_the_street_of_its_code(capsys, community, street):
    assert "青山街道" in run(capsys, "community_create", CODE, "新村")
    assert len(access_of(User.objects.get(pk=street.pk)).names) == 2


def test_community_create_keeps_the_name_of_a_street_and_says_so(capsys, community):
    told = run(capsys, "community_create", CODE, "新村", "--street", "红旗街道")
    assert "没有改为“红旗街道”" in told
    assert Community.objects.get(code=CODE).street.name == "青山街道"


def test_community_create_joins_a_street_that_is_there(capsys, community, street):
    run(capsys, "community_create", CODE, "新村", "--street", "青山街道")
    street.refresh_from_db()
    fresh = Community.objects.get(code=CODE)
    assert fresh.street == community.street
    assert access_of(type(street).objects.get(pk=street.pk)).can("FIGURES_VIEW", fresh.pk)


@pytest.mark.parametrize("code", ["123", "15039900100x", "150399001001"])
def test_community_create_refuses(community, code):
    with pytest.raises(CommandError, match=r"12 位数字|已存在"):
        call_command("community_create", code, "新村")


def test_staff_create_makes_the_first_administrator(capsys):
    password = run(capsys, "staff_create", "root.admin", "管理员")
    user = User.objects.get()
    assert user.check_password(password)
    assert access_of(user).can("STAFF_UPDATE")
    assert not access_of(user).can("RESIDENT_VIEW")


def test_staff_create_makes_a_leader(capsys, community):
    cell = make_cell(community, 4)
    run(capsys, "staff_create", "leader4", "李四", role="leader", community=community.code,
        cells=[4])  # fmt: skip
    reach = access_of(User.objects.get()).reach("RESIDENT_VIEW")
    assert reach == ([], [(community.pk, frozenset({cell.pk}))])


def test_staff_create_names_what_is_missing(community):
    with pytest.raises(CommandError, match="没有找到"):
        call_command("staff_create", "x.y", "某人", role="clerk", community="150399009009")
    with pytest.raises(CommandError, match="社区或街道"):
        call_command("staff_create", "x.y", "某人", role="clerk")
    assert not User.objects.exists()


def test_api_client_prints_the_token_once(capsys, community):
    token = run(capsys, "api_client", "街道", "--community", community.code,
                "--scope", "figures", "places,residents")  # fmt: skip
    client = ApiClient.objects.get()
    assert client.scopes == ["figures", "places", "residents"]
    assert client.is_valid(token)
    assert token not in str(ChangeLog.objects.values())


@pytest.mark.parametrize("scope", [[], ["everything"]])
def test_api_client_needs_known_scopes(community, scope):
    with pytest.raises(CommandError, match="范围"):
        call_command("api_client", "街道", community=community.code, scope=scope)
    assert not ApiClient.objects.exists()


def test_api_client_revoke(capsys, community):
    for _ in range(2):
        run(capsys, "api_client", "街道", community=community.code, scope=["figures"])
    run(capsys, "api_client", "街道", community=community.code, revoke=True)
    assert not ApiClient.objects.filter(revoked=False).exists()
    with pytest.raises(CommandError, match="没有这个名称"):
        call_command("api_client", "街道", community=community.code, revoke=True)


def test_password_reset_prints_a_password_once_and_signs_out(capsys, clerk):
    client = client_of(clerk)
    password = run(capsys, "password_reset", "Clerk")
    clerk.refresh_from_db()
    assert clerk.check_password(password)
    assert client.get("/").status_code == 302
    row = ChangeLog.objects.get(action="password_reset")
    assert (row.by_name, row.row, row.after) == ("系统", clerk.pk, {"password": "***"})
    assert password not in str(ChangeLog.objects.values())


def test_password_reset_refuses_whom_it_cannot_help(clerk):
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    for name, why in (("nobody.here", "没有登录名"), ("clerk", "已停用")):
        with pytest.raises(CommandError, match=why):
            call_command("password_reset", name)
    assert not ChangeLog.objects.exists()


def test_nobody_is_there_after_setting_up(db):
    assert not User.objects.exists()


def test_names_that_are_taken_are_refused():
    make_user(username="taken")
    with pytest.raises(CommandError, match="已有人使用"):
        call_command("staff_create", "taken", "某人")
