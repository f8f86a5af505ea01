"""Sentences for people's inboxes. The key names the occasion: whoever tells it twice, or two
sweeps at once, leave one notice. No values of a person belong into the text."""

from collections.abc import Iterable
from uuid import UUID

from portal.core.models import Notice


def notice_send(recipients: Iterable, key: str, text: str, url: str = "",
                tenant: UUID | None = None) -> None:  # fmt: skip
    """Leave the sentence once for each of the users, in the transaction of its cause."""
    Notice.objects.bulk_create(
        [
            Notice(recipient=user, key=key, text=text[:200], url=url, tenant=tenant)
            for user in {user.pk: user for user in recipients}.values()
        ],
        ignore_conflicts=True,
    )
