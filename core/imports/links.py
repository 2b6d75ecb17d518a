"""Finding what links lead to by what people write: codes, names, or `#` and the id; many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, or_, select

from core.actor import Actor
from core.db.base import display
from core.db.session import db
from core.db.spec import FieldSpec, ModelSpec
from core.imports.values import loose
from core.kernel.registry import current_registry
from core.web.addresses import LARGEST_ID
from core.workflow.records import linking

AT_ONCE = 400
CODES = ("code", "number", "login")


class Links:
    """Ids by model and text, as far as they have been looked for. At most three statements a model and batch."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.found: dict[str, dict[str, list[int]]] = defaultdict(dict)

    def look_for(self, model: str, texts: Iterable[str]) -> None:
        """Find these texts, unless they have been looked for already."""
        known = self.found[model]
        missing = sorted(set(texts) - known.keys())
        for start in range(0, len(missing), AT_ONCE):
            some = missing[start : start + AT_ONCE]
            known.update(find(current_registry().models[model], some, self.actor))

    def ids(self, model: str, text: str) -> list[int]:
        """The records a text may mean: none, one, or several that fit as well as each other."""
        return self.found[model].get(text, [])

    def forget(self, model: str) -> None:
        """Look again: records of this kind have been made."""
        self.found.pop(model, None)


def find(spec: ModelSpec, texts: Sequence[str], actor: Actor) -> dict[str, list[int]]:
    """For each text the ids of the records within reach that fit best.

    Best is `#` and the id, then a unique code, then the text that names a record, then any field quick
    search reads; as written before other case and width.
    """
    columns = code_fields(spec, actor)
    others = [f for f in _text_fields(spec, (*spec.meta.display, *spec.meta.search), actor) if f not in columns]
    found = _by_id(spec, texts)
    for fields in (columns, [*columns, *others]):
        left = [text for text in texts if text not in found]
        if fields and left:
            found.update(_by_text(spec, fields, left))
    return {text: found.get(text, []) for text in texts}


def code_fields(spec: ModelSpec, actor: Actor) -> list[FieldSpec]:
    """The fields that name one record each, the usual ones first."""
    unique = [f for f in _text_fields(spec, spec.fields, actor) if f.unique]
    return sorted(unique, key=lambda f: CODES.index(f.name) if f.name in CODES else len(CODES))


def _text_fields(spec: ModelSpec, names: Iterable[str], actor: Actor) -> list[FieldSpec]:
    fields = (spec.fields.get(name) for name in dict.fromkeys(names))
    return [f for f in fields if f is not None and f.kind == "text" and actor.sees_group(f.info.group)]


def _by_id(spec: ModelSpec, texts: Sequence[str]) -> dict[str, list[int]]:
    wanted = {int(text[1:]): text for text in texts if text.startswith("#") and _is_id(text[1:])}
    if not wanted:
        return {}
    model: Any = spec.model
    with linking(model):
        ids = list(db.session.scalars(select(model.id).where(model.id.in_(wanted))))
    return {wanted[record_id]: [record_id] for record_id in ids}


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) <= LARGEST_ID


def _by_text(spec: ModelSpec, fields: Sequence[FieldSpec], texts: Sequence[str]) -> dict[str, list[int]]:
    """One statement: records one of whose fields is one of the texts, or the first word of one."""
    model: Any = spec.model
    words = sorted({form for text in texts for form in _forms(text)})
    columns = [func.lower(field.column_of(model)) for field in fields]
    query = select(model).where(or_(*(column.in_(words) for column in columns))).order_by(model.id)
    with linking(model):
        found = list(db.session.scalars(query))
    indexes = _indexes(found, fields)
    ranked = {text: _best(indexes, text) for text in texts}
    return {text: ids for text, ids in ranked.items() if ids}


def _forms(text: str) -> set[str]:
    return {text.lower(), loose(text).lower(), text.lower().partition(" ")[0]}


def _indexes(records: Sequence[Any], fields: Sequence[FieldSpec]) -> list[dict[str, list[int]]]:
    """Ids by what names them, the best names first: as written before any case and width."""
    names = [[(str(field.value_of(record) or ""), record.id) for record in records] for field in fields]
    names.append([(display(record), record.id) for record in records])
    indexes = []
    for form in (str, loose):
        for pairs in names:
            index: dict[str, list[int]] = defaultdict(list)
            for name, record_id in pairs:
                index[form(name)].append(record_id)
            indexes.append(index)
    return indexes


def _best(indexes: Sequence[dict[str, list[int]]], text: str) -> list[int]:
    half = len(indexes) // 2
    forms = [text] * half + [loose(text)] * half
    return next((index[form] for index, form in zip(indexes, forms, strict=True) if form in index), [])


def code_of(spec: ModelSpec, record: Any, actor: Actor) -> str:
    """How a file names a record so that an import finds it again: its code, else what names it, else its id."""
    codes = code_fields(spec, actor)
    if codes:
        return str(codes[0].value_of(record) or f"#{record.id}")
    names = [spec.fields.get(name) for name in spec.meta.display]
    if all(field is not None and field.kind == "text" for field in names):
        return display(record)
    return f"#{record.id}"
