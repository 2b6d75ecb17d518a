"""What was typed into a form, as the services take it."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app

from core.actor import Actor
from core.db.spec import FieldSpec, LinesSpec, ModelSpec
from core.kernel.registry import current_registry
from core.views.forms import default_of, plain

LINE_NAME = re.compile(r"^(?P<lines>\w+)-(?P<row>\d{1,6})-(?P<field>\w+)$")
TAKE = "take-"


def read_form(spec: ModelSpec, actor: Actor, data: Any, *, creating: bool) -> dict[str, Any]:
    """What was typed, as `create_record` and `update_record` take it.

    A field absent from the page is absent here. A field marked `take-<name>=theirs` in a conflict is left out.
    """
    theirs = {k.removeprefix(TAKE) for k, v in data.items() if k.startswith(TAKE) and v == "theirs"}
    values: dict[str, Any] = {}
    for field_ in spec.visible_fields(actor):
        if field_.name in data and field_.name not in theirs and field_.writable(creating=creating):
            value = read_value(field_, typed_text(field_, data.getlist(field_.name)))
            if not (creating and _takes_its_default(field_, value)):
                values[field_.name] = value
    for lines in spec.lines.values():
        if f"{lines.name}-shown" in data and lines.name not in theirs:
            values[lines.name] = _read_lines(current_registry().models[lines.model], lines, data)
    return values


def _takes_its_default(field_: FieldSpec, value: Any) -> bool:
    """Whether a field left empty is to be filled in by its own rule."""
    return value is None and not field_.nullable and not field_.required


def _read_lines(spec: ModelSpec, lines: LinesSpec, data: Any) -> list[dict[str, Any]]:
    rows: dict[int, dict[str, Any]] = {}
    for key in data:
        match = LINE_NAME.match(key)
        if match is None or match["lines"] != lines.name:
            continue
        row = rows.setdefault(int(match["row"]), {})
        field_ = spec.fields.get(match["field"])
        text = typed_text(field_, data.getlist(key))
        if match["field"] == "id":
            row.update({"id": int(text)} if text.isdecimal() else {})
        elif field_ is not None:
            row[field_.name] = read_value(field_, text)
    return [row for _n, row in sorted(rows.items()) if "id" in row or _says_something(spec, row)]


def _says_something(spec: ModelSpec, row: dict[str, Any]) -> bool:
    """Whether anything was typed into a new line; what stands in it by itself is not counted."""
    return any(plain(v) not in ("", plain(default_of(spec.model, spec.fields[name]))) for name, v in row.items())


def typed_text(field_: FieldSpec | None, texts: list[str]) -> str:
    """What was typed: of several inputs of one name the last one counts, all of them where several are chosen."""
    return ",".join(filter(None, texts)) if field_ is not None and field_.kind == "multichoice" else texts[-1]


def read_value(field_: FieldSpec, text: str) -> Any:
    """One typed value: empty is nothing (or the empty text where nothing is not allowed)."""
    if field_.kind == "boolean":
        return text == "true"
    if text == "":
        return None if field_.nullable or field_.kind not in ("text", "longtext") else ""
    if field_.info.criteria_on:
        return _tree(text)
    if field_.kind in ("link", "integer", "attachment") and text.strip().lstrip("-").isdecimal():
        return int(text)
    if field_.kind == "datetime" and "T" in text and "+" not in text:
        return _zoned(text)
    return text


def _tree(text: str) -> Any:
    """A condition from its JSON; what is none is left as it is, to be refused with a sentence."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _zoned(text: str) -> str:
    """A wall-clock time of the factory with its zone."""
    try:
        naive = datetime.fromisoformat(text)
    except ValueError:
        return text
    return naive.replace(tzinfo=ZoneInfo(current_app.config["QINGMES"].timezone)).isoformat()
