"""Wages from what was reported: hours within working time, and good pieces of operations that are paid by the piece.

The pieces of an operation and day are paid to those who were at it that day, by their shares of its time; to the one
who reported them where nobody's time is known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import select

from addons.masterdata.services import factory_zone
from addons.mrp_routing.models import Operation, QuantityEntry, TimeEntry, WageLine, WagePeriod, WageRate
from addons.mrp_routing.services.labour import Share, day_begins, find_shares
from core.db import db, utcnow
from core.errors import Conflict, ValidationError
from core.i18n import _

ZERO = Decimal(0)
CENT = Decimal("0.01")


@dataclass
class Earned:
    """What one worker has earned so far."""

    seconds: int = 0
    hour_pay: Decimal = ZERO
    pieces: Decimal = ZERO
    piece_pay: Decimal = ZERO


@dataclass(frozen=True)
class Paid:
    """Good pieces of an operation on a day at a rate, and who reported how many of them."""

    operation_id: int
    day: date
    rate: Decimal
    by: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


def reckon(period: WagePeriod) -> None:
    """Write the wages of every worker of the period anew. Flushes. Raises `ValidationError` for days the wrong way
    round, and `Conflict` when another period has some of them."""
    _check_days(period)
    earned: dict[int, Earned] = defaultdict(Earned)
    shares = find_shares(period.starts_on, period.ends_on)
    _pay_hours(earned, shares)
    _pay_pieces(earned, shares, _paid(period.starts_on, period.ends_on))
    period.lines = [_line(user_id, earned[user_id]) for user_id in sorted(earned)]
    db.session.flush()


def approve_wages(period: WagePeriod) -> None:
    """Lock the period: the effect of approving it. Raises `ValidationError` before it was reckoned, `Conflict` before
    it is over or while somebody's time in it has no end."""
    if not period.lines:
        raise ValidationError(_("Reckon the wages first."))
    if period.ends_on >= _today():
        raise Conflict(_("The period is not over yet."))
    started = TimeEntry.started_at >= day_begins(period.starts_on)
    query = select(TimeEntry.id).where(started, TimeEntry.started_at < day_begins(period.ends_on + timedelta(days=1)))
    if db.session.scalar(query.where(TimeEntry.finished_at.is_(None)).limit(1)) is not None:
        raise Conflict(_("Work of these days has no end yet. Enter it first."))


def _today() -> date:
    return utcnow().astimezone(factory_zone()).date()


def check_unlocked(at: datetime) -> None:
    """Refuse to change what was reported on a day whose wages are approved. One statement, none for today.

    Raises `Conflict`.
    """
    day = at.astimezone(factory_zone()).date()
    if day >= _today():
        return
    query = select(WagePeriod.id).where(
        WagePeriod.state == "approved", WagePeriod.starts_on <= day, WagePeriod.ends_on >= day
    )
    if db.session.scalar(query.limit(1)) is not None:
        raise Conflict(
            _("The wages of %(day)s are approved; what was reported then stays as it is.", day=day),
            reason="wages_approved",
        )


def _check_days(period: WagePeriod) -> None:
    if period.ends_on < period.starts_on:
        raise ValidationError(_("The last day comes before the first."), fields={"ends_on": [_("Choose a later day.")]})
    query = select(WagePeriod.id).where(
        WagePeriod.id != period.id, WagePeriod.starts_on <= period.ends_on, WagePeriod.ends_on >= period.starts_on
    )
    if db.session.scalar(query.limit(1)) is not None:
        raise Conflict(_("Another wage period has some of these days."))


def _line(user_id: int, earned: Earned) -> WageLine:
    hour_pay, piece_pay = _cents(earned.hour_pay), _cents(earned.piece_pay)
    return WageLine(
        user_id=user_id,
        hours=(Decimal(earned.seconds) / 3600).quantize(CENT),
        pieces=earned.pieces,
        hour_pay=hour_pay,
        piece_pay=piece_pay,
        total=hour_pay + piece_pay,
    )


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _pay_hours(earned: dict[int, Earned], shares: Iterable[Share]) -> None:
    rates = _rates()
    for share in shares:
        worker = earned[share.worker_id]
        worker.seconds += share.share
        worker.hour_pay += Decimal(share.share) / 3600 * _rate(rates.get(share.worker_id, ()), share.day)


def _rates() -> dict[int, list[WageRate]]:
    rates: dict[int, list[WageRate]] = defaultdict(list)
    for rate in db.session.scalars(select(WageRate).order_by(WageRate.starts_on.desc())):
        rates[rate.user_id].append(rate)
    return rates


def _rate(rates: Sequence[WageRate], day: date) -> Decimal:
    return next((rate.hourly for rate in rates if rate.starts_on <= day), ZERO)


def _paid(first: date, last: date) -> list[Paid]:
    """Good pieces that are paid for, by operation and day, corrections counted in."""
    query = (
        select(
            QuantityEntry.operation_id,
            QuantityEntry.at,
            QuantityEntry.user_id,
            QuantityEntry.quantity,
            Operation.piece_rate,
        )
        .join(Operation, Operation.id == QuantityEntry.operation_id)
        .where(QuantityEntry.outcome == "good", Operation.piece_rate > 0)
        .where(QuantityEntry.at >= day_begins(first), QuantityEntry.at < day_begins(last + timedelta(days=1)))
    )
    found: dict[tuple[int, date], Paid] = {}
    for row in db.session.execute(query):
        day = row.at.astimezone(factory_zone()).date()
        paid = found.setdefault((row.operation_id, day), Paid(row.operation_id, day, row.piece_rate))
        paid.by[row.user_id or 0] += row.quantity
    return list(found.values())


def _pay_pieces(earned: dict[int, Earned], shares: Iterable[Share], paid: Iterable[Paid]) -> None:
    at_work: dict[tuple[int, date], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for share in shares:
        at_work[share.operation_id, share.day][share.worker_id] += share.share
    for each in paid:
        total = sum(each.by.values(), ZERO)
        for worker, part in _parts(each, at_work.get((each.operation_id, each.day), {})).items():
            if worker:
                earned[worker].pieces += (total * part).quantize(CENT)
                earned[worker].piece_pay += total * part * each.rate


def _parts(paid: Paid, seconds: Mapping[int, int]) -> dict[int, Decimal]:
    """How much of the pieces belongs to whom; the parts add up to one."""
    weights: Mapping[int, Any] = seconds if sum(seconds.values()) else paid.by
    total = sum(weights.values())
    return {worker: Decimal(weight) / total for worker, weight in weights.items()} if total else {}
