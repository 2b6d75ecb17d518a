"""The floor: what a minimal Flask and SQLAlchemy handler needs for the same work, without rights, hooks, audit,
versions, languages or screens around it. Served by the same gunicorn against the same database."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

from flask import Flask, render_template_string, request
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    DateTime,
    ForeignKey,
    Numeric,
    String,
    create_engine,
    func,
    select,
)
from sqlalchemy.orm import DeclarativeBase, Session, joinedload, mapped_column, relationship

# The columns, the links and the count of the product's list.
PAGE = """<table>{% for r in rows %}<tr><td><a href="/item/{{ r.id }}">{{ r.code }}</a></td><td>{{ r.name }}</td>
<td>{{ r.specification or "" }}</td><td>{{ r.drawing_number or "" }}</td><td>{{ r.material or "" }}</td>
<td>{{ r.category.name if r.category else "" }}</td><td>{{ r.kind }}</td><td>{{ r.uom.code }}</td>
<td>{{ r.state }}</td></tr>{% endfor %}</table><p>{{ count }}</p>"""
MOST_COUNTED = 10_001


class Base(DeclarativeBase):
    """Of the floor's own tables."""


class Category(Base):
    """What the floor shows of a category."""

    __tablename__ = "masterdata_item_category"
    id = mapped_column(BigInteger, primary_key=True)
    name = mapped_column(String)


class Uom(Base):
    """What the floor shows of a unit."""

    __tablename__ = "masterdata_uom"
    id = mapped_column(BigInteger, primary_key=True)
    code = mapped_column(String)


class Item(Base):
    """What the floor shows of an item."""

    __tablename__ = "masterdata_item"
    id = mapped_column(BigInteger, primary_key=True)
    code = mapped_column(String)
    name = mapped_column(String)
    specification = mapped_column(String)
    drawing_number = mapped_column(String)
    material = mapped_column(String)
    category_id = mapped_column(ForeignKey("masterdata_item_category.id"))
    kind = mapped_column(String)
    uom_id = mapped_column(ForeignKey("masterdata_uom.id"))
    state = mapped_column(String)

    category = relationship(Category)
    uom = relationship(Uom)


class WorkOrder(Base):
    """What the floor locks of a work order."""

    __tablename__ = "mrp_routing_work_order"
    id = mapped_column(BigInteger, primary_key=True)
    state = mapped_column(String)


class Operation(Base):
    """What the floor knows of an operation."""

    __tablename__ = "mrp_routing_operation"
    id = mapped_column(BigInteger, primary_key=True)
    work_order_id = mapped_column(ForeignKey("mrp_routing_work_order.id"))
    ticket_id = mapped_column(BigInteger)
    seq = mapped_column(BigInteger)
    received = mapped_column(Numeric)
    good = mapped_column(Numeric)


class ScanEvent(Base):
    """The floor's inbox: the same row."""

    __tablename__ = "mrp_routing_scan_event"
    id = mapped_column(BigInteger, primary_key=True)
    event_id = mapped_column(String)
    device = mapped_column(String)
    at = mapped_column(DateTime(timezone=True))
    received_at = mapped_column(DateTime(timezone=True))
    clock_offset = mapped_column(BigInteger, default=0)
    is_offline = mapped_column(Boolean, default=False)
    payload = mapped_column(JSON)
    payload_hash = mapped_column(String)
    verdict = mapped_column(String)
    answer = mapped_column(JSON)


class TimeEntry(Base):
    """The floor's time of a worker."""

    __tablename__ = "mrp_routing_time_entry"
    id = mapped_column(BigInteger, primary_key=True)
    operation_id = mapped_column(BigInteger)
    user_id = mapped_column(BigInteger)
    kind = mapped_column(String, default="run")
    machine_key = mapped_column(BigInteger, default=0)
    started_at = mapped_column(DateTime(timezone=True))
    finished_at = mapped_column(DateTime(timezone=True))
    is_given = mapped_column(Boolean, default=False)
    is_corrected = mapped_column(Boolean, default=False)


class QuantityEntry(Base):
    """The floor's ledger."""

    __tablename__ = "mrp_routing_quantity_entry"
    id = mapped_column(BigInteger, primary_key=True)
    operation_id = mapped_column(BigInteger)
    at = mapped_column(DateTime(timezone=True))
    outcome = mapped_column(String)
    quantity = mapped_column(Numeric)
    user_id = mapped_column(BigInteger)
    event_id = mapped_column(String)
    is_correction = mapped_column(Boolean, default=False)


def scan_once(session: Session, said: dict[str, Any]) -> None:
    """Start or finish an operation: the event, the lock, the operations, the time and the pieces."""
    now = datetime.now(UTC)
    body = {"payload": said, "payload_hash": "", "verdict": "applied", "answer": {}}
    session.add(ScanEvent(event_id=said["id"], device="floor", at=now, received_at=now, **body))
    session.flush()
    mine = select(Operation.work_order_id).where(Operation.id == said["operation"]).scalar_subquery()
    order = session.scalars(select(WorkOrder).where(WorkOrder.id == mine).with_for_update()).one()
    steps = session.scalars(select(Operation).where(Operation.work_order_id == order.id).order_by(Operation.seq)).all()
    at = next(n for n, step in enumerate(steps) if step.id == said["operation"])
    if said["action"] == "start":
        session.add(TimeEntry(operation_id=said["operation"], user_id=said["worker"], started_at=now))
    else:
        open_ = TimeEntry.operation_id == said["operation"], TimeEntry.user_id == said["worker"]
        session.scalars(select(TimeEntry).where(*open_, TimeEntry.finished_at.is_(None))).one().finished_at = now
        steps[at].good += 1
        if at + 1 < len(steps):
            steps[at + 1].received += 1
        who = {"operation_id": said["operation"], "user_id": said["worker"], "event_id": said["id"]}
        session.add(QuantityEntry(at=now, outcome="good", quantity=1, **who))
    session.commit()


def create_app() -> Flask:
    """The floor application on the database of `QINGMES_DATABASE_URL`."""
    app = Flask(__name__)
    engine = create_engine(os.environ["QINGMES_DATABASE_URL"], pool_size=20)

    @app.get("/list")
    def listing() -> str:
        wanted = Item.kind == request.args["kind"]
        links = joinedload(Item.category), joinedload(Item.uom)
        with Session(engine) as session:
            counted = select(Item.id).where(wanted).limit(MOST_COUNTED).subquery()
            count = session.scalar(select(func.count()).select_from(counted))
            query = select(Item).where(wanted).options(*links).order_by(Item.name, Item.id).limit(80)
            return render_template_string(PAGE, rows=session.scalars(query).all(), count=count)

    @app.post("/fire/<int:item_id>")
    def fire(item_id: int) -> str:
        with Session(engine) as session:
            item = session.scalars(select(Item).where(Item.id == item_id).with_for_update()).one()
            item.state = request.args["to"]
            session.commit()
        return "ok"

    @app.post("/scan")
    def scan() -> dict[str, str]:
        with Session(engine) as session:
            scan_once(session, request.get_json())
        return {"verdict": "applied"}

    return app
