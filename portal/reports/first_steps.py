"""What a new community does first, and what of it is still to do."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from grids.models import Community, Handler
from portal.accounts.models import Membership
from portal.accounts.permissions import Permission
from portal.duty.models import ShiftTemplate
from residents.models import Resident, VisitRule

NEW = timedelta(days=60)  # afterwards what a community does not use is its own choice
# name → (label, url name, arguments, permission, what for)
STEPS = {
    "ledger": ("导入居民台账", "core:import_list", (), Permission.IMPORT_RUN,
               "楼栋、房屋、住户和居民一次建好；先核对，再写入，随时可以撤销。"),
    "staff": ("添加工作人员", "accounts:staff_list", (), Permission.STAFF_UPDATE,
              "社工、网格长各有账号，只看得到自己负责的范围。"),
    "office": ("填写办公信息", "grids:community_update", (), Permission.PLACE_UPDATE,
               "办公地点、时间和电话，会印在联系卡上。"),
    "visits": ("设置走访规定", "residents:visit_plan", (), Permission.VISIT_PLAN,
               "什么样的户多久走一次；到期的户自动排给网格长。"),
    "duty": ("登记班次与人员", "duty:setup", (), Permission.DUTY_PLAN,
             "之后每月的排班表由系统编排。"),
    "handlers": ("登记处置单位", "core:list", ("handlers",), Permission.INCIDENT_HANDLE,
                 "物业、环卫、供水……事件会自动建议派给谁。"),
}  # fmt: skip


def first_steps(viewer, access, tenant: UUID, is_empty: bool) -> list[dict]:
    """The steps that the person may take: all of them as long as there is nothing, then those
    still to do, while the community is new."""
    allowed = {name: step for name, step in STEPS.items() if access.can(step[3], tenant)}
    done = _done(viewer, tenant, is_empty) if allowed else None
    if done is None:
        return []
    return [
        {"label": label, "url": reverse(url, args=arguments), "note": note, "done": done[name]}
        for name, (label, url, arguments, _, note) in allowed.items()
        if is_empty or not done[name]
    ]


def _done(viewer, tenant: UUID, is_empty: bool) -> dict | None:
    """Step → is it done, in one statement; None when the community is no longer new."""
    here = {"community": OuterRef("pk")}
    steps = {
        "ledger": Exists(Resident.objects.filter(**here)),
        "staff": Exists(Membership.objects.filter(**here).exclude(user=viewer)),
        "office": Q(office_address__gt="", office_phone__gt=""),
        "visits": Exists(VisitRule.objects.filter(**here)),
        "duty": Exists(ShiftTemplate.objects.filter(**here)),
        "handlers": Exists(Handler.objects.filter(**here)),
    }
    rows = Community.objects.filter(pk=tenant)
    if not is_empty:
        rows = rows.filter(created_at__gt=timezone.now() - NEW)
    return rows.annotate(**steps).values(*steps).first()
