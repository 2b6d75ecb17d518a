"""Confirming and cancelling orders."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from addons.masterdata.models import Item, Partner
from addons.masterdata.services import check_item_usable, check_partner_usable, default_address
from addons.sales_shipping.models import ReleasePortion, SalesOrder, SalesOrderLine
from addons.sales_shipping.services.releasing import take_back_order
from addons.sales_shipping.services.routes import ZERO
from core.db import db
from core.errors import Conflict, NotFound, ValidationError
from core.i18n import _


def check_order(order: SalesOrder) -> None:
    """See that an order can be met: the effect of confirming it. Fills in the address to ship to.

    Raises `ValidationError` for no lines or a quantity that is none, `Conflict` for a partner or an item that may
    not be used.
    """
    if not order.lines:
        raise ValidationError(_("Add at least one line before confirming."))
    partner: Partner | None = order.partner
    if partner is None:
        raise NotFound(_("The customer of this order is not yours to see. Ask whoever keeps it to confirm."))
    check_partner_usable(partner)
    if partner.kind == "supplier":
        raise Conflict(_("%(name)s is a supplier. Make it a customer as well, or choose another.", name=partner.name))
    db.session.scalars(select(Item).where(Item.id.in_([line.item_id for line in order.lines]))).all()  # at once
    for line in order.lines:
        if line.quantity <= ZERO:
            raise ValidationError(_("A quantity must be more than zero."))
        check_item_usable(line.item)
    address = default_address(partner) if not order.ship_to else None
    if address is not None:
        order.ship_to = address.address


def cancel_order(order: SalesOrder) -> None:
    """Take back what was released: the effect of cancelling. Raises `Conflict` when something has been shipped."""
    if any(line.shipped > ZERO for line in order.lines):
        raise Conflict(_("Part of %(number)s has been shipped. Close it instead.", number=order.number))
    take_back_order(order)


def find_closed_origins(target_model: str, target_ids: Collection[int]) -> dict[int, str]:
    """Which of these targets were made for an order that is closed or cancelled now: its number. One statement."""
    query = (
        select(ReleasePortion.target_id, SalesOrder.number)
        .join(SalesOrderLine, SalesOrderLine.id == ReleasePortion.line_id)
        .join(SalesOrder, SalesOrder.id == SalesOrderLine.order_id)
        .where(
            ReleasePortion.target_model == target_model,
            ReleasePortion.target_id.in_(sorted(set(target_ids))),
            SalesOrder.state.in_(("closed", "cancelled")),
        )
    )
    return dict(db.session.execute(query).all())
