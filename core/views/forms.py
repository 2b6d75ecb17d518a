"""The form of a model: which sections and fields, with which values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from flask import render_template
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.actor import Actor, current_actor
from core.criteria import describe
from core.criteria.words import names_of
from core.custom.layout import retired_columns, with_sections
from core.custom.links import prefetch
from core.custom.rules import AS_USUAL, Standing, conditions, holds, looked_at, ruled, standings
from core.custom.storage import split
from core.custom.trial import trial
from core.db.session import db
from core.db.spec import FieldSpec, LinesSpec, ModelSpec
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.kernel.switch import enabled_addons
from core.views.columns import Column, loading, resolve, text_of
from core.views.declare import Extension, Lines, Panel, Section
from core.web.format import local

WIDE = frozenset({"longtext", "multichoice"})
ISO_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?[+-]\d\d:\d\d$")


@dataclass(frozen=True)
class Input:
    """One field as the form draws it: `value` as typed or stored, `text` as people read it."""

    name: str
    field: FieldSpec
    value: str
    text: str
    editable: bool
    errors: list[str]
    standing: Standing = AS_USUAL

    @property
    def label(self) -> Text:
        """Its label."""
        return self.field.label

    @property
    def required(self) -> bool:
        """Whether it has to be filled in, as the record stands."""
        return self.field.required or self.standing.required

    @property
    def choices(self) -> Mapping[str, Text]:
        """The choices to offer, the one it holds among them."""
        held = {self.value: self.field.info.choices[self.value]} if self.value in self.field.info.choices else {}
        return {**self.field.offered, **held}

    @property
    def tree(self) -> Any:
        """A condition it holds, as criteria; None for none, or for what cannot be read."""
        try:
            return json.loads(self.value) if self.value else None
        except (ValueError, RecursionError):
            return None

    @property
    def is_wide(self) -> bool:
        """Whether it needs a row of its own."""
        return self.field.kind in WIDE or bool(self.field.info.criteria_on)


@dataclass(frozen=True)
class LineRow:
    """One line: its id, empty for a new one, and its inputs in the order of the columns."""

    id: str
    inputs: list[Input]


@dataclass(frozen=True)
class LineTable:
    """A line table: headings, rows, the row to copy for a new line, sums by field name for the foot."""

    name: str
    title: Text
    fields: list[FieldSpec]
    rows: list[LineRow]
    blank: LineRow
    totals: Mapping[str, str]
    editable: bool


@dataclass(frozen=True)
class Drawn:
    """A section as the template draws it: exactly one of inputs, lines and panel."""

    name: str
    title: Text
    inputs: list[Input] = field(default_factory=list)
    lines: LineTable | None = None
    panel: str = ""


@dataclass
class Form:
    """The form of one record (or of a new one) for one reader.

    `typed` are the values of a refused attempt, by field name, lines as lists of dicts; they win over the
    stored ones, so that nothing typed is lost. `errors` maps names to sentences, lines to rows to names.
    """

    spec: ModelSpec
    actor: Actor
    record: Any
    editable: bool
    typed: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Whether the record has never been saved."""
        return self.record.id is None

    def sections(self) -> list[Drawn]:
        """What to draw, in order, with the enabled addons' extensions in their places."""
        declared = sections_of(self.spec)
        if not self.is_new:
            self._load(declared)
        drawn = [d for d in map(self._draw, declared) if d is not None]
        return [*drawn, *self._retired()]

    @cached_property
    def standings(self) -> Mapping[str, Standing]:
        """How the fields and line tables with conditions stand, with what was typed."""
        if not ruled(self.spec) and not self._conditional_lines:
            return {}
        subject = trial(self.spec, self.record, self.typed) if self.typed or self.is_new else self.record
        lines = {s.name: Standing(holds(self.spec, s.visible_when, subject)) for s in self._conditional_lines}
        return {**standings(self.spec, subject, self.actor), **lines}

    @cached_property
    def _conditional_lines(self) -> list[Lines]:
        return [s for s in sections_of(self.spec) if isinstance(s, Lines) and s.visible_when is not None]

    @cached_property
    def watched(self) -> list[str]:
        """The fields the others' conditions look at: when one changes, the page asks again how they stand."""
        trees = [tree for f in ruled(self.spec) for tree in conditions(f)]
        trees += [lines.visible_when for lines in self._conditional_lines]
        return sorted(looked_at(self.spec, trees)) if self.editable else []

    def _retired(self) -> list[Drawn]:
        """What the record holds in fields that were retired, to be read only."""
        columns = [c for c in retired_columns(self.spec, self.record) if self.actor.sees_group(c.field.info.group)]
        prefetch([self.record], columns)
        inputs = [make_input(c, self.record, {}, {}, editable=False, creating=False) for c in columns]
        return [Drawn("retired", _("Retired fields"), inputs=inputs)] if inputs else []

    def _load(self, declared: Iterable[Section | Lines | Panel]) -> None:
        """Read what the form shows beside the record, however many lines: a statement, and one for each line table."""
        paths = [path for section in declared if isinstance(section, Section) for path in section.fields]
        options = loading(self.spec, self._columns(self.spec, paths))
        for section in declared:
            if isinstance(section, Lines):
                spec = current_registry().models[self.spec.lines[section.relation].model]
                inner = loading(spec, self._columns(spec, section.columns))
                options.append(selectinload(getattr(self.spec.model, section.relation)).options(*inner))
        db.session.scalars(select(self.spec.model).where(self.spec.model.id == self.record.id).options(*options)).all()
        self._load_custom(declared)

    def _load_custom(self, declared: Iterable[Section | Lines | Panel]) -> None:
        """Read what custom links lead to."""
        for section in declared:
            if isinstance(section, Section):
                prefetch([self.record], self._columns(self.spec, section.fields))
            elif isinstance(section, Lines):
                spec = current_registry().models[self.spec.lines[section.relation].model]
                prefetch(getattr(self.record, section.relation), self._columns(spec, section.columns))

    def _columns(self, spec: ModelSpec, paths: Iterable[str]) -> list[Column]:
        return [column for column in (resolve(spec, path, self.actor) for path in paths) if column is not None]

    def _draw(self, section: Section | Lines | Panel) -> Drawn | None:
        if isinstance(section, Lines):
            return Drawn(section.name, section.title, lines=self._lines(section))
        if isinstance(section, Panel):
            return self._panel(section)
        inputs = [i for i in map(self._input, section.fields) if i is not None]
        return Drawn(section.name, section.title, inputs=inputs) if inputs else None

    def _panel(self, panel: Panel) -> Drawn | None:
        if self.is_new or (panel.permission and not self.actor.can(panel.permission)):
            return None
        html = render_template(panel.template, **panel.context(self.record))
        return Drawn(panel.name, panel.title, panel=Markup(html))  # noqa: S704 - an addon's own template

    def _input(self, path: str) -> Input | None:
        column = resolve(self.spec, path, self.actor)
        if column is None or (self.is_new and (column.field.info.write == "never" or column.field.info.criteria_on)):
            return None  # a condition is put together once the record says what it is about
        return make_input(
            column,
            self.record,
            self.typed,
            self.errors,
            editable=self.editable,
            creating=self.is_new,
            standing=self.standings.get(path if column.links else column.field.name, AS_USUAL),
        )

    def _lines(self, section: Lines) -> LineTable:
        lines = self.spec.lines[section.relation]
        spec = current_registry().models[lines.model]
        columns = self._columns(spec, section.columns)
        typed, stored = self.typed.get(lines.name), getattr(self.record, lines.name)
        rows = self._typed_rows(spec, columns, lines, typed) if typed is not None else self._rows(columns, lines)
        return LineTable(
            name=lines.name,
            title=section.title,
            fields=[c.field for c in columns],
            rows=rows,
            blank=self._row(columns, spec.model(), {}, {}, "", f"{lines.name}-__N__"),
            totals={c.field.name: _total(c, stored) for c in columns if c.path in section.totals},
            editable=self.editable,
        )

    def _rows(self, columns: list[Column], lines: LinesSpec) -> list[LineRow]:
        found = getattr(self.record, lines.name)
        return [
            self._row(columns, line, {}, {}, str(line.id or ""), f"{lines.name}-{n}") for n, line in enumerate(found)
        ]

    def _typed_rows(
        self, spec: ModelSpec, columns: list[Column], lines: LinesSpec, typed: list[dict[str, Any]]
    ) -> list[LineRow]:
        errors = self.errors.get(lines.name, {})
        known = {str(line.id): line for line in getattr(self.record, lines.name)}
        rows = []
        for n, values in enumerate(typed):
            line_id = str(values.get("id") or "")
            told = errors.get(n) or errors.get(str(n)) or {} if isinstance(errors, dict) else {}
            line = known.get(line_id) or spec.model()
            rows.append(self._row(columns, line, values, told, line_id, f"{lines.name}-{n}"))
        return rows

    def _row(
        self, columns: list[Column], line: Any, typed: Mapping[str, Any], errors: Any, line_id: str, prefix: str
    ) -> LineRow:
        told = errors if isinstance(errors, dict) else {}
        inputs = [
            make_input(c, line, typed, told, editable=self.editable, creating=True, prefix=f"{prefix}-")
            for c in columns
        ]
        return LineRow(line_id, inputs)


