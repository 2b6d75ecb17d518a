"""Fields of a document that a step lets its approver change while he decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.actor import current_actor, elevated
from core.approvals import gate, store
from core.approvals.logic import engine
from core.approvals.logic.changes import change_facts
from core.approvals.service import freeze_now, keep, turn_of
from core.db.base import display
from core.db.session import db
from core.errors import Forbidden
from core.i18n import _
from core.kernel.registry import current_registry
from core.workflow.records import update_record


def change_document(request_id: int, task: int, values: Mapping[str, Any], version: int | None) -> bool:
    """Change what the step of this task lets its approver change; returns whether the votes still stand. Flushes.

    `Forbidden` for any other field. A change the votes do not survive begins a new round.
    """
    loaded = store.load(request_id, lock=True)
    turn = turn_of(loaded.flow)
    held = engine.held(loaded.case, turn, task)
    rules = loaded.case.rules_of(loaded.case.step(held.step))
    spec = current_registry().model(loaded.request.model)
    seen = {f.name for f in spec.visible_fields(current_actor())}
    if rules is None or not set(values) <= (set(rules.edit) - set(rules.hide)) & seen:
        raise Forbidden(_("This step does not let you change that."))
    with gate.changing(), elevated("a step lets its approver change some fields of the document he decides on"):
        record = update_record(spec, loaded.request.record_id, values, version=version)
        db.session.flush()
    loaded.request.title = display(record)[:255]
    frozen = freeze_now(loaded, record, turn)
    stands = change_facts(loaded.case, turn, frozen.facts, frozen.hash, frozen.amount)
    keep(loaded, turn)
    return stands
