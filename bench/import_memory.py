"""Imports a community's ledger and prints by how many MiB the process grew."""

import resource
import sys

import django


def main(community: str) -> None:
    django.setup()
    from bench.imports import empty_community, imported, ledger_rows, workbook
    from grids.models import Community

    rows = ledger_rows(Community.objects.get(pk=community))
    few, data = workbook(rows[:30]), workbook(rows)
    del rows
    tenant = empty_community().pk
    imported(few, tenant)
    _reset()
    before = _peak()
    imported(data, tenant)
    print(_peak() - before)  # noqa: T201


def _reset() -> None:
    """Let the highest mark start anew where the system can (Linux)."""
    try:
        with open("/proc/self/clear_refs", "w") as marks:
            marks.write("5")
    except OSError:
        return


def _peak() -> float:
    try:
        with open("/proc/self/status") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
