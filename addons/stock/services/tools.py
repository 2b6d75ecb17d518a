"""The tool crib: lending a tool, taking it back, and until when it may be measured with."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from addons.stock.models import Calibration, Lot, StockBalance, ToolLoan
from addons.stock.services.balances import ZERO
from addons.stock.services.ledger import Cause, Movement, move
from addons.stock.services.people import name_of
from addons.stock.services.places import find_virtual
from addons.stock.services.rules import rules_of_items
from addons.stock.services.values import lock_items_worth
from core.actor import elevated
from core.db import db, utcnow
from core.errors import Conflict, ValidationError
from core.i18n import _, gettext
from core.web.format import date_text
from core.workflow.fire import fire
from core.workflow.numbering import today

ONE = Decimal(1)


def lend(loan: ToolLoan) -> None:
    """Hand a tool out: the effect of lending. Flushes.

    Raises `ValidationError` for what is no tool with a serial number, `Conflict` when it is not there, on hold, or
    past its calibration.
    """
    lot = loan.lot
    if lot.item.kind != "tool" or lot.item.tracking != "serial":
        raise ValidationError(_("%(item)s is not a tool with a serial number. Scan a tool.", item=lot.item.code))
    if lot.calibrated_until is not None and lot.calibrated_until < today():
        day = date_text(lot.calibrated_until)
        raise Conflict(_("%(tool)s was calibrated until %(day)s. Have it calibrated first.", tool=lot.number, day=day))
    place = _place_of(lot)
    loan.item_id, loan.location_id, loan.lent_at = lot.item_id, place, utcnow()
    loan.due_on = loan.due_on or today() + timedelta(days=rules_of_items([lot.item_id])[lot.item_id].loan_days)
    _move(loan, place, "available", place, "lent")


def _place_of(lot: Lot) -> int:
    """Where a tool lies, free to be lent; raises `Conflict` saying who holds it otherwise."""
    lock_items_worth([lot.item_id])
    free = StockBalance.on_hand - StockBalance.reserved > ZERO
    query = select(StockBalance.location_id).where(
        StockBalance.lot_id == lot.id, StockBalance.status == "available", free
    )
    place = db.session.scalar(query.order_by(StockBalance.id).limit(1))
    if place is not None:
        return place
    loan = find_loan(lot.id)
    if loan is not None:
        raise Conflict(_("%(tool)s is lent to %(name)s already.", tool=lot.number, name=name_of(loan.holder_id)))
    raise Conflict(_("%(tool)s is not in the store, or it is on hold. Take another one.", tool=lot.number))


def find_loan(lot_id: int) -> ToolLoan | None:
    """The loan under which a tool is out, None when it is not."""
    return db.session.scalar(select(ToolLoan).where(ToolLoan.lot_id == lot_id, ToolLoan.state == "lent"))


def bring_back(loan: ToolLoan, condition: str, location_id: int | None = None) -> None:
    """Take a tool back: the effect of returning it. Flushes.

    A damaged one goes on hold, a lost one leaves the books as scrap. `location_id`: where it is put, None for where it
    was taken from.
    """
    was = loan.location_id or 0
    loan.condition, loan.returned_at = condition, utcnow()
    if condition == "lost":
        _move(loan, was, "lent", find_virtual("scrap").id, "available")
        return
    loan.location_id = location_id or was
    _move(loan, was, "lent", loan.location_id, "available")
    if condition == "damaged":
        with elevated("a damaged tool is not lent again, whoever takes it back"):
            fire(loan.lot, "hold", reason=gettext("came back damaged with %(loan)s", loan=loan.number))


def extend(loan: ToolLoan, due_on: date) -> None:
    """Let somebody keep a tool longer: the effect of extending a loan. Raises `ValidationError` for a day gone by."""
    if due_on < today():
        raise ValidationError(_("A loan is extended to today or a day to come. Choose another day."))
    loan.due_on = due_on


def _move(loan: ToolLoan, place: int, status: str, to_place: int, to_status: str) -> None:
    step = Movement(
        item_id=loan.lot.item_id,
        quantity=ONE,
        lot_id=loan.lot_id,
        from_location_id=place,
        to_location_id=to_place,
        from_status=status,
        to_status=to_status,
    )
    move([step], cause=Cause(model="stock.tool_loan", id=loan.id, title=loan.number))


def follow_calibration(lot: Lot) -> None:
    """Write on a tool what its latest calibration says: valid until, or not at all. Flushes."""
    query = select(Calibration).where(Calibration.lot_id == lot.id)
    latest = db.session.scalar(query.order_by(Calibration.done_on.desc(), Calibration.id.desc()).limit(1))
    if latest is None:
        lot.calibrated_until = None
    else:
        lot.calibrated_until = latest.valid_until if latest.passed else latest.done_on - timedelta(days=1)
    db.session.flush()
