"""Answers to questions of core and of masterdata."""

from __future__ import annotations

from typing import Any

from addons.masterdata.models import Item
from core.i18n import gettext
from core.kernel.hooks import hookimpl
from qingmes_toolcare import services


@hookimpl
def before_transition(record: Any, transition: str) -> str | None:
    """An item that still has a care plan is not retired."""
    if isinstance(record, Item) and transition == "retire" and services.find_plan(record.id) is not None:
        return gettext("Delete its care plan first.")
    return None
