"""What a start refuses, and what may not be committed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COMPLETE = {
    "LINLI_ENV": "production",
    "LINLI_SECRET_KEY": "x" * 64,
    "LINLI_ALLOWED_HOSTS": "portal.example",
    "LINLI_FIELD_KEYS": "k1:" + "A" * 43 + "=",
    "LINLI_INDEX_KEY": "A" * 43 + "=",
    "DATABASE_URL": "postgres://linli@127.0.0.1/linli",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}
ERROR = "django.core.exceptions.ImproperlyConfigured: "
SHOW = (
    "from portal import settings as s; print(s.DEBUG, s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_NAME,"
    " s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_NAME, s.SECURE_HSTS_SECONDS >= 31536000)"
)


def clean_environment(tmp_path, **variables) -> dict:
    """This environment without the portal's own variables, and a data folder of the test's."""
    ours = ("LINLI_", "DATABASE_URL", "REDIS_URL", "DJANGO_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return {**kept, "LINLI_DATA_DIR": str(tmp_path / "data"), **variables}


def load_settings(tmp_path, variables):
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        env=clean_environment(tmp_path, **variables),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_when_complete(tmp_path):
    result = load_settings(tmp_path, COMPLETE)
    assert result.stdout.split() == [
        "False", "True", "__Host-linli_session", "True", "__Host-linli_csrf", "True",
    ], result.stderr  # fmt: skip


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"LINLI_DEBUG": "1"}, "LINLI_DEBUG 在正式环境中必须关闭"),
        ({"LINLI_SECRET_KEY": ""}, "缺少 LINLI_SECRET_KEY"),
        ({"LINLI_SECRET_KEY": "short"}, "缺少 LINLI_SECRET_KEY"),
        ({"LINLI_ALLOWED_HOSTS": ""}, "缺少 LINLI_ALLOWED_HOSTS"),
        ({"LINLI_ALLOWED_HOSTS": "*"}, "缺少 LINLI_ALLOWED_HOSTS"),
        ({"LINLI_INDEX_KEY": ""}, "缺少字段密钥"),
        ({"LINLI_FIELD_KEYS": "", "LINLI_KEY_FILE": "/nowhere/keys.json"}, "缺少字段密钥"),
        ({"DATABASE_URL": ""}, "缺少 DATABASE_URL"),
        ({"REDIS_URL": ""}, "缺少 REDIS_URL"),
    ],
)
def test_production_refuses_to_start(tmp_path, change, sentence):
    result = load_settings(tmp_path, COMPLETE | change)
    assert result.returncode != 0
    said = [line for line in result.stderr.splitlines() if line.startswith(ERROR)]
    assert len(said) == 1
    assert sentence in said[0]


def test_production_makes_no_secret_of_its_own(tmp_path):
    load_settings(tmp_path, COMPLETE | {"LINLI_SECRET_KEY": ""})
    assert not (tmp_path / "data" / "keys").exists()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_has_hashes_and_no_address(name):
    lines = (ROOT / name).read_text().splitlines()
    packages = [line for line in lines if line and not line.startswith(" ")]
    assert packages
    assert all("==" in line and line.endswith("\\") for line in packages)
    assert not [line for line in lines if "://" in line or " @ " in line]


def test_runtime_lock_is_a_part_of_the_lock_that_is_tested():
    runtime, tested = (
        {line for line in (ROOT / name).read_text().splitlines() if "==" in line}
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert runtime <= tested
