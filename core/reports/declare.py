"""How an addon declares its reports: `REPORTS` of its `reports.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from core.db.fields import Kind
from core.i18n import Text

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One input of a report.

    `kind` says what `answer` gets: a `date`, the id of a record of `target` (`link`), a code of `choices`, a whole
    number (`integer`, at least `minimum`), or True and False (`flag`). Left empty it gets what `default()` returns, or
    None; `required`: it may not be left empty then. `not_before` names another date of the report that this one may
    not precede.
    """

    name: str
    title: Text
    kind: Literal["date", "link", "choice", "integer", "flag"]
    default: Callable[[], Any] | None = None
    required: bool = False
    target: str = ""
    choices: Mapping[str, Text] = field(default_factory=dict)
    minimum: int = 0
    not_before: str = ""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: the key of the rows' values, and what they are. None is an empty cell.

    `group`: a field group (`costs`) the reader must hold to see it. `total`: summed at the foot. `target`: a model the
    cell leads to, by the id that rows have under `<name>_id`. `choices` are titles of codes.
    """

    name: str
    title: Text
    kind: Kind = "text"
    group: str | None = None
    total: bool = False
    target: str = ""
    choices: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a report answers: its rows, columns besides those it declares, and a sentence about them."""

    rows: Sequence[Row]
    more: Sequence[Column] = ()
    note: Text = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """A question with a table for an answer.

    `answer(asked)` gets what was asked by name, already checked, and reads the database in a fixed number of
    statements; it may raise a `QingmesError`. `permission` opens the report; what a column shows is limited by its
    field group, not by row.
    """

    name: str
    title: Text
    permission: str
    columns: tuple[Column, ...]
    answer: Callable[[Mapping[str, Any]], Answer]
    asks: tuple[Ask, ...] = ()
    help: Text = ""
    icon: str = "report"
    sequence: int = 100
