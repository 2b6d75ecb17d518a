"""Records as plain values for customers' templates: texts as people read them, never an object of ours.

`record.number`, `record.partner.name`, `record.lines[0].item.code`; a link's own text is `record.partner.text`, the
bare number or ISO date of a field `record.raw.quantity`. What whoever prints may not see is an empty text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.actor import Actor
from core.db.spec import FieldSpec, ModelSpec
from core.i18n import Text
from core.kernel.registry import current_registry
from core.paper.sheets import Sheet
from core.views.columns import Column, resolve, text_of


@dataclass(frozen=True)
class Node:
    """One field a template may name: `name` there, its title, its column (None: not to be seen), whether editors leave
    it out, what it leads to."""

    name: str
    title: Text
    column: Column | None
    is_hidden: bool
    target: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Tree:
    """The fields of a model, and those of its line tables by name."""

    nodes: tuple[Node, ...]
    lines: dict[str, tuple[Node, ...]] = field(default_factory=dict)

    def loads(self) -> Iterator[str]:
        """The paths to read with the records."""
        yield from _paths(self.nodes)
        for name, nodes in self.lines.items():
            yield from (f"{name}.{path}" for path in _paths(nodes))


def tree_of(spec: ModelSpec, actor: Actor) -> Tree:
    """What templates of a model may name, with what this actor may see of it; links are followed once, lines' too."""
    registry = current_registry()
    lines = {name: _nodes(registry.models[line.model], actor, 1) for name, line in spec.lines.items()}
    return Tree(_nodes(spec, actor, 1), lines)


def _nodes(spec: ModelSpec, actor: Actor | None, depth: int) -> tuple[Node, ...]:
    """The fields of a model; with no actor (what leads here is hidden) every one is hidden."""
    return tuple(_node(spec, f, actor, depth) for f in spec.fields.values() if f.kind != "json")


def _node(spec: ModelSpec, field_: FieldSpec, actor: Actor | None, depth: int) -> Node:
    column = resolve(spec, field_.name, actor) if actor is not None else None
    target = current_registry().models.get(field_.target or "")
    inner: tuple[Node, ...] = ()
    if target is not None and field_.relation and depth:
        may_read = actor is not None and column is not None and actor.can(target.permission("read"))
        inner = _nodes(target, actor if may_read else None, depth - 1)
    return Node(field_.relation or field_.name, field_.label, column, field_.info.hidden, inner)


def _paths(nodes: tuple[Node, ...]) -> Iterator[str]:
    for node in nodes:
        if node.column is not None:
            yield node.name
            yield from (f"{node.name}.{path}" for path in _paths(node.target))


def plain_record(tree: Tree, sheet: Sheet, scan_code: str) -> dict[str, Any]:
    """A record with its lines as nested dictionaries of texts, in the language of the moment."""
    lines = {name: [_values(nodes, line) for line in getattr(sheet.record, name)] for name, nodes in tree.lines.items()}
    return {**_values(tree.nodes, sheet.record), "text": sheet.title, "scan_code": scan_code, **lines}


def plain_labels(tree: Tree) -> dict[str, Any]:
    """What the fields are called, by name, and those of lines."""
    lines = {name: {n.name: str(n.title) for n in nodes} for name, nodes in tree.lines.items()}
    return {**{n.name: str(n.title) for n in tree.nodes}, **lines}


def _values(nodes: tuple[Node, ...], record: Any) -> dict[str, Any]:
    values: dict[str, Any] = {"raw": {}}
    for node in nodes:
        value = node.column.value(record) if node.column is not None and record is not None else None
        text = text_of(node.column, value) if node.column is not None else ""
        values["raw"][node.name] = _raw(value)
        values[node.name] = {"text": text, **_values(node.target, value)} if node.target else text
    return values


def _raw(value: Any) -> Any:
    """A number or date in full, for reckoning in a template."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value if isinstance(value, (int, str)) else ""
