"""What core itself does at the moments it tells addons of."""

from __future__ import annotations

from typing import Any

from core.events import outbox
from core.kernel.hookspecs import hookimpl
from core.people import org, starter
from core.people.models import OrgUnit
from core.workflow.models import NumberRule
from core.workflow.numbering import check_pattern, install_rules


@hookimpl
def before_save(record: Any, changes: dict[str, Any]) -> Any:
    """Org units stay a tree; number rules keep a pattern that works."""
    if isinstance(record, OrgUnit) and (record.id is None or "parent_id" in changes):
        org.check_parent(record, changes.get("parent_id"))
    if isinstance(record, NumberRule) and "pattern" in changes:
        check_pattern(changes.get("model") or record.model, changes["pattern"])
    return None


@hookimpl
def after_save(record: Any, created: bool) -> None:
    """An org unit's path follows its parent."""
    if isinstance(record, OrgUnit):
        org.keep_path(record)


@hookimpl
def on_enable(addon: str) -> None:
    """An app that is switched on brings its starter roles and number rules, and goes on with what was held."""
    outbox.release(addon)
    starter.install_roles(addon)
    install_rules(addon)
