"""Sessions in the database that bring their user along: one query a request.

A row names its user, so ending somebody's sessions is one DELETE.
"""

from django.contrib.sessions.backends import db
from django.utils import timezone


class SessionStore(db.SessionStore):
    """Django's database sessions with the user joined in (``row_user`` after loading)."""

    row_user = None

    @classmethod
    def get_model_class(cls):
        from portal.accounts.models import Session

        return Session

    def _get_session_from_db(self):
        row = (
            self.model.objects.select_related("user")
            .filter(session_key=self.session_key, expire_date__gt=timezone.now())
            .first()
        )
        if row is None:
            self._session_key = None
            return None
        self.row_user = row.user
        return row

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        row.user_id = data.get("_auth_user_id") or None
        return row
