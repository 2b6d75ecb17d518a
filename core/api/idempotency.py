"""The same POST twice has one effect: answers are kept under the `Idempotency-Key` the caller chose.

The key is claimed in the request's own transaction, so a concurrent duplicate waits for it on the unique
index, and a request that broke (5xx) leaves no trace.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.actor import current_actor
from core.api.models import IdempotencyKey
from core.db.session import db
from core.db.types import utcnow
from core.errors import QingmesError, ValidationError
from core.i18n import _
from core.web import errors

KEPT_FOR = timedelta(days=30)
LONGEST_KEY = 200
REPEATED_HEADERS = ("Location", "ETag", "Content-Type")
MAX_BODY = 2 * 1024 * 1024

View = Callable[..., ResponseReturnValue]


def once(view: View) -> View:
    """Let a view honour `Idempotency-Key`: the same request gets the same answer, refusals too."""

    @wraps(view)
    def wrapper(**arguments: Any) -> ResponseReturnValue:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return view(**arguments)
        _check(key)
        hashed = _request_hash()
        kept = _claim(key, hashed)
        if kept is not None:
            return _again(kept, hashed)
        try:
            response = make_response(view(**arguments))
        except QingmesError as error:
            response = make_response(errors.refused(error))  # rolls back, the claim with it
            if _claim(key, hashed) is not None:
                return response
        _keep(key, response)
        return response

    return wrapper


def _check(key: str) -> None:
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        sentence = _("Send 1 to %(length)s printable ASCII characters.", length=LONGEST_KEY)
        raise ValidationError(sentence, fields={"Idempotency-Key": [sentence]})


def _request_hash() -> str:
    request.max_content_length = MAX_BODY
    head = f"{request.method}\n{request.path}\n{request.query_string.decode('latin-1')}\n"
    return hashlib.sha256(head.encode() + request.get_data()).hexdigest()


def _claim(key: str, hashed: str) -> IdempotencyKey | None:
    """None when the key is now ours; otherwise what is kept of the request that had it before."""
    if _insert(key, hashed):
        return None
    kept = _kept(key)
    if utcnow() - kept.created_at < KEPT_FOR:
        return kept
    db.session.delete(kept)
    db.session.flush()
    return None if _insert(key, hashed) else _kept(key)


def _kept(key: str) -> IdempotencyKey:
    return db.session.scalars(select(IdempotencyKey).where(*_mine(key))).one()


def _mine(key: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return IdempotencyKey.user_id == current_actor().user_id, IdempotencyKey.key == key


def _insert(key: str, hashed: str) -> bool:
    """Take the key unless it is taken; waits for a transaction that is about to take it."""
    dialect: Any = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(IdempotencyKey).values(
        user_id=current_actor().user_id,
        key=key,
        method=request.method,
        path=request.path[:255],
        request_hash=hashed,
        headers={},
        body="",
        created_at=utcnow(),
    )
    taken = db.session.execute(statement.on_conflict_do_nothing().returning(IdempotencyKey.id))
    return taken.scalar() is not None


def _keep(key: str, response: Response) -> None:
    headers = {name: response.headers[name] for name in REPEATED_HEADERS if name in response.headers}
    db.session.execute(
        update(IdempotencyKey)
        .where(*_mine(key))
        .values(status=response.status_code, headers=headers, body=response.get_data(as_text=True))
        .execution_options(synchronize_session=False)
    )


def _again(kept: IdempotencyKey, hashed: str) -> Response:
    if kept.request_hash != hashed:
        sentence = _("This key was used for another request; take a new one.")
        raise ValidationError(sentence, fields={"Idempotency-Key": [sentence]})
    return Response(kept.body, kept.status, {**kept.headers, "Idempotent-Replayed": "true"})


def forget_old() -> int:
    """Delete answers older than 30 days; returns how many. One statement."""
    old = delete(IdempotencyKey).where(IdempotencyKey.created_at < utcnow() - KEPT_FOR)
    gone: Any = db.session.execute(old.execution_options(synchronize_session=False))
    return int(gone.rowcount)
