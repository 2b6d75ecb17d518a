"""From cells to clean values: every cell is read and checked by itself, so that each fault has its row and column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import marshmallow

from core.actor import Actor
from core.custom.lists import PICKED
from core.i18n import gettext
from core.imports.documents import Document
from core.imports.files import Cell, is_empty
from core.imports.links import Links
from core.imports.settings import Settings
from core.imports.targets import Target
from core.imports.values import Unreadable, choice_words, read, show_whole
from core.kernel.registry import current_registry
from core.workflow.schema import InputSchema, marshmallow_field

# Records this import has made, by model and code; None for one that a check has made and taken back.
Made = Mapping[tuple[str, str], int | None]


@dataclass(frozen=True)
class Problem:
    """Why a row is refused: its number, the column's heading or empty for the whole row, and the reason."""

    row: int
    column: str
    reason: str


@dataclass
class Values:
    """What one record or line is to hold, by field name: `raw` as services take it, `clean` to compare with.

    `linked` holds the ids a link's text may mean, until `settle` chooses.
    """

    row: int
    raw: dict[str, Any] = field(default_factory=dict)
    clean: dict[str, Any] = field(default_factory=dict)
    linked: dict[str, tuple[str, list[int]]] = field(default_factory=dict)


@dataclass
class Prepared:
    """One document, read; with any problem it is refused."""

    document: Document
    head: Values
    lines: dict[str, list[Values]]
    problems: list[Problem]


class Reader:
    """Reads documents of one import: the mapped targets, their schemas and words, made once."""

    def __init__(self, settings: Settings, targets: Mapping[str, Target], actor: Actor) -> None:
        self.settings = settings
        self.targets = {path: targets[path] for path in settings.columns.values()}
        self.links = Links(actor)
        self.words = {p: choice_words(t.field) for p, t in self.targets.items() if t.field.kind in PICKED}
        self.schemas = {lines: self._schema(lines) for lines in {t.lines for t in self.targets.values()}}

    def _schema(self, lines: str) -> marshmallow.Schema:
        mine = [t.field for t in self.targets.values() if t.lines == lines and t.field.kind != "link"]
        return InputSchema.from_dict({f.name: marshmallow_field(f) for f in mine})()

    def prepare(self, documents: Sequence[Document]) -> list[Prepared]:
        """Read these documents; their links are looked up together."""
        found = [self._read(document) for document in documents]
        wanted: dict[str, set[str]] = {}
        for path, target in self.targets.items():
            if target.field.target is not None:
                name = target.field.name
                said = {values.linked[name][0] for values in self._all(found, path) if name in values.linked}
                wanted.setdefault(target.field.target, set()).update(said)
        for model, texts in wanted.items():
            self.links.look_for(model, texts)
        for path, target in self.targets.items():
            for values in self._all(found, path) if target.field.target else ():
                self._put_ids(values, target)
        return found

    def _all(self, found: Iterable[Prepared], path: str) -> Iterable[Values]:
        lines = self.targets[path].lines
        for prepared in found:
            yield from prepared.lines.get(lines, ()) if lines else (prepared.head,)

    def _put_ids(self, values: Values, target: Target) -> None:
        name, model = target.field.name, target.field.target
        if name in values.linked and model is not None:
            text = values.linked[name][0]
            values.linked[name] = (text, self.links.ids(model, text))

    def _read(self, document: Document) -> Prepared:
        problems: list[Problem] = []
        head = self._values(document.row, document.head, "", problems)
        lines = {
            name: [self._values(line.row, line.cells, name, problems) for line in found]
            for name, found in document.lines.items()
        }
        return Prepared(document, head, lines, problems)

    def _values(self, row: int, cells: Mapping[str, Cell], lines: str, problems: list[Problem]) -> Values:
        values = Values(row)
        for path, cell in cells.items():
            try:
                self._put(values, self.targets[path], cell)
            except Unreadable as error:
                problems.append(Problem(row, self.targets[path].label, str(error)))
        problems += self._clean(values, lines)
        return values

    def _put(self, values: Values, target: Target, cell: Cell) -> None:
        name = target.field.name
        if is_empty(cell):
            if self.settings.empty == "clear" and target.field.nullable and target.writable:
                values.raw[name] = values.clean[name] = None
        elif target.field.kind == "link":
            values.linked[name] = (show_whole(cell), [])
        else:
            values.raw[name] = read(target.field, cell, self.words.get(target.path, {}), self.settings.dates)

    def _clean(self, values: Values, lines: str) -> list[Problem]:
        given = {name: raw for name, raw in values.raw.items() if raw is not None}
        try:
            values.clean.update(self.schemas[lines].load(given))
        except marshmallow.ValidationError as error:
            values.clean.update(error.valid_data if isinstance(error.valid_data, dict) else {})
            told = error.normalized_messages()
            return [Problem(values.row, self.label(name, lines), reason) for name, reason in _sentences(told)]
        return []

    def label(self, name: str, lines: str) -> str:
        """The label of a field of the record or of its lines; its bare name when the file does not hold it."""
        labels = (t.label for t in self.targets.values() if t.field.name == name and t.lines == lines)
        return next(labels, name)


def _sentences(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, " ".join(map(str, reasons))) for name, reasons in told.items()]


def settle(values: Values, targets: Iterable[Target], record: Any, made: Made) -> list[Problem]:
    """Choose what each link leads to: the one record that fits, or the one it leads to already."""
    problems = []
    for target in targets:
        text, ids = values.linked.get(target.field.name, ("", []))
        if not text:
            continue
        current = target.field.value_of(record) if record is not None else None
        if not ids and (target.field.target, text) in made:
            new = made[target.field.target or "", text]
            if new is None:
                continue
            ids = [new]
        chosen = current if current in ids else ids[0] if len(ids) == 1 else None
        if chosen is None:
            problems.append(Problem(values.row, target.label, _not_one(target, text, ids)))
        else:
            values.raw[target.field.name] = values.clean[target.field.name] = chosen
    return problems


def _not_one(target: Target, text: str, ids: Sequence[int]) -> str:
    kind = current_registry().models[target.field.target or ""].meta.title
    if not ids:
        return gettext("There is no %(kind)s “%(text)s”, or it is not yours to see.", kind=kind, text=text[:80])
    return gettext("“%(text)s” may be several of %(kind)s; write the code, or # and the id.", kind=kind, text=text[:80])