def make_input(
    column: Column,
    record: Any,
    typed: Mapping[str, Any],
    errors: Mapping[str, Any],
    *,
    editable: bool,
    creating: bool,
    prefix: str = "",
    standing: Standing = AS_USUAL,
) -> Input:
    """One field of a record, or of a line when `prefix` names its row."""
    field_ = column.field
    stored = column.value(record)
    if not stored and record.id is None and not column.links and field_.kind != "link":
        stored = default_of(type(record), field_)
    value = _as_typed(typed[field_.name]) if field_.name in typed else raw(column, record, stored)
    if field_.kind == "multichoice":
        value = ",".join(sorted(set(split(value))))
    sentences = errors.get(field_.name, [])
    return Input(
        name=prefix + field_.name,
        field=field_,
        value=value,
        text=_condition_text(column.field, record, stored) if field_.info.criteria_on else text_of(column, stored),
        editable=editable and not column.links and field_.writable(creating=creating) and not field_.is_internal,
        errors=sentences if isinstance(sentences, list) else [str(sentences)],
        standing=standing,
    )


def _condition_text(field_: FieldSpec, record: Any, tree: Any) -> str:
    """A condition as a sentence."""
    spec = current_registry().models.get(getattr(record, field_.info.criteria_on) or "")
    return describe(spec, tree, current_actor()) if spec is not None and tree is not None else ""


