"""How an addon declares its screens: `VIEWS`, `EXTENSIONS` and `MENUS` of `views.py`.

Field names may be dotted through links (`item.name`); every one is resolved at start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.i18n import Text


@dataclass(frozen=True, kw_only=True)
class ListView:
    """The list page of a model. `columns` in order; `filters` offered as quick filters (choice, link,
    boolean, date fields); `totals` are summed at the foot; `group_by` fields offered for grouping.
    `sort` as in `Meta.order`."""

    model: str
    columns: tuple[str, ...]
    filters: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """A titled group of fields on a form. Extensions attach to its `name`."""

    name: str
    title: Text
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Lines:
    """A line table on a form: `relation` of the model, `columns` of the line model, totals at the foot.

    `visible_when`: a condition (`core.criteria`) on the document; without it the table always shows.
    """

    relation: str
    title: Text
    columns: tuple[str, ...]
    totals: tuple[str, ...] = ()
    visible_when: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """Sections and lines are both addressed by name."""
        return self.relation


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A read-only part of a form drawn by a template of the addon.

    `context(record)` returns the template's variables as a dict; it may query, in a fixed number of statements.
    """

    name: str
    title: Text
    template: str
    context: Any
    permission: str = ""


@dataclass(frozen=True, kw_only=True)
class FormView:
    """The form page of a model.

    `endpoint` names a page of one's own instead: a route with `record_id`, None for a new record. The list, links
    and the menu lead there.
    """

    model: str
    sections: tuple[Section | Lines | Panel, ...] = ()
    endpoint: str = ""


@dataclass(frozen=True, kw_only=True)
class KanbanView:
    """Cards of a model in columns by a choice or state field. `fields` are shown on the card."""

    model: str
    by: str
    fields: tuple[str, ...]


View = ListView | FormView | KanbanView


@dataclass(frozen=True, kw_only=True)
class Extension:
    """What one addon adds to another's view while both are enabled.

    `columns` are appended to the list; `sections` stand after the named section of the form, or at its end
    when `after` is empty. Columns may name a side table's field as `<relationship>.<field>`.
    """

    model: str
    columns: tuple[str, ...] = ()
    sections: tuple[Section | Lines | Panel, ...] = ()
    after: str = ""


@dataclass(frozen=True, kw_only=True)
class Menu:
    """An entry of the menu. `parent` is another entry's key, empty for a group of its own.

    It leads to the list of `model`, or to `endpoint` (`<addon>.<function>`) of the addon's `web.py`.
    `permission` defaults to reading the model; `for_everybody` is a page of everyone's own things, without one.
    Entries are sorted by `sequence`, then key.
    """

    key: str
    title: Text
    parent: str = ""
    model: str = ""
    endpoint: str = ""
    permission: str = ""
    for_everybody: bool = False
    icon: str = ""
    sequence: int = 100
    arguments: Mapping[str, Any] = field(default_factory=dict)
