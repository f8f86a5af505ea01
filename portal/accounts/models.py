"""Users, their memberships and sessions."""

import secrets
from uuid import NAMESPACE_OID, UUID, uuid5

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from rest_framework_api_key.models import AbstractAPIKey

from portal.accounts.permissions import IN_CELLS, PLACELESS, Permission, Role
from portal.core.access import access_of
from portal.core.ids import new_id
from portal.core.models import ScopedQuerySet, ScopedRow, ScopePaths


class UserQuerySet(models.QuerySet):
    def visible_to(self, principal, permission: str = Permission.STAFF_VIEW):
        """People who hold, held or will hold a post that the principal may see."""
        access = access_of(principal)
        if access.total or permission in access.everywhere:
            return self.all()
        posts = Membership.objects.visible_to(principal, permission)
        return self.filter(pk__in=posts.values("user"))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Finds users by their sign-in name."""

    def get_by_natural_key(self, username):
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """工作人员账号. Leaves are disabled, never deleted: their name stays in the logs."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    username = models.CharField(
        "登录名", max_length=40, unique=True,
        validators=[
            RegexValidator(r"^[a-z0-9_.-]{2,40}$", "登录名用小写字母、数字、点或短横，2 至 40 位。")
        ],
        error_messages={"unique": "这个登录名已有人使用。"},
    )  # fmt: skip
    name = models.CharField("姓名", max_length=40)
    work_phone = models.CharField("工作电话", max_length=30, blank=True)
    is_active = models.BooleanField("在用", default=True)
    large_text = models.BooleanField("长辈模式", default=False)
    # Grants of the memberships, kept by portal.accounts.access.access_rebuild.
    grants = models.JSONField(default=list, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    audit_hidden = frozenset({"password", "grants"})
    changed_by = None  # the change log knows; pages that show any row ask for it

    class Meta:
        ordering = ["username"]

    def __str__(self):
        return self.name

    def set_random_password(self) -> str:
        """Set and return a password of 14 readable characters; it is stored only as a hash."""
        letters = "abcdefghjkmnpqrstuvwxyz23456789"
        password = "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))
        self.set_password(password)
        return password


class MembershipQuerySet(ScopedQuerySet):
    def current(self, on):
        return self.ending_after(on).filter(from_on__lte=on)

    def holding(self, role: str):
        return self.current(timezone.localdate()).filter(role=role)

    def ending_after(self, on):
        """In force on that day or later; the last day is included."""
        return self.filter(Q(to_on=None) | Q(to_on__gte=on))


class Membership(ScopedRow):
    """任职: a role of a person, in a community (or street), in cells, for a time."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name="人员")
    role = models.CharField("岗位", max_length=20, choices=Role)
    community = models.ForeignKey(
        "grids.Community", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="社区",
    )  # fmt: skip
    street = models.ForeignKey(
        "grids.Street", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="街道",
    )  # fmt: skip
    cells = models.ManyToManyField(
        "grids.GridCell", blank=True, related_name="+", verbose_name="网格"
    )
    from_on = models.DateField("起始日期")
    to_on = models.DateField("截止日期", null=True, blank=True)

    scope_paths = ScopePaths("community_id")
    view_permission = Permission.STAFF_VIEW

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["from_on"]
        constraints = [
            models.CheckConstraint(
                name="membership_place",
                condition=Q(role__in=sorted(PLACELESS), community=None, street=None)
                | Q(role=Role.STREET, community=None, street__isnull=False)
                | (~Q(role__in=[*sorted(PLACELESS), Role.STREET])
                   & Q(community__isnull=False, street=None)),
                violation_error_message="这个岗位需要（且只需要）对应的社区或街道。",
            ),
            models.CheckConstraint(
                name="membership_period",
                condition=Q(to_on=None) | Q(to_on__gte=models.F("from_on")),
                violation_error_message="截止日期不能早于起始日期。",
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.get_role_display()

    @property
    def is_over(self) -> bool:
        return self.to_on is not None and self.to_on < timezone.localdate()

    @property
    def is_coming(self) -> bool:
        return self.from_on > timezone.localdate()

    @property
    def needs_cells(self) -> bool:
        return self.role in IN_CELLS


class Session(AbstractBaseSession):
    """A signed-in browser; one query fetches it together with its user."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")

    @classmethod
    def get_session_store_class(cls):
        from portal.accounts.sessions import SessionStore

        return SessionStore


class Brake(models.Model):
    """登录限次: failures under one digest, of a name, a browser or an address (brake.py)."""

    key = models.CharField(primary_key=True, max_length=32)
    name = models.CharField(max_length=32, blank=True, db_index=True)  # digest of whose
    fails = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self):
        return f"{self.key[:6]} {self.fails}"


class ApiClient(AbstractAPIKey):
    """接口凭证: a machine of the street office, with scopes, a purpose and an end."""

    purpose = models.CharField("用途", max_length=200, blank=True)
    scopes = models.JSONField("范围", default=list)
    community = models.ForeignKey(
        "grids.Community", models.PROTECT, related_name="+", verbose_name="社区"
    )

    class Meta(AbstractAPIKey.Meta):
        verbose_name = "接口凭证"

    @property
    def log_id(self) -> UUID:
        """Names the client in the logs; its primary key holds the token's hash."""
        return uuid5(NAMESPACE_OID, f"api_client:{self.prefix}")
