"""Sessions in the database that bring their user along: one query a request.

A row names its user, so ending somebody's sessions is one DELETE.
"""

from django.contrib.sessions.backends import db
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from portal.core.models import Job, Notice


class SessionStore(db.SessionStore):
    """Django's database sessions with the user joined in.

    After loading, ``row_user`` is the user and ``unseen`` the number of finished jobs and of
    notices that the user has not looked at.
    """

    row_user = None
    unseen = 0

    @classmethod
    def get_model_class(cls):
        from portal.accounts.models import Session

        return Session

    def _validate_session_key(self, key):
        """Only what could be a key gets as far as the database, which takes no NUL."""
        return super()._validate_session_key(key) and key.isascii() and key.isalnum()

    def _get_session_from_db(self):
        row = (
            self.model.objects.select_related("user")
            .annotate(unseen=_unseen_results() + _unseen_notices())
            .filter(session_key=self.session_key, expire_date__gt=timezone.now())
            .first()
        )
        if row is None:
            self._session_key = None
            return None
        self.row_user, self.unseen = row.user, row.unseen
        return row

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        row.user_id = data.get("_auth_user_id") or None
        return row


def _unseen_results():
    jobs = Job.objects.filter(owner=OuterRef("user"), finished_at__isnull=False, seen_at=None)
    return _count(jobs, "owner")


def _unseen_notices():
    return _count(Notice.objects.filter(recipient=OuterRef("user"), seen_at=None), "recipient")


def _count(rows, whose: str):
    counted = rows.order_by().values(whose).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)
