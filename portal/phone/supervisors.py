"""Who is told that a phone's record was not taken."""

from django.urls import reverse

from portal.accounts.people import holders
from portal.accounts.permissions import Permission
from portal.core.models import Submission
from portal.core.notices import notice_send
from portal.phone.words import KINDS


def refusal_tell(row: Submission) -> None:
    """Leave a notice with everybody at a desk who can settle it; what it said stays sealed."""
    if row.tenant is None:
        return
    notice_send(
        holders(Permission.SUBMISSION_VIEW, row.tenant), f"submission:{row.pk}",
        f"有一条手机{KINDS.get(row.kind, '')}记录没有收下，请处理。",
        url=reverse("phone_desk:submission_show", args=[row.pk]), tenant=row.tenant,
    )  # fmt: skip
