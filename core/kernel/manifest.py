"""What an addon says about itself, and what its files may declare. Pure data, checked at start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.actor import DataScope
from core.i18n import Text, _

API_VERSION = 1
CORE = "core"  # the addon that is always there


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """`MANIFEST` of an addon's `manifest.py`; an unknown key is a TypeError.

    `depends` must be installed and enabled before it; `optional` are loaded before it when installed,
    and its `glue/<name>.py` then joins the two. `api` is the kernel's `API_VERSION` it was written for.
    """

    name: str
    version: str
    api: int
    title: Text
    summary: Text
    depends: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    icon: str = "puzzle"


@dataclass(frozen=True, kw_only=True)
class Permission:
    """A right `<addon>.<noun>.<verb>` in `PERMISSIONS` of `permissions.py`."""

    name: str
    title: Text

    @property
    def noun(self) -> str:
        """`<addon>.<noun>`: what the right is about."""
        return self.name.rpartition(".")[0]


def crud(noun: str, **more: Text) -> tuple[Permission, ...]:
    """The usual permissions on a model (read, create, write, delete, export), and `more` by verb."""
    words: dict[str, Text] = {
        "read": _("Read"),
        "create": _("Create"),
        "write": _("Edit"),
        "delete": _("Delete"),
        "export": _("Export"),
        **more,
    }
    return tuple(Permission(name=f"{noun}.{verb}", title=title) for verb, title in words.items())


@dataclass(frozen=True, kw_only=True)
class StarterRole:
    """Permissions an addon gives one of the starter posts, in `ROLES` of `permissions.py`.

    `post` is a code of `core.people.starter.POSTS`. A role `<addon>.<post>` with this scope is made when
    the addon is first enabled, and is the customer's from then on.
    """

    post: str
    permissions: tuple[str, ...]
    scope: DataScope = "all"
    field_groups: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FieldGroup:
    """A group of sensitive fields (`prices`, `costs`, `wages`) in `FIELD_GROUPS` of `permissions.py`."""

    name: str
    title: Text


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """`SUBSCRIPTIONS` of `events.py`: call `handler(event)` in a delivery of its own, after commit."""

    event: type[Any]
    handler: Callable[[Any], None]


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """`SCHEDULES` of `jobs.py`: run a job of this addon every so many minutes, or daily at a local time.

    `every_minutes` or `daily_at` ("HH:MM" in the factory's time zone), not both.
    """

    key: str
    job: Callable[..., Any]
    title: Text
    every_minutes: int | None = None
    daily_at: str | None = None


@dataclass(frozen=True, kw_only=True)
class NumberRuleSpec:
    """A starter number rule in `NUMBERS` of `workflows.py`: `pattern` such as `SO{yyyy}{mm}-{n:4}`.

    `mode` is "gap_free" (the counter is held until commit) or "fast" (a gap may remain after a rollback).
    """

    model: str
    pattern: str
    mode: str = "gap_free"
