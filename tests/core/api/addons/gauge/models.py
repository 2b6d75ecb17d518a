from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Boolean, Date, Integer, String, Text
from sqlalchemy.orm import Mapped, relationship

from core.db import (
    Document,
    Meta,
    Money,
    Numbered,
    Price,
    Quantity,
    Record,
    Scoped,
    Stateful,
    UtcDateTime,
    choice,
    column,
    link,
)

COLOURS = {"red": "Red", "green": "Green", "blue": "Blue"}


class Maker(Document, Scoped):
    __tablename__ = "gauge_maker"
    __meta__ = Meta(title="Maker", plural="Makers", resource="makers", search=("code", "name"), order=("code",))

    code: Mapped[str] = column(String(20), "Code", unique=True)
    name: Mapped[str | None] = column(String(60), "Name", nullable=True)
    rebate: Mapped[Decimal | None] = column(Quantity, "Rebate", nullable=True, info={"group": "prices"})


class Sheet(Document, Scoped, Numbered, Stateful):
    __tablename__ = "gauge_sheet"
    __meta__ = Meta(
        title="Sheet",
        plural="Sheets",
        resource="sheets",
        display=("number", "title"),
        search=("number", "title"),
        order=("number",),
    )

    title: Mapped[str] = column(String(40), "Title")
    note: Mapped[str | None] = column(Text, "Note", nullable=True, info={"long": True})
    maker_id: Mapped[int | None] = link("gauge_maker.id", "Maker", nullable=True)
    qty: Mapped[Decimal] = column(Quantity, "Quantity", default=Decimal(0), info={"minimum": 0})
    price: Mapped[Decimal | None] = column(Price, "Price", nullable=True, info={"group": "prices"})
    amount: Mapped[Decimal | None] = column(Money, "Amount", nullable=True, info={"group": "prices"})
    times: Mapped[int | None] = column(Integer, "Times", nullable=True, info={"minimum": 0})
    due_on: Mapped[date | None] = column(Date, "Due", nullable=True)
    checked_at: Mapped[datetime | None] = column(UtcDateTime, "Checked", nullable=True)
    urgent: Mapped[bool] = column(Boolean, "Urgent", default=False)
    colour: Mapped[str | None] = choice(COLOURS, "Colour", nullable=True)
    origin: Mapped[str | None] = column(String(20), "Origin", nullable=True, info={"write": "create"})

    maker: Mapped[Maker | None] = relationship()
    lines: Mapped[list[SheetLine]] = relationship(
        back_populates="sheet", cascade="all, delete-orphan", order_by="SheetLine.seq"
    )


class SheetLine(Record):
    __tablename__ = "gauge_sheet_line"
    __meta__ = Meta(title="Line", plural="Lines", parent="sheet", display=("seq",))

    sheet_id: Mapped[int] = link("gauge_sheet.id", "Sheet", ondelete="CASCADE")
    seq: Mapped[int] = column(Integer, "No.", default=0, info={"write": "never"})
    maker_id: Mapped[int | None] = link("gauge_maker.id", "Maker", nullable=True)
    qty: Mapped[Decimal] = column(Quantity, "Quantity")
    cost: Mapped[Decimal | None] = column(Money, "Cost", nullable=True, info={"group": "costs"})

    sheet: Mapped[Sheet] = relationship(back_populates="lines")
    maker: Mapped[Maker | None] = relationship()
