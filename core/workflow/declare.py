"""How an addon declares the states of a document and the ways between them: `WORKFLOWS` of `workflows.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from core.i18n import Text

Colour = Literal["secondary", "blue", "azure", "orange", "yellow", "green", "red", "purple", "teal"]


@dataclass(frozen=True, kw_only=True)
class State:
    """One state: what people read, and the colour of its badge."""

    title: Text
    colour: Colour = "secondary"


@dataclass(frozen=True, kw_only=True)
class Approvable:
    """What approval flows may know of a document. Everything has a sensible default.

    `facts` are field paths as in criteria (`item.category_id`, `sum(lines.amount)`); empty: the fields people
    write, and what can be summed of the lines. `amount` is the path of the amount. `material` are the fields and
    line tables nobody may change while it waits for approval; empty: all. `undo` names the transition that takes
    it back, asked for by “revoke”. `starter` is a definition of a flow offered under `starter_title` when one is
    made; it names posts by their starter codes.
    """

    facts: tuple[str, ...] = ()
    amount: str = ""
    material: tuple[str, ...] = ()
    undo: str = ""
    starter: Mapping[str, Any] = field(default_factory=dict)
    starter_title: Text = ""


@dataclass(frozen=True, kw_only=True)
class Transition:
    """A named way from some states to another, run only by `fire()`.

    `permission` is the full permission name. `effect(record, **params)` runs inside the transaction after
    the checks, before the state changes; it raises a `QingmesError` to refuse. `event(record)` builds an
    event published with it. `params` names the extra inputs the effect takes (`reason`), as a marshmallow
    field each. `approvable` lets an administrator put an approval flow before it;
    an `Approvable` says what such flows may know. `confirm` asks first.
    `by_program`: services fire it when something has happened; people are never offered it.
    """

    name: str
    title: Text
    from_: tuple[str, ...]
    to: str
    permission: str
    effect: Callable[..., None] | None = None
    event: Callable[[Any], Any] | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    approvable: bool | Approvable = False
    confirm: Text = ""
    colour: Colour = "blue"
    icon: str = ""
    by_program: bool = False


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """The life of one model's documents. `editable_in` are the states whose fields people may change."""

    model: str
    states: Mapping[str, State]
    initial: str
    transitions: tuple[Transition, ...]
    editable_in: tuple[str, ...]
    deletable_in: tuple[str, ...] = ()

    def transition(self, name: str) -> Transition | None:
        """The transition of this name, or None."""
        return next((t for t in self.transitions if t.name == name), None)
