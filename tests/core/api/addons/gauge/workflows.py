from __future__ import annotations

from typing import Any

from addons.gauge.events import SheetConfirmed
from marshmallow import fields, validate

from core.errors import Conflict
from core.kernel.manifest import NumberRuleSpec
from core.workflow.declare import State, Transition, Workflow


def cancel(record: Any, *, reason: str = "") -> None:
    if reason == "never":
        raise Conflict("This reason is not accepted; give another.")
    record.note = reason


WORKFLOWS = (
    Workflow(
        model="gauge.sheet",
        states={
            "draft": State(title="Draft"),
            "confirmed": State(title="Confirmed", colour="green"),
            "cancelled": State(title="Cancelled", colour="red"),
        },
        initial="draft",
        editable_in=("draft",),
        deletable_in=("draft",),
        transitions=(
            Transition(
                name="confirm",
                title="Confirm",
                from_=("draft",),
                to="confirmed",
                permission="gauge.sheet.confirm",
                event=lambda sheet: SheetConfirmed(sheet_id=sheet.id),
            ),
            Transition(
                name="recheck",
                title="Check again",
                from_=("confirmed",),
                to="confirmed",
                permission="gauge.sheet.confirm",
            ),
            Transition(
                name="cancel",
                title="Cancel",
                from_=("draft", "confirmed"),
                to="cancelled",
                permission="gauge.sheet.cancel",
                effect=cancel,
                params={"reason": fields.String(validate=validate.Length(max=40))},
                approvable=True,
            ),
        ),
    ),
)
NUMBERS = (NumberRuleSpec(model="gauge.sheet", pattern="GS{yyyy}-{n:5}"),)
