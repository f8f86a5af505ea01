"""``manage.py import_ledger residents FILE --community CODE``: a ledger from the shell.

Exit code 0 when every row was taken, 3 when some were refused, 2 when the file cannot be
used. ``--json`` prints the outcome as one object.
"""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import IntegrityError

from grids.models import Community
from portal.core.access import SYSTEM
from portal.core.bulk import uncollected
from portal.core.errors import DomainError
from portal.core.imports import CHANGED, NEW, REFUSED, SAME, kind_of, kinds
from portal.core.imports.runs import FASTER, file_hash, import_apply, sheet_open
from portal.core.models import ImportRun
from portal.core.workbooks import MAX_BYTES, WorkbookError

UNUSABLE, SOME_REFUSED = 2, 3
OWN = 500  # a sheet that names this community scores more


class Command(BaseCommand):
    help = "Import a ledger (.xlsx, .csv) into a community."

    def add_arguments(self, parser):
        parser.add_argument("kind", choices=[kind.name for kind in kinds()])
        parser.add_argument("file", type=Path)
        parser.add_argument("--community", required=True, metavar="CODE")
        parser.add_argument("--sheet", default="", metavar="NAME")
        parser.add_argument("--dry-run", action="store_true", help="check only, write nothing")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--create-places", action="store_true",
                            help="create unknown cells, buildings and dwellings")  # fmt: skip

    def handle(self, *, file, community, sheet, **options):
        try:
            outcome, found = self._import(file, community, sheet, options)
        except DomainError as error:
            if options["json"]:
                self.stdout.write(json.dumps({"error": error.message}, ensure_ascii=False))
            self.stderr.write(error.message)
            sys.exit(UNUSABLE)
        if options["json"]:
            self.stdout.write(json.dumps(outcome, ensure_ascii=False))
        else:
            self._tell(outcome, found, options["dry_run"])
        if outcome["refused"]:
            sys.exit(SOME_REFUSED)

    @uncollected()
    def _import(self, file: Path, code: str, sheet: str, options: dict):
        kind = kind_of(options["kind"])
        tenant = Community.objects.filter(code=code).values_list("pk", flat=True).first()
        if tenant is None:
            raise DomainError(f"没有代码为 {code} 的社区，请先用 community_create 建立")
        data = _bytes(file)
        read, found, candidates = sheet_open(kind, data, file.name, tenant, sheet)
        _refuse_unclear(found, candidates)
        if problems := kind.missing(found.mapping):
            raise WorkbookError("；".join(problems))
        table = kind.read(read, found, found.mapping)
        if not len(table):
            raise WorkbookError(f"工作表“{found.name}”里只有表头，没有数据行")
        settled = {"create_places": options["create_places"]}
        if options["dry_run"]:
            plan = kind.plan(table, tenant, settled)
        else:
            run = ImportRun(
                kind=kind.name, tenant=tenant, file_name=file.name[:200], sheet=found.name,
                file_hash=file_hash(data), options=settled,
                mapping={str(index): name for index, name in found.mapping.items()},
            )  # fmt: skip
            try:
                plan = import_apply(by=SYSTEM, run=run, table=table)
            except IntegrityError as error:
                raise DomainError(FASTER) from error
        return _outcome(plan, found), found

    def _tell(self, outcome: dict, found, is_dry: bool) -> None:
        verb = "检查" if is_dry else "导入"
        self.stdout.write(
            f"工作表“{found.name}”{verb} {outcome['rows']} 行：新增 {outcome['created']}，"
            f"变更 {outcome['updated']}，相同 {outcome['same']}，未导入 {len(outcome['refused'])}"
        )
        for title, rows in (("未导入", outcome["refused"]), ("提醒", outcome["warnings"])):
            for row in rows:
                place = f"第 {row['row']} 行 " if row["row"] else ""
                self.stdout.write(f"{title}：{place}{row['column']} {row['reason']}")


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise WorkbookError(f"文件超过 {MAX_BYTES >> 20} MB，请分成几个文件导入")
        return file.read_bytes()
    except OSError as error:
        raise WorkbookError(f"读不了文件 {file}，请核对路径") from error


def _refuse_unclear(found, candidates: list) -> None:
    """Several ledgers in one file, and none or several name the community: somebody must
    choose."""
    alike = [sheet for sheet in candidates if found.score - sheet.score < OWN]
    if found.score < OWN:
        alike = candidates
    if len(alike) > 1:
        names = "、".join(sheet.name for sheet in alike)
        raise WorkbookError(f"文件里有几个工作表都是台账（{names}），请用 --sheet 指定一个")


def _outcome(plan, found) -> dict:
    notes = [*found.warnings, *_about_columns(found), *plan.notes]
    general = [{"row": None, "column": "", "reason": text} for text in notes]
    return {
        "rows": plan.counts["rows"],
        "created": plan.counts[NEW],
        "updated": plan.counts[CHANGED],
        "same": plan.counts[SAME],
        "refused": plan.refused() if plan.counts[REFUSED] else [],
        "warnings": general + plan.warnings(),
    }


def _about_columns(found) -> list[str]:
    """What the page shows beside each column, for those who see no page."""
    headings: dict[str, list[str]] = {}
    for column in found.columns:
        if column["remark"] and column["heading"] and column["samples"]:
            headings.setdefault(column["remark"], []).append(f"“{column['heading']}”")
    return [f"{'、'.join(named)}：{remark}" for remark, named in headings.items()]
