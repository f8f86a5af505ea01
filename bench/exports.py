"""Files of lists: P1 speed of CSV over HTTP, P7 memory."""

import csv
import os
import re
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.test import Client

from bench.harness import Line, paired
from portal.core.exports.streams import csv_stream
from portal.core.exports.table import finished_sql

ROUNDS = 7
COLUMNS = (
    "name", "sex", "birth_year", "addr", "cell", "relation", "residence", "id_mask", "phone_mask",
    "status", "changed", "age_band", "id_kind", "education", "marital", "political",
    "registered_address", "building", "entrance", "room", "household", "ethnicity",
)  # fmt: skip
ADDRESS = "&".join(f"c={key}" for key in COLUMNS)
KINDS = ("csv", "ndjson", "xlsx")


def run(context) -> Iterator[Line]:
    yield from memory(context)
    yield from speed(context)


def speed(context) -> Iterator[Line]:
    """P1: a signed-in browser's download against a bare COPY of the same statement."""
    query = context.query("residents", ADDRESS, big=True)
    count, columns = query.rows.count(), len(query.columns)
    what = f"CSV over HTTP, {columns} columns, {count:,} rows"
    if connection.vendor == "postgresql":
        with served() as address:
            download = browser(address, context.big_user)
            found = paired(lambda: bare_copy(query), download, rounds=ROUNDS)
        yield Line("P1", f"{what} ÷ bare COPY", 1 / found.ratio, 0.80, ">=",
                   note=f"{found.limit:.2f} → {found.ours:.2f} s")  # fmt: skip
    else:
        found = paired(lambda: bare_rows(query), lambda: drained(query), rounds=ROUNDS)
        yield Line("P2", f"CSV in process, {columns} columns, {count:,} rows ÷ cursor + csv",
                   1 / found.ratio, 0.85, ">=",
                   note=f"{found.limit:.2f} → {found.ours:.2f} s")  # fmt: skip


def bare_copy(query) -> int:
    sql, params = finished_sql(query)
    copying = f"COPY ({sql}) TO STDOUT WITH (FORMAT csv)"
    with connection.cursor() as cursor, cursor.copy(copying, params) as copy:
        return sum(map(len, copy))


def bare_rows(query) -> None:
    sql, params = finished_sql(query)
    with connection.cursor() as cursor, open(os.devnull, "w", encoding="utf-8") as nowhere:
        cursor.execute(sql, params)
        csv.writer(nowhere).writerows(cursor)


def drained(query) -> int:
    return sum(map(len, csv_stream(query)))


@contextmanager
def served() -> Iterator[str]:
    """The portal under gunicorn, one process, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "gunicorn", "--workers=1", "--threads=4", "--log-level=error",
               "--no-control-socket", f"--bind={address}", "portal.wsgi"]  # fmt: skip
    process = subprocess.Popen(command, env=os.environ)  # noqa: S603 - ourselves
    try:
        _wait_for(address)
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait()


def browser(address: str, user):
    """A function that downloads the list as its page's own form does, and throws it away."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    opener.addheaders = [("Cookie", f"{name}={client.cookies[name].value}")]
    page = opener.open(f"{address}/lists/residents/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[1]
    secret = page.headers["Set-Cookie"].split(";")[0]
    opener = urllib.request.build_opener()
    opener.addheaders = [("Cookie", f"{name}={client.cookies[name].value}; {secret}")]
    form = urllib.parse.urlencode({"query": ADDRESS, "csrfmiddlewaretoken": token}).encode()

    def download() -> int:
        with opener.open(f"{address}/lists/residents/csv/", form) as answer:
            size = 0
            while piece := answer.read(1 << 18):
                size += len(piece)
        return size

    return download


def memory(context) -> Iterator[Line]:
    """P7: how far the process grows while it makes a file, for 100,000 rows and for 7,000."""
    big, ordinary = (context.query("residents", big=b) for b in (True, False))
    for kind in KINDS:
        small, large = (_growth(kind, q.viewer, q.tenant) for q in (ordinary, big))
        rows = f"{kind}, {big.rows.count():,} rows"
        yield Line("P7", f"memory of an export: {rows}", large, 24, unit="MiB")
        yield Line("P7", f"… over {ordinary.rows.count():,} rows", large - small, 8, unit="MiB")


def _growth(kind: str, viewer, tenant) -> float:
    command = [
        sys.executable,
        "-m",
        "bench.memory_worker",
        kind,
        str(viewer.pk),
        str(tenant),
        ADDRESS,
    ]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return float(done.stdout)


def _wait_for(address: str, seconds: float = 30) -> None:
    host, port = address.split(":")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(address)
