"""Production's answer to the doctor: every difference between the sums on operations and what was booked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from addons.mrp_routing.models import JobTicket, Operation, QuantityEntry
from addons.mrp_routing.services.booking import SUMS
from core.db import Quantity, db
from core.i18n import _
from core.kernel.health import Finding
from core.web.format import number_text

MOST_NAMED = 20
ZERO = Decimal(0)


@dataclass(frozen=True)
class Difference:
    """A sum of an operation, or of a whole ticket, that is so much more than what was booked."""

    ticket: str
    place: str
    what: str
    by: Decimal


def examine() -> list[Finding]:
    """One finding for each difference, at most `MOST_NAMED` of them, or one that all is in order."""
    title, differences = _("Production reports"), reconcile()
    if not differences:
        return [Finding(key="mrp_routing.ledger", title=title, level="ok", sentence=_("in order"))]
    remedy = _("Find out who wrote to the database by hand. Correct the reports of this ticket.")
    sentence = _("%(ticket)s %(place)s: %(what)s is %(by)s more than what was booked.")
    return [
        Finding(
            key="mrp_routing.ledger",
            title=title,
            level="error",
            sentence=str(sentence) % {"ticket": d.ticket, "place": d.place, "what": d.what, "by": number_text(d.by)},
            remedy=remedy,
        )
        for d in differences[:MOST_NAMED]
    ]


def reconcile() -> list[Difference]:
    """Every sum that is not what its entries add up to, and every ticket whose pieces do not. Three statements."""
    booked = _booked()
    tickets = {t.id: t for t in db.session.execute(select(JobTicket.id, JobTicket.number, JobTicket.quantity))}
    operations: dict[int, list[Any]] = defaultdict(list)
    columns = [getattr(Operation, name) for name in SUMS]
    query = select(Operation.id, Operation.ticket_id, Operation.seq, Operation.name, *columns)
    for row in db.session.execute(query.order_by(Operation.ticket_id, Operation.seq)):
        operations[row.ticket_id].append(row)
    return [d for ticket_id, steps in operations.items() for d in _of_ticket(tickets[ticket_id], steps, booked)]


def _booked() -> Mapping[tuple[int, str], Decimal]:
    """By operation and outcome what was booked there, and under `back` what came back to it for rework."""
    booked: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    total = func.sum(QuantityEntry.quantity, type_=Quantity).label("total")
    by = (QuantityEntry.operation_id, QuantityEntry.outcome, QuantityEntry.back_to_id)
    for row in db.session.execute(select(*by, total).group_by(*by)):
        booked[row.operation_id, row.outcome] += row.total
        if row.back_to_id is not None:
            booked[row.back_to_id, "back"] += row.total
    return booked


def _of_ticket(ticket: Any, steps: Sequence[Any], booked: Mapping[tuple[int, str], Decimal]) -> Iterator[Difference]:
    moved = sum((booked.get((s.id, "moved"), ZERO) for s in steps), ZERO)
    arrives = ticket.quantity - moved  # what the ticket began with
    for step in steps:
        back = booked.get((step.id, "back"), ZERO)
        told = {name: booked.get((step.id, "hold" if name == "held" else name), ZERO) for name in SUMS}
        told |= {"received": arrives + back + booked.get((step.id, "moved"), ZERO), "reworked": back}
        for name in SUMS:
            if getattr(step, name) != told[name]:
                yield Difference(ticket.number, f"{step.seq} {step.name}", name, getattr(step, name) - told[name])
        arrives = told["good"]
