"""The release desk, and making a shipment from an order."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from addons.sales_shipping import desk as grid
from addons.sales_shipping import services
from core.db import db
from core.errors import QingmesError
from core.i18n import gettext
from core.kernel.registry import current_registry
from core.views.drawing import record_url
from core.web.access import requires
from core.workflow.records import get_record

blueprint = Blueprint("sales_shipping", __name__)


@blueprint.get("/release")
@requires("sales_shipping.sales_order.release")
def desk() -> str:
    """What waits to be released, with a proposal; of one order when it is named."""
    return _desk({})


@blueprint.post("/release")
@requires("sales_shipping.sales_order.release")
def release() -> Response | tuple[str, int]:
    """Release what was entered; a refusal shows the grid again as typed."""
    try:
        made = services.release(grid.read_portions(request.form))
    except QingmesError as error:
        db.session.rollback()
        return _desk(request.form, error), error.status
    flash(gettext("%(count)s portions released.", count=len(made)))
    return redirect(url_for("sales_shipping.desk", order=_order_id()), 303)


def _desk(typed: Mapping[str, str], error: QingmesError | None = None) -> str:
    lines = services.find_open_lines(_order_id())
    routes = services.find_routes(lines)
    return render_template(
        "sales_shipping/release.html",
        rows=grid.rows_of(lines, routes, typed),
        routes=routes,
        order_id=_order_id(),
        is_cut=len(lines) == services.MOST_LINES,
        error=error,
    )


def _order_id() -> int | None:
    """The order the page is narrowed to."""
    return request.args.get("order", type=int)


@blueprint.post("/orders/<int:order_id>/shipment")
@requires("sales_shipping.shipment.create")
def make_shipment(order_id: int) -> Response:
    """A draft shipment of what is left of an order, then its form."""
    order = get_record(current_registry().model("sales_shipping.sales_order"), order_id)
    shipment = services.make_shipment(order)
    return redirect(record_url("sales_shipping.shipment", shipment.id), 303)
