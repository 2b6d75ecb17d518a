"""The inputs of a comparison's value, by operator and kind of field. Each knows the JSON it was made from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.criteria.paths import DATED, Path
from core.criteria.words import names_of
from core.db.spec import FieldSpec
from core.i18n import Text, _
from core.web.format import local

NAMED: Mapping[str, tuple[str, Text]] = {"core.user": ("me", _("Me")), "core.org_unit": ("my_unit", _("My org unit"))}
ISO_DAY = len("2026-01-31")


@dataclass(frozen=True)
class Input:
    """One input. `widget` is text, number, days, list, choice, choices, link, links or day.

    `given` is the JSON it shows (empty for a new one), `text` what stands in it, `options` are titles by their
    JSON, `chosen` those that are set. A day is told by `mode`: day, moment or today (days from today).
    """

    widget: str
    given: str = ""
    text: str = ""
    options: Mapping[str, Text] | None = None
    chosen: tuple[str, ...] = ()
    mode: str = ""
    kind: str = ""
    target: str = ""


def inputs_of(path: Path, op: str, value: Any, choices: Mapping[str, Text]) -> list[Input]:
    """The inputs for an operator: none for `empty`, two for `between`. One statement where a record is named.

    A value meant for another operator is made to fit: the first of several, one as the only one.
    """
    field = path.field
    if op == "empty":
        return []
    if op in ("older_than", "within_next"):
        return [_typed("days", "integer", value)]
    if op == "between":
        return [_one(field, op, one, choices) for one in [*_flat(value), None, None][:2]]
    if op == "in":
        return [_several(field, _flat(value), choices)]
    return [_one(field, op, next(iter(_flat(value)), None), choices)]


def _flat(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [inner for one in value for inner in _flat(one)]
    return [] if value is None else [value]


def _one(field: FieldSpec, op: str, value: Any, choices: Mapping[str, Text]) -> Input:
    if field.kind in ("boolean", "multichoice") or (choices and op in ("eq", "ne")):
        return _choice("choice", field, [] if value is None else [value], choices)
    if field.kind == "link" and field.target:
        return _link("link", field.target, [] if value in (None, "") else [value])
    if field.kind in DATED:
        return _day(field, value)
    return _typed("number" if field.is_number or field.kind == "link" else "text", field.kind, value)


def _several(field: FieldSpec, values: list[Any], choices: Mapping[str, Text]) -> Input:
    if field.kind == "boolean" or choices:
        return _choice("choices", field, values, choices)
    if field.kind == "link" and field.target:
        return _link("links", field.target, values)
    lines = "\n".join(_line(value) for value in values)
    return Input("list", given=_json(values), text=lines, kind=field.kind)


def _choice(widget: str, field: FieldSpec, values: list[Any], choices: Mapping[str, Text]) -> Input:
    options = {_json(code): title for code, title in choices.items()}
    if field.kind == "boolean":
        options = {"true": _("Yes"), "false": _("No")}
    chosen = tuple(_json(value) for value in values)
    others = {code: code for code in chosen if code not in options}
    return Input(widget, given=_json(values), options={**options, **others}, chosen=chosen)


def _link(widget: str, target: str, values: list[Any]) -> Input:
    named = {_json({NAMED[target][0]: True}): NAMED[target][1]} if target in NAMED else {}
    ids = [value for value in values if isinstance(value, int) and not isinstance(value, bool) and value >= 0]
    names = names_of({target: ids})
    known: dict[str, Text] = {_json(one): names.get((target, str(one)), f"#{one}") for one in ids}
    others = {_json(one): _json(one) for one in values}
    return Input(widget, given=_json(values), options={**others, **named, **known}, chosen=tuple(others), target=target)


def _day(field: FieldSpec, value: Any) -> Input:
    given = "" if value in (None, "") else _json(value)
    if isinstance(value, dict):
        return Input("day", given, str(value.get("today") or 0), mode="today", kind=field.kind)
    text = str(value or "")
    if field.kind == "datetime" and len(text) != ISO_DAY and text:
        return Input("day", given, _on_the_clock(text), mode="moment", kind=field.kind)
    return Input("day", given, text, mode="day", kind=field.kind)


def _on_the_clock(text: str) -> str:
    """A moment as the factory's clocks show it; empty for one just begun."""
    try:
        return local(datetime.fromisoformat(text)).strftime("%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return ""


def _typed(widget: str, kind: str, value: Any) -> Input:
    return Input(widget, "" if value is None else _json(value), "" if value is None else _line(value), kind=kind)


def _line(value: Any) -> str:
    """A value as one types it: `today+3` for a day counted from today."""
    if isinstance(value, dict) and isinstance(value.get("today"), int):
        return f"today{value['today']:+d}" if value["today"] else "today"
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
