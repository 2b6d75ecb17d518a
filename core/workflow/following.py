"""Who follows a record, and telling them what happens to it, as far as they may read it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select

from core.actor import Actor, current_actor
from core.db.base import Record
from core.db.scope import criterion, permission_of
from core.db.session import db
from core.events.notifications import notify
from core.i18n import Text
from core.people.grants import held_by_each
from core.workflow.audit import model_name
from core.workflow.models import Follower


def follow(record: Record, user_id: int) -> None:
    """Tell this user of the record from now on; once is enough. Flushes."""
    values = {"model": model_name(record), "record_id": record.id, "user_id": user_id}
    if db.session.scalar(select(Follower.id).filter_by(**values)) is None:
        db.session.add(Follower(**values))
        db.session.flush()


def unfollow(record: Record, user_id: int) -> None:
    """Stop telling this user."""
    db.session.execute(
        delete(Follower).where(
            Follower.model == model_name(record), Follower.record_id == record.id, Follower.user_id == user_id
        )
    )


def followers(record: Record) -> set[int]:
    """The ids of the users who follow a record."""
    query = select(Follower.user_id).where(Follower.model == model_name(record), Follower.record_id == record.id)
    return set(db.session.scalars(query))


def tell(record: Record, sentence: Text, *, besides: Iterable[int] = ()) -> None:
    """Notify the followers and those `besides`, except who is acting and whoever may not read the record.

    One statement when there is nobody to tell.
    """
    others = (followers(record) | set(besides)) - {current_actor().user_id}
    allowed = [user_id for user_id, actor in actors_of(others).items() if _may_read(record, actor)]
    if allowed:
        notify(sorted(allowed), sentence, link=record_path(record), kind="record")


def actors_of(user_ids: set[int]) -> dict[int, Actor]:
    """What each of these users may do, in one statement."""
    if not user_ids:
        return {}
    rights = held_by_each(user_ids)
    return {
        user_id: Actor(user_id=user_id, name="", channel="system", grants=tuple(held.grant for held in rights[user_id]))
        for user_id in user_ids & set(rights)
    }


def _may_read(record: Record, actor: Actor) -> bool:
    model = type(record)
    if not actor.can(permission_of(model, "read")):
        return False
    return db.session.scalar(select(model.id).where(model.id == record.id, criterion(model, actor))) is not None


def record_path(record: Record) -> str:
    """The address of a record's page."""
    addon, _dot, _noun = model_name(record).partition(".")
    return f"/m/{addon}/{record.__meta__.resource}/{record.id}"
