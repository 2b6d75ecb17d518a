"""Locations every factory needs, and what may not be changed once goods have moved."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.masterdata.factories import make_item, make_uom
from addons.stock import services
from addons.stock.factories import make_location
from addons.stock.models import LOCATION_KINDS, Location, Warehouse
from core.db import db
from core.errors import Veto
from core.kernel.registry import current_registry
from core.workflow.records import create_record, update_record
from tests.addons.stock.support import stocked


def test_stock_starts_with_one_location_of_each_kind_named_in_the_factorys_language(app: Flask, system: Any) -> None:
    services.install_places()
    assert Counter(db.session.scalars(select(Location.kind))) == Counter(list(LOCATION_KINDS))
    assert set(db.session.scalars(select(Warehouse.name))) == {"主仓库"}


def test_a_second_virtual_location_of_a_kind_is_refused(app: Flask, system: Any) -> None:
    spec = current_registry().model("stock.location")
    with pytest.raises(Veto, match="already"):
        create_record(spec, {"code": "SUP2", "name": "Second", "kind": "supplier"})
    assert create_record(spec, {"code": "A1", "name": "Bin"}).kind == "internal"


def test_goods_go_to_the_default_location_while_it_is_in_use(app: Flask, system: Any) -> None:
    first = services.find_default_location()
    chosen = make_location(is_default=True)
    first.is_default = False
    db.session.flush()
    assert services.find_default_location() is chosen
    chosen.active = False
    db.session.flush()
    assert services.find_default_location() is first


def test_an_item_that_was_in_stock_keeps_its_unit_and_tracking(app: Flask, system: Any) -> None:
    spec = current_registry().model("masterdata.item")
    moved, new = stocked(5), make_item()
    for values in ({"uom_id": make_uom().id}, {"tracking": "lot"}):
        with pytest.raises(Veto, match="has been in stock"):
            update_record(spec, moved.id, values, version=moved.version)
        update_record(spec, new.id, values, version=new.version)
    update_record(spec, moved.id, {"name": "Other", "tracking": "none"}, version=moved.version)
    assert (moved.name, new.tracking) == ("Other", "lot")
