"""What the set-up of the gateway refuses at a start."""

import pytest

from portal import env
from tests.test_setup import COMPLETE, load_settings

HTTP = {
    "LINLI_SMS_GATEWAY": "http", "LINLI_SMS_URL": "https://sms.example/messages",
    "LINLI_SMS_TOKEN": "token",
}  # fmt: skip


@pytest.mark.parametrize(
    ("url", "closed"),
    [
        ("https://sms.example/x", True), ("http://127.0.0.1:8080/x", True),
        ("http://localhost/x", True), ("http://[::1]/x", True), ("http://sms.example/x", False),
        ("http://127.0.0.1.example/", False), ("http://127.0.0.1@sms.example/", False),
        ("ftp://127.0.0.1/", False), ("file:///etc/passwd", False), ("sms.example", False),
        ("https://", False), ("http://[", False), ("", False),
    ],
)  # fmt: skip
def test_a_closed_url_is_https_or_this_machine(url, closed):
    assert env.is_closed_url(url) is closed


def test_production_starts_with_a_whole_gateway(tmp_path):
    result = load_settings(tmp_path, COMPLETE | HTTP | {"LINLI_SMS_SECRET": "x" * 32})
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"LINLI_SMS_TOKEN": ""}, "缺少 LINLI_SMS_TOKEN"),
        ({"LINLI_SMS_URL": ""}, "LINLI_SMS_URL 不可用"),
        ({"LINLI_SMS_URL": "http://sms.example/"}, "LINLI_SMS_URL 不可用"),
        ({"LINLI_SMS_GATEWAY": "console"}, "只供试用"),
        ({"LINLI_SMS_SECRET": "short"}, "LINLI_SMS_SECRET 不足"),
        ({"LINLI_SMS_GATEWAY": "pigeon"}, "LINLI_SMS_GATEWAY 的值“pigeon”无效"),
    ],
)
def test_production_refuses_half_a_gateway(tmp_path, change, sentence):
    result = load_settings(tmp_path, COMPLETE | HTTP | change)
    assert result.returncode != 0
    assert sentence in result.stderr
