"""The questions production answers at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from addons.mrp_routing.models import TIME_KINDS
from addons.mrp_routing.services.findings import RULES, find_findings
from addons.mrp_routing.services.labour import find_shares, minutes_of
from addons.mrp_routing.services.planning import find_outlook
from core.i18n import _, gettext
from core.people.colleagues import names_of
from core.reports.asks import FROM, UNTIL
from core.reports.declare import Answer, Ask, Column, Report

SUMMED = ("gross", "net", "share", *TIME_KINDS)
RULE = Ask(name="rule", title=_("Rule"), kind="choice", choices=RULES)


def answer_findings(asked: Mapping[str, Any]) -> Answer:
    """Everything that looks wrong, and how often each rule was broken."""
    found = find_findings(asked["start"], asked["end"], asked["rule"])
    counted = Counter(f.rule for f in found)
    parts = [f"{RULES[rule]} {counted[rule]}" for rule in RULES if counted[rule]]
    note = " · ".join(parts) if parts else gettext("Nothing was found.")
    return Answer(rows=[vars(f) for f in found], note=note)


def answer_hours(asked: Mapping[str, Any]) -> Answer:
    """The hours of each worker and day, each minute once unless the rule of a work center counts it in full."""
    sums: dict[tuple[date, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for share in find_shares(asked["start"], asked["end"]):
        of_day = sums[share.day, share.worker_id]
        of_day["gross"] += share.gross
        of_day["net"] += share.net
        of_day["share"] += share.share
        of_day[share.kind] += share.share
    names = names_of({worker for _day, worker in sums})
    rows = [
        {"day": day, "worker": names.get(worker, ""), **{name: _hours(of_day.get(name)) for name in SUMMED}}
        for (day, worker), of_day in sums.items()
    ]
    return Answer(rows=sorted(rows, key=lambda row: (row["day"], row["worker"])))


def answer_outlook(asked: Mapping[str, Any]) -> Answer:
    """When every open ticket will be done by a plan made now, the latest first."""
    rows = [
        {
            "ticket": outlook.ticket.number,
            "ticket_id": outlook.ticket.work_order_id,
            "item": f"{outlook.ticket.work_order.item.code} {outlook.ticket.work_order.item.name}",
            "quantity": outlook.ticket.quantity,
            "due": outlook.ticket.work_order.due_on,
            "end": outlook.end,
            "late": (Decimal(outlook.late) / 60).quantize(Decimal("0.1")) if outlook.late else None,
            "because": outlook.because,
        }
        for outlook in find_outlook()
    ]
    return Answer(rows=rows)


def _hours(seconds: int | None) -> Decimal | None:
    return (minutes_of(seconds) / 60).quantize(Decimal("0.01")) if seconds is not None else None


REPORTS = (
    Report(
        name="outlook",
        title=_("Forecast"),
        help=_("When every open job ticket will be done on the machines there are, and what the late ones wait for."),
        permission="mrp_routing.work_order.read",
        icon="calendar-stats",
        sequence=38,
        answer=answer_outlook,
        columns=(
            Column(name="ticket", title=_("Job ticket"), target="mrp_routing.work_order"),
            Column(name="item", title=_("Item")),
            Column(name="quantity", title=_("Quantity"), kind="quantity"),
            Column(name="due", title=_("Due on"), kind="date"),
            Column(name="end", title=_("Will be done"), kind="datetime"),
            Column(name="late", title=_("Late (h)"), kind="decimal"),
            Column(name="because", title=_("Because")),
        ),
    ),
    Report(
        name="findings",
        title=_("Findings"),
        help=_("What was reported against a rule, overlaps, duplicates, and times nobody measured."),
        permission="mrp_routing.scan_event.read",
        icon="alert-triangle",
        sequence=40,
        asks=(FROM, UNTIL, RULE),
        answer=answer_findings,
        columns=(
            Column(name="at", title=_("Time"), kind="datetime"),
            Column(name="rule", title=_("Rule"), kind="choice", choices=RULES),
            Column(name="worker", title=_("Worker")),
            Column(name="machine", title=_("Machine")),
            Column(name="operation", title=_("Operation")),
            Column(name="message", title=_("Message")),
        ),
    ),
    Report(
        name="hours",
        title=_("Hours of workers"),
        help=_("By day: from start to end, of this within working hours, and divided so that no minute counts twice."),
        permission="mrp_routing.scan_event.read",
        icon="clock",
        sequence=42,
        asks=(FROM, UNTIL),
        answer=answer_hours,
        columns=(
            Column(name="day", title=_("Day"), kind="date"),
            Column(name="worker", title=_("Worker")),
            Column(name="gross", title=_("From start to end (h)"), kind="decimal", total=True),
            Column(name="net", title=_("Within working hours (h)"), kind="decimal", total=True),
            Column(name="share", title=_("Divided (h)"), kind="decimal", total=True),
            *(Column(name=name, title=title, kind="decimal", total=True) for name, title in TIME_KINDS.items()),
        ),
    ),
)
