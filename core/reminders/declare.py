"""How an addon suggests reminder rules: `REMINDERS` of its `reminders.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.i18n import Text


@dataclass(frozen=True, kw_only=True)
class SuggestedReminder:
    """A rule about a date that is offered when somebody writes one; it is his from then on.

    `date` is the field of `model` it is about, `offset` as in `core.reminders.spans` (`-14 days` before it),
    `when` a condition (`core.criteria`). It is for the people on `posts` (starter codes) and for the users that the
    fields `people` name. `text` may name fields in braces.
    """

    name: str
    title: Text
    model: str
    date: str
    text: Text
    offset: str = "0 days"
    when: Mapping[str, Any] = field(default_factory=dict)
    posts: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    repeat: str | None = None
