"""Slowing down, then stopping, whoever guesses passwords: by account and by address."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import delete, select

from core.db.session import db
from core.db.types import utcnow
from core.errors import TooManyRequests
from core.i18n import _
from core.people.models import SignInAttempt

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_ADDRESS = 100
STEPS = 5


def check(login: str, address: str | None) -> None:
    """Raise `TooManyRequests` while this account or this address must wait. One statement.

    After half of 10 failures of an account, or of 100 of an address, in 15 minutes, each further try waits
    longer: 1, 2, 4, 8, 16 seconds. After all of them nothing is tried until the oldest are 15 minutes old.
    """
    account, place = _keys(login, address)
    now = utcnow()
    failures: dict[str, list[datetime]] = defaultdict(list)
    rows = db.session.execute(
        select(SignInAttempt.key, SignInAttempt.at)
        .where(SignInAttempt.key.in_((account, place)), SignInAttempt.at > now - WINDOW)
        .order_by(SignInAttempt.at.desc())
        .limit(PER_ACCOUNT + PER_ADDRESS)
    )
    for key, at in rows:
        failures[key].append(at)
    until = max(_opens(failures[account], PER_ACCOUNT, now), _opens(failures[place], PER_ADDRESS, now))
    if until > now:
        _refuse(ceil((until - now).total_seconds()))


def _opens(failures: list[datetime], most: int, now: datetime) -> datetime:
    """When the next try is allowed; `failures` are the newest first."""
    half = most // 2
    if len(failures) >= most:
        return failures[most - 1] + WINDOW
    if len(failures) >= half:
        return failures[0] + timedelta(seconds=2 ** ((len(failures) - half) * STEPS // half))
    return now


def _refuse(seconds: int) -> None:
    if seconds > 60:
        minutes = ceil(seconds / 60)
        sentence = _("Too many failed attempts. Wait %(minutes)s minutes, then try again.", minutes=minutes)
    else:
        sentence = _("Too many failed attempts. Wait %(seconds)s seconds, then try again.", seconds=seconds)
    raise TooManyRequests(sentence, retry_after=seconds)


def note_failure(login: str, address: str | None) -> None:
    """Count a failure against the account and the address, and forget old ones. Flushes."""
    db.session.add_all([SignInAttempt(key=key) for key in _keys(login, address)])
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.at < utcnow() - 4 * WINDOW))
    db.session.flush()


def forget(login: str) -> None:
    """A success clears the account's failures."""
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.key == _keys(login, None)[0]))


def _keys(login: str, address: str | None) -> tuple[str, str]:
    return f"account:{login.lower()[:80]}", f"address:{address or '-'}"
