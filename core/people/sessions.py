"""Signed-in browsers: starting, recognising and ending them."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import request
from flask import session as cookie
from sqlalchemy import Connection, Executable, select, update
from sqlalchemy.orm import joinedload

from core.db.session import db, writing
from core.db.types import utcnow
from core.people.inputs import harmless
from core.people.models import ApiToken, User, UserSession
from core.people.secrets import new_token, token_hash

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
TOUCH_EVERY = timedelta(minutes=5)
COOKIE_KEY = "session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def start(user: User) -> UserSession:
    """Sign a user in on this browser under a fresh id. Flushes."""
    session = UserSession(
        token_hash=_new_cookie(),
        user_id=user.id,
        address=request.remote_addr,
        agent=harmless(request.headers.get("User-Agent", ""))[:255],
    )
    db.session.add(session)
    db.session.flush()
    return session


def renew(session_id: int | None) -> None:
    """Give the session in use a fresh id, as after a change of password; the old id is worth nothing. Flushes."""
    session = db.session.get(UserSession, session_id) if session_id is not None else None
    if session is not None:
        session.token_hash = _new_cookie()
        db.session.flush()


def _new_cookie() -> str:
    """Put a fresh session id into the browser's cookie, and nothing else; returns its hash."""
    token = new_token()
    cookie.clear()
    cookie.permanent = True
    cookie[COOKIE_KEY] = token
    return token_hash(token)


def find_current() -> UserSession | None:
    """The session of this request's cookie with its user and org unit, or None. One statement."""
    token = cookie.get(COOKIE_KEY)
    if not isinstance(token, str):
        return None
    found = db.session.scalar(
        select(UserSession)
        .where(UserSession.token_hash == token_hash(token), UserSession.ended_at.is_(None))
        .options(joinedload(UserSession.user).joinedload(User.org_unit))
    )
    return found if found is not None and is_alive(found) else None


def is_alive(session: UserSession, now: datetime | None = None) -> bool:
    """Whether a session still counts: used within 12 hours, at most 7 days old, its user active."""
    now = now or utcnow()
    fresh = now - session.seen_at < IDLE and now - session.created_at < ABSOLUTE
    return session.ended_at is None and fresh and session.user.active


def touch(session: UserSession) -> None:
    """Note that a session is in use, at most every five minutes."""
    if utcnow() - session.seen_at >= TOUCH_EVERY:
        _note_use(update(UserSession).where(UserSession.id == session.id).values(seen_at=utcnow()))


def touch_token(token: ApiToken) -> None:
    """Note that a token is in use, at most every five minutes."""
    if token.used_at is None or utcnow() - token.used_at >= TOUCH_EVERY:
        _note_use(update(ApiToken).where(ApiToken.id == token.id).values(used_at=utcnow()))


def _note_use(statement: Executable) -> None:
    """A request that only reads commits nothing, so the note has a transaction of its own.

    One that writes takes it along: a second transaction would wait for the first one's lock on SQLite.
    """
    if request.method not in SAFE_METHODS:
        db.session.execute(statement)
        return
    with writing(), db.engine.begin() as connection:
        connection.execute(statement)


def find_open(user_id: int) -> list[UserSession]:
    """A user's sessions that still count, the last used first."""
    query = select(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    found = db.session.scalars(query.options(joinedload(UserSession.user)).order_by(UserSession.seen_at.desc()))
    return [session for session in found if is_alive(session)]


def end(session_id: int, user_id: int) -> None:
    """End one session of a user."""
    db.session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.user_id == user_id, UserSession.ended_at.is_(None))
        .values(ended_at=utcnow())
    )


def end_all(user_id: int, *, except_id: int | None = None) -> None:
    """End every session of a user, but perhaps the one in use."""
    db.session.execute(
        update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.ended_at.is_(None), UserSession.id != (except_id or 0))
        .values(ended_at=utcnow())
    )


def end_everything(connection: Connection, user_id: int) -> None:
    """End all sessions and revoke all tokens of somebody who may not come back, in this transaction."""
    for table, ended in ((UserSession, UserSession.ended_at), (ApiToken, ApiToken.revoked_at)):
        connection.execute(update(table).where(table.user_id == user_id, ended.is_(None)).values({ended: utcnow()}))
