"""The floor: what a minimal Flask and SQLAlchemy handler needs for the same work, without rights, hooks, audit,
versions, languages or screens around it. Served by the same gunicorn against the same database."""

from __future__ import annotations

import os

from flask import Flask, render_template_string, request
from sqlalchemy import BigInteger, ForeignKey, String, create_engine, func, select
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


def create_app() -> Flask:
    """The floor application on the database of `QINGMES_DATABASE_URL`."""
    app = Flask(__name__)
    engine = create_engine(os.environ["QINGMES_DATABASE_URL"], pool_size=10)

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

    return app
