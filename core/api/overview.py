"""What a caller asks before anything else: who am I, what is there, where is that record."""

from __future__ import annotations

from typing import Any

from core.actor import Actor
from core.api.reading import check_text
from core.db.base import display
from core.db.spec import ModelSpec
from core.i18n import get_locale
from core.kernel.registry import current_registry
from core.kernel.switch import enabled_addons
from core.views import search as finder

VERBS = ("read", "create", "write", "delete")
LONGEST = 200


def me(actor: Actor) -> dict[str, Any]:
    """The caller as the system sees him."""
    return {
        "id": actor.user_id,
        "name": actor.name,
        "channel": actor.channel,
        "org_unit_id": actor.unit_id,
        "language": get_locale(),
        "permissions": sorted(actor.permissions),
        "field_groups": sorted(actor.field_groups),
        "addons": sorted(enabled_addons()),
    }


def resources(actor: Actor) -> dict[str, Any]:
    """The kinds of record the caller may read, with what else he may do with them."""
    return {"resources": [_resource(spec, actor) for spec in finder.readable(actor)]}


def _resource(spec: ModelSpec, actor: Actor) -> dict[str, Any]:
    return {
        "model": spec.name,
        "title": str(spec.meta.plural or spec.meta.title),
        "href": address(spec),
        "verbs": [verb for verb in _verbs(spec) if actor.can(spec.permission(verb))],
        "transitions": [t.name for t in current_registry().transitions(spec.name) if actor.can(t.permission)],
    }


def _verbs(spec: ModelSpec) -> tuple[str, ...]:
    return ("read",) if spec.meta.read_only else VERBS


def address(spec: ModelSpec) -> str:
    """Where the API keeps this kind of record."""
    return f"/api/v1/{spec.addon}/{spec.meta.resource}"


def search(actor: Actor, text: str) -> dict[str, Any]:
    """The first few records of each kind that have every word; nothing for an empty text.

    One statement for each kind of record the caller may read.
    """
    check_text(text)
    words = text.strip()[:LONGEST]
    found = finder.search(words, actor) if words else []
    return {"items": [_hit(hits.spec, record) for hits in found for record in hits.records]}


def _hit(spec: ModelSpec, record: Any) -> dict[str, Any]:
    return {
        "model": spec.name,
        "id": record.id,
        "display": display(record),
        "href": f"{address(spec)}/{record.id}",
    }
