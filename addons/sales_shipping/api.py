"""Addresses of sales in the API, beside those of orders and shipments: releasing, and how far an order is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from addons.sales_shipping import services
from addons.sales_shipping.services import MOST_LINES, Portion, Progress
from core.api.declare import Endpoint
from core.db import Quantity
from core.i18n import _
from core.kernel.registry import current_registry
from core.workflow.records import get_record
from core.workflow.schema import ExactDecimal, InputSchema, LineText, StrictInteger

AMOUNTS = ("ordered", "released", "reserved", "made", "received", "shipped")


class Part(InputSchema):
    """So much of an order line, by a route."""

    line_id = StrictInteger(required=True, metadata={"title": _("Order line")})
    route = LineText(required=True, validate=validate.Length(min=1, max=40), metadata={"title": _("Fulfilment route")})
    quantity = ExactDecimal(Quantity(), 0, required=True, metadata={"title": _("Quantity")})


class Parts(InputSchema):
    """What is to be released together, all or nothing."""

    portions = fields.List(
        fields.Nested(Part),
        required=True,
        validate=validate.Length(min=1, max=MOST_LINES),
        metadata={"title": _("Released portions")},
    )


class Became(InputSchema):
    """A released portion, and the record it became."""

    line_id = fields.Integer(required=True)
    route = fields.String(required=True)
    quantity = fields.String(required=True)
    model = fields.String(required=True)
    id = fields.Integer(required=True)


class Released(InputSchema):
    """The portions, in the order asked."""

    portions = fields.List(fields.Nested(Became), required=True)


class Which(InputSchema):
    """An order."""

    order_id = StrictInteger(required=True, metadata={"title": _("Sales order")})


class LineProgress(InputSchema):
    """Quantities of one line, as decimal text."""

    line_id = fields.Integer(required=True)
    ordered = fields.String(required=True)
    released = fields.String(required=True)
    reserved = fields.String(required=True)
    made = fields.String(required=True)
    received = fields.String(required=True)
    shipped = fields.String(required=True)


class OrderProgress(InputSchema):
    """Each line of the order."""

    lines = fields.List(fields.Nested(LineProgress), required=True)


def release(values: Mapping[str, Any]) -> dict[str, Any]:
    """Release the portions."""
    made = services.release([Portion(**portion) for portion in values["portions"]])
    return {
        "portions": [
            {
                "line_id": portion.line_id,
                "route": portion.route,
                "quantity": f"{portion.quantity:f}",
                "model": portion.target_model,
                "id": portion.target_id,
            }
            for portion in made
        ]
    }


def tell_progress(values: Mapping[str, Any]) -> dict[str, Any]:
    """How far each line of an order is."""
    order = get_record(current_registry().model("sales_shipping.sales_order"), values["order_id"])
    return {"lines": [_told(line) for line in services.progress(order.lines)]}


def _told(progress: Progress) -> dict[str, Any]:
    return {"line_id": progress.line.id, **{name: f"{getattr(progress, name).normalize():f}" for name in AMOUNTS}}


ENDPOINTS = (
    Endpoint(
        path="releases",
        title=_("Release parts of order lines"),
        permission="sales_shipping.sales_order.release",
        body=Parts,
        answer=Released,
        handler=release,
    ),
    Endpoint(
        path="progress",
        title=_("How far the lines of an order are"),
        permission="sales_shipping.sales_order.read",
        body=Which,
        answer=OrderProgress,
        handler=tell_progress,
    ),
)
