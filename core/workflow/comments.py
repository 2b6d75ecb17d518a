"""Remarks on records, the people named in them, and tags."""

from __future__ import annotations

import re

import marshmallow
from sqlalchemy import delete, select
from sqlalchemy.orm import selectinload

from core.actor import current_actor
from core.db.base import Record, display
from core.db.session import db
from core.errors import ValidationError
from core.i18n import _
from core.people.models import User
from core.workflow import following
from core.workflow.audit import model_name
from core.workflow.models import Comment, Tag
from core.workflow.text import clean_line, clean_text

MENTION = re.compile(r"(?<!\w)@([\w.\-]{1,80})")
MAX_LENGTH = 4000
MAX_TAG = 40
TOLD = 200


def comment(record: Record, text: str) -> Comment:
    """Add a remark; people named with `@sign-in name` and the record's followers are told. Flushes."""
    text = _clean(text)
    if not text or len(text) > MAX_LENGTH:
        raise ValidationError(_("A comment has 1 to %(max)s characters.", max=MAX_LENGTH))
    actor = current_actor()
    written = Comment(model=model_name(record), record_id=record.id, user_id=actor.user_id, text=text)
    db.session.add(written)
    if actor.user_id is not None:
        following.follow(record, actor.user_id)
    db.session.flush()
    sentence = _("%(name)s on %(record)s: %(text)s", name=actor.name, record=display(record), text=text[:TOLD])
    following.tell(record, sentence, besides=mentioned(text))
    return written


def find_comments(record: Record) -> list[Comment]:
    """The remarks on a record, oldest first, with their writers."""
    query = select(Comment).where(Comment.model == model_name(record), Comment.record_id == record.id)
    return list(db.session.scalars(query.order_by(Comment.id).options(selectinload(Comment.user))))


def mentioned(text: str) -> list[int]:
    """The ids of the active users named in a text, whether or not the writer reaches their records."""
    logins = {name.rstrip(".-") for name in MENTION.findall(text)}
    if not logins:
        return []
    table = User.__table__
    return list(db.session.scalars(select(table.c.id).where(table.c.login.in_(logins), table.c.active)))


def tags(record: Record) -> list[Tag]:
    """The words on a record, in alphabetical order."""
    query = select(Tag).where(Tag.model == model_name(record), Tag.record_id == record.id)
    return list(db.session.scalars(query.order_by(Tag.word)))


def add_tag(record: Record, word: str) -> None:
    """Put a word on a record; the same word twice is once. Flushes."""
    word = _clean(word, lines=False)
    if not word or len(word) > MAX_TAG:
        raise ValidationError(_("A tag has 1 to %(max)s characters.", max=MAX_TAG))
    if word not in {tag.word for tag in tags(record)}:
        db.session.add(Tag(model=model_name(record), record_id=record.id, word=word))
        db.session.flush()


def remove_tag(record: Record, tag_id: int) -> None:
    """Take a word off a record."""
    db.session.execute(delete(Tag).where(Tag.id == tag_id, Tag.model == model_name(record), Tag.record_id == record.id))


def _clean(text: str, *, lines: bool = True) -> str:
    try:
        return clean_text(text) if lines else clean_line(text)
    except marshmallow.ValidationError as error:
        raise ValidationError(str(error.messages[0])) from None
