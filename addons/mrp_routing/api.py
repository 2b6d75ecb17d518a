"""The address devices send their scans to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from marshmallow import fields, validate

from addons.mrp_routing.services import Scan, take_scans
from addons.mrp_routing.services.codes import MOST_CHARACTERS, MOST_CODES
from addons.mrp_routing.services.scans import ACTIONS
from core.api.declare import Endpoint
from core.db import Quantity, utcnow
from core.i18n import _
from core.workflow.schema import ExactDecimal, InputSchema, LineText, StrictInteger

MOST_EVENTS = 100
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
VERDICTS = ("applied", "ignored", "pending", "duplicate", "rejected")


class Amounts(InputSchema):
    """What is reported at the end of an operation, in the item's stock unit."""

    good = ExactDecimal(Quantity(), 0, metadata={"title": _("Good")})
    scrap = ExactDecimal(Quantity(), 0, metadata={"title": _("Scrap")})


class Event(InputSchema):
    """One scan."""

    id = fields.UUID(required=True, metadata={"title": _("Event")})
    seq = StrictInteger(allow_none=True, validate=validate.Range(min=0), metadata={"title": _("Running number")})
    at = fields.AwareDateTime(
        required=True, validate=validate.Range(min=EARLIEST, max=LATEST), metadata={"title": _("Scanned at")}
    )
    codes = fields.List(
        fields.String(validate=validate.Length(min=1, max=MOST_CHARACTERS)),
        required=True,
        validate=validate.Length(min=1, max=MOST_CODES),
        metadata={"title": _("Codes")},
    )
    action = fields.String(allow_none=True, validate=validate.OneOf(ACTIONS), metadata={"title": _("Action")})
    qty = fields.Nested(Amounts, allow_none=True, metadata={"title": _("Quantity")})


class Batch(InputSchema):
    """Scans of one device."""

    device = LineText(required=True, validate=validate.Length(min=1, max=60), metadata={"title": _("Device")})
    events = fields.List(
        fields.Nested(Event), required=True, validate=validate.Length(max=MOST_EVENTS), metadata={"title": _("Events")}
    )


class Result(InputSchema):
    """What became of one scan."""

    id = fields.String(required=True)
    verdict = fields.String(required=True, validate=validate.OneOf(VERDICTS))
    code = fields.String(required=True)
    message = fields.String(required=True)
    operation = fields.String(required=True, allow_none=True)
    available = fields.String(required=True, allow_none=True)


class Results(InputSchema):
    """What became of each, in the order of the device's numbers."""

    results = fields.List(fields.Nested(Result), required=True)
    server_time = fields.DateTime(required=True)


def take(batch: Mapping[str, Any]) -> dict[str, Any]:
    """Keep and apply the scans."""
    answers = take_scans(batch["device"], [_scan(event) for event in batch["events"]])
    return {"results": [asdict(answer) for answer in answers], "server_time": utcnow().isoformat()}


def _scan(event: Mapping[str, Any]) -> Scan:
    amounts = event.get("qty") or {}
    return Scan(
        event_id=str(event["id"]),
        seq=event.get("seq"),
        at=event["at"],
        codes=tuple(event["codes"]),
        action=event.get("action"),
        good=amounts.get("good"),
        scrap=amounts.get("scrap", Decimal(0)),
    )


ENDPOINTS = (
    Endpoint(
        path="scan-events",
        title=_("Report work by scans"),
        permission="mrp_routing.work_order.report",
        body=Batch,
        answer=Results,
        handler=take,
    ),
)
