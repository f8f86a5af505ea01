"""Pages of sign-in, one's own settings, staff and posts."""

from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts import actions, brake
from portal.accounts.access import may_manage
from portal.accounts.forms import (
    MembershipEndForm,
    MembershipForm,
    PasswordChangeForm,
    SignInForm,
    StaffFilter,
    StaffForm,
    StaffNameForm,
)
from portal.accounts.models import Membership, User
from portal.accounts.permissions import Permission
from portal.core import kept
from portal.core.access import SIGNED_IN, access_of, allow
from portal.core.conflict import conflict_page
from portal.core.crypto import seal, unseal
from portal.core.errors import Conflict, DomainError, NotAllowed, OutOfScope
from portal.core.forms import refuse
from portal.core.once import once

form_page = require_http_methods(["GET", "POST"])
PER_PAGE = 50
PHONE = "/m/"  # who comes from the phone's page signs in with large letters
LEFT_KEPT = 30 * 24 * 3600
NEW_PASSWORD = "new_password"  # noqa: S105 - the name of a session entry


# --- One's own account


@form_page
@login_not_required
@sensitive_post_parameters("password")
def sign_in(request):
    """A new session for whoever knows the password; the old session's id is not kept."""
    if request.user.is_authenticated:
        return redirect(_target(request))
    form = SignInForm(request, request.POST if request.method == "POST" else None)
    sealed = request.POST.get(kept.FIELD, "")
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        actions.sign_in(by=form.get_user())
        form_kept = kept.kept_open(sealed)
        answer = kept.kept_page(request, form_kept) if form_kept else redirect(_target(request))
        # The phone's page clears a list that it keeps for somebody else.
        _tell_phone(answer, "linli_here", str(request.user.pk))
        brake.known_keep(request, answer, request.user)
        return answer
    target = _target(request, default="")
    context = {"form": form, "next": target, "kept": sealed,
               "from_phone": target.startswith(PHONE)}  # fmt: skip
    if not form.wait:
        return render(request, "accounts/sign_in.html", context)
    page = render(request, "accounts/sign_in.html", context, status=429)
    page.headers["Retry-After"] = str(form.wait)
    return page


@require_POST
@login_not_required
def sign_out(request):
    """End this browser's session; asking twice is no error."""
    if request.user.is_authenticated:
        actions.sign_out(by=request.user)
    logout(request)
    response = redirect("accounts:sign_in")
    # The phone's page keeps a list of its own and clears it when it finds this.
    _tell_phone(response, "linli_left", "1")
    return response


def _tell_phone(response, name: str, value: str) -> None:
    """A cookie that the phone's script reads, whoever's session it is by then."""
    response.set_cookie(name, value, max_age=LEFT_KEPT, path="/m/", samesite="Lax",
                        secure=settings.SESSION_COOKIE_SECURE)  # fmt: skip


@require_POST
@allow(SIGNED_IN)
def large_text(request):
    """Switch 长辈模式 and come back to the page."""
    actions.large_text(by=request.user, on=not request.user.large_text)
    return redirect(_target(request))


