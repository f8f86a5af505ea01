"""The data that is measured: many demo communities, and one that holds a hundred thousand.

On PostgreSQL they live in a database of their own beside the portal's, which is made and
filled when it is missing; without a server in SQLite files below the data folder.
"""

import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg

SERVERS = ("DATABASE_URL", "BENCH_SERVER")
LOCAL = "postgres://127.0.0.1/postgres"
NAME, SMALL = "linli_bench", "linli_bench_1"
BIG_CODE = "150399990001"
BIG_ROWS = 100_000


def database_urls(scale: int) -> tuple[str, str]:
    """Addresses of the large and the small database, made and filled when missing."""
    server = next((os.environ[n] for n in SERVERS if os.environ.get(n)), LOCAL)
    if server.startswith("sqlite") or not _reachable(server):
        folder = os.path.join(os.environ.get("LINLI_DATA_DIR", "var"), "bench")
        os.makedirs(folder, exist_ok=True)
        large, small = (f"sqlite:///{os.path.abspath(folder)}/{n}_{s}.sqlite3"
                        for n, s in ((NAME, scale), (NAME, 1)))  # fmt: skip
    else:
        large, small = (_made(server, name) for name in (NAME, SMALL))
    for url, size in ((small, 1), (large, scale)):
        _filled(url, size)
    return large, small


def _reachable(server: str) -> bool:
    try:
        psycopg.connect(server, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _made(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if known.fetchone() is None:
            connection.execute(f'CREATE DATABASE "{name}"')
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def _filled(url: str, scale: int) -> None:
    """Migrate and seed; both leave alone what is there already. Statistics and visibility are
    made as the server's own upkeep would have made them a minute later."""
    environment = {**os.environ, "DATABASE_URL": url}
    for command in (["migrate", "-v0"], ["seed_demo", f"--scale={scale}"]):
        subprocess.run(  # noqa: S603 - our own commands
            [sys.executable, "manage.py", *command, "--skip-checks"], env=environment, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
    if not url.startswith("sqlite"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")


def big_community():
    """A community with a hundred thousand copied residents, for exports and last pages."""
    from django.db import connection

    from grids.models import Community
    from residents.models import Resident

    community, _ = Community.objects.get_or_create(code=BIG_CODE, defaults={"name": "十万人社区"})
    missing = BIG_ROWS - Resident.objects.filter(community=community).count()
    if missing <= 0:
        return community
    served = connection.vendor == "postgresql"
    names = [field.column for field in Resident._meta.concrete_fields]
    fresh = {
        "id": "gen_random_uuid()" if served else "lower(hex(randomblob(16)))",
        "community_id": "%s", "cell_id": "NULL", "id_blind": "NULL",
    }  # fmt: skip
    picked = ", ".join(fresh.get(name, name) for name in names)
    key = community.pk if served else community.pk.hex
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO residents_resident ({', '.join(names)}) SELECT {picked} "  # noqa: S608
            "FROM residents_resident WHERE status = 'living' LIMIT %s",
            [key, missing],
        )
        cursor.execute(
            "ANALYZE residents_resident" if connection.vendor == "postgresql" else "ANALYZE"
        )
    return big_community()  # a small database is copied several times over


def user_of(community):
    """A director of the community, made for the runs."""
    from portal.accounts.access import access_rebuild
    from portal.accounts.models import Membership, User
    from portal.accounts.permissions import Role

    user, is_new = User.objects.get_or_create(
        username=f"bench{community.code[-6:]}", defaults={"name": "量速员"}
    )
    if is_new:
        user.set_unusable_password()
        user.save()
        Membership.objects.create(
            user=user, role=Role.DIRECTOR, community=community, from_on="2020-01-01"
        )
        access_rebuild(user)
    user.refresh_from_db()
    return user
