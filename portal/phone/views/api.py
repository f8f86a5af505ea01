"""What the scripts of the page ask for: who is signed in, the day's list, records, files."""

from uuid import UUID

import orjson
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from portal.accounts.models import Membership, User
from portal.core.access import SIGNED_IN
from portal.core.json_pages import SIGNED_OUT, json_page, refused
from portal.core.submissions import Full, moments_of, submit
from portal.core.uploads import PIECE_LIMIT, NoRoom, OtherFile, upload_find, upload_piece
from portal.phone.day import day_of, user_part
from portal.phone.supervisors import refusal_tell

BODY_LIMIT = 64 * 1024
LATER, TOO_LARGE, OTHER = 429, 413, 409


def signed_out(request):
    """401 for ``me``; a phone whose person no longer works here is told to drop its list."""
    person = User.objects.filter(pk=_uuid(request.headers.get("X-User"))).first()
    answer = {"ok": False, "reason": SIGNED_OUT, "field": ""}
    return JsonResponse(answer | {"wipe": bool(person and not person.is_active)}, status=401)


@json_page(SIGNED_IN, "GET", signed_out=signed_out)
def me(request):
    """Asked before anything is sent: whose session it is, and a token that is not stale. No
    other answer to the page gives one: two at a time would each make their own."""
    body = {"ok": True, "user": user_part(request.user), "csrf": get_token(request)}
    return JsonResponse(body | {"server_now": timezone.now().isoformat()})


@json_page(SIGNED_IN, "GET")
def day(request):
    return HttpResponse(
        orjson.dumps(day_of(request.user, request.tenant)), content_type="application/json"
    )


@json_page(SIGNED_IN, "POST")
def record_submit(request):
    """One record, once. The first answer is given again to the same bytes, 201 each time. It
    names the record's key: a phone takes nothing else for the portal's answer to it."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > BODY_LIMIT:
        return refused(TOO_LARGE, "记录太长，请写短一些。照片会单独发送。")
    sent = _envelope(request.body)
    if sent is None:
        return refused(400, "记录的格式不对，请更新页面后再发。")
    if sent["user"] not in ("", str(request.user.pk)):
        return refused(401, "这条记录是另一个账号的，请用那个账号登录后再发。")
    try:
        answer = submit(
            request.user, sent["key"], sent["kind"], sent["body"].encode(),
            moments_of(sent["made_at"], sent["sent_at"]), _tenant(request, sent), refusal_tell,
        )  # fmt: skip
    except Full as full:
        return refused(LATER, full.message)
    # Named here and not in what is stored: also answers from before phones asked for it.
    told = orjson.dumps(orjson.loads(answer.text) | {"key": sent["key"]})
    return HttpResponse(told, status=answer.status, content_type="application/json")


@json_page(SIGNED_IN, "GET", "PUT")
def file_piece(request, file_key: UUID):
    """GET tells how much of a file is here; PUT brings the piece that begins at ``offset``."""
    if request.method == "GET":
        row = upload_find(request.user, file_key)
        return _received(row) if row else refused(404, "还没有收到这个文件。")
    size = _number(request.headers.get("X-Size"))
    offset = _number(request.GET.get("offset"))
    if size is None or offset is None:
        return refused(400, "文件片段的位置或大小不对。")
    if int(request.META.get("CONTENT_LENGTH") or 0) > PIECE_LIMIT:
        return refused(TOO_LARGE, "文件片段太大。")
    digest = request.headers.get("X-Digest", "").lower()
    try:
        row = upload_piece(request.user, file_key, offset, size, digest, request.body)
    except OtherFile as error:
        return refused(OTHER, error.message)
    except NoRoom as error:
        return refused(LATER, error.message)
    return _received(row)


def _received(row) -> JsonResponse:
    told = {"received": row.received, "done": bool(row.done_at)}
    return JsonResponse({"ok": True, "key": str(row.key), **told})


def _envelope(raw: bytes) -> dict | None:
    try:
        sent = orjson.loads(raw)
        made, at = (_moment(sent.get(name)) for name in ("made_at", "sent_at"))
        key, kind, body = UUID(sent["key"]), sent["kind"], sent["body"]
    except (ValueError, TypeError, LookupError, AttributeError):
        return None
    if made is None or not isinstance(kind, str) or not isinstance(body, str):
        return None
    if not kind.isidentifier():  # also NUL, which no database keeps
        return None
    user = str(sent.get("user") or "")
    return {"key": key, "kind": kind, "body": body, "made_at": made, "sent_at": at, "user": user,
            "community": _uuid(sent.get("community"))}  # fmt: skip


def _moment(text):
    """A moment with its offset; a phone that says none means ours."""
    try:
        moment = parse_datetime(text) if isinstance(text, str) else None
        if moment and timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
        # Such as the year 1 in a zone east of Greenwich: no database holds it.
        return moment.astimezone(timezone.get_default_timezone()) if moment else None
    except (ValueError, OverflowError):
        return timezone.now()


def _tenant(request, sent: dict):
    """Whose supervisors see a refusal: those of the community whose list it was written from,
    also when somebody works in another one by now or the post has just ended."""
    posts = Membership._base_manager.filter(user=request.user, community__isnull=False)
    if sent["community"] and posts.filter(community=sent["community"]).exists():
        return sent["community"]
    if request.tenant:
        return request.tenant.id
    return posts.order_by("-from_on").values_list("community", flat=True).first()


def _uuid(text) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _number(text) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
