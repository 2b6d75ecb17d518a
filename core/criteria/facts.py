"""Conditions on frozen facts: what was true of a record at one moment, as plain values by path.

Approval flows decide on facts, so that what they saw can be kept, shown and decided on again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import select

from core.actor import SYSTEM, Actor, current_actor, elevated
from core.criteria.compare import Predicate, holds, predicate_of
from core.criteria.order import end_of
from core.criteria.paths import Path, find_path
from core.criteria.sql import lines_in, total_of
from core.criteria.tree import Leaf, Node, Not, check_facts, leaves
from core.criteria.words import NOT, Names, names_in, operator_words, or_empty, value_words, wanted_words
from core.db.session import db
from core.db.spec import FieldSpec, ModelSpec
from core.db.types import plain
from core.i18n import gettext

Facts = Mapping[str, Any]


def kinds_of(spec: ModelSpec, paths: Iterable[str]) -> dict[str, FieldSpec]:
    """The field at the end of each path, under the label of the whole path; `ValidationError` for unknown ones."""
    return {text: find_path(spec, text, SYSTEM).named_field for text in paths}


def collect(spec: ModelSpec, paths: Iterable[str], record: Any) -> dict[str, Any]:
    """What is now true of a record, as JSON values by path: decimals as text, dates in ISO, links as ids.

    `any(...)` and `all(...)` are the list of the lines' values. Read with every right, so the caller decides
    whom it is for. Flushes; one statement, and one more for each `any` or `all`.
    """
    found = [find_path(spec, text, SYSTEM) for text in paths]
    with elevated("the facts of a document are the same whoever submits it"):
        return {**_single(spec, [p for p in found if not p.is_each], record.id), **_each(spec, found, record.id)}


def _single(spec: ModelSpec, paths: list[Path], record_id: int) -> dict[str, Any]:
    model: Any = spec.model
    columns = [_column(model, path).label(f"fact_{n}") for n, path in enumerate(paths)]
    row = db.session.execute(select(model.id, *columns).where(model.id == record_id)).one()
    return {path.text: to_json(value) for path, value in zip(paths, row[1:], strict=True)}


def _column(model: Any, path: Path) -> Any:
    if path.total:
        return total_of(model, path, SYSTEM)
    return end_of(model, path.links, path.field, SYSTEM)


def _each(spec: ModelSpec, paths: list[Path], record_id: int) -> dict[str, Any]:
    model: Any = spec.model
    facts = {}
    for path in (p for p in paths if p.is_each):
        line, own = lines_in(model, path, SYSTEM)
        value = end_of(line, path.links, path.field, SYSTEM).label("fact")
        query = select(value).select_from(model).join(line, own).where(model.id == record_id).order_by(line.id)
        facts[path.text] = [to_json(found) for found in db.session.scalars(query)]
    return facts


def to_json(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, Decimal):
        return format(plain(value), "f")
    return value.isoformat() if isinstance(value, date) else value


def to_fact_predicate(kinds: Mapping[str, FieldSpec], tree: Any, actor: Actor) -> Callable[[Facts], bool]:
    """The function of a condition on facts; raises `ValidationError` for what is not among `kinds`.

    Named values and units are read now; the function itself needs no database. A fact that is not there, or
    is no value of its kind, is missing.
    """
    return predicate(check_facts(kinds, tree, actor))


def predicate(node: Node) -> Predicate:
    """The function of a tree checked against facts."""
    return predicate_of(node, _found)


def _found(facts: Facts, leaf: Leaf) -> Any:
    path = leaf.path
    if not path.is_each:
        return from_json(path.field, facts.get(path.text))
    values = facts.get(path.text)
    return [from_json(path.field, value) for value in values] if isinstance(values, list) else []


def from_json(field: FieldSpec, value: Any) -> Any:
    """A value out of JSON, typed by its field; None for one that cannot be of this kind."""
    readers: dict[str, Callable[[Any], Any]] = {
        "date": date.fromisoformat,
        "datetime": datetime.fromisoformat,
        "integer": int,
        "link": int,
        "boolean": bool,
    }
    if value is None:
        return None
    try:
        if field.kind not in readers and field.is_number:
            return Decimal(str(value))
        found = readers.get(field.kind, str)(value)
    except (ValueError, TypeError, ArithmeticError):
        return None
    return None if field.kind == "datetime" and found.tzinfo is None else found


class Reason(NamedTuple):
    """One comparison of a condition on facts: the fact, how it was compared with what, what it was, the result."""

    label: str
    operator: str
    wanted: str
    actual: str
    held: bool


def explain(kinds: Mapping[str, FieldSpec], tree: Any, facts: Facts, actor: Actor | None = None) -> list[Reason]:
    """Every comparison of a condition with the facts it met, in order, as people read it.

    Without `actor` “me” is whoever is acting. One statement per kind of link.
    """
    node = check_facts(kinds, tree, actor or current_actor())
    names = names_in(leaves(node), facts)
    return [_reason(leaf, negated, facts, names) for leaf, negated in _comparisons(node)]


def _comparisons(node: Node) -> Iterable[tuple[Leaf, bool]]:
    """The comparisons of a tree, each with whether it stands directly under `not`."""
    if isinstance(node, Leaf):
        return [(node, False)]
    if isinstance(node, Not):
        return [(node.part, True)] if isinstance(node.part, Leaf) else _comparisons(node.part)
    return [one for part in node.parts for one in _comparisons(part)]


def _reason(leaf: Leaf, negated: bool, facts: Facts, names: Names) -> Reason:
    op = NOT + leaf.op if negated else leaf.op
    field, actual = leaf.path.field, facts.get(leaf.path.text)
    values = actual if isinstance(actual, list) else [actual]
    known = [value if from_json(field, value) is not None else None for value in values]
    return Reason(
        label=str(leaf.path.label),
        operator=str(or_empty(leaf.path, op, operator_words(leaf.path, op))),
        wanted=wanted_words(leaf, names),
        actual=gettext(", ").join(value_words(field, value, names) for value in known),
        held=holds(leaf, _found(facts, leaf)) is not negated,
    )
