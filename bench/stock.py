"""Stock: on hand and the reports as the ledger grows to a million moves, and posting against the same rows bare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import text

from addons.masterdata.models import Item
from addons.stock import reports, services
from addons.stock.factories import fill_ledger, make_location
from addons.stock.models import Receipt, ReceiptLine
from addons.stock.services.questions import reconcile
from bench.pages import in_turn
from bench.report import Figure, against, at_most
from bench.world import World
from core.actor import SYSTEM, acting
from core.db.session import db, run_unit
from core.testing.statements import count_statements
from core.workflow.fire import fire
from core.workflow.numbering import today

ITEMS, BINS, LINES, POSTINGS = 2_000, 20, 20, 30
SIZES = (10_000, 100_000, 1_000_000)
ONE_MILLISECONDS, ALL_MILLISECONDS, GROWTH, POST_TIMES, POST_STATEMENTS, REPORT_MILLISECONDS = 2, 50, 2, 2, 30, 1000
OF_ONE = "SELECT sum(on_hand), sum(reserved) FROM stock_balance WHERE item_id = :i"
OF_ALL = "SELECT item_id, sum(on_hand), sum(reserved) FROM stock_balance GROUP BY item_id"
TABLES = ("stock_move", "stock_balance", "stock_item_value")


def measure(place: World) -> list[Figure]:
    """The figures of stock."""
    with place.app.app_context(), acting(SYSTEM):
        ids = list(db.session.scalars(db.select(Item.id).order_by(Item.id).limit(ITEMS)))
        bins = run_unit(lambda: [make_location().id for _ in range(BINS)])
        figures: list[Figure] = []
        first = 0.0
        for size in SIZES:
            run_unit(partial(_fill, size, ids, bins))
            figures += _on_hand(size, ids)
            first = first or figures[0].value
        one = next(f.value for f in figures if f.name == _name(SIZES[-1]))
        figures.append(against("on hand of one item, 1,000,000 moves against 10,000", one, first, GROWTH))
        return [*figures, *_posting(ids, bins), *_reports(), *_doctor()]


def _fill(size: int, ids: list[int], bins: list[int]) -> None:
    """A ledger of this size and nothing else; the database forbids taking moves away, so it is emptied as a whole."""
    db.session.execute(text(f"TRUNCATE {', '.join(TABLES)} CASCADE"))
    fill_ledger(size, ids, bins)
    db.session.execute(text("ANALYZE " + ", ".join(TABLES)))


def _name(size: int) -> str:
    return f"on hand of one item, {size:,} moves"


def _on_hand(size: int, ids: list[int]) -> Iterator[Figure]:
    wanted = iter(ids * 10)
    times = in_turn(
        {
            "one": lambda: services.on_hand([next(wanted)]),
            "bare": lambda: db.session.execute(text(OF_ONE), {"i": next(wanted)}).all(),
            "all": lambda: services.on_hand(ids),
            "all bare": lambda: db.session.execute(text(OF_ALL)).all(),
        },
        rounds=30,
    )
    yield at_most(_name(size), times["one"], ONE_MILLISECONDS, "ms", times["bare"])
    yield at_most(f"  of {ITEMS:,} items", times["all"], ALL_MILLISECONDS, "ms", times["all bare"])


def _posting(ids: list[int], bins: list[int]) -> Iterator[Figure]:
    """A receipt of 20 lines posted, against the rows it writes written bare, one commit each."""
    drafts = iter(run_unit(lambda: [_draft(ids, bins, n) for n in range(2 * POSTINGS + 20)]))
    times = in_turn({"post": lambda: _post(next(drafts)), "bare": lambda: _bare(next(drafts))}, rounds=POSTINGS // 2)
    yield against(f"posting a receipt of {LINES} lines", times["post"], times["bare"], POST_TIMES)
    last = next(drafts)
    yield at_most("  its statements", count_statements(lambda: _post(last)), POST_STATEMENTS, "statements")


def _draft(ids: list[int], bins: list[int], n: int) -> int:
    lines = [ReceiptLine(seq=k + 1, item_id=ids[(n * LINES + k) % len(ids)], quantity=Decimal(3)) for k in range(LINES)]
    receipt = Receipt(number=f"BENCH-{n}", location_id=bins[n % len(bins)], lines=lines)
    db.session.add(receipt)
    db.session.flush()
    return receipt.id


def _post(receipt_id: int) -> None:
    run_unit(lambda: fire(db.session.get_one(Receipt, receipt_id), "post"))
    db.session.expunge_all()


def _bare(receipt_id: int) -> None:
    """The same rows by statements of one line each: read, move, balance, value, line; then the document."""
    run_unit(lambda: _bare_rows(receipt_id))


def _bare_rows(receipt_id: int) -> None:
    run = db.session.connection().execute
    place = run(text("SELECT location_id FROM stock_receipt WHERE id = :r FOR UPDATE"), {"r": receipt_id}).scalar()
    query = text("SELECT id, item_id, quantity FROM stock_receipt_line WHERE receipt_id = :r ORDER BY item_id")
    rows = [
        {"line": line, "item": item, "q": quantity, "v": quantity * Decimal("2.5"), "place": place, "r": receipt_id}
        for line, item, quantity in run(query, {"r": receipt_id})
    ]
    for statement in BARE:
        for row in rows:
            run(text(statement), row)
    run(text("UPDATE stock_receipt SET state = 'posted', version = version + 1 WHERE id = :r"), {"r": receipt_id})


BARE = (
    "UPDATE stock_item_value SET quantity = quantity + :q, value = value + :v WHERE item_id = :item",
    """INSERT INTO stock_balance
       (item_id, location_id, lot_key, project_key, status, may_be_negative, on_hand, reserved)
       VALUES (:item, :place, 0, 0, 'available', false, :q, 0)
       ON CONFLICT (item_id, location_id, lot_key, project_key, status)
       DO UPDATE SET on_hand = stock_balance.on_hand + excluded.on_hand""",
    """INSERT INTO stock_move
       (at, booked_on, item_id, quantity, value, flow, from_location_id, to_location_id, from_status, to_status,
        cause_model, cause_id, cause_line, channel)
       SELECT now(), current_date, :item, :q, :v, 'in', min(id), :place, 'available', 'available',
        'stock.receipt', :r, :line, 'system' FROM stock_location WHERE kind = 'adjustment'""",
    "UPDATE stock_receipt_line SET status = 'available' WHERE id = :line",
)


def _reports() -> Iterator[Figure]:
    """The reports of a year at a million moves."""
    asked = {"start": today() - timedelta(days=364), "end": today(), "category": None, "place": None, "days": None}
    answers: dict[str, Callable[[Any], Any]] = {
        "movement": reports.answer_movement,
        "ageing": reports.answer_ages,
        "turnover": reports.answer_turnover,
        "dead stock": reports.answer_dead,
    }
    for name, answer in answers.items():
        yield at_most(
            f"report: {name} of a year, 1,000,000 moves", _median(partial(answer, asked)), REPORT_MILLISECONDS, "ms"
        )


def _median(work: Callable[[], Any], times: int = 5) -> float:
    taken = []
    for _ in range(times):
        start = perf_counter()
        work()
        taken.append((perf_counter() - start) * 1000)
    return median(taken)


def _doctor() -> Iterator[Figure]:
    """Adding up the whole ledger, as the doctor does."""
    yield at_most("the doctor adds up 1,000,000 moves", _median(reconcile, times=1) / 1000, 60, "s")
