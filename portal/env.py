"""Typed readers of the environment. What is missing or wrong says in one sentence what to do."""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"", "0", "false", "no", "off"})
POSTGRES_OPTIONS = frozenset(
    {"application_name", "connect_timeout", "host", "sslcert", "sslkey", "sslmode", "sslrootcert"}
)
# Durable and fair at this size: readers never wait, a commit is on disk when it is answered,
# and every transaction takes its turn to write at once instead of failing half way.
SQLITE_OPTIONS = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        "PRAGMA journal_size_limit=33554432; PRAGMA mmap_size=134217728;"
        "PRAGMA cache_size=-20000; PRAGMA temp_store=MEMORY;"
    ),
}


def text(name: str, default: str = "") -> str:
    """The variable without surrounding blanks; an empty one counts as not set."""
    return os.environ.get(name, "").strip() or default


def choice(name: str, choices: tuple[str, ...]) -> str:
    """One of the words; the first is the default."""
    value = text(name, choices[0])
    if value not in choices:
        raise ImproperlyConfigured(f"{name} 的值“{value}”无效：请改为 {'、'.join(choices)} 之一。")
    return value


def flag(name: str) -> bool:
    """Yes or no; no when it is not set."""
    value = text(name).lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} 的值“{value}”无效：请填 1（是）或 0（否）。")
    return value in TRUE


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} 的值“{value}”无效：请填整数。") from None


def words(name: str) -> list[str]:
    """A list written with commas."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def is_closed_url(url: str) -> bool:
    """Whether nobody on the way can read what is sent there: https, or this machine itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    inside = host in ("127.0.0.1", "::1", "localhost")
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and inside))


def folder(name: str, default: Path, mode: int = 0o700) -> Path:
    """A folder; it is made, with `mode`, when it is not there."""
    path = Path(text(name, str(default))).expanduser().absolute()
    try:
        path.mkdir(mode, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"无法建立文件夹 {path}（{error.strerror}）：请用 {name} 指定一个可写的文件夹。"
        ) from None
    return path


def database(name: str, default: Path) -> dict:
    """Django's settings of the database that a URL names.

    `postgres://user:password@host:port/database?sslmode=require`, or `sqlite:///file`
    (below the current folder) and `sqlite:////folder/file`; SQLite at `default` when not set.
    """
    url = text(name)
    if not url:
        return _sqlite(default)
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
        return _sqlite(Path(unquote(parts.path[1:])).absolute())
    if parts.scheme in ("postgres", "postgresql") and len(parts.path) > 1:
        return _postgres(name, parts)
    # The URL may hold a password, so the sentence does not repeat it.
    raise ImproperlyConfigured(
        f"{name} 无法识别：请写成 postgres://用户:密码@主机:端口/数据库 或 sqlite:///文件路径。"
    )


def _sqlite(path: Path) -> dict:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": SQLITE_OPTIONS}


def _postgres(name: str, parts) -> dict:
    options = dict(parse_qsl(parts.query))
    if unknown := sorted(options.keys() - POSTGRES_OPTIONS):
        raise ImproperlyConfigured(f"{name} 中的参数 {'、'.join(unknown)} 不受支持：请去掉。")
    try:
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(f"{name} 的端口无效：请填 1–65535 之间的整数。") from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": str(port or ""),
        "OPTIONS": options,
        # A connection a thread, checked before each request, so a restart of the server heals.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def kept_secret(path: Path) -> str:
    """The random secret kept in a file; the first call makes it, readable by its owner only."""
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(64))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, path)  # fails when another process of the same start was first
    except FileExistsError:
        pass
    finally:
        os.unlink(aside)
    return path.read_text(encoding="ascii")
