"""Operators and values of conditions as people read them, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from core.criteria.paths import Path
from core.criteria.tree import Leaf
from core.db.base import display
from core.db.session import db
from core.db.spec import FieldSpec
from core.i18n import Text, _, gettext
from core.kernel.registry import current_registry
from core.web.addresses import LARGEST_ID
from core.web.format import datetime_text, number_text

NOT = "!"
# Each operator, and what its negation is called where there is a value. The value stands for “…”, or behind.
OPERATORS: Mapping[str, tuple[Text, Text]] = {
    "eq": (_("is"), _("is not")),
    "ne": (_("is not"), _("is")),
    "in": (_("one of"), _("none of")),
    "gt": (">", "≤"),
    "gte": ("≥", "<"),
    "lt": ("<", "≥"),
    "lte": ("≤", ">"),
    "between": (_("between"), _("not between")),
    "contains": (_("contains"), _("does not contain")),
    "starts": (_("begins with"), _("does not begin with")),
    "older_than": (_("more than … days ago"), _("not more than … days ago")),
    "within_next": (_("within the next … days"), _("not within the next … days")),
    "under": (_("is this unit or below"), _("is not this unit or below")),
    "empty": (_("is empty"), _("is filled in")),
}
Names = Mapping[tuple[str, str], str]


def operator_words(path: Path, op: str) -> Text:
    """What an operator is called; `!` in front asks for its negation (see `or_empty`)."""
    if not op.startswith(NOT):
        plain = OPERATORS[op][0]
        return {"eq": "=", "ne": "≠"}.get(op, plain) if path.field.is_number else plain
    words = OPERATORS[op[1:]][1]
    if path.is_each:
        return _("not: %(words)s", words=operator_words(path, op[1:]))
    if path.field.is_number:
        words = {"!eq": "≠", "!ne": "="}.get(op, words)
    return words


def or_empty(path: Path, op: str, words: Text) -> Text:
    """Words for an operator or comparison, with what its negation also says: it holds where there is no value."""
    says_more = op[:1] == NOT and op != "!empty" and path.may_be_missing and not path.is_each
    return _("%(words)s or is empty", words=words) if says_more else words


def wanted_words(leaf: Leaf, names: Names) -> str:
    """What a comparison asks for, as given: named values by their names, links by the text of their record."""
    given, field = leaf.given, leaf.path.field
    if leaf.op == "empty":
        return ""
    if leaf.op in ("older_than", "within_next"):
        return str(given)
    if leaf.op == "between":
        return " – ".join(value_words(field, value, names) for value in given)
    values = given if leaf.op == "in" else [given]
    return gettext(", ").join(value_words(field, value, names) for value in values)


def value_words(field: FieldSpec, value: Any, names: Names) -> str:
    """One value as given in a condition or kept as a fact."""
    if value is None:
        return gettext("nothing")
    if isinstance(value, dict):
        return _named_words(value)
    if field.kind == "boolean":
        return gettext("Yes") if value in (True, "true") else gettext("No")
    if field.kind == "link":
        return names.get((field.target or "", str(value))) or f"#{value}"
    if field.kind == "multichoice":
        codes = [code for code in value.split(",") if code]
        return gettext(", ").join(str(field.info.choices.get(code, code)) for code in codes)
    writers: dict[str, Callable[[Any], str]] = {"date": str, "datetime": _moment_words}
    if field.is_number:
        return number_text(Decimal(str(value)))
    if field.kind in writers:
        return writers[field.kind](value)
    return str(field.info.choices[value]) if value in field.info.choices else f"“{value}”"


def _named_words(value: Mapping[str, Any]) -> str:
    if "me" in value:
        return gettext("me")
    if "my_unit" in value:
        return gettext("my org unit")
    days = value.get("today") or 0
    if days == 0:
        return gettext("today")
    return gettext("today + %(days)s days", days=days) if days > 0 else gettext("today − %(days)s days", days=-days)


def _moment_words(value: str | date) -> str:
    text = str(value)
    return datetime_text(datetime.fromisoformat(text)) if len(text) > len("2026-01-31") else text


def names_in(leaves: Iterable[Leaf], facts: Mapping[str, Any] | None = None) -> Names:
    """What the records are called that comparisons (and facts) name by id. One statement per kind of record."""
    wanted: dict[str, set[int]] = {}
    for leaf in leaves:
        if leaf.path.field.target:
            found = [leaf.given, (facts or {}).get(leaf.path.text)]
            flat = [value for one in found for value in (one if isinstance(one, list) else [one])]
            ids = {int(v) for v in flat if isinstance(v, int | str) and str(v).isdecimal()}
            wanted.setdefault(leaf.path.field.target, set()).update(ids)
    return names_of(wanted)


def names_of(wanted: Mapping[str, Iterable[int]]) -> dict[tuple[str, str], str]:
    """The display texts of records within reach, by model and id as text. One statement per model."""
    names = {}
    for target, ids in wanted.items():
        model: Any = current_registry().models[target].model
        possible = sorted(record_id for record_id in ids if record_id <= LARGEST_ID)
        if possible:
            for record in db.session.scalars(select(model).where(model.id.in_(possible))):
                names[target, str(record.id)] = display(record)
    return names
