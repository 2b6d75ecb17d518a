"""How one file is read: sheet, heading row, which column is which field, and what to do with the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from core.errors import ValidationError
from core.i18n import Text, _

ACTIONS: Mapping[str, Text] = {
    "both": _("Add new records and change those that are here"),
    "create": _("Only add new records"),
    "update": _("Only change records that are here"),
}
EMPTY: Mapping[str, Text] = {
    "leave": _("Leave what is in the field"),
    "clear": _("Empty the field"),
}
DATES: Mapping[str, Text] = {
    "ymd": _("Year, month, day: 2026/11/24"),
    "dmy": _("Day, month, year: 24/11/2026"),
    "mdy": _("Month, day, year: 11/24/2026"),
}
KEY_SEPARATOR = "+"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`header` is the row of the headings, from 1. `columns` maps positions, from 0, to field paths.

    `key` are the paths that tell whether a record is here already; empty when nothing does.
    """

    sheet: str
    header: int
    columns: Mapping[int, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    action: str = "both"
    empty: str = "leave"
    dates: str = "ymd"

    def to_json(self) -> dict[str, Any]:
        """As it is kept in the database."""
        return {**asdict(self), "columns": {str(n): path for n, path in self.columns.items()}, "key": list(self.key)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Settings:
        """As it was kept."""
        columns = {int(n): path for n, path in kept["columns"].items()}
        return cls(**{**kept, "columns": columns, "key": tuple(kept["key"])})

    def column_of(self, path: str) -> int | None:
        """The position of the column that holds this field, or None."""
        return next((n for n, found in self.columns.items() if found == path), None)


def check_options(settings: Settings) -> None:
    """Raise `ValidationError` for an option that is none of those offered."""
    offered = ((settings.action, ACTIONS), (settings.empty, EMPTY), (settings.dates, DATES))
    if any(chosen not in choices for chosen, choices in offered):
        raise ValidationError(_("Choose one of the options that are offered."))
