"""A custom field as the generic parts see it: a `FieldSpec` whose values lie in the JSON column `x`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import marshmallow
from babel.support import LazyProxy

from core.custom import storage
from core.custom.lists import PICKED
from core.db.fields import ColumnInfo
from core.db.spec import FieldSpec
from core.db.types import plain, utcnow
from core.i18n import Text, get_locale

LINKED = "_custom_links"  # what links lead to, by field name, put on a record by `core.custom.links`
TEXT_LENGTH = 255
LONG_LENGTH = 20_000


@dataclass(frozen=True, kw_only=True)
class CustomSpec(FieldSpec):
    """One custom field. `id` is its definition's; `retired` the codes that are offered no more."""

    id: int
    state: str
    section: str
    searchable: bool
    in_list: bool
    total: bool
    retired: frozenset[str] = field(default_factory=frozenset)

    @property
    def offered(self) -> Mapping[str, Text]:
        """The choices a form offers."""
        return {code: label for code, label in self.info.choices.items() if code not in self.retired}

    def column_of(self, model: Any) -> Any:
        """The value in SQL, on a class or alias."""
        return storage.expression(model.x, self.name, self.kind, self.places)

    def value_of(self, record: Any) -> Any:
        """The value of a record; None when there is none, False for a yes-or-no."""
        return storage.read(self.kind, self.places, (record.x or {}).get(self.name))

    def set_on(self, record: Any, value: Any) -> None:
        """Give a record a clean value; the other keys of `x`, known or not, stay as they are."""
        others = {key: kept for key, kept in (record.x or {}).items() if key != self.name}
        kept = storage.keep(self.kind, self.places, value)
        record.x = (others if kept is None else {**others, self.name: kept}) or None
        record.__dict__.get(LINKED, {}).pop(self.name, None)


def spec_from(row: Any, choices: list[Any]) -> CustomSpec:
    """The field a definition and its choices (rows of their tables) describe."""
    required = row.required and row.kind != "boolean"
    spec = CustomSpec(
        id=row.id,
        state=row.state,
        name=row.key,
        kind=row.kind,
        info=_info(row, choices),
        required=required and row.visible_when is None,
        unique=False,
        nullable=row.kind != "boolean",
        length={"text": TEXT_LENGTH, "longtext": LONG_LENGTH}.get(row.kind),
        default=None,
        target={"link": row.target, "attachment": "core.attachment"}.get(row.kind),
        places=row.places or 0 if row.kind == "decimal" else None,
        section=row.section or "",
        searchable=row.searchable,
        in_list=row.in_list,
        total=row.total,
        retired=frozenset(c.code for c in choices if c.retired),
    )
    return replace(spec, default=_default(spec, row.default))


def _info(row: Any, choices: list[Any]) -> ColumnInfo:
    number = row.kind in ("integer", "decimal")
    return ColumnInfo(
        label=_words(row.label, row.label_en),
        help=row.help or "",
        choices={c.code: _words(c.label, c.label_en) for c in choices} if row.kind in PICKED else {},
        group=row.group,
        write=row.write,
        long=row.kind == "longtext",
        unit=row.unit,
        minimum=plain(row.minimum) if number and row.minimum is not None else None,
        maximum=plain(row.maximum) if number and row.maximum is not None else None,
        required_when=ALWAYS if row.required and row.visible_when is not None else row.required_when,
        visible_when=row.visible_when,
        read_only_when=row.read_only_when,
        mask=row.mask or "" if row.kind == "text" else "",
    )


ALWAYS: Mapping[str, Any] = {"and": []}


def _words(label: str, label_en: str | None) -> Text:
    """A label in the reader's language."""
    return LazyProxy(_pick, label, label_en or label, enable_cache=False) if label_en else label


def _pick(label: str, label_en: str) -> str:
    return label_en if get_locale() == "en" else label


def _default(spec: FieldSpec, text: str | None) -> Any:
    """What a new record begins with, or the function that gives it; None when the text is no value any more."""
    try:
        return read_default(spec, text)
    except marshmallow.ValidationError:
        return None


def read_default(spec: FieldSpec, text: str | None) -> Any:
    """A default as it was typed; marshmallow's ValidationError when it is no value of the field."""
    from core.workflow.schema import marshmallow_field

    if not text or spec.target:
        return None
    relative: dict[tuple[str, str], Callable[[], Any]] = {("date", "today"): _today, ("datetime", "now"): utcnow}
    if (spec.kind, text) in relative:
        return relative[spec.kind, text]
    return marshmallow_field(spec).deserialize(text)


def _today() -> Any:
    from core.workflow.numbering import today

    return today()
