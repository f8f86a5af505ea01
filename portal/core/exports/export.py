"""An export from question to file: small ones at once, large ones as a job.

Every export is logged before its first byte leaves: who, which list, how many rows, which
filters and columns by name, no values.
"""

import base64
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.http import FileResponse, QueryDict, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from portal.core.access import access_of
from portal.core.audit import access_record
from portal.core.crypto import seal, unseal
from portal.core.errors import NotAllowed
from portal.core.exports.formats import CONTENT_TYPES
from portal.core.exports.streams import csv_stream, ndjson_stream
from portal.core.exports.workbook import workbook_write
from portal.core.files import folder
from portal.core.jobs import job, job_start, result_store
from portal.core.lists import ListQuery, list_named
from portal.core.models import Job

# Rows that are sent at once: a stream costs the server nothing but its time, a workbook must
# be finished before its first byte.
AT_ONCE = {"xlsx": 2_000, "csv": 100_000, "ndjson": 100_000}
KIND = "list_export"
STREAMS = {"csv": csv_stream, "ndjson": ndjson_stream}
_SEALED_AS = "core.job.export_query"  # the query may hold words that somebody typed


def export_start(query: ListQuery, kind: str) -> Job | FileResponse | StreamingHttpResponse:
    """The file as a response, or the job that makes it.

    Raises DomainError while a filter is wrong, NotAllowed without the permission to export.
    """
    _require(query)
    count = query.ordered().count()
    if count > AT_ONCE[kind]:
        return export_queue(query, kind)
    export_record(query, kind, count)
    return export_response(query, kind)


def export_queue(query: ListQuery, kind: str) -> Job:
    """Leave the export to a worker; its file comes to the inbox."""
    return job_start(
        by=query.viewer, kind=KIND, label=f"导出{query.spec.label}（.{kind}）",
        params=params_of(query, kind), tenant=query.tenant,
    )  # fmt: skip


def params_of(query: ListQuery, kind: str) -> dict[str, str]:
    """What the job keeps of the question."""
    sealed = seal(query.address(), _SEALED_AS)
    return {"list": query.spec.name, "format": kind, "query": base64.b64encode(sealed).decode()}


def export_response(query: ListQuery, kind: str) -> FileResponse | StreamingHttpResponse:
    """The file to the browser."""
    if kind == "xlsx":
        response = FileResponse(_workbook_file(query), content_type=CONTENT_TYPES[kind])
    else:
        response = StreamingHttpResponse(STREAMS[kind](query), content_type=CONTENT_TYPES[kind])
    response.headers["Content-Disposition"] = content_disposition_header(
        True, file_name(query, kind)
    )
    return response


def export_record(query: ListQuery, kind: str, count: int) -> None:
    """Write the export to the access log."""
    list_look_record(query, KIND, f".{kind}", count)


def list_look_record(query: ListQuery, action: str, how: str, count: int) -> None:
    """Write to the access log who took how many rows of which list away, and ``how``."""
    filters = query.spec.filters.base_filters
    names = [filters[name].label for name in query.values]
    if query.base:
        names.insert(0, query.base.name)
    classes = dict.fromkeys(column.permission for column in query.columns if column.permission)
    access_record(
        query.viewer, action=action, model=query.spec.model._meta.label_lower, count=count,
        tenant=query.tenant, fields=", ".join(["masked", *classes]),
        reason=f"{how}，{len(query.columns)} 列；筛选：{'、'.join(names) or '无'}",
    )  # fmt: skip


@job(KIND)
def list_export(row: Job, progress: Callable) -> dict:
    """Make the file of a queued export, as its owner may see the list now."""
    spec, kind = list_named(row.params["list"]), row.params["format"]
    address = unseal(base64.b64decode(row.params["query"]), _SEALED_AS)
    query = ListQuery(spec, row.owner, row.tenant, QueryDict(address))
    _require(query)
    count = query.ordered().count()
    export_record(query, kind, count)
    path = folder("results") / f"{row.pk}.{kind}.part"
    if kind == "xlsx":
        workbook_write(query, path, progress, count)
    else:
        _stream_write(STREAMS[kind](query), path, progress)
    result_store(row, path, file_name(query, kind))
    return {"message": f"共 {count:,} {spec.unit}"}


def file_name(query: ListQuery, kind: str) -> str:
    return f"{query.spec.label}-{timezone.localdate():%Y%m%d}.{kind}"


def _require(query: ListQuery) -> None:
    spec, access = query.spec, access_of(query.viewer)
    active = getattr(query.viewer, "is_active", False)
    if not (active and access.can(spec.permission, query.tenant)
            and access.can(spec.may_export, query.tenant)):  # fmt: skip
        raise NotAllowed


def _workbook_file(query: ListQuery):
    """The finished workbook as an open file that has no name any more."""
    with tempfile.TemporaryDirectory(dir=folder("results")) as place:
        path = Path(place) / "list.xlsx"
        workbook_write(query, path)
        return open(path, "rb")


def _stream_write(chunks, path: Path, progress: Callable) -> None:
    written = 0
    with open(path, "wb") as file:
        for chunk in chunks:
            written += file.write(chunk)
            progress(0, 0, f"已写入 {written // 1024:,} KB")
