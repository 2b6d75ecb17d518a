"""Making a flow and changing what stands around its steps: name, order, administrators, when it applies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from core.approvals import flows
from core.approvals.designer import starters
from core.approvals.facts import transition_of
from core.approvals.models import ApprovalFlow
from core.db.session import db
from core.errors import ValidationError
from core.i18n import _
from core.kernel.registry import current_registry
from core.workflow.records import create_record, update_record

FLOW = "core.approval_flow"
NOT_IN_CODES = re.compile(r"[^a-z0-9]+")


def make_flow(action: str, name: str, starter: str, *, admin_role: int | None = None) -> ApprovalFlow:
    """A flow before an action (`masterdata.item/release`), its draft made by a starter. Flushes.

    `ValidationError` for an action nobody may gate, or a starter that does not fit it.
    """
    model, _sep, transition_name = action.partition("/")
    values = {
        "name": name,
        "code": _free_code(f"{model.rpartition('.')[2]}_{transition_name}"),
        "model": model,
        "transition": transition_name,
        "priority": 100,
        "admin_role_id": admin_role,
    }
    flow: ApprovalFlow = create_record(current_registry().model(FLOW), values)
    transition = transition_of(flow)
    flows.save_draft(flow, starters.make(starter, model, transition))
    return flow


def _free_code(wanted: str) -> str:
    base = NOT_IN_CODES.sub("_", wanted.lower())[:50].strip("_") or "flow"
    query = db.select(ApprovalFlow.code).where(ApprovalFlow.code.startswith(base, autoescape=True))
    taken = set(db.session.scalars(query))
    codes = (base if n == 1 else f"{base}_{n}" for n in range(1, len(taken) + 2))
    return next(code for code in codes if code not in taken)


def change_flow(flow: ApprovalFlow, values: Mapping[str, Any], match: Any, *, version: int | None) -> None:
    """Keep a flow's name, order, administrators and whether it is used; `match` says for which documents. Flushes."""
    if values.get("name") == "":
        problem = _("This is needed.")
        raise ValidationError(problem, fields={"name": [problem]})
    update_record(current_registry().model(FLOW), flow.id, values, version=version)
    flows.set_match(flow, match)
