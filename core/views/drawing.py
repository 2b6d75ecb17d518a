"""What the generic templates call: how a cell is written, where a link leads."""

from __future__ import annotations

from typing import Any

from flask import Flask, url_for

from core.actor import current_actor
from core.db.base import display
from core.db.spec import ModelSpec
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.kernel.switch import is_enabled
from core.views.columns import Column, can_sort, choices_of, text_of
from core.views.conditions import PERIODS
from core.workflow.attachments import find_attachments


def cell(value: Any, column: Column) -> str:
    """A value as its column writes it."""
    return text_of(column, value)


def list_url(spec: ModelSpec) -> str:
    """The address of a model's list; its records' addresses begin with it."""
    return f"/m/{spec.addon}/{spec.meta.resource}"


def target_url(name: str) -> str:
    """Where a link field finds its choices."""
    return f"{list_url(current_registry().models[name])}/options"


def record_url(name: str, record_id: int | str) -> str:
    """The page of a record of this kind."""
    return f"{list_url(current_registry().models[name])}/{record_id}"


def can_open(name: str) -> bool:
    """Whether the reader may open records of this kind at all."""
    spec = current_registry().models[name]
    return bool(spec.meta.resource) and is_enabled(spec.addon) and current_actor().can(spec.permission("read"))


def record_links(spec: ModelSpec, record: Any) -> list[tuple[Text, str, str]]:
    """Pages of their own that core has for some records: title, address, icon."""
    actor = current_actor()
    if spec.name == "core.role" and actor.can("core.role.write"):
        return [(_("Edit rights"), url_for("roles.edit", role_id=record.id), "shield-check")]
    if spec.name == "core.user":
        return [(_("What may this user do?"), url_for("roles.rights", user_id=record.id), "shield-check")]
    return []


def install(app: Flask) -> None:
    """Offer these to templates."""
    app.jinja_env.filters.update(cell=cell, display=display)
    app.jinja_env.globals.update(
        target_url=target_url,
        record_url=record_url,
        can_open=can_open,
        list_url=list_url,
        choices_of=choices_of,
        periods=PERIODS,
        can_sort=can_sort,
        record_links=record_links,
        files_of=find_attachments,
    )
