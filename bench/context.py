"""What every measured part is given."""

from dataclasses import dataclass
from functools import cached_property

from django.db import connection
from django.http import QueryDict
from django.test import Client

from bench import data
from portal.core.lists import ListQuery, list_named


@dataclass
class Context:
    """The databases, a community of ordinary size and one of a hundred thousand residents."""

    small: str  # address of the database that holds one community

    @cached_property
    def title(self) -> str:
        from grids.models import Community
        from residents.models import Resident

        return (f"{connection.vendor}: {Resident.objects.count():,} residents in "
                f"{Community.objects.count()} communities")  # fmt: skip

    @cached_property
    def community(self):
        from grids.models import Community

        return Community.objects.exclude(code=data.BIG_CODE).order_by("code").first()

    @cached_property
    def big(self):
        return data.big_community()

    @cached_property
    def user(self):
        return data.user_of(self.community)

    @cached_property
    def big_user(self):
        return data.user_of(self.big)

    @cached_property
    def client(self) -> Client:
        client = Client()
        client.force_login(self.user)
        return client

    def query(self, name: str, address: str = "", *, big: bool = False) -> ListQuery:
        """A list as the measured user asks for it."""
        user, place = (self.big_user, self.big) if big else (self.user, self.community)
        return ListQuery(list_named(name), user, place.pk, QueryDict(address))
