"""Printing in the background: a printout is ordered, made by a job with its user's rights, and fetched by him."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from core.actor import acting, current_actor
from core.db.scope import get_or_none
from core.db.session import db
from core.db.types import utcnow
from core.errors import NotFound, QingmesError
from core.events.notifications import notify
from core.events.outbox import defer
from core.events.running import Progress
from core.i18n import _
from core.kernel.registry import current_registry
from core.paper.choosing import choose
from core.paper.models import Printout
from core.paper.printing import Order, make_ready
from core.people.grants import actor_for
from core.people.models import User
from core.workflow.attachments import storage

KEPT = timedelta(days=7)
STEP = 5


def order_printout(order: Order) -> Printout:
    """Have a job print this for whoever asks. Flushes."""
    from core.builtin.jobs import print_in_background

    order.check()
    actor = current_actor()
    spec = current_registry().model(order.model)
    choice = choose(spec, actor, order.paper)
    if actor.user_id is None:
        raise NotFound(_("The system itself prints nothing."))
    printout = Printout(
        user_id=actor.user_id,
        title=f"{choice.title} ({len(order.ids)})",
        order=order.to_json(),
        total=len(order.ids),
    )
    db.session.add(printout)
    db.session.flush()
    defer(print_in_background, printout_id=printout.id)
    return printout


def get_printout(printout_id: int) -> Printout:
    """One of the actor's own printouts; `NotFound` otherwise."""
    query = select(Printout).where(Printout.id == printout_id, Printout.user_id == current_actor().user_id)
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(_("There is no such printout; it may have been tidied away."))
    return found


def read_file(printout: Printout) -> bytes:
    """The PDF of a printout that is done; `NotFound` otherwise."""
    if printout.key is None:
        raise NotFound(_("This printout is not done yet."))
    return storage().read(printout.key)


def make(printout_id: int) -> Iterator[Progress]:
    """The job: print with the rights its user has now, tell him, keep the file. A refusal ends it with its sentence."""
    printout = db.session.get(Printout, printout_id)
    user = get_or_none(User, printout.user_id) if printout is not None else None
    if printout is None or user is None or printout.key is not None:
        return
    actor = actor_for(user, "job")
    try:
        with acting(actor):
            run = make_ready(Order.from_json(printout.order)).run()
        for done in run:
            if done % STEP == 0:
                yield _get_on(printout_id, done)
    except QingmesError as error:
        _end(printout_id, refusal=str(error))
        return
    key = f"prints/{secrets.token_hex(16)}"
    storage().write(key, run.pdf)
    _end(printout_id, key=key, pages=run.pages)


def _get_on(printout_id: int, done: int) -> Progress:
    printout = _row(printout_id)
    printout.done = min(done, printout.total)
    return Progress(done=printout.done, total=printout.total)


def _end(printout_id: int, *, refusal: str | None = None, key: str | None = None, pages: int | None = None) -> None:
    printout = _row(printout_id)
    printout.refusal, printout.key, printout.pages = refusal, key, pages
    printout.done = printout.total
    text = (
        _("“%(title)s” could not be printed.", title=printout.title)
        if refusal
        else _("“%(title)s” is ready to print.", title=printout.title)
    )
    notify([printout.user_id], text, link=f"/paper/printouts/{printout_id}")


def _row(printout_id: int) -> Printout:
    """The row as it is now: each step is a transaction of its own."""
    return db.session.get_one(Printout, printout_id)


def purge() -> None:
    """Forget printouts of a week ago, with their files."""
    old = db.session.scalars(select(Printout).where(Printout.at < utcnow() - KEPT)).all()
    kept = storage()
    for printout in old:
        path = f"{kept.root}/{printout.key}"
        if printout.key is not None and kept.files.exists(path):
            kept.files.rm(path)
        db.session.delete(printout)
    db.session.flush()
