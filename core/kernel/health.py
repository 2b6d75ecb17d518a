"""The doctor: what is wrong with this installation, in words, and what to do about it."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select, text

from core.config import Config
from core.db import migrate
from core.db.session import db
from core.db.types import utcnow
from core.errors import SetupError
from core.i18n import Text, _
from core.kernel import hooks
from core.kernel.registry import current_registry

Level = Literal["ok", "warning", "error"]

GIGABYTE = 2**30
SECRET_LENGTH = 32
LONGEST_LAG = timedelta(minutes=5)
CLOCK_SKEW = timedelta(seconds=60)
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at: how it is, and what to do when it is not well (`remedy` empty otherwise)."""

    key: str
    title: Text
    level: Level
    sentence: Text
    remedy: Text = ""


def urgency(finding: Finding) -> int:
    """For sorting: errors before warnings before what is in order."""
    return ("error", "warning", "ok").index(finding.level)


Check = Callable[[Config], Iterator[Finding]]


def examine(config: Config, *, thorough: bool = True) -> list[Finding]:
    """Look at everything; `thorough` also recomputes the audit chain and every addon's books, which takes a while."""
    checks = SETTINGS + STATE + (THOROUGH if thorough else ())
    return [finding for check in checks for finding in check(config)]


def refuse_unsafe(config: Config) -> None:
    """Stop a production start on settings that put the factory's data at risk: `SetupError` with the first."""
    if not config.production:
        return
    for check in SETTINGS:
        for finding in check(config):
            if finding.level == "error":
                raise SetupError(
                    addon="core",
                    file="settings",
                    field=finding.key,
                    problem=str(finding.sentence),
                    remedy=str(finding.remedy),
                )


def _finding(key: str, title: Text, wrong: bool, sentence: Text, remedy: Text, level: Level = "error") -> Finding:
    if not wrong:
        return Finding(key=key, title=title, level="ok", sentence=_("in order"))
    return Finding(key=key, title=title, level=level, sentence=sentence, remedy=remedy)


def check_debug(config: Config) -> Iterator[Finding]:
    """Debug pages show the program's inside to everybody."""
    yield _finding(
        "debug",
        _("Debug mode"),
        current_app.debug,
        _("The debug mode is on: error pages show the inside of the program."),
        _("Unset FLASK_DEBUG and start again."),
    )


def check_secret(config: Config) -> Iterator[Finding]:
    """A short secret key can be guessed, and with it every session."""
    yield _finding(
        "QINGMES_SECRET_KEY",
        _("Secret key"),
        len(config.secret_key) < SECRET_LENGTH,
        _("The secret key is short enough to be guessed."),
        _("Unset QINGMES_SECRET_KEY to have one made, or set at least 32 random characters."),
    )


def check_readable(config: Config) -> Iterator[Finding]:
    """The data folder holds the secret key and the whole database."""
    open_ones = [p for p in _private_paths(config) if p.exists() and p.stat().st_mode & stat.S_IRWXO]
    yield _finding(
        "QINGMES_DATA",
        _("Access to the data folder"),
        bool(open_ones) and config.data_dir in open_ones,
        _("Every user of this machine can read %(path)s.", path=config.data_dir),
        _("Run: chmod -R o-rwx %(path)s", path=config.data_dir),
        "error" if config.production else "warning",
    )


def _private_paths(config: Config) -> list[Path]:
    return [config.data_dir, config.data_dir / "secret.key"]


def check_redis_password(config: Config) -> Iterator[Finding]:
    """Whoever reaches an open Redis can make the workers run jobs."""
    parts = urlsplit(config.redis_url or "")
    yield _finding(
        "QINGMES_REDIS_URL",
        _("Redis password"),
        parts.scheme in ("redis", "rediss") and not parts.password,
        _("Redis is used without a password."),
        _("Set requirepass in Redis and put the password into QINGMES_REDIS_URL."),
        "error" if config.production else "warning",
    )


def check_https(config: Config) -> Iterator[Finding]:
    """Passwords and sessions travel in the clear without TLS; cameras need it too."""
    yield _finding(
        "QINGMES_BASE_URL",
        _("Encrypted connection"),
        config.production and not config.base_url.startswith("https:"),
        _("The address people use is not https: passwords can be read on the way."),
        _("Put a TLS proxy in front and set QINGMES_BASE_URL=https://..."),
        "warning",
    )


def check_time_zone(config: Config) -> Iterator[Finding]:
    """Days and shifts are reckoned in the factory's time zone."""
    try:
        ZoneInfo(config.timezone)
        wrong = False
    except (ZoneInfoNotFoundError, ValueError):
        wrong = True
    yield _finding(
        "QINGMES_TIMEZONE",
        _("Time zone"),
        wrong,
        _("There is no time zone called %(name)s.", name=config.timezone),
        _("Set QINGMES_TIMEZONE to a name such as Asia/Shanghai."),
    )


def check_durability(config: Config) -> Iterator[Finding]:
    """What was saved must survive a power cut."""
    off = [] if config.is_sqlite else [s for s in DURABLE if db.session.scalar(text(f"SHOW {s}")) == "off"]
    yield _finding(
        "durability",
        _("Safety of saved data"),
        bool(off),
        _("PostgreSQL runs with %(settings)s off: a power cut can lose saved data.", settings=", ".join(off)),
        _("Switch them on in postgresql.conf and restart PostgreSQL."),
    )


