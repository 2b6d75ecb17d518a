"""Months: nothing is booked on the days of a closed one, and closing writes down what each item did."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, insert, literal, or_, select

from addons.masterdata.models import Item
from addons.stock.models import ItemValue, Period, PeriodLine, StockMove
from addons.stock.services.balances import insert_missing
from core.db import Money, Quantity, db
from core.errors import Conflict, ValidationError
from core.i18n import _
from core.web.format import date_text
from core.workflow.numbering import today


def closed_until() -> date | None:
    """The last day on which nothing may be booked any more, None while no month is closed."""
    return db.session.scalar(select(func.max(Period.ends_on)).where(Period.state == "closed"))


def refuse_closed(day: date) -> None:
    """Raise `Conflict` for a day in a closed month, `ValidationError` for one to come. One statement."""
    if day > today():
        raise ValidationError(_("%(day)s is still to come. Book it on today or earlier.", day=date_text(day)))
    until = closed_until()
    if until is not None and day <= until:
        raise Conflict(
            _("Stock is closed until %(day)s. Book it on a later day, or have the month opened.", day=date_text(until))
        )


def close_period(period: Period) -> None:
    """Freeze a month: the effect of closing it. Flushes.

    Waits for postings under way and lets none begin. Raises `Conflict` for a month that is not over, or when an
    earlier one with movements is still open.
    """
    if period.ends_on >= today():
        raise Conflict(_("This month is not over yet. Close it after %(day)s.", day=date_text(period.ends_on)))
    stand_still()
    until = closed_until()
    before = [StockMove.booked_on < period.starts_on, *([StockMove.booked_on > until] if until else [])]
    if db.session.scalar(select(StockMove.id).where(*before).limit(1)) is not None:
        raise Conflict(_("There are movements in an earlier month that is still open. Close that first."))
    period.lines.clear()
    db.session.flush()
    db.session.execute(insert(PeriodLine).from_select(*_summary(period)))
    db.session.expire(period, ["lines"])


def stand_still() -> None:
    """Lock every item as postings do, also those that were never moved: what is under way ends first. Flushes."""
    db.session.flush()
    without = select(Item.id).where(Item.id.not_in(select(ItemValue.item_id)))
    rows = [{"item_id": item} for item in db.session.scalars(without.order_by(Item.id))]
    if rows:
        db.session.execute(insert_missing(ItemValue, rows))
    db.session.execute(select(ItemValue.id).order_by(ItemValue.item_id).with_for_update()).all()


def _summary(period: Period) -> tuple[list[str], Any]:
    """What every item did until the end of the month: opening, in, out and closing."""
    within = StockMove.booked_on >= period.starts_on
    came, went = StockMove.flow == "in", StockMove.flow == "out"

    def total(of: Any, *when: ColumnElement[bool], minus: bool = False) -> Any:
        signed = case((went, -of), else_=of) if minus else of
        kind = Quantity if of is StockMove.quantity else Money
        return func.coalesce(func.sum(case((and_(*when), signed), else_=literal(0))), 0, type_=kind)

    def columns(of: Any) -> list[Any]:
        return [
            total(of, ~within, minus=True),
            total(of, within, came),
            total(of, within, went),
            total(of, literal(True), minus=True),
        ]

    query = (
        select(literal(period.id), StockMove.item_id, *columns(StockMove.quantity), *columns(StockMove.value))
        .where(or_(came, went), StockMove.booked_on <= period.ends_on)
        .group_by(StockMove.item_id)
    )
    names = [f"{when}_{what}" for what in ("qty", "value") for when in ("opening", "in", "out", "closing")]
    return ["period_id", "item_id", *names], query


def reopen_period(period: Period, reason: str) -> None:
    """Let postings into a month again: the effect of opening it. Raises `Conflict` when a later one is closed."""
    later = select(Period.id).where(Period.state == "closed", Period.starts_on > period.starts_on)
    if db.session.scalar(later.limit(1)) is not None:
        raise Conflict(_("A later month is closed. Open that first."))
    period.lines.clear()
