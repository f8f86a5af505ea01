"""What a gateway calls: no session, no form, a signature instead."""

from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal.core.errors import DomainError
from portal.core.json_pages import refused, status_of
from portal.messaging import receipts

BODY_MOST = 4096


@csrf_exempt
@login_not_required
@require_POST
def receipt_take(request):
    """Take a receipt: 200 also for one that came before; 403 unsigned, 404 unknown message."""
    body = request.read(BODY_MOST + 1)
    if len(body) > BODY_MOST:
        return refused(413, "回执太长。")
    stamp = request.headers.get("X-Linli-Timestamp", "")
    if not receipts.is_signed(stamp, request.headers.get("X-Linli-Signature", ""), body):
        return refused(403, "签名不对或已过时。")
    try:
        state = receipts.receipt_take(by=receipts.ByGateway(), **receipts.receipt_read(body))
    except DomainError as error:
        return refused(status_of(error), error.message)
    return JsonResponse({"ok": True, "state": state})