def check_clock(config: Config) -> Iterator[Finding]:
    """Wrong clocks make wrong hours, wrong due dates, and an audit trail nobody believes."""
    yield _finding(
        "clock",
        _("Clock"),
        _skew(config) > CLOCK_SKEW,
        _("The clock of this machine and the times in the database differ by more than 60 seconds."),
        _("Let both machines keep time by NTP."),
    )


def _skew(config: Config) -> timedelta:
    from core.workflow.models import AuditEntry

    now = utcnow()
    latest = db.session.scalar(select(func.max(AuditEntry.at)))
    ahead = latest - now if latest else timedelta()
    if config.is_sqlite:
        return ahead
    server: datetime = db.session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return max(ahead, abs(server - now))


def check_migrations(config: Config) -> Iterator[Finding]:
    """The database must be as the installed addons expect it."""
    db.session.rollback()
    waiting = migrate.pending(db.engine, current_registry())
    yield _finding(
        "migrations",
        _("Database structure"),
        bool(waiting),
        _("Not applied yet: %(steps)s", steps=", ".join(waiting)),
        _("Run: qingmes upgrade"),
    )


def check_custom_fields(config: Config) -> Iterator[Finding]:
    """A searchable field without its index makes lists slow."""
    from core.custom import indexes

    without = indexes.missing()
    yield _finding(
        "custom_fields",
        _("Indexes of custom fields"),
        bool(without),
        _("These searchable fields have no index: %(fields)s", fields=", ".join(without)),
        _("Run: qingmes upgrade"),
        "warning",
    )


def check_disk(config: Config) -> Iterator[Finding]:
    """A full disk stops everything."""
    free = shutil.disk_usage(config.data_dir).free
    yield _finding(
        "disk",
        _("Free disk space"),
        free < 5 * GIGABYTE,
        _("Only %(free)s GB are free where the data is kept.", free=f"{free / GIGABYTE:.1f}"),
        _("Free some space, or move the data folder to a larger disk."),
        "error" if free < GIGABYTE else "warning",
    )


def check_outbox(config: Config) -> Iterator[Finding]:
    """Events and jobs that nobody runs, and those that failed for good."""
    from core.events.models import Delivery

    oldest = db.session.scalar(select(func.min(Delivery.due_at)).where(Delivery.state == "waiting"))
    dead = db.session.scalar(select(func.count()).where(Delivery.state == "dead")) or 0
    lag = utcnow() - oldest if oldest else timedelta()
    yield _finding(
        "outbox",
        _("Waiting jobs"),
        lag > LONGEST_LAG,
        _("The oldest job that is due has waited for %(minutes)s minutes.", minutes=int(lag.total_seconds() // 60)),
        _("See that a worker runs: qingmes worker, or the embedded one of qingmes serve."),
    )
    yield _finding(
        "dead",
        _("Failed jobs"),
        dead > 0,
        _("%(count)s jobs have failed for good.", count=dead),
        _("Look at them on the Jobs page, mend the cause, retry them there."),
        "warning",
    )


def check_redis(config: Config) -> Iterator[Finding]:
    """Without it pages work, but jobs wait for the next sweep or for ever."""
    yield _finding(
        "redis",
        _("Redis"),
        config.redis_url is not None and not _answers(config.redis_url),
        _("Redis does not answer: jobs wait."),
        _("Start Redis, or unset QINGMES_REDIS_URL to have the web process do the jobs."),
    )


def _answers(redis_url: str) -> bool:
    try:
        with Redis.from_url(redis_url, socket_connect_timeout=1, socket_timeout=1) as connection:
            return bool(connection.ping())
    except RedisError:
        return False


def check_audit_chain(config: Config) -> Iterator[Finding]:
    """The audit trail is chained by day; a change afterwards shows."""
    from core.workflow import seal

    problems = seal.verify()
    yield _finding(
        "audit",
        _("Audit trail"),
        bool(problems),
        _("The audit trail was changed: %(days)s", days="; ".join(problems)),
        _("Find out who could write to the database, and restore the days from a backup."),
    )


def check_books(config: Config) -> Iterator[Finding]:
    """What addons keep books of adds up."""
    for found in hooks.ask("examine_books"):
        yield from found


def check_backup(config: Config) -> Iterator[Finding]:
    """A factory without a backup loses everything with its disk."""
    yield Finding(
        key="backup",
        title=_("Backup"),
        level="warning",
        sentence=_("No backup is configured here."),
        remedy=_("Back up the database and the files folder every night, and try a restore."),
    )


SETTINGS: tuple[Check, ...] = (
    check_debug,
    check_secret,
    check_readable,
    check_redis_password,
    check_https,
    check_time_zone,
    check_durability,
    check_clock,
)
STATE: tuple[Check, ...] = (check_migrations, check_custom_fields, check_disk, check_redis, check_outbox, check_backup)
THOROUGH: tuple[Check, ...] = (check_audit_chain, check_books)
