"""The empty workbook to fill in: headings, an example row, and what may stand in each column."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from sqlalchemy import select

from core.actor import Actor
from core.db.session import db
from core.db.spec import FieldSpec, ModelSpec
from core.i18n import gettext
from core.imports.files import Row, show
from core.imports.links import code_of
from core.imports.settings import Settings
from core.imports.targets import Target, targets_of
from core.kernel.registry import current_registry
from core.views.export import put_text

MOST_VALUES = 100
EXAMPLES: Mapping[str, str] = {
    "integer": "3",
    "decimal": "12.5",
    "quantity": "12.5",
    "price": "8.88",
    "money": "128.00",
    "date": "2026-01-31",
    "datetime": "2026-01-31 08:00",
}
HEADING = PatternFill("solid", fgColor="E7EDF5")


def make_template(spec: ModelSpec, actor: Actor) -> bytes:
    """A workbook with a column for each field this actor may import."""
    targets = targets_of(spec, actor)
    book = Workbook()
    sheet: Any = book.active
    sheet.title = _sheet_name(str(spec.meta.plural or spec.meta.title))
    for column, target in enumerate((t for t in targets.values() if t.writable), start=1):
        put_text(sheet.cell(1, column), heading(target))
        sheet.cell(1, column).fill, sheet.cell(1, column).font = HEADING, Font(bold=True)
        put_text(sheet.cell(2, column), example(target.field))
        sheet.cell(2, column).font = Font(italic=True, color="808080")
        sheet.column_dimensions[get_column_letter(column)].width = 18
    sheet.freeze_panes = "A2"
    _explain(book.create_sheet(_sheet_name(gettext("Allowed values"))), targets.values(), actor)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def heading(target: Target) -> str:
    """The heading of a column; a star marks what is needed."""
    return f"{target.label}*" if target.field.required else target.label


def _sheet_name(text: str) -> str:
    return "".join(c for c in text if c not in "[]:*?/\\")[:31] or "1"


def example(field: FieldSpec) -> str:
    """What could stand in a field, as text."""
    if field.kind == "boolean":
        return gettext("Yes")
    if field.info.choices:
        return str(next(iter(field.info.choices.values())))
    return EXAMPLES.get(field.kind, gettext("Example"))


def without_example(rows: Sequence[Row], settings: Settings, targets: Mapping[str, Target]) -> list[Row]:
    """The rows without the template's example, should it still stand below the headings."""
    wanted = {n: example(targets[path].field) for n, path in settings.columns.items() if path in targets}
    return [row for row in rows if row.number != settings.header + 1 or not _is_example(row, wanted)]


def _is_example(row: Row, wanted: Mapping[int, str]) -> bool:
    texts = {n: show(row.cell(n)) for n in wanted}
    return len(wanted) > 1 and texts == dict(wanted)


def _explain(sheet: Any, targets: Any, actor: Actor) -> None:
    """A column for each field with a fixed set of values: what may be written, codes of links included."""
    column = 0
    for target in targets:
        values = _allowed(target, actor) if target.writable else []
        if not values:
            continue
        column += 1
        for row, value in enumerate([heading(target), *values], start=1):
            put_text(sheet.cell(row, column), value)
        sheet.cell(1, column).fill, sheet.cell(1, column).font = HEADING, Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = 18


def _allowed(target: Target, actor: Actor) -> list[str]:
    field = target.field
    if field.kind == "boolean":
        return [gettext("Yes"), gettext("No")]
    if field.target is None:
        return [str(label) for label in field.info.choices.values()]
    spec = current_registry().models[field.target]
    model: Any = spec.model
    records = db.session.scalars(select(model).order_by(model.id).limit(MOST_VALUES))
    return [code_of(spec, record, actor) for record in records]
