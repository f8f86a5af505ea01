"""The readers of portal/env.py: what they accept, and the sentence when they do not."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal import env


@pytest.fixture
def set_env(monkeypatch):
    return lambda value: monkeypatch.setenv("LINLI_X", value)


def test_text_takes_an_empty_variable_as_not_set(set_env):
    set_env("  ")
    assert env.text("LINLI_X", "fallback") == "fallback"


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("Yes", True), ("off", False)])
def test_flag_reads_usual_words(set_env, value, expected):
    set_env(value)
    assert env.flag("LINLI_X") is expected


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (env.flag, "ja"),
        (lambda name: env.choice(name, ("embedded", "production")), "prod"),
        (lambda name: env.number(name, 1), "many"),
    ],
)
def test_reader_names_the_variable_and_what_to_do(set_env, reader, value):
    set_env(value)
    with pytest.raises(ImproperlyConfigured, match=r"LINLI_X.*请"):
        reader("LINLI_X")


def test_words_split_at_commas(set_env):
    set_env("a.example, b.example ,")
    assert env.words("LINLI_X") == ["a.example", "b.example"]


def test_folder_that_cannot_be_made_is_one_sentence(set_env, tmp_path):
    (tmp_path / "file").touch()
    set_env(str(tmp_path / "file" / "below"))
    with pytest.raises(ImproperlyConfigured, match="LINLI_X 指定一个可写的文件夹"):
        env.folder("LINLI_X", tmp_path)


def test_folder_is_closed_to_others(monkeypatch, tmp_path):
    monkeypatch.delenv("LINLI_X", raising=False)
    made = env.folder("LINLI_X", tmp_path / "var")
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_database_defaults_to_a_durable_sqlite_file(monkeypatch, tmp_path):
    monkeypatch.delenv("LINLI_X", raising=False)
    found = env.database("LINLI_X", tmp_path / "linli.sqlite3")
    assert found["NAME"] == str(tmp_path / "linli.sqlite3")
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        assert pragma in found["OPTIONS"]["init_command"]


def test_database_reads_a_sqlite_url(set_env, tmp_path):
    set_env("sqlite:////data/%E9%82%BB%E9%87%8C.sqlite3")
    assert env.database("LINLI_X", tmp_path)["NAME"] == "/data/邻里.sqlite3"


def test_database_reads_a_postgres_url(set_env, tmp_path):
    set_env("postgres://linli:p%40ss@db.example:5433/portal?sslmode=require")
    found = env.database("LINLI_X", tmp_path)
    expected = {
        "NAME": "portal",
        "USER": "linli",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }
    assert {key: found[key] for key in expected} == expected


def test_database_reads_a_socket_folder(set_env, tmp_path):
    set_env("postgresql:///portal?host=/run/postgresql")
    found = env.database("LINLI_X", tmp_path)
    assert (found["HOST"], found["NAME"]) == ("/run/postgresql", "portal")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:secret@h/d",
        "postgres://u:secret@h",
        "postgres://u:secret@h:port/d",
        "postgres://u:secret@h/d?magic=1",
        "sqlite://",
        "secret",
    ],
)
def test_database_refuses_other_urls_without_repeating_a_password(set_env, tmp_path, url):
    set_env(url)
    with pytest.raises(ImproperlyConfigured, match=r"LINLI_X.*请") as caught:
        env.database("LINLI_X", tmp_path)
    assert "secret" not in str(caught.value)


def test_kept_secret_is_the_same_for_everybody_and_closed_to_others(tmp_path):
    path = tmp_path / "keys" / "secret"
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: env.kept_secret(path), range(32)))
    assert len(found) == 1
    assert len(found.pop()) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret"]
