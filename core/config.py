"""Settings, read once from the environment (`QINGMES_*`). Every one has a safe default."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Config:
    """How this instance runs. Built by `Config.from_env()`; tests build their own.

    `redis_url` None means embedded: jobs run in a thread of the web process.
    `only` restricts discovery to these addons, `block` leaves some out. `password_policy` names a preset of
    `core.people.passwords`; with `require_two_factor` administrators must have a second factor.
    `private_hosts` (`host` or `host:port`) may be called by webhooks and robots though they are not on the internet.
    """

    data_dir: Path
    database_url: str
    secret_key: str = field(repr=False)
    redis_url: str | None = None
    addons_path: tuple[Path, ...] = ()
    block: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    timezone: str = "Asia/Shanghai"
    locale: str = "zh"
    base_url: str = "http://127.0.0.1:8080"
    smtp_url: str | None = None
    mail_from: str = "qingmes@localhost"
    production: bool = False
    trusted_proxies: int = 0
    password_policy: str = "default"  # noqa: S105 - the name of a preset
    require_two_factor: bool = False
    private_hosts: frozenset[str] = frozenset()
    testing: bool = False

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is used."""
        return self.database_url.startswith("sqlite")

    @property
    def files_dir(self) -> Path:
        """Where attachments are kept by the local storage."""
        return self.data_dir / "files"

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Config:
        """Read `QINGMES_*`; creates the data directory and, once, a secret key in it."""
        data_dir = Path(env.get("QINGMES_DATA", "var")).resolve()
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(
            data_dir=data_dir,
            database_url=env.get("QINGMES_DATABASE_URL", f"sqlite:///{data_dir / 'qingmes.db'}"),
            secret_key=env.get("QINGMES_SECRET_KEY") or _kept_secret(data_dir / "secret.key"),
            redis_url=env.get("QINGMES_REDIS_URL") or None,
            addons_path=tuple(Path(p).resolve() for p in _split(env.get("QINGMES_ADDONS_PATH", ""), os.pathsep)),
            block=frozenset(_split(env.get("QINGMES_BLOCK", ""), ",")),
            only=frozenset(_split(env["QINGMES_ONLY"], ",")) if "QINGMES_ONLY" in env else None,
            timezone=env.get("QINGMES_TIMEZONE", "Asia/Shanghai"),
            locale=env.get("QINGMES_LOCALE", "zh"),
            base_url=env.get("QINGMES_BASE_URL", "http://127.0.0.1:8080").rstrip("/"),
            smtp_url=env.get("QINGMES_SMTP_URL") or None,
            mail_from=env.get("QINGMES_MAIL_FROM", "qingmes@localhost"),
            production=env.get("QINGMES_PRODUCTION", "") == "1",
            trusted_proxies=int(env.get("QINGMES_TRUSTED_PROXIES", "0")),
            password_policy=env.get("QINGMES_PASSWORD_POLICY", "default"),
            require_two_factor=env.get("QINGMES_REQUIRE_TWO_FACTOR", "") == "1",
            private_hosts=frozenset(_split(env.get("QINGMES_PRIVATE_HOSTS", "").lower(), ",")),
        )


def _split(text: str, separator: str) -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]


def _kept_secret(path: Path) -> str:
    """The instance's secret key, made at first start and readable by its owner only."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
