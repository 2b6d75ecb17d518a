"""Two people saved the same record: what each of them changed, so that the second can choose."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.i18n import Text, gettext
from core.views.forms import Drawn, Input, LineTable

Names = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Clash:
    """A field, or a line table as a whole, that another saved differently from what stands in the form here.

    `touched`: it was changed here too, so there is something to choose; otherwise the other's is taken.
    """

    name: str
    label: Text
    mine: str
    theirs: str
    touched: bool


def snapshot(drawn: Iterable[Drawn]) -> dict[str, Any]:
    """What a form's inputs hold, by name; line tables as lists of rows. It goes out with the form and comes back."""
    values: dict[str, Any] = {}
    for section in drawn:
        values.update({i.name: _plain(i.value) for i in section.inputs if i.editable})
        if section.lines is not None and section.lines.editable:
            values[section.lines.name] = [_row(row.id, row.inputs) for row in section.lines.rows]
    return values


def _row(row_id: str, inputs: Iterable[Input]) -> dict[str, str]:
    return {"id": row_id, **{i.field.name: _plain(i.value) for i in inputs if i.editable}}


def _plain(text: str) -> str:
    """Without what browsers do to line ends."""
    return text.replace("\r\n", "\n").strip()


def clashes(mine: list[Drawn], theirs: list[Drawn], was: str, names: Names) -> list[Clash]:
    """Where the form as typed differs from the record as saved by another since the form was opened.

    `was` is the form's snapshot as it was opened (JSON); what only was changed here is kept without a question.
    """
    before, here, there = _read(was), snapshot(mine), snapshot(theirs)
    differing = [n for n in here if n in there and here[n] != there[n] and there[n] != before.get(n)]
    shown_here, shown_there = _texts(mine, names), _texts(theirs, names)
    labels = _labels(mine)
    return [Clash(n, labels[n], shown_here[n], shown_there[n], here[n] != before.get(n)) for n in differing]


def _read(was: str) -> Mapping[str, Any]:
    try:
        read = json.loads(was)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _labels(drawn: Iterable[Drawn]) -> dict[str, Text]:
    found: dict[str, Text] = {}
    for section in drawn:
        found.update({i.name: i.label for i in section.inputs})
        if section.lines is not None:
            found[section.lines.name] = section.title
    return found


def _texts(drawn: Iterable[Drawn], names: Names) -> dict[str, str]:
    found: dict[str, str] = {}
    for section in drawn:
        found.update({i.name: words(i, names) for i in section.inputs})
        if section.lines is not None:
            found[section.lines.name] = _lines_text(section.lines, names)
    return found


def _lines_text(table: LineTable, names: Names) -> str:
    rows = ([words(i, names) for i in row.inputs] for row in table.rows)
    return "\n".join(" · ".join(text for text in row if text) for row in rows)


def words(one: Input, names: Names) -> str:
    """What an input holds, as people read it; `names` tells what typed links are called."""
    if one.field.target:
        return names.get((one.field.target, one.value)) or one.text
    if one.field.kind == "boolean":
        return gettext("Yes") if one.value else gettext("No")
    choices = one.field.info.choices
    codes = one.value.split(",") if one.field.kind == "multichoice" else [one.value]
    return gettext(", ").join(str(choices.get(code, code)) for code in codes)
