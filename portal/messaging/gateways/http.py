"""A gateway spoken to over HTTP: POST of one message, GET of what became of a reference.

``POST <url>`` with ``{"reference", "number", "text"}`` and ``Idempotency-Key: <reference>``;
2xx, or 409 for a reference that is known, is sent; the answer may name ``{"id": …}``.
``GET <url>/<reference>`` answers 200 with the same, or 404; 405 and 501 where a gateway cannot
be asked. Any other answer is a failure.
"""

import json
import ssl
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from portal.messaging.gateways.errors import Refused, Sent, Unreachable

TIMEOUT = 10  # seconds for each step of a request
ANSWER_MOST = 64 * 1024
# Answers about us or about the hour, not about this message: a wrong token or address is mended
# by the administrator while the messages wait.
NOT_FINAL = frozenset({401, 403, 404, 405, 408, 425, 429})


class _NoRedirect(HTTPRedirectHandler):
    """The token and a person's number go to the configured address and nowhere else."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        return None


_opener = build_opener(_NoRedirect, ProxyHandler({}))


class HttpGateway:
    name = "http"

    def __init__(self):
        self.url = settings.LINLI_SMS_URL.rstrip("/")
        if not self.url:
            raise ImproperlyConfigured("缺少 LINLI_SMS_URL：请写明短信平台的地址。")

    def send(self, reference: UUID, number: str, text: str) -> Sent:
        body = {"reference": str(reference), "number": number, "text": text}
        data = json.dumps(body, ensure_ascii=False).encode()
        status, answer = self._ask(Request(self.url, data, self._headers(reference)))  # noqa: S310
        if 200 <= status < 300 or status == 409:
            return Sent(_id_in(answer))
        if 400 <= status < 500 and status not in NOT_FINAL:
            raise Refused(f"短信平台不收这条短信（{status}）")
        raise Unreachable(f"短信平台暂时不能发送（{status}）")

    def find(self, reference: UUID) -> Sent | None:
        request = Request(f"{self.url}/{reference}", headers=self._headers(reference))  # noqa: S310
        status, answer = self._ask(request)
        if status == 200:
            return Sent(_id_in(answer))
        if status in (404, 405, 501):
            return None
        raise Unreachable(f"短信平台暂时不能查询（{status}）")

    def _headers(self, reference: UUID) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(reference)}
        if settings.LINLI_SMS_TOKEN:
            headers["Authorization"] = f"Bearer {settings.LINLI_SMS_TOKEN}"
        return headers

    def _ask(self, request: Request) -> tuple[int, bytes]:
        """(status, body) of the answer; raises Unreachable when there is none."""
        try:
            with _opener.open(request, timeout=TIMEOUT) as answer:
                return answer.status, answer.read(ANSWER_MOST)
        except HTTPError as error:
            with error:
                return error.code, b""
        except (OSError, HTTPException) as error:  # URLError and time-outs are OSErrors
            raise Unreachable(_reason(error)) from None  # the error may repeat the address


def _reason(error: Exception) -> str:
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, ssl.SSLError):
        return "短信平台的证书不对"
    if isinstance(cause, TimeoutError):
        return "短信平台没有按时回答"
    return "连不上短信平台"


def _id_in(answer: bytes) -> str:
    """The gateway's own id in its answer, when there is a usable one."""
    try:
        body = json.loads(answer)
    except (ValueError, RecursionError):
        return ""
    found = str(body.get("id") or "") if isinstance(body, dict) else ""
    return found[:80] if found.isprintable() else ""
