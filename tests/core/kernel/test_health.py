"""The doctor sees what is wrong, and a production start refuses what is unsafe."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from core.config import Config
from core.db.session import db
from core.db.types import utcnow
from core.errors import SetupError
from core.events.models import Delivery
from core.kernel import health
from core.testing.servers import redis
from core.workflow import audit

SAFE = {"secret_key": "k" * 48, "base_url": "https://mes.example", "production": True}


@pytest.fixture
def config(app: Flask, system: Any) -> Config:
    """The settings of a production instance with nothing wrong."""
    settings: Config = app.config["QINGMES"]
    settings.data_dir.chmod(0o700)
    return replace(settings, **SAFE)


def level(check: health.Check, config: Config) -> str:
    """How a check with one finding ends."""
    (finding,) = check(config)
    return finding.level


def test_a_safe_production_instance_starts(config: Config) -> None:
    health.refuse_unsafe(config)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("QINGMES_SECRET_KEY", {"secret_key": "short"}),
        ("QINGMES_REDIS_URL", {"redis_url": "redis://127.0.0.1:6379/0"}),
        ("QINGMES_TIMEZONE", {"timezone": "Asia/Atlantis"}),
    ],
)
def test_an_unsafe_setting_stops_a_production_start(config: Config, field: str, change: dict[str, Any]) -> None:
    with pytest.raises(SetupError) as raised:
        health.refuse_unsafe(replace(config, **change))
    assert (raised.value.field, bool(raised.value.remedy)) == (field, True)


def test_an_unsafe_setting_does_not_stop_a_trial(config: Config) -> None:
    health.refuse_unsafe(replace(config, secret_key="short", production=False))


def test_the_debug_mode_stops_a_production_start(app: Flask, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "DEBUG", True)
    with pytest.raises(SetupError, match="FLASK_DEBUG"):
        health.refuse_unsafe(config)


def test_a_data_folder_open_to_everybody_stops_a_production_start(config: Config) -> None:
    config.data_dir.chmod(0o755)
    with pytest.raises(SetupError, match="chmod"):
        health.refuse_unsafe(config)


def test_redis_with_a_password_is_in_order(config: Config) -> None:
    assert level(health.check_redis_password, replace(config, redis_url="redis://:secret@127.0.0.1/0")) == "ok"


def test_a_redis_that_does_not_answer_is_an_error(config: Config) -> None:
    assert level(health.check_redis, replace(config, redis_url="redis://127.0.0.1:1/0")) == "error"


@pytest.mark.redis
def test_a_redis_that_answers_is_in_order(config: Config) -> None:
    with redis() as server:
        assert level(health.check_redis, replace(config, redis_url=server.url)) == "ok"


def test_an_entry_from_the_future_shows_a_wrong_clock(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "utcnow", lambda: utcnow() + timedelta(minutes=10))
    audit.note("export", model="core.user")
    assert level(health.check_clock, config) == "error"


def test_a_disk_that_fills_up_is_seen(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    room = type("Usage", (), {"free": 2 * health.GIGABYTE})
    monkeypatch.setattr(health.shutil, "disk_usage", lambda path: room)
    assert level(health.check_disk, config) == "warning"


def test_a_job_nobody_runs_is_an_error(config: Config) -> None:
    due = utcnow() - timedelta(minutes=10)
    db.session.add(Delivery(kind="job", addon="core", target="core.x", due_at=due))
    waiting, failed = health.check_outbox(config)
    assert (waiting.level, failed.level) == ("error", "ok")


def test_a_job_that_failed_for_good_is_a_warning(config: Config) -> None:
    db.session.add(Delivery(kind="job", addon="core", target="core.x", state="dead"))
    waiting, failed = health.check_outbox(config)
    assert (waiting.level, failed.level) == ("ok", "warning")


def test_pending_migrations_are_an_error(config: Config) -> None:
    db.session.execute(text("DELETE FROM core_alembic_version"))
    db.session.commit()
    assert level(health.check_migrations, config) == "error"


def test_a_changed_audit_trail_is_an_error(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.workflow import seal

    monkeypatch.setattr(audit, "utcnow", lambda: utcnow() - timedelta(days=2))
    audit.note("export", model="core.user")
    seal.seal_finished_days()
    assert level(health.check_audit_chain, config) == "ok"
    db.session.execute(text("DROP TRIGGER core_audit_entry_no_update"))
    db.session.execute(text("UPDATE core_audit_entry SET user_name = 'nobody' WHERE action = 'export'"))
    assert level(health.check_audit_chain, config) == "error"


@pytest.mark.postgres
def test_durability_that_is_switched_off_is_an_error(pg_app: Flask, system: Any) -> None:
    settings = replace(pg_app.config["QINGMES"], **SAFE)
    db.session.execute(text("SET synchronous_commit = off"))
    assert level(health.check_durability, settings) == "error"


def test_every_finding_that_is_not_in_order_says_what_to_do(config: Config) -> None:
    findings = health.examine(config)
    assert [f.key for f in findings if (f.level != "ok") != bool(f.remedy)] == []
