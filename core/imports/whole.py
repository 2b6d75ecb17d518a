"""Every field of the records of a list, written so that an import of the file changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.actor import Actor
from core.custom.links import linked, prefetch
from core.custom.lists import PICKED
from core.custom.storage import split
from core.db.session import db
from core.db.spec import ModelSpec
from core.i18n import gettext
from core.imports.links import code_of
from core.imports.targets import Target, keys_of, targets_of
from core.imports.values import SEVERAL, choice_words, loose
from core.kernel.registry import current_registry
from core.views.columns import Column
from core.views.export import exact
from core.web.format import local


class Whole:
    """All fields an import can fill, with what tells the records apart; one row a record, or a line."""

    def __init__(self, spec: ModelSpec, actor: Actor) -> None:
        self.spec, self.actor = spec, actor
        targets = targets_of(spec, actor)
        named = {path for key in keys_of(spec, targets) for path in key}
        self.targets = [t for t in targets.values() if t.writable or t.path in named]
        self.words = {t.path: choice_words(t.field) for t in self.targets if t.field.kind in PICKED}

    def headings(self) -> list[str]:
        """The labels; the path where two fields have the same."""
        labels = [target.label for target in self.targets]
        return [t.path if labels.count(t.label) > 1 else t.label for t in self.targets]

    def rows(self, records: Sequence[Any]) -> Iterator[list[Any]]:
        """The rows of these records; what they link to and their lines are loaded together."""
        self._load([record.id for record in records])
        for record in records:
            yield from self._rows(record)

    def _load(self, ids: Sequence[int]) -> None:
        model: Any = self.spec.model
        options = []
        for target in self.targets:
            steps = [name for name in (target.lines, target.field.relation) if name]
            option, at = None, model
            for step in steps:
                attribute = getattr(at, step)
                option = option.selectinload(attribute) if option else selectinload(attribute)
                at = attribute.property.mapper.class_
            options += [option] if option else []
        records = db.session.scalars(select(model).where(model.id.in_(ids)).options(*options)).all()
        for name in {target.lines for target in self.targets}:
            holders = [line for record in records for line in getattr(record, name)] if name else records
            prefetch(holders, [Column(t.path, (), t.field, "") for t in self.targets if t.lines == name])

    def _rows(self, record: Any) -> Iterator[list[Any]]:
        names = list(dict.fromkeys(t.lines for t in self.targets if t.lines))
        lines = [list(getattr(record, name)) for name in names]
        for together in zip_longest(*lines) if any(lines) else [()]:
            here = dict(zip(names, together, strict=False))
            yield [self._value(t, here.get(t.lines) if t.lines else record) for t in self.targets]

    def _value(self, target: Target, record: Any) -> Any:
        if record is None:
            return None
        field = target.field
        value = field.value_of(record)
        if value is None:
            return None
        if field.target is not None:
            return self._code(target, record, value)
        if field.kind in PICKED:
            codes = [value] if field.kind == "choice" else split(value)
            return ", ".join(self._word(target, code) for code in codes)
        if field.kind == "boolean":
            return gettext("Yes") if value else gettext("No")
        if isinstance(value, datetime):
            return local(value).replace(tzinfo=None)
        return exact(value) if isinstance(value, Decimal) else value

    def _word(self, target: Target, code: str) -> str:
        """The label of a code, if an import reads the code out of it again."""
        label = str(target.field.info.choices.get(code, code))
        is_one = target.field.kind == "choice" or not SEVERAL.search(label)
        return label if is_one and self.words[target.path].get(loose(label)) == code else code

    def _code(self, target: Target, record: Any, record_id: int) -> str:
        there = getattr(record, target.field.relation) if target.field.relation else linked(record, target.field)
        if there is None or isinstance(there, int):
            return f"#{record_id}"
        return code_of(current_registry().models[target.field.target or ""], there, self.actor)
