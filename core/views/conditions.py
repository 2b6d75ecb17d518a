"""The filters of a list as texts in its address (`c=due_on~period~week`), and what they mean as criteria."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from core.db.spec import FieldSpec, ModelSpec
from core.errors import ValidationError
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.workflow.numbering import today
from core.workflow.quantities import read_day

SEPARATOR = "~"
LIST = ","
PERIODS: Mapping[str, Text] = {
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "week": _("This week"),
    "month": _("This month"),
    "last_month": _("Last month"),
    "next7": _("Next 7 days"),
    "last30": _("Last 30 days"),
}
OPERATORS: Mapping[str, Text] = {
    "eq": _("is"),
    "ne": _("is not"),
    "in": _("one of"),
    "between": _("between"),
    "period": "",
    "gt": ">",
    "gte": "≥",
    "lt": "<",
    "lte": "≤",
    "contains": _("contains"),
    "starts": _("begins with"),
    "empty": _("is empty"),
    "filled": _("is filled in"),
}
OFFERED: Mapping[str, tuple[str, ...]] = {
    "text": ("contains", "starts", "eq", "empty", "filled"),
    "longtext": ("contains", "empty", "filled"),
    "number": ("between", "eq", "gte", "lte", "empty", "filled"),
    "date": ("period", "between", "empty", "filled"),
    "link": ("eq", "ne", "empty", "filled"),
    "choice": ("in", "empty"),
    "boolean": ("eq",),
    "attachment": ("empty", "filled"),
}
WITHOUT_VALUE = frozenset({"empty", "filled"})
RELATIVE_DAY = re.compile(r"^today([+-]\d{1,4})?$")


@dataclass(frozen=True)
class Condition:
    """One filter: a field's name, an operator of `OPERATORS`, a text; lists are joined by commas."""

    field: str
    op: str
    value: str = ""

    @classmethod
    def read(cls, text: str) -> Condition:
        """From an address: `kind~in~part,tool`."""
        field, _sep, rest = text.partition(SEPARATOR)
        op, _sep, value = rest.partition(SEPARATOR)
        return cls(field[:120], op, value[:1000])

    def write(self) -> str:
        """As it stands in an address."""
        return SEPARATOR.join((self.field, self.op, self.value))

    @property
    def values(self) -> list[str]:
        """The parts of a list value."""
        return [part for part in self.value.split(LIST) if part != ""]


def field_at(spec: ModelSpec, path: str) -> FieldSpec | None:
    """The field at the end of a path through links, whoever may see it; None when it leads nowhere."""
    *steps, last = path.split(".")
    for step in steps:
        link = spec.field_named(step)
        if link is None or link.target is None:
            return None
        spec = current_registry().models[link.target]
    return spec.field_named(last)


def shape_of(field: FieldSpec, choices: Mapping[str, Text]) -> str:
    """The family of operators a field takes: text, longtext, number, date, link, choice or boolean."""
    if field.is_number:
        return "number"
    if choices:
        return "choice"
    return "date" if field.kind == "datetime" else field.kind


def tree_of(spec: ModelSpec, condition: Condition) -> Mapping[str, Any]:
    """The criteria of one filter. Values are left to criteria to check; `ValidationError` for an unknown operator."""
    field = field_at(spec, condition.field)
    name, op, value = condition.field, condition.op, condition.value
    if op not in OPERATORS:
        raise ValidationError(_("A list cannot be filtered by “%(op)s”.", op=op[:40]))
    if op == "filled":
        return {"not": {"field": name, "op": "empty"}}
    if op == "empty":
        return {"field": name, "op": "empty"}
    if op == "period":
        return _span(name, field, *_period(value))
    if op == "between":
        first, _sep, last = value.partition(LIST)
        return _between(name, field, first.strip(), last.strip())
    if field is not None and field.kind == "datetime" and op == "eq":
        return _span(name, field, value, value)
    if field is not None and field.kind == "multichoice" and op == "in":
        return {"or": [{"field": name, "op": "contains", "value": part} for part in condition.values]}
    if op == "in":
        return {"field": name, "op": "in", "value": [_typed(field, part) for part in condition.values]}
    return {"field": name, "op": op, "value": _typed(field, value)}


def _typed(field: FieldSpec | None, text: str) -> Any:
    """A text as criteria take it: ids as numbers, yes and no, me, my unit, days from today."""
    if field is None:
        return text
    if field.kind == "boolean":
        return text == "true"
    if field.kind == "link" and text in ("me", "my_unit"):
        return {text: True}
    if field.kind in ("link", "integer") and re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    match = RELATIVE_DAY.match(text) if field.kind in ("date", "datetime") else None
    return {"today": int(match.group(1) or 0)} if match else text


def _between(name: str, field: FieldSpec | None, first: str, last: str) -> Mapping[str, Any]:
    if field is not None and field.kind == "datetime":
        return _span(name, field, first, last)
    parts = []
    if first:
        parts.append({"field": name, "op": "gte", "value": _typed(field, first)})
    if last:
        parts.append({"field": name, "op": "lte", "value": _typed(field, last)})
    return {"and": parts}


def _span(name: str, field: FieldSpec | None, first: str, last: str) -> Mapping[str, Any]:
    """From the first day to the last, both included; on an instant the last day is meant to its end."""
    if field is None or field.kind != "datetime":
        return _between(name, field, first, last)
    parts = []
    if first:
        parts.append({"field": name, "op": "gte", "value": _day(first).isoformat()})
    if last:
        parts.append({"field": name, "op": "lt", "value": (_day(last) + timedelta(days=1)).isoformat()})
    return {"and": parts}


def _day(text: str) -> date:
    match = RELATIVE_DAY.match(text)
    if match:
        return today() + timedelta(days=int(match.group(1) or 0))
    return read_day(text)


def _period(name: str) -> tuple[str, str]:
    """The first and last day of a period, in the factory's time zone."""
    now = today()
    month_start = now.replace(day=1)
    before = month_start - timedelta(days=1)
    periods = {
        "today": (now, now),
        "yesterday": (now - timedelta(days=1), now - timedelta(days=1)),
        "week": (now - timedelta(days=now.weekday()), now + timedelta(days=6 - now.weekday())),
        "month": (month_start, now.replace(day=monthrange(now.year, now.month)[1])),
        "last_month": (before.replace(day=1), before),
        "next7": (now, now + timedelta(days=6)),
        "last30": (now - timedelta(days=29), now),
    }
    if name not in periods:
        raise ValidationError(_("There is no period “%(name)s”.", name=name[:40]))
    first, last = periods[name]
    return first.isoformat(), last.isoformat()
