"""Finding locations, and making those every factory needs."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import or_, select, update

from addons.stock.models import LOCATION_KINDS, Location, StockBalance, Warehouse
from core.db import db
from core.errors import NotFound
from core.i18n import _, in_locale

VIRTUAL = tuple(kind for kind in LOCATION_KINDS if kind != "internal")


def install_places() -> None:
    """Make the virtual locations, and one warehouse with one location, named in the instance's language. Flushes.

    Does nothing for what is there already.
    """
    with in_locale(current_app.config["QINGMES"].locale):
        _install()
    db.session.flush()


def _install() -> None:
    known = set(db.session.scalars(select(Location.kind).distinct()))
    for kind in VIRTUAL:
        if kind not in known:
            db.session.add(Location(code=kind.upper(), name=str(LOCATION_KINDS[kind]), kind=kind))
    if "internal" not in known:
        warehouse = Warehouse(code="MAIN", name=str(_("Main warehouse")))
        db.session.add(warehouse)
        db.session.flush()
        db.session.add(Location(code="MAIN", name=warehouse.name, warehouse_id=warehouse.id, is_default=True))


def find_virtual(kind: str) -> Location:
    """The virtual location of a kind (`supplier`, `customer`, ...); raises `NotFound`."""
    found = db.session.scalar(select(Location).where(Location.kind == kind).order_by(Location.id).limit(1))
    if found is None:
        raise NotFound(_("There is no location of the kind “%(kind)s”. Add one under Stock.", kind=kind))
    return found


def find_default_location() -> Location:
    """Where goods go when nothing else is said; raises `NotFound` when there is no internal location."""
    query = select(Location).where(Location.kind == "internal", Location.active)
    found = db.session.scalar(query.order_by(Location.is_default.desc(), Location.id).limit(1))
    if found is None:
        raise NotFound(_("There is no internal location. Add one under Stock."))
    return found


def is_in_use(location_id: int) -> bool:
    """Whether something is reserved in a location, or below zero."""
    odd = or_(StockBalance.reserved > 0, StockBalance.on_hand < 0)
    query = select(StockBalance.id).where(StockBalance.location_id == location_id, odd)
    return db.session.scalar(query.limit(1)) is not None


def follow_location(location: Location) -> None:
    """Tell the balances of a location whether it may be below zero. One statement."""
    db.session.execute(
        update(StockBalance)
        .where(StockBalance.location_id == location.id, StockBalance.may_be_negative != location.may_be_negative)
        .values(may_be_negative=location.may_be_negative)
        .execution_options(synchronize_session=False)
    )


def is_internal(location_id: int) -> bool:
    """Whether a location is one of the factory's own, where goods can be."""
    return db.session.scalar(select(Location.kind).where(Location.id == location_id)) == "internal"
