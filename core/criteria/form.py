"""A condition as the form builder draws it. The page writes the same tree back into one hidden input.

What the builder shows it saves unchanged: `not` of a group is “none of”, of a comparison an operator of its own,
and a value that nobody touched goes back as it came.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app

from core.actor import Actor, current_actor
from core.criteria import offered
from core.criteria.inputs import Input, inputs_of
from core.criteria.paths import TOTAL, TOTALS, Path, find_path
from core.criteria.tree import MAX_DEPTH, OPERATORS, check, check_facts, fact_path, fits
from core.criteria.words import NOT
from core.db.spec import FieldSpec, ModelSpec
from core.errors import ValidationError
from core.i18n import Text, _
from core.kernel.registry import current_registry

LONGEST = 100_000
JOINS: Mapping[str, Text] = {"and": _("all of"), "or": _("any of"), "none": _("none of"), "nand": _("not all of")}
DENIED = {"or": "none", "and": "nand"}


@dataclass
class Row:
    """One comparison: what is chosen, what else is offered, the inputs of its value, what is wrong with it.

    `chosen` is the field as it stands among those offered, `total` what is made of the lines' values; `nots`
    the times its tree says `not` beyond the one its operator shows.
    """

    chosen: str = ""
    total: str = ""
    groups: list[offered.FieldGroup] = field(default_factory=list)
    path: Path | None = None
    totals: Mapping[str, Text] = field(default_factory=dict)
    op: str = ""
    operators: Mapping[str, Text] = field(default_factory=dict)
    inputs: list[Input] = field(default_factory=list)
    nots: int = 0
    error: str = ""

    @property
    def hint(self) -> Text:
        """What an operator that denies something means for a record without a value."""
        if self.path is None or not self.path.may_be_missing or self.path.is_each:
            return ""
        if self.op == "ne":
            return _("Does not hold where there is no value.")
        return _("Holds also where there is no value.") if self.op[:1] == NOT and self.op != "!empty" else ""

    @property
    def beside(self) -> list[tuple[Text, Any]]:
        """What the comparisons offered beside one that denies something are called, and their trees."""
        empty = {"field": self.path.text if self.path else "", "op": "empty"}
        return [(_("is empty"), empty), (_("is filled in"), {"not": empty})]


@dataclass
class Group:
    """All of, any of, or none of some parts. A `bare` group is none in the tree as long as it has one part."""

    join: str
    depth: int
    parts: list[Row | Group] = field(default_factory=list)
    nots: int = 0
    bare: bool = False

    @property
    def joins(self) -> dict[str, Text]:
        """How its parts may be joined; “not all of” only where a tree says so."""
        return {code: title for code, title in JOINS.items() if code != "nand" or self.join == code}

    @property
    def takes_groups(self) -> bool:
        """Whether a group with comparisons in it still fits below."""
        return self.depth + 2 <= MAX_DEPTH


@dataclass
class Editor:
    """The builder of conditions on one model for one person; `only` narrows the fields offered to these paths.

    With `facts` the condition is on these instead of on the model's fields. `address` is where its pieces come from.
    """

    spec: ModelSpec
    actor: Actor
    only: tuple[str, ...] = ()
    facts: Mapping[str, FieldSpec] | None = None
    address: str = ""
    error: str = ""

    def __post_init__(self) -> None:
        self.address = self.address or f"/criteria/{self.spec.name}"
        self.groups = self._groups()

    def _groups(self) -> list[offered.FieldGroup]:
        if self.facts is not None:
            return [offered.FieldGroup("", {path: fact.label for path, fact in self.facts.items()})]
        narrowed = [offered.restricted(self.spec, self.only, self.actor)] if self.only else []
        return narrowed or list(offered.field_groups(self.spec, self.actor))

    @property
    def offset(self) -> str:
        """The factory's distance from UTC, such as `+08:00`, for moments typed as its clocks show them."""
        return datetime.now(ZoneInfo(current_app.config["QINGMES"].timezone)).isoformat()[-6:]

    def root(self, tree: Any) -> Group:
        """The outermost group of a tree, empty for None; beside each comparison what is wrong with it."""
        part = self.part(tree, 1) if tree is not None else None
        return part if isinstance(part, Group) else Group("and", 1, [part] if part else [], bare=True)

    def part(self, tree: Any, depth: int) -> Row | Group | None:
        """The row or group of a tree; None, and a sentence in `error`, for what is no tree."""
        inner, nots = _denied(tree)
        if isinstance(inner, dict) and "field" in inner:
            row = self.row(tree)
            row.error = row.error or self.problem_of(tree)
            return row
        ((op, parts),) = inner.items() if isinstance(inner, dict) and len(inner) == 1 else (("", None),)
        if op not in DENIED or not isinstance(parts, list) or depth + nots > MAX_DEPTH:
            self.error = str(_("This condition cannot be read; put it together anew."))
            return None
        drawn = [part for part in (self.part(one, depth + nots + 1) for one in parts) if part]
        if nots % 2:
            return Group(DENIED[op], depth + nots, drawn, nots - 1)
        return Group(op, depth + nots, drawn, nots)

    def problem_of(self, tree: Any) -> str:
        """What is wrong with one comparison, as a sentence; empty for nothing."""
        try:
            if self.facts is not None:
                check_facts(self.facts, tree, self.actor)
            else:
                check(self.spec, tree, self.actor)
        except ValidationError as error:
            return str(error)
        return ""

    def row(self, tree: Any) -> Row:
        """The row of a comparison; an operator its field does not take is replaced by the first that it does."""
        leaf, nots = _denied(tree)
        leaf = leaf if isinstance(leaf, dict) else {}
        chosen, total = self._chosen(str(leaf.get("field") or ""))
        row = Row(chosen, total, self.groups)
        try:
            row.path = self._path(f"{total}({chosen})" if total else chosen) if chosen else None
        except ValidationError as error:
            row.error = str(error)
        if chosen and not any(chosen in group.fields for group in self.groups):
            label = row.path.label if row.path else chosen
            row.groups = [*self.groups, offered.FieldGroup(_("Further away"), {chosen: label})]
        if row.path is not None:
            self._fill(row, row.path, leaf, nots)
        return row

    def _path(self, text: str) -> Path:
        return find_path(self.spec, text, self.actor) if self.facts is None else fact_path(self.facts, text)

    def _chosen(self, text: str) -> tuple[str, str]:
        """A path as the list of fields has it, and the total: a lines' field just chosen is asked of any line."""
        match = TOTAL.fullmatch(text)
        if self.only or self.facts is not None or (match and not match[3]):
            return text, ""
        if match:
            return f"{match[2]}.{match[3]}", match[1]
        return text, "any" if text.partition(".")[0] in self.spec.lines else ""

    def _fill(self, row: Row, path: Path, leaf: Mapping[str, Any], nots: int) -> None:
        choices = offered.choices_at(self.spec, path) if self.facts is None else path.field.info.choices
        op = str(leaf.get("op"))
        if op in OPERATORS and fits(path.field, op):
            row.op, row.nots = (NOT + op, nots - 1) if nots % 2 else (op, nots)
        row.operators = offered.operators_of(path, choices, row.op)
        row.op = row.op or next(iter(row.operators))
        row.totals = {name: TOTALS[name] for name in offered.totals_for(path)} if row.total else {}
        row.inputs = inputs_of(path, row.op.removeprefix(NOT), leaf.get("value"), choices)


def _denied(tree: Any) -> tuple[Any, int]:
    """A tree without the `not` around it, and how often it was said."""
    nots = 0
    while isinstance(tree, dict) and set(tree) == {"not"} and nots < MAX_DEPTH:
        tree, nots = tree["not"], nots + 1
    return tree, nots


def editor_of(model: str, fields: Iterable[str | tuple[str, FieldSpec]] | None = None) -> Editor:
    """The builder for a model and whoever is acting. `fields`: the paths to offer, alone or with their fields."""
    only = tuple(one if isinstance(one, str) else one[0] for one in fields or ())
    return Editor(current_registry().model(model), current_actor(), only)


def read_tree(form: Mapping[str, str], name: str) -> Any:
    """The tree a form's builder of this name sent, None for no condition; `ValidationError` for no JSON.

    It is as the browser made it: give it to `check` (or to what checks) before it is kept.
    """
    text = form.get(name, "").strip()
    if not text:
        return None
    try:
        return json.loads(text) if len(text) <= LONGEST else _unreadable()
    except (ValueError, RecursionError):
        return _unreadable()


def _unreadable() -> Any:
    raise ValidationError(_("This condition cannot be read; put it together anew."))
