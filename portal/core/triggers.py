"""Triggers that refuse UPDATE and DELETE on the log tables, for both databases.

SQLite lets INSERT OR REPLACE delete the row in its way without asking the DELETE trigger, so
there an INSERT at the place of another row is refused as well.
"""

TABLES = ("core_changelog", "core_accesslog")
SAYING = "log rows are append-only"


def create(connection) -> list[str]:
    if connection.vendor == "postgresql":
        function = (
            "CREATE OR REPLACE FUNCTION linli_append_only() RETURNS trigger LANGUAGE plpgsql "
            f"AS $$ BEGIN RAISE EXCEPTION '{SAYING}'; END $$"
        )
        return [function] + [
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION linli_append_only()"
            for table in TABLES
        ]
    taken = "WHEN NEW.seq IN (SELECT seq FROM {})"
    refuse = f"BEGIN SELECT RAISE(ABORT, '{SAYING}'); END"
    return [
        statement
        for table in TABLES
        for statement in (
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"{taken.format(table)} {refuse}",
        )
    ]


def drop(connection) -> list[str]:
    if connection.vendor == "postgresql":
        return [f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}" for table in TABLES]
    return [
        f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for table in TABLES
        for verb in ("update", "delete", "replace")
    ]  # fmt: skip


def missing(connection) -> list[str]:
    """Log tables whose triggers are not there (any more)."""
    if connection.vendor == "postgresql":
        query, wanted = "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'", ("append_only",)
    else:
        query, wanted = "SELECT name FROM sqlite_master WHERE type = 'trigger'", (
            "no_update", "no_delete", "no_replace",
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(query)
        known = {name for (name,) in cursor.fetchall()}
    return [t for t in TABLES if any(f"{t}_{part}" not in known for part in wanted)]
