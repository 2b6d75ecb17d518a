"""A model's records as cards in columns, one column per state or choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from core.actor import Actor
from core.db.session import db
from core.db.spec import ModelSpec
from core.errors import NotFound
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.views.columns import Column, columns_of, loading
from core.workflow.declare import Transition
from core.workflow.fire import available

CARDS = 50
MOST_CARDS = 200


@dataclass(frozen=True)
class Card:
    """One record on the board, with the ways out of its state."""

    record: Any
    transitions: list[Transition]


@dataclass(frozen=True)
class BoardColumn:
    """One column: its value, heading, colour, how many records it has in all, the cards shown."""

    key: str
    title: Text
    colour: str
    count: int
    cards: list[Card]


@dataclass(frozen=True)
class Board:
    """The whole board: columns in the order of the states or choices, what cards show."""

    columns: list[BoardColumn]
    fields: list[Column]


def board(spec: ModelSpec, actor: Actor, *, shown: int = CARDS) -> Board:
    """The board of a model; `NotFound` when it has none. One statement for counts and one per column."""
    view = current_registry().kanbans.get(spec.name)
    if view is None:
        raise NotFound(_("There is no board of these records."))
    by: Any = getattr(spec.model, view.by)
    counts: dict[Any, int] = dict(db.session.execute(select(by, func.count(spec.model.id)).group_by(by)).all())
    fields = columns_of(spec, actor, view.fields)
    columns = []
    for key, (title, colour) in headings(spec, view.by).items():
        query = select(spec.model).where(by == key).order_by(spec.model.id.desc()).limit(min(max(shown, 1), MOST_CARDS))
        records = db.session.scalars(query.options(*loading(spec, fields))).all() if counts.get(key) else []
        cards = [Card(record, available(record, actor) if view.by == "state" else []) for record in records]
        columns.append(BoardColumn(key, title, colour, counts.get(key, 0), cards))
    return Board(columns, fields)


def headings(spec: ModelSpec, by: str) -> dict[str, tuple[Text, str]]:
    """The columns' keys with title and colour."""
    workflow = current_registry().workflows.get(spec.name)
    if by == "state" and workflow is not None:
        return {key: (state.title, state.colour) for key, state in workflow.states.items()}
    return {key: (title, "secondary") for key, title in spec.fields[by].info.choices.items()}
