"""What core itself does at the moments it tells addons of."""

from __future__ import annotations

from typing import Any

from core.approvals import administration, flows, gate, service
from core.approvals.models import ApprovalFlow
from core.approvals.pages import cases
from core.custom import definitions
from core.custom.models import CustomField
from core.events import outbox
from core.kernel.hookspecs import hookimpl
from core.kernel.snapshot import forget_snapshot
from core.paper import codes, letterhead
from core.paper.models import Letterhead
from core.people import org, starter
from core.people.models import OrgUnit, User
from core.workflow.models import NumberRule
from core.workflow.numbering import check_pattern, install_rules


@hookimpl
def before_transition(record: Any, transition: str) -> Any:
    """What has to be approved first is refused until it is."""
    gate.check(record, transition)
    return None


@hookimpl
def before_save(record: Any, changes: dict[str, Any]) -> Any:
    """Org units stay a tree; number rules keep a pattern that works; custom fields are sound."""
    if isinstance(record, OrgUnit) and (record.id is None or "parent_id" in changes):
        org.check_parent(record, changes.get("parent_id"))
    if isinstance(record, NumberRule) and "pattern" in changes:
        check_pattern(changes.get("model") or record.model, changes["pattern"])
    if isinstance(record, CustomField):
        definitions.check(record, changes)
    if isinstance(record, ApprovalFlow):
        flows.check_flow(record, changes)
    return letterhead.objection_to(record) if isinstance(record, Letterhead) else None


@hookimpl
def on_new_record(record: Any) -> None:
    """A custom field gets its name for ever."""
    if isinstance(record, CustomField):
        definitions.fill_key(record)


@hookimpl
def after_save(record: Any, created: bool) -> None:
    """Org units get their path, custom fields count at once, and whoever leaves hands over what waits for him."""
    if isinstance(record, OrgUnit):
        org.keep_path(record)
    if isinstance(record, User) and not record.active:
        administration.leave(record.id)
    if isinstance(record, ApprovalFlow):
        forget_snapshot()
    if isinstance(record, CustomField):
        definitions.take_effect()


@hookimpl
def after_transition(record: Any, transition: str) -> None:
    """A custom field that is put in use or retired counts at once; what takes an approval back revokes it."""
    if isinstance(record, CustomField):
        definitions.take_effect()
    service.note_undone(record, transition)


@hookimpl
def approval_rounds(model: str, record_ids: list[int]) -> Any:
    """The approvals of records, for paper."""
    return cases.rounds_of(model, record_ids)


@hookimpl
def on_enable(addon: str) -> None:
    """An app that is switched on brings its starter roles and number rules, and goes on with what was held."""
    outbox.release(addon)
    starter.install_roles(addon)
    install_rules(addon)


@hookimpl
def scanned_code(code: str) -> Any:
    """The printed code of a record without a number of its own leads to it."""
    return codes.find_scanned(code)
