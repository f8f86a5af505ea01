"""Makes one export as a job does and prints by how many MiB the process grew."""

import resource
import sys
from uuid import UUID

import django

FEW = "building=3&c=sex"


def main(kind: str, user_id: str, tenant: str, address: str) -> None:
    django.setup()
    from django.http import QueryDict

    from portal.accounts.models import User
    from portal.core.exports.export import list_export, params_of
    from portal.core.lists import ListQuery, list_named
    from portal.core.models import Job

    user = User.objects.get(pk=user_id)

    def make(asked: str) -> float:
        place = UUID(tenant)
        query = ListQuery(list_named("residents"), user, place, QueryDict(asked))
        list_export(Job(owner=user, tenant=place, params=params_of(query, kind)), lambda *_: None)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    before = make(FEW)
    print(make(address) - before)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
