"""Who may see which rows and fields, worked out from the specification alone.

Nothing of the product is imported here: units are names with a parent, and reach is found by walking up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Role:
    """A role as the administrator made it. `rules`: of this kind of record only those with one of these marks."""

    permissions: frozenset[str]
    scope: str
    groups: frozenset[str]
    active: bool = True
    rules: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Holding:
    """A role as somebody holds it: through an active or inactive post in a unit, or directly in his own unit."""

    role: Role
    unit: str | None
    post: bool = False
    post_active: bool = True

    @property
    def counts(self) -> bool:
        return self.role.active and self.post_active


@dataclass(frozen=True)
class Person:
    name: str
    unit: str | None
    holdings: tuple[Holding, ...]


@dataclass(frozen=True)
class Row:
    """A record: whose it is, where it belongs, and what rules may tell it by."""

    key: str
    owner: str | None
    unit: str | None
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Oracle:
    """`parents` maps each unit to the one it belongs to."""

    parents: Mapping[str, str | None]

    def reaches(self, person: Person, permission: str, row: Row) -> bool:
        """Whether one of the person's roles has the permission and its scope takes the row in."""
        return any(
            permission in holding.role.permissions
            and self._takes_in(holding, person, row)
            and self._lets_through(holding.role, permission, row)
            for holding in person.holdings
            if holding.counts
        )

    @staticmethod
    def _lets_through(role: Role, permission: str, row: Row) -> bool:
        marks = role.rules.get(permission.rpartition(".")[0])
        return marks is None or bool(marks & row.marks)

    def _takes_in(self, holding: Holding, person: Person, row: Row) -> bool:
        if holding.role.scope == "all" or row.owner == person.name:
            return True
        if row.unit is None or holding.unit is None:
            return False
        if holding.role.scope == "unit":
            return row.unit == holding.unit
        return holding.role.scope == "subtree" and self._is_within(row.unit, holding.unit)

    def _is_within(self, unit: str | None, top: str) -> bool:
        while unit is not None:
            if unit == top:
                return True
            unit = self.parents[unit]
        return False

    @staticmethod
    def may(person: Person, permission: str) -> bool:
        """Whether the permission is held at all."""
        return any(permission in h.role.permissions for h in person.holdings if h.counts)

    @staticmethod
    def sees(person: Person, group: str) -> bool:
        """Whether fields of this group are shown to the person."""
        return any(group in h.role.groups for h in person.holdings if h.counts)
