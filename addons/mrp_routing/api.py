"""The address devices send their scans to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import ValidationError, fields, validate

from addons.mrp_routing.models import TIME_KINDS
from addons.mrp_routing.services import Scan, take_scans
from addons.mrp_routing.services.codes import MOST_CHARACTERS, MOST_CODES
from addons.mrp_routing.services.messages import ACTIONS
from addons.mrp_routing.services.scans import keep_unreadable
from core.api.declare import Endpoint
from core.db import Quantity, utcnow
from core.i18n import _
from core.workflow.schema import ExactDecimal, InputSchema, LineText, StrictInteger

MOST_EVENTS = 100
REASON = validate.Length(min=1, max=40)
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
SAID = ("seq", "at", "action", "since", "kind", "reason", "minutes", "offline", "note")
VERDICTS = ("applied", "ignored", "pending", "duplicate", "rejected")


class Amounts(InputSchema):
    """What is reported of an operation, in the item's stock unit, and why. A reason is its code, printed or not."""

    good = ExactDecimal(Quantity(), 0, metadata={"title": _("Good")})
    scrap = ExactDecimal(Quantity(), 0, metadata={"title": _("Scrap")})
    rework = ExactDecimal(Quantity(), 0, metadata={"title": _("Rework")})
    held = ExactDecimal(Quantity(), 0, metadata={"title": _("Held")})
    scrap_reason = LineText(validate=REASON, metadata={"title": _("Why scrapped")})
    rework_reason = LineText(validate=REASON, metadata={"title": _("Why reworked")})
    hold_reason = LineText(validate=REASON, metadata={"title": _("Why held")})
    back_to = StrictInteger(allow_none=True, validate=validate.Range(min=1), metadata={"title": _("Back to")})


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
    since = fields.AwareDateTime(
        allow_none=True, validate=validate.Range(min=EARLIEST, max=LATEST), metadata={"title": _("Started at")}
    )
    kind = fields.String(validate=validate.OneOf(list(TIME_KINDS)), metadata={"title": _("Kind")})
    reason = LineText(validate=REASON, metadata={"title": _("Reason")})
    minutes = StrictInteger(allow_none=True, metadata={"title": _("Minutes as reported")})
    offline = fields.Boolean(metadata={"title": _("Scanned without network")})
    note = LineText(validate=validate.Length(max=200), metadata={"title": _("Note")})


@dataclass(frozen=True)
class Unreadable:
    """An event that is none: what was sent, and what is wrong with it."""

    raw: Any
    messages: Any


class EachByItself(fields.Nested):
    """An event of a batch; one that cannot be read stops no other."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        try:
            return super()._deserialize(value, attr, data, partial=partial, **kwargs)
        except ValidationError as error:
            return Unreadable(value, error.messages)


class Batch(InputSchema):
    """Scans of one device."""

    device = LineText(required=True, validate=validate.Length(min=1, max=60), metadata={"title": _("Device")})
    sent_at = fields.AwareDateTime(
        allow_none=True,
        validate=validate.Range(min=EARLIEST, max=LATEST),
        metadata={"title": _("Sent at, by the device's clock")},
    )
    events = fields.List(
        EachByItself(Event), required=True, validate=validate.Length(max=MOST_EVENTS), metadata={"title": _("Events")}
    )


class Result(InputSchema):
    """What became of one scan."""

    id = fields.String(required=True)
    verdict = fields.String(required=True, validate=validate.OneOf(VERDICTS))
    code = fields.String(required=True)
    message = fields.String(required=True)
    operation = fields.String(required=True, allow_none=True)
    available = fields.String(required=True, allow_none=True)
    flags = fields.List(fields.String(), required=True)


class Results(InputSchema):
    """What became of each, in the order of the device's numbers."""

    results = fields.List(fields.Nested(Result), required=True)
    server_time = fields.DateTime(required=True)


def take(batch: Mapping[str, Any]) -> dict[str, Any]:
    """Keep and apply the scans."""
    now, sent = utcnow(), batch.get("sent_at")
    offset = now - sent if sent is not None else timedelta()
    unreadable = [event for event in batch["events"] if isinstance(event, Unreadable)]
    scans = [_scan(event) for event in batch["events"] if not isinstance(event, Unreadable)]
    answers = take_scans(batch["device"], scans, offset)
    answers += [keep_unreadable(batch["device"], event.raw, event.messages) for event in unreadable]
    return {"results": [asdict(answer) for answer in answers], "server_time": utcnow().isoformat()}


def _scan(event: Mapping[str, Any]) -> Scan:
    said = {name: event[name] for name in SAID if event.get(name) is not None}
    amounts = {name: value for name, value in (event.get("qty") or {}).items() if value is not None}
    return Scan(event_id=str(event["id"]), codes=tuple(event["codes"]), **said, **amounts)


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