@form_page
@allow(SIGNED_IN)
@sensitive_post_parameters("old", "new1", "new2")
def password_change(request):
    form = PasswordChangeForm(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        user = actions.password_change(by=request.user, password=form.cleaned_data["new1"])
        update_session_auth_hash(request, user)
        messages.success(request, "密码已更改。其他电脑和手机上的登录已全部退出。")
        return redirect("accounts:password_change")
    return render(request, "accounts/password_change.html", {"form": form})


# --- Staff


@require_GET
@allow(Permission.STAFF_VIEW)
def staff_list(request):
    """The people of the community at work; for an administrator all accounts."""
    form = StaffFilter(request.GET)
    people = _people(request)
    if form.is_valid():
        people = _narrow(people, _posts(request), **form.cleaned_data)
    page = Paginator(people, PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "query": query.urlencode(),
        "can_update": _can_update(request),
        "show_place": request.tenant is None,
    }
    return render(request, "accounts/staff_list.html", context)


@require_GET
@allow(Permission.STAFF_VIEW)
def staff_show(request, user_id: UUID):
    """One account with its posts, and a new password if one was just made."""
    person = get_object_or_404(_people(request), pk=user_id)
    context = {
        "person": person,
        "manageable": may_manage(request.user, person),
        "can_update": _can_update(request),
        "password": _password_taken(request, person),
    }
    return render(request, "accounts/staff_show.html", context)


@form_page
@allow(Permission.STAFF_UPDATE)
@once
def staff_create(request):
    community = _community(request)
    form = StaffForm(
        request.POST if request.method == "POST" else None, by=request.user, community=community
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.staff_create(by=request.user, **form.post())
        except DomainError as error:
            refuse(form, error)
        else:
            _password_keep(request, made)
            return redirect("accounts:staff_show", user_id=made.user.pk)
    context = {"form": form, "community": community, "communities": _communities(request)}
    return render(request, "accounts/staff_create.html", context)


@form_page
@allow(Permission.STAFF_UPDATE)
def staff_update(request, user_id: UUID):
    person = get_object_or_404(_people(request), pk=user_id)
    form = StaffNameForm(
        request.POST if request.method == "POST" else None,
        initial={"name": person.name, "work_phone": person.work_phone, "version": person.version},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.staff_update(by=request.user, user=person, **form.cleaned_data)
        except Conflict as conflict:
            return conflict_page(request, conflict, form, back=_url(person))
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, "资料已保存。")
            return redirect("accounts:staff_show", user_id=user_id)
    return render(request, "accounts/staff_update.html", {"form": form, "person": person})


@form_page
@allow(Permission.STAFF_UPDATE)
def staff_disable(request, user_id: UUID):
    """Ask, then end the person's access."""
    person = get_object_or_404(_people(request), pk=user_id)
    if request.method == "POST":
        return _done(
            request, person, f"{person.name} 的账号已停用，所有登录已退出。",
            lambda: actions.staff_disable(
                by=request.user, user=person, version=_version(request),
                reason=request.POST.get("reason", ""),
            ),
        )  # fmt: skip
    return render(request, "accounts/staff_disable.html", {"person": person, "back": _url(person)})


@require_POST
@allow(Permission.STAFF_UPDATE)
def staff_enable(request, user_id: UUID):
    person = get_object_or_404(_people(request), pk=user_id)
    return _done(
        request, person, f"{person.name} 的账号已恢复使用。",
        lambda: actions.staff_enable(by=request.user, user=person, version=_version(request)),
    )  # fmt: skip


@form_page
@allow(Permission.STAFF_UPDATE)
def password_reset(request, user_id: UUID):
    """Ask, then make a random password, which the person's page shows once."""
    person = get_object_or_404(_people(request), pk=user_id)
    if request.method == "POST":
        return _done(
            request, person, "新密码已生成，原来的登录已全部退出。",
            lambda: _password_keep(
                request, actions.password_reset(by=request.user, user=person)
            ),
        )  # fmt: skip
    context = {"person": person, "back": _url(person)}
    return render(request, "accounts/password_reset.html", context)


# --- Posts


@form_page
@allow(Permission.STAFF_UPDATE)
@once
def membership_add(request, user_id: UUID):
    person = get_object_or_404(_people(request), pk=user_id)
    community = _community(request)
    form = MembershipForm(
        request.POST if request.method == "POST" else None, by=request.user, community=community
    )
    if request.method == "POST" and form.is_valid():
        try:
            post = actions.membership_add(by=request.user, user=person, **form.post())
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, f"{person.name} 已任 {post}。")
            return redirect("accounts:staff_show", user_id=user_id)
    context = {"form": form, "person": person, "community": community}
    return render(
        request, "accounts/membership_add.html", context | {"communities": _communities(request)}
    )


@form_page
@allow(Permission.STAFF_UPDATE)
def membership_end(request, membership_id: UUID):
    post = get_object_or_404(_posts(request), pk=membership_id)
    form = MembershipEndForm(
        request.POST if request.method == "POST" else None,
        initial={"version": post.version, "to_on": post.to_on or timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.membership_end(by=request.user, membership=post, **form.cleaned_data)
        except Conflict as conflict:
            return conflict_page(request, conflict, form, back=_url(post.user))
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, f"{post.user.name} 的岗位“{post}”已设定最后一天。")
            return redirect("accounts:staff_show", user_id=post.user_id)
    return render(request, "accounts/membership_end.html", {"form": form, "post": post})


# --- Inside


def _can_update(request) -> bool:
    tenant = getattr(request.tenant, "id", None)
    return access_of(request.user).can(Permission.STAFF_UPDATE, tenant)


def _posts(request):
    """The posts that this page may show: those of the community at work, if there is one."""
    posts = Membership.objects.visible_to(request.user).select_related("community", "street")
    if request.tenant:
        posts = posts.filter(community=request.tenant.id)
    return posts.select_related("user").prefetch_related("cells").order_by("-from_on", "pk")


def _people(request):
    posts = _posts(request)
    people = User.objects.visible_to(request.user)
    if request.tenant:
        people = people.filter(pk__in=posts.order_by().values("user"))
    return people.prefetch_related(Prefetch("memberships", posts, to_attr="posts")).order_by(
        "name", "username"
    )


def _narrow(people, posts, q: str, role: str, state: str):
    if state != "all":
        people = people.filter(is_active=state != "off")
    if q := q.strip():
        people = people.filter(Q(name__icontains=q) | Q(username__icontains=q))
    if role:
        people = people.filter(pk__in=posts.holding(role).order_by().values("user"))
    return people


def _communities(request):
    communities = apps.get_model("grids", "Community").objects
    return communities.visible_to(request.user, Permission.STAFF_UPDATE).order_by("code")


def _community(request):
    """Where a post is to be given: the community at work, or the one that was chosen."""
    communities = _communities(request)
    if request.tenant:
        return get_object_or_404(communities, pk=request.tenant.id)
    if chosen := request.GET.get("community", "").replace("\0", ""):
        return get_object_or_404(communities, code=chosen)
    found = communities[:2]
    return found[0] if len(found) == 1 else None


def _done(request, person, sentence: str, run):
    """Run an action whose only form is a button; a refusal is told on the person's page."""
    try:
        run()
    except (NotAllowed, OutOfScope):
        raise
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, sentence)
    return redirect(_url(person))


def _url(person) -> str:
    return resolve_url("accounts:staff_show", user_id=person.pk)


def _version(request) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _target(request, default: str = settings.LOGIN_REDIRECT_URL) -> str:
    """Where to go on: the page that was asked for, if it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return target if safe and target.startswith("/") and target != request.path else default


def _password_keep(request, made: actions.NewPassword) -> None:
    """Carry a new password to the next page, sealed, because sessions are database rows."""
    sealed = seal(made.password, f"accounts.user.password:{made.user.pk}")
    request.session[NEW_PASSWORD] = [str(made.user.pk), sealed.hex()]


def _password_taken(request, person) -> str:
    kept = request.session.pop(NEW_PASSWORD, None)
    if kept is None or kept[0] != str(person.pk):
        return ""
    return unseal(bytes.fromhex(kept[1]), f"accounts.user.password:{person.pk}")
