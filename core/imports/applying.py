"""Putting documents into the database as their importer: new, changed, unchanged or refused, each by itself."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import selectinload

from core.actor import Actor
from core.db.base import display
from core.db.session import db, is_retryable
from core.db.spec import FieldSpec, ModelSpec
from core.errors import QingmesError
from core.i18n import gettext
from core.imports.documents import Document
from core.imports.files import show
from core.imports.preparing import Prepared, Problem, Reader, Values, settle
from core.imports.settings import Settings
from core.imports.showing import text_for
from core.imports.targets import Target
from core.kernel.registry import current_registry
from core.workflow.records import create_record, create_records, update_record


@dataclass
class Outcome:
    """What became of one document: see `ImportRow`."""

    rows: list[int]
    outcome: str
    record_id: int | None = None
    title: str = ""
    changes: dict[str, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass
class Applier:
    """Applies the documents of one import, a batch at a time, in the name of the actor at hand.

    `remembered` are the records that rows of the very same file led to before, by row number.
    """

    spec: ModelSpec
    settings: Settings
    targets: Mapping[str, Target]
    actor: Actor
    repeated: Mapping[int, int]
    remembered: Mapping[int, int]
    made: dict[tuple[str, str], int | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reader = Reader(self.settings, self.targets, self.actor)
        self.mapped = list(self.reader.targets.values())
        self.key = [self.targets[path].field for path in self.settings.key]

    def apply(self, documents: Sequence[Document]) -> list[Outcome]:
        """Apply each so that a refusal refuses only its own. Flushes."""
        prepared = self.reader.prepare(documents)
        existing = self._existing(prepared)
        outcomes = []
        for is_new, group in groupby(prepared, key=lambda one: one.document.row not in existing):
            ones = list(group)
            outcomes += (is_new and self._together(ones)) or [self._one(o, existing.get(o.document.row)) for o in ones]
        return outcomes

    def _together(self, ones: Sequence[Prepared]) -> list[Outcome]:
        """Make all these records at once; nothing when that cannot be done, so that each must be tried by itself."""
        links_to_own = any(target.field.target == self.spec.name for target in self.mapped)
        if len(ones) == 1 or links_to_own or any(self._faults(one, None) for one in ones):
            return []
        reached = set[tuple[str, int]]().union(*map(self._reached, ones))
        try:
            with db.session.begin_nested():
                records = create_records(self.spec, [_raw(one) for one in ones], reached=reached)
        except (QingmesError, IntegrityError, StatementError) as error:
            if isinstance(error, DBAPIError) and is_retryable(error):
                raise
            return []
        return [_created(one, record) for one, record in zip(ones, records, strict=True)]

    def _faults(self, one: Prepared, record: Any) -> list[Problem]:
        """Why a document is refused before it is even tried."""
        found = one.problems + self._settle(one, record) + self._repeats(one)
        return found or (self._not_new(one) if record is None else [])

    def forget_made(self) -> None:
        """What was made was only tried and is taken back."""
        self.made = dict.fromkeys(self.made)

    def _existing(self, found: Sequence[Prepared]) -> dict[int, Any]:
        """The records that are here already, by first row. Links of the key are settled first. Two statements."""
        links = [t for t in self.mapped if t.field in self.key and t.field.target]
        for one in found:
            settle(one.head, links, None, self.made)
        by_key = self._by_key([one.head for one in found]) if self.key else {}
        keyless = {
            one.document.row: self.remembered.get(one.document.row) for one in found if not self._key_of(one.head)
        }
        by_id = self._by_id(keyless.values())
        matched = {
            one.document.row: by_key.get(self._key_of(one.head)) or by_id.get(keyless.get(one.document.row))
            for one in found
        }
        return {row: record for row, record in matched.items() if record is not None}

    def _by_key(self, heads: Sequence[Values]) -> dict[Any, Any]:
        keys = {key for key in map(self._key_of, heads) if key is not None}
        if not keys:
            return {}
        wanted = [{form for key in keys for form in _forms(key[n])} for n in range(len(self.key))]
        columns = [f.column_of(self.spec.model) for f in self.key]
        where = and_(*(column.in_(values) for column, values in zip(columns, wanted, strict=True)))
        records = {tuple(f.value_of(r) for f in self.key): r for r in self._load(where)}
        return {key: record for key in keys if (record := records.get(key) or records.get(_tidy(key))) is not None}

    def _by_id(self, ids: Iterable[int | None]) -> dict[int | None, Any]:
        wanted = [record_id for record_id in ids if record_id is not None]
        return {record.id: record for record in self._load(self.spec.model.id.in_(wanted))} if wanted else {}

    def _load(self, where: Any) -> Iterable[Any]:
        model: Any = self.spec.model
        links = {t.field.relation for t in self.mapped if not t.lines and t.field.relation}
        lines = {t.lines for t in self.mapped if t.lines}
        options = [selectinload(getattr(model, name)) for name in sorted(links | lines)]
        return db.session.scalars(select(model).where(where).options(*options)).all()

    def _key_of(self, head: Values) -> tuple[Any, ...] | None:
        key = tuple(head.clean.get(f.name) for f in self.key)
        return key if key and all(part not in (None, "") for part in key) else None

    def _one(self, one: Prepared, record: Any) -> Outcome:
        problems = self._faults(one, record)
        if problems:
            return self._refused(one, problems)
        try:
            with db.session.begin_nested():
                return self._create(one) if record is None else self._update(one, record)
        except QingmesError as error:
            return self._refused(one, self._told(one, error))

    def _refused(self, one: Prepared, problems: list[Problem]) -> Outcome:
        """Named by what the file tells records apart by, or by its first field."""
        paths = self.settings.key or tuple(one.document.head)[:1]
        title = " ".join(show(one.document.head[path]) for path in paths)
        return Outcome(one.document.rows, "refused", title=title[:255], problems=problems)

    def _settle(self, one: Prepared, record: Any) -> list[Problem]:
        problems = settle(one.head, self._of(""), record, self.made)
        for name, found in one.lines.items():
            existing = list(getattr(record, name)) if record is not None else []
            for n, values in enumerate(found):
                problems += settle(values, self._of(name), existing[n] if n < len(existing) else None, {})
        return problems

    def _of(self, lines: str) -> list[Target]:
        return [target for target in self.mapped if target.lines == lines]

    def _repeats(self, one: Prepared) -> list[Problem]:
        first = self.repeated.get(one.document.row)
        reason = gettext("Row %(row)s has the same already; keep one of them.", row=first)
        return [self._about_key(one, reason)] if first is not None else []

    def _not_new(self, one: Prepared) -> list[Problem]:
        """Why a document that is not here yet cannot be added."""
        if self.settings.action == "update":
            reason = gettext("There is no such record yet, and only those that are here are changed.")
            return [self._about_key(one, reason)]
        given = [t for t in self._of("") if not t.writable and t.field.name in one.head.clean]
        reason = gettext("This is given by the program; leave it empty for a new record.")
        return [Problem(one.document.row, target.label, reason) for target in given]

    def _about_key(self, one: Prepared, reason: str) -> Problem:
        column = self.targets[self.settings.key[0]].label if self.settings.key else ""
        return Problem(one.document.row, column, reason)

    def _create(self, one: Prepared) -> Outcome:
        record = create_record(self.spec, _raw(one), reached=self._reached(one))
        for target in self._of(""):
            if target.field.unique and target.field.kind == "text":
                self.made[self.spec.name, str(target.field.value_of(record))] = record.id
        return _created(one, record)

    def _update(self, one: Prepared, record: Any) -> Outcome:
        title = display(record)[:255]
        if self.settings.action == "create":
            problem = self._about_key(one, gettext("It is here already, and only new records are added."))
            return self._refused(one, [problem])
        values, changes = self._differences(one, record)
        if not values:
            return Outcome(one.document.rows, "same", record.id, title)
        version = getattr(record, "version", None)
        update_record(self.spec, record.id, values, version=version, reached=self._reached(one))
        return Outcome(one.document.rows, "change", record.id, title, changes)

    def _differences(self, one: Prepared, record: Any) -> tuple[dict[str, Any], dict[str, list[str]]]:
        """What to write, and what people are told of it: nothing for what is so already."""
        values: dict[str, Any] = {}
        changes: dict[str, list[str]] = {}
        found_by = self.key if self._key_of(one.head) else []  # it may be written in another width
        for target in (t for t in self._of("") if t.writable and t.field not in found_by):
            name = target.field.name
            if name in one.head.clean and differs(target.field, record, one.head.clean[name]):
                values[name] = one.head.raw[name]
                changes[target.label] = _from_to(self.spec, target.field, record, one.head)
        for name, lines in one.lines.items():
            rows, told = self._lines(name, lines, record)
            if told:
                values[name] = rows
                changes.update(told)
        return values, changes

    def _lines(self, name: str, found: Sequence[Values], record: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """The lines as `update_record` takes them, matched with those there by position, and what differs."""
        existing = list(getattr(record, name))
        if not found and self.settings.empty == "leave":
            return [], {}
        line_spec = current_registry().models[self.spec.lines[name].model]
        rows, told = [], {}
        for n, values in enumerate(found):
            before = existing[n] if n < len(existing) else None
            rows.append({**(_kept(line_spec, before, self.actor) if before else {}), **values.raw})
            for target in self._of(name):
                if target.field.name not in values.clean:
                    continue
                if before is None or differs(target.field, before, values.clean[target.field.name]):
                    told[f"{target.label} {n + 1}"] = _from_to(line_spec, target.field, before, values)
        for n in range(len(found), len(existing)):
            told[f"{self._of(name)[0].title} {n + 1}"] = [gettext("there"), gettext("removed")]
        return rows, told

    def _reached(self, one: Prepared) -> set[tuple[str, int]]:
        values = [one.head, *(line for lines in one.lines.values() for line in lines)]
        links = [t.field for t in self.mapped if t.field.target]
        return {(f.target or "", v.raw[f.name]) for v in values for f in links if isinstance(v.raw.get(f.name), int)}

    def _told(self, one: Prepared, error: QingmesError) -> list[Problem]:
        """A refusal of the services as problems: each at its row and column, the whole row when it names none."""
        found = []
        for name, said in error.fields.items():
            if isinstance(said, Mapping):
                found += self._told_of_lines(one, name, said)
            else:
                reason = " ".join(map(str, said if isinstance(said, list) else [said]))
                found.append(Problem(one.document.row, self._label(name), reason))
        return found or [Problem(one.document.row, "", str(error))]

    def _told_of_lines(self, one: Prepared, name: str, said: Mapping[str, Any]) -> list[Problem]:
        found = []
        lines = one.lines.get(name, [])
        for position, errors in said.items():
            n = int(position) if str(position).isdecimal() else 0
            row = lines[n].row if n < len(lines) else one.document.row
            fields = errors.items() if isinstance(errors, Mapping) else [("", errors)]
            for field_name, reasons in fields:
                text = " ".join(map(str, reasons if isinstance(reasons, list) else [reasons]))
                found.append(Problem(row, self._label(field_name, name), text))
        return found

    def _label(self, name: str, lines: str = "") -> str:
        known = (t.label for t in self.targets.values() if name in (t.field.name, t.path) and t.lines == lines)
        return next(known, "")


def _raw(one: Prepared) -> dict[str, Any]:
    """What a document says as services take it."""
    return {**one.head.raw, **{name: [line.raw for line in lines] for name, lines in one.lines.items()}}


def _created(one: Prepared, record: Any) -> Outcome:
    return Outcome(one.document.rows, "create", record.id, display(record)[:255])


def differs(field: FieldSpec, record: Any, value: Any) -> bool:
    """Whether a record does not hold this value; times are compared by the second, as files keep them."""
    before = field.value_of(record)
    if isinstance(before, datetime) and isinstance(value, datetime):
        return before.replace(microsecond=0) != value.replace(microsecond=0)
    return bool(before != value)


def _from_to(spec: ModelSpec, field: FieldSpec, record: Any, values: Values) -> list[str]:
    before = text_for(spec, field, record) if record is not None else ""
    linked = values.linked.get(field.name)
    return [before, linked[0] if linked else str(values.raw[field.name] if values.raw[field.name] is not None else "")]


def _kept(spec: ModelSpec, line: Any, actor: Actor) -> dict[str, Any]:
    """A line that stays: its id, and what must be given again because it is required."""
    kept = {f.name: f.value_of(line) for f in spec.visible_fields(actor) if f.required and f.writable(creating=True)}
    plain = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in kept.items()}
    parent = spec.meta.parent
    mine = {name: value for name, value in plain.items() if spec.fields[name].relation != parent}
    return {"id": line.id, **mine}


def _forms(part: Any) -> set[Any]:
    return {part, unicodedata.normalize("NFKC", part).strip()} if isinstance(part, str) else {part}


def _tidy(key: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(unicodedata.normalize("NFKC", p).strip() if isinstance(p, str) else p for p in key)


def as_row(import_id: int, outcome: Outcome) -> dict[str, Any]:
    """An outcome as a row of `ImportRow`."""
    told = {
        "changes": outcome.changes,
        "problems": [[p.row, p.column, p.reason] for p in outcome.problems],
        "rows": outcome.rows[1:],
    }
    return {
        "import_id": import_id,
        "row": outcome.rows[0],
        "outcome": outcome.outcome,
        "record_id": outcome.record_id,
        "title": outcome.title,
        "told": {key: value for key, value in told.items() if value},
    }


def left_out_row(import_id: int, row: int) -> dict[str, Any]:
    """A row that is a total or the headings again."""
    return as_row(import_id, Outcome([row], "left_out"))
