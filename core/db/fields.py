"""How a model says what its columns mean: label, kind, choices, field group, who may write.

    code: Mapped[str] = column(String(40), _("Code"), unique=True)
    item_id: Mapped[int] = link("masterdata_item.id", _("Item"))

What is said here once serves lists, forms, filters, export, API, audit and OpenAPI.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeEngine

from core.db.types import Identity
from core.i18n import Text

Kind = Literal[
    "text",
    "longtext",
    "integer",
    "decimal",
    "quantity",
    "price",
    "money",
    "boolean",
    "date",
    "datetime",
    "choice",
    "multichoice",
    "link",
    "attachment",
    "json",
]


@dataclass(frozen=True, kw_only=True)
class ColumnInfo:
    """What a column means to people. `write`: "always", "create" (fixed once made) or "never".

    `required_when`, `visible_when` and `read_only_when` are conditions (`core.criteria`) on the record, checked
    by `core.custom.rules` whenever it is saved, and followed by its form while it is filled in. `mask` says how
    a text is written; see `core.custom.masks`. `criteria_on` makes a JSON column a condition people put
    together: it names the field that says on which model.
    """

    label: Text
    help: Text = ""
    choices: Mapping[str, Text] = field(default_factory=dict)
    group: str | None = None
    write: Literal["always", "create", "never"] = "always"
    long: bool = False
    unit: str | None = None
    minimum: int | Decimal | None = None
    maximum: int | Decimal | None = None
    required: bool | None = None
    hidden: bool = False
    target: str | None = None
    required_when: Mapping[str, Any] | None = None
    visible_when: Mapping[str, Any] | None = None
    read_only_when: Mapping[str, Any] | None = None
    mask: str = ""
    criteria_on: str = ""


INFO = "qingmes"


def column(
    type_: TypeEngine[Any] | type[TypeEngine[Any]],
    label: Text,
    /,
    *,
    info: Mapping[str, Any] | None = None,
    **options: Any,
) -> MappedColumn[Any]:
    """A labelled column. `info` takes the keys of `ColumnInfo`; `options` go to SQLAlchemy."""
    said = ColumnInfo(label=label, **(info or {}))
    return mapped_column(type_, info={INFO: said}, **options)


def choice(
    choices: Mapping[str, Text],
    label: Text,
    /,
    *,
    info: Mapping[str, Any] | None = None,
    **options: Any,
) -> MappedColumn[Any]:
    """A text column that holds one of the given codes; people see the labels."""
    return column(String(40), label, info={"choices": choices, **(info or {})}, **options)


def link(
    target: str,
    label: Text,
    /,
    *,
    info: Mapping[str, Any] | None = None,
    constraint: bool = True,
    ondelete: str = "RESTRICT",
    **options: Any,
) -> MappedColumn[Any]:
    """A reference to another table's id, indexed. Pair it with a `relationship` of the same stem.

    Without `constraint` the database does not check it (to break a cycle of tables, or where rows of
    the target are never deleted, as users are): name the target in `relationship(primaryjoin=...)`.
    """
    said = ColumnInfo(label=label, target=target.split(".")[0], **(info or {}))
    options.setdefault("index", True)
    arguments = (ForeignKey(target, ondelete=ondelete),) if constraint else ()
    return mapped_column(Identity, *arguments, info={INFO: said}, **options)
