"""What somebody has to do with approvals: to decide, decided, submitted, and copies. Each page is one statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from core.actor import Actor, current_actor
from core.approvals.models import ApprovalCopy, ApprovalRequest, ApprovalTask, ApprovalTimer
from core.approvals.titles import kind_of, sees_amount, title_of
from core.db.session import db
from core.db.types import utcnow
from core.i18n import Text, _
from core.people.models import User

PAGE = 30
DECIDED = ("approved", "rejected", "auto", "moved")
BOXES: Mapping[str, Text] = {
    "todo": _("To do"),
    "done": _("Done"),
    "mine": _("Started by me"),
    "copies": _("Copied to me"),
}


@dataclass(frozen=True)
class Line:
    """One line of a box. `task` and `facts_hash` are there when the reader can decide from here; `mark` is a state."""

    request_id: int
    model: str
    record_id: int
    transition: str
    title: Text
    kind: Text
    initiator: str
    amount: Decimal | None
    at: datetime
    state: str
    due_at: datetime | None = None
    task: int | None = None
    facts_hash: str = ""
    is_unread: bool = False


@dataclass(frozen=True)
class Counts:
    """What waits for the reader: decisions, copies not yet read, and what was sent back to him."""

    todo: int
    unread: int
    returned: int


def count_todo(user_id: int | None) -> int:
    """How many decisions somebody can make now. One statement, answered by the index alone."""
    query = select(func.count(ApprovalTask.id)).where(*_todo(user_id))
    return db.session.scalar(query) or 0


def _todo(user_id: int | None) -> tuple[Any, ...]:
    return ApprovalTask.assignee_id == user_id, ApprovalTask.state == "todo"


def count_all(user_id: int | None) -> Counts:
    """All counts of the inbox. One statement."""
    todo = select(func.count(ApprovalTask.id)).where(*_todo(user_id))
    unread = select(func.count(ApprovalCopy.id)).where(ApprovalCopy.user_id == user_id, ApprovalCopy.read_at.is_(None))
    returned = select(func.count(ApprovalRequest.id)).where(
        ApprovalRequest.initiator_id == user_id, ApprovalRequest.state == "returned"
    )
    row = db.session.execute(select(*(q.scalar_subquery() for q in (todo, unread, returned)))).one()
    return Counts(*row)


def find_lines(box: str, text: str = "", page: int = 1, size: int = PAGE) -> tuple[list[Line], bool]:
    """A page of a box of the actor's, the newest first, and whether there is more. One statement.

    `text` is looked for in the names of the documents. An unknown box is “to do”.
    """
    actor = current_actor()
    query = QUERIES.get(box, _todo_query)(actor.user_id)
    if text:
        query = query.where(ApprovalRequest.title.icontains(text, autoescape=True))
    rows = db.session.execute(query.offset((page - 1) * size).limit(size + 1)).all()
    return [_line(row, actor) for row in rows[:size]], len(rows) > size


def _base(*more: Any) -> Select[Any]:
    """Requests with their initiator's name, to be joined with what makes up the box."""
    user = User.__table__
    return select(ApprovalRequest, user.c.name, *more).join(user, user.c.id == ApprovalRequest.initiator_id)


def _todo_query(user_id: int | None) -> Select[Any]:
    late = and_(
        ApprovalTimer.request_id == ApprovalTask.request_id,
        ApprovalTimer.task == ApprovalTask.n,
        ApprovalTimer.kind == "late",
    )
    return (
        _base(ApprovalTask, ApprovalTimer.due_at)
        .join(ApprovalTask, ApprovalTask.request_id == ApprovalRequest.id)
        .outerjoin(ApprovalTimer, late)
        .where(*_todo(user_id))
        .order_by(ApprovalTask.id.desc())
    )


def _done_query(user_id: int | None) -> Select[Any]:
    """Each request once, by the last thing the reader did."""
    acted = or_(ApprovalTask.state.in_(DECIDED), ApprovalTask.channel != "")
    mine = select(func.max(ApprovalTask.id)).where(ApprovalTask.assignee_id == user_id, acted)
    last = mine.group_by(ApprovalTask.request_id)
    return (
        _base(ApprovalTask)
        .join(ApprovalTask, ApprovalTask.request_id == ApprovalRequest.id)
        .where(ApprovalTask.id.in_(last))
        .order_by(ApprovalTask.id.desc())
    )


def _mine_query(user_id: int | None) -> Select[Any]:
    return _base().where(ApprovalRequest.initiator_id == user_id).order_by(ApprovalRequest.id.desc())


def _copies_query(user_id: int | None) -> Select[Any]:
    return (
        _base(ApprovalCopy)
        .join(ApprovalCopy, ApprovalCopy.request_id == ApprovalRequest.id)
        .where(ApprovalCopy.user_id == user_id)
        .order_by(ApprovalCopy.id.desc())
    )


QUERIES: Mapping[str, Callable[[int | None], Select[Any]]] = {
    "todo": _todo_query,
    "done": _done_query,
    "mine": _mine_query,
    "copies": _copies_query,
}


def _line(row: Any, actor: Actor) -> Line:
    request: ApprovalRequest = row[0]
    more = row[2] if len(row) > 2 else None
    task = more if isinstance(more, ApprovalTask) and more.state == "todo" else None
    return Line(
        request_id=request.id,
        model=request.model,
        record_id=request.record_id,
        transition=request.transition,
        title=title_of(request),
        kind=kind_of(request),
        initiator=row[1],
        amount=request.amount if sees_amount(actor, request) else None,
        at=_at(request, more),
        state="revoked" if request.revoked_at else request.state,
        due_at=row[3] if len(row) > 3 else None,
        task=task.n if task is not None else None,
        facts_hash=request.facts_hash if task is not None else "",
        is_unread=isinstance(more, ApprovalCopy) and more.read_at is None,
    )


def _at(request: ApprovalRequest, more: Any) -> datetime:
    """Since when it waits, when it was decided or copied, or when it was submitted."""
    if isinstance(more, ApprovalTask):
        return more.decided_at or more.at
    return more.at if isinstance(more, ApprovalCopy) else request.submitted_at


def titles(request_ids: Iterable[int], *, everybody: bool = False) -> dict[int, Text]:
    """What requests are called: those in which the actor was ever asked, or with `everybody` all. One statement."""
    query = select(ApprovalRequest).where(ApprovalRequest.id.in_(sorted(set(request_ids))))
    if not everybody:
        asked = select(ApprovalTask.request_id).where(ApprovalTask.assignee_id == current_actor().user_id)
        query = query.where(ApprovalRequest.id.in_(asked))
    return {request.id: title_of(request) for request in db.session.scalars(query)}


def mark_read(request_id: int) -> None:
    """The actor has looked at what was copied to him. Flushes."""
    mine = select(ApprovalCopy).where(
        ApprovalCopy.request_id == request_id, ApprovalCopy.user_id == current_actor().user_id
    )
    copy = db.session.scalar(mine)
    if copy is not None and copy.read_at is None:
        copy.read_at = utcnow()
        db.session.flush()
