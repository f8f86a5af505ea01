"""``indicators``: the figures of a community on the server's shell."""

import json

import pytest
from django.core.management import CommandError, call_command

from tests.people import make_building, make_dwelling, make_household, make_resident


def run(capsys, *arguments):
    call_command("indicators", *arguments)
    return capsys.readouterr().out


@pytest.fixture
def resident(community):
    return make_resident(make_household(make_dwelling(make_building(community))))


def test_json_holds_value_name_and_unit(capsys, resident):
    body = json.loads(run(capsys, "--community", "150399001001", "--on", "2026-11-22", "--json"))
    assert body["population.residents"] == {"value": 1, "name": "常住居民", "unit": "人"}
    assert body["population.elders_60_share"] == {"value": 0.0, "name": "老年人占比", "unit": "%"}
    assert len(body) == 35


def test_without_json_it_is_a_table(capsys, resident):
    lines = run(capsys, "--community", "150399001001").splitlines()
    assert "population.households\t常住户\t1\t户" in lines


def test_an_unknown_community_is_one_sentence(db):
    with pytest.raises(CommandError, match="没有代码为 150399009009 的社区"):
        call_command("indicators", "--community", "150399009009", "--json")


@pytest.mark.parametrize("on", ["2026-13-01", "x", "0001-01-01"])
def test_a_day_that_is_none_is_refused(community, on):
    with pytest.raises(CommandError):
        call_command("indicators", "--community", community.code, "--on", on)