def default_of(model: Any, field_: FieldSpec) -> Any:
    """What stands in a new record's field by itself: a value, or what its rule (today) gives now; or None."""
    if field_.name not in model.__mapper__.columns:  # a custom field
        return field_.default() if callable(field_.default) else field_.default
    default: Any = model.__mapper__.columns[field_.name].default
    if default is None or field_.info.write == "never":
        return None
    return default.arg(None) if default.is_callable else default.arg if default.is_scalar else None


def _total(column: Column, records: Iterable[Any]) -> str:
    """The sum of a column over the lines as stored; while they are edited the page keeps it up to date."""
    found = [value for value in (column.value(record) for record in records) if value is not None]
    return text_of(column, sum(found)) if found else ""


def _as_typed(value: Any) -> str:
    """A value of a refused attempt, or of the record copied from, as an input holds it."""
    if isinstance(value, str) and ISO_INSTANT.match(value):
        value = datetime.fromisoformat(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else plain(value)


def raw(column: Column, record: Any, stored: Any) -> str:
    """A stored value as an input holds it."""
    if column.field.info.criteria_on:
        return json.dumps(stored, ensure_ascii=False) if stored is not None else ""
    if column.field.kind in ("link", "attachment") and not column.links:
        return str(column.field.value_of(record) or "")
    return plain(stored)


def plain(value: Any) -> str:
    """A value as the text of an input: numbers in full, instants in the factory's time, yes as “true”."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%dT%H:%M")
    return str(value)


def sections_of(spec: ModelSpec) -> list[Section | Lines | Panel]:
    """The sections of a model's form, declared or made from its fields, extensions of enabled addons included."""
    form = current_registry().forms.get(spec.name)
    sections = list(form.sections) if form is not None else _made(spec)
    for extension in current_registry().extensions.get(spec.name, []):
        if extension.addon in enabled_addons():
            sections = _extended(sections, extension.what)
    return with_sections(spec, sections)


def _extended(sections: list[Section | Lines | Panel], extension: Extension) -> list[Section | Lines | Panel]:
    at = next((n + 1 for n, s in enumerate(sections) if s.name == extension.after), len(sections))
    return [*sections[:at], *extension.sections, *sections[at:]]


def _made(spec: ModelSpec) -> list[Section | Lines | Panel]:
    names = tuple(f.name for f in spec.own.values() if not f.info.hidden and f.kind != "json")
    made: list[Section | Lines | Panel] = [Section(name="main", title=_("General"), fields=names)]
    for lines in spec.lines.values():
        line_spec = current_registry().models[lines.model]
        columns = tuple(f for f in line_spec.own if f != lines.parent_column and f != "seq")
        made.append(Lines(relation=lines.name, title=line_spec.meta.plural or line_spec.meta.title, columns=columns))
    return made


def link_texts(drawn: Iterable[Drawn]) -> dict[tuple[str, str], str]:
    """Names of the records that typed links point to, which are not those stored: one statement per kind."""
    wanted: dict[str, set[int]] = {}
    for one in _all_inputs(drawn):
        if one.field.target and one.value.isdecimal():
            wanted.setdefault(one.field.target, set()).add(int(one.value))
    return names_of(wanted)


def _all_inputs(drawn: Iterable[Drawn]) -> Iterable[Input]:
    for section in drawn:
        yield from section.inputs
        for row in section.lines.rows if section.lines else []:
            yield from row.inputs
