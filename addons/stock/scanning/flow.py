"""What all scan pages have in common: what is kept between scans, what the page shows, and doing a thing once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from addons.stock.models import KeeperScan
from core.actor import current_actor
from core.db import db
from core.errors import QingmesError
from core.i18n import Text, gettext

Kept = Mapping[str, str]


@dataclass(frozen=True)
class Slot:
    """Something that is known by now, or is still to be scanned: what it is called, and what was scanned.

    `wanted` is what is to be scanned, where that is known.
    """

    title: Text
    value: str = ""
    more: Text = ""
    wanted: str = ""


@dataclass(frozen=True)
class Row:
    """A line under the scans: what there is, and how much."""

    title: str
    amount: str = ""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What a task makes of a scan.

    `kept` is what it wants to be told with the next scan, `prompt` what it asks for, `preset` what Enter alone
    answers. `news` is the sentence about what was just done; `done` says that something was. `opens` is the address
    of a page that Enter alone opens, and what it is called.
    """

    kept: Kept = field(default_factory=dict)
    prompt: Text = ""
    preset: str = ""
    is_quantity: bool = False
    slots: Sequence[Slot] = ()
    rows: Sequence[Row] = ()
    news: str = ""
    done: bool = False
    opens: tuple[str, Text] | None = None


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing a keeper does with a gun. `take(kept, text)` answers a scan; an empty text only shows.

    It raises a `QingmesError` for what cannot be, and then nothing has changed.
    """

    name: str
    title: Text
    icon: str
    permission: str
    take: Callable[[Kept, str], Turn]


@dataclass(frozen=True)
class Screen:
    """What the page shows: the turn, the id of the next event, and why the last scan was refused, if it was."""

    turn: Turn
    event_id: str
    refusal: str = ""


def advance(task: Task, event_id: str, kept: Kept, text: str) -> Screen:
    """Take one scan. What it does is done together with the note that it was; a scan sent twice is answered alike."""
    known = _done_before(event_id)
    if known is not None:
        return Screen(_shown(task, kept, known), new_event())
    try:
        with db.session.begin_nested():
            turn = task.take(kept, text)
            if turn.done:
                _note(task, event_id, turn)
    except QingmesError as error:
        return Screen(_shown(task, kept), event_id, str(error))
    except IntegrityError:  # sent twice at the same moment
        return Screen(_shown(task, kept, _done_before(event_id) or ""), new_event())
    except (KeyError, ValueError):  # what the page keeps was not written by us
        return Screen(task.take({}, ""), new_event(), gettext("Start over: the page has lost what was scanned."))
    return Screen(turn, new_event())


def _done_before(event_id: str) -> str | None:
    """What a scan was answered with that has done something already."""
    return db.session.scalar(select(KeeperScan.news).where(KeeperScan.event_id == event_id))


def _shown(task: Task, kept: Kept, news: str = "") -> Turn:
    """The page as it is without a scan; from the beginning when what was kept is not there any more."""
    try:
        turn = task.take(kept, "")
    except (QingmesError, KeyError, ValueError):
        turn = task.take({}, "")
    return turn if not news else Turn(**{**vars(turn), "news": news})


def _note(task: Task, event_id: str, turn: Turn) -> None:
    db.session.add(KeeperScan(event_id=event_id, task=task.name, user_id=current_actor().user_id, news=turn.news[:400]))
    db.session.flush()


def new_event() -> str:
    """The id of the next event of a page."""
    return str(uuid.uuid4())
