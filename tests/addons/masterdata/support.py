"""What several of these tests share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.actor import Actor
from core.db import db
from core.kernel.registry import current_registry
from core.people.grants import actor_for
from core.people.models import OrgUnit, Post, User
from core.testing.people import make_user
from core.workflow.records import create_record, update_record


def create(model: str, **values: Any) -> Any:
    """Make a record as a form or the API would."""
    return create_record(current_registry().model(model), values)


def change(record: Any, **values: Any) -> Any:
    """Change a record as a form or the API would."""
    spec = current_registry().spec_of(record)
    return update_record(spec, record.id, values, version=getattr(record, "version", None))


def on_post(code: str) -> User:
    """A user who holds this starter post, in the post's org unit."""
    post = db.session.scalars(select(Post).where(Post.code == code)).one()
    unit = db.session.get(OrgUnit, post.org_unit_id)
    return make_user(unit=unit, posts=[post])


def actor_on(code: str) -> Actor:
    """The actor such a user is."""
    return actor_for(on_post(code), "web")


def unit_id(code: str) -> int:
    """The id of a starter org unit."""
    return db.session.scalars(select(OrgUnit.id).where(OrgUnit.code == code)).one()
