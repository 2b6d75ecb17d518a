"""The condition of a way as rows in the designer: a fact, a comparison, a value; all or any of them must hold.

Whatever a person cannot say in rows (a group within a group, brought by the API) is shown as a sentence and kept
as it is until he replaces it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.criteria.offered import operators_of
from core.criteria.paths import EACH, Path
from core.criteria.words import NOT
from core.db.spec import FieldSpec
from core.i18n import Text
from core.views.columns import choices_of
from core.web.addresses import LARGEST_ID

MOST_ROWS = 20
Kinds = Mapping[str, FieldSpec]


@dataclass
class Row:
    """One comparison as it stands in the form; `values` are what its inputs show, as text."""

    fact: str
    op: str = ""
    values: list[str] = field(default_factory=list)
    error: str = ""


@dataclass
class Condition:
    """A condition as rows. `kept` is a tree rows cannot say, with `sentence` to read it by."""

    join: str = "and"
    rows: list[Row] = field(default_factory=list)
    kept: Any = None


def is_unfinished(condition: Condition) -> bool:
    """Whether a row still waits for its value."""
    needed = {"empty": 0, "between": 2}
    given = ((needed.get(row.op.removeprefix(NOT), 1), [v for v in row.values if v]) for row in condition.rows)
    return any(len(values) < number for number, values in given)


def to_rows(tree: Any) -> Condition:
    """The rows of a tree."""
    join, parts = _parts(tree)
    rows = [row for row in map(_row, parts or ()) if row is not None]
    return Condition(join, rows) if parts is not None and len(rows) == len(parts) else Condition(kept=tree)


def _parts(tree: Any) -> tuple[str, list[Any] | None]:
    if isinstance(tree, dict) and len(tree) == 1:
        ((join, parts),) = tree.items()
        if join in ("and", "or") and isinstance(parts, list):
            return join, parts
    return "and", [tree] if isinstance(tree, dict) and tree else None


def _row(part: Any) -> Row | None:
    negated = isinstance(part, dict) and set(part) == {"not"}
    leaf = part["not"] if negated else part
    if not isinstance(leaf, dict) or "field" not in leaf:
        return None
    value = leaf.get("value")
    values = [] if value is None else value if isinstance(value, list) else [value]
    if any(isinstance(v, (dict, list)) for v in values):
        return None
    texts = [str(v).lower() if isinstance(v, bool) else str(v) for v in values]
    return Row(leaf["field"], (NOT if negated else "") + str(leaf.get("op")), texts)


def to_tree(condition: Condition, kinds: Kinds) -> Any:
    """The tree of the rows, unchecked."""
    if condition.kept is not None:
        return condition.kept
    parts = [_leaf(row, kinds) for row in condition.rows]
    return parts[0] if len(parts) == 1 else {condition.join: parts}


def _leaf(row: Row, kinds: Kinds) -> dict[str, Any]:
    op = row.op.removeprefix(NOT)
    leaf: dict[str, Any] = {"field": row.fact, "op": op}
    if op != "empty":
        values = [to_value(text, kinds.get(row.fact)) for text in row.values]
        leaf["value"] = values if op in ("in", "between") else values[0] if values else ""
    return {"not": leaf} if row.op.startswith(NOT) else leaf


def to_value(text: str, fact: FieldSpec | None) -> Any:
    """What was typed, as JSON of the fact's kind; unchecked."""
    if fact is not None and fact.kind == "boolean":
        return text == "true"
    is_id = fact is not None and fact.kind == "link" and text.isdecimal() and int(text) <= LARGEST_ID
    return int(text) if is_id else text


def read_rows(form: Any, kinds: Kinds) -> Condition:
    """The rows a form sent; a fact just changed gets the first comparison it takes."""
    if form.get("condition-kept") and form.get("do") != "replace-condition":
        return Condition(kept={})  # the caller puts the tree that is there into its place
    numbers = range(min(form.get("condition-rows", 0, type=int), MOST_ROWS))
    rows = [_read_row(form, f"condition-{n}", kinds) for n in numbers if form.get("do") != f"remove-condition-{n}"]
    if form.get("do") == "add-condition":
        rows.append(Row(next(iter(kinds)), "", []))
    for row in rows:
        offered = operators(row.fact, kinds)
        row.op = row.op if row.op in offered else next(iter(offered), "eq")
    return Condition("or" if form.get("condition-join") == "or" else "and", rows)


def _read_row(form: Any, name: str, kinds: Kinds) -> Row:
    fact = form.get(name, "")
    fresh = fact != form.get(f"{name}-was", fact)
    values = [] if fresh else [text.replace("\x00", "").strip()[:200] for text in form.getlist(f"{name}-value")]
    return Row(fact, "" if fresh else form.get(f"{name}-op", ""), values)


def path_of(fact: str, kinds: Kinds) -> Path:
    """A fact as criteria know paths."""
    total = fact.partition("(")[0]
    return Path(fact, kinds[fact], kinds[fact].label, total=total if total in EACH else "")


def operators(fact: str, kinds: Kinds) -> dict[str, Text]:
    """What can be asked of a fact; nothing of one that is not known."""
    if fact not in kinds:
        return {}
    offered = operators_of(path_of(fact, kinds), choices_of("", kinds[fact]))
    order = ("gt", "gte", "lt", "lte") if kinds[fact].is_number else ()
    return {op: offered[op] for op in (*order, *offered) if op in offered}


def choices(fact: str, kinds: Kinds) -> Mapping[str, Text]:
    """The codes a fact may hold, by what they are called."""
    return kinds[fact].info.choices if fact in kinds else {}
