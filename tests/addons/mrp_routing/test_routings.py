"""Routings: one counts at a time, and a released order keeps its own copy."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.masterdata.factories import make_item
from addons.mrp_routing.factories import make_operation_type, make_routing, make_work_order
from addons.mrp_routing.models import Routing
from addons.mrp_routing.services import find_makeable
from core.db import db
from core.errors import Conflict, ValidationError
from core.kernel.registry import current_registry
from core.workflow.fire import fire
from core.workflow.models import AuditEntry
from core.workflow.records import create_record, update_record


def draft(item_id: int, **values: Any) -> Routing:
    kind = make_operation_type()
    line = {"operation_type_id": kind.id, "work_center_id": kind.work_center_id, "run_minutes": "2.5"}
    spec = current_registry().model("mrp_routing.routing")
    routing: Routing = create_record(
        spec, {"item_id": item_id, "name": "Standard", "operations": [line, line], **values}
    )
    return routing


def test_revisions_of_an_item_are_numbered_by_themselves(any_app: Flask, system: Any) -> None:
    item, other = make_item(), make_item()
    assert [draft(item.id).revision, draft(item.id).revision, draft(other.id).revision] == [1, 2, 1]


def test_operations_are_numbered_in_their_order(any_app: Flask, system: Any) -> None:
    assert [o.seq for o in draft(make_item().id).operations] == [1, 2]


def test_approving_a_revision_supersedes_the_one_before(any_app: Flask, system: Any) -> None:
    item = make_item()
    first, second = draft(item.id), draft(item.id)
    fire(first, "approve")
    fire(second, "approve")
    assert [first.state, second.state] == ["superseded", "approved"]
    fire(first, "approve")
    db.session.expire_all()
    assert [first.state, second.state] == ["approved", "superseded"]
    entries = select(AuditEntry.action).where(
        AuditEntry.model == "mrp_routing.routing", AuditEntry.record_id == second.id
    )
    assert list(db.session.scalars(entries.order_by(AuditEntry.id))) == ["create", "approve", "supersede"]


def test_a_routing_without_operations_is_not_approved(any_app: Flask, system: Any) -> None:
    with pytest.raises(ValidationError, match="Add at least one operation"):
        fire(draft(make_item().id, operations=[]), "approve")


def test_an_approved_routing_is_not_changed(any_app: Flask, system: Any) -> None:
    routing = fire(draft(make_item().id), "approve")
    with pytest.raises(Conflict):
        update_record(current_registry().spec_of(routing), routing.id, {"name": "Other"}, version=routing.version)


def test_an_item_is_makeable_while_a_routing_of_it_is_approved(any_app: Flask, system: Any) -> None:
    item, other = make_item(), make_item()
    routing = draft(item.id)
    assert find_makeable([item.id, other.id]) == set()
    fire(routing, "approve")
    assert find_makeable([item.id, other.id]) == {item.id}
    fire(routing, "supersede")
    assert find_makeable([item.id, other.id]) == set()


def test_a_released_order_keeps_the_operations_it_was_released_with(any_app: Flask, system: Any) -> None:
    routing = make_routing(steps=3)
    order = fire(make_work_order(item_id=routing.item_id), "release")
    names = [o.operation_type.name for o in routing.operations]
    fire(draft(routing.item_id), "approve")
    db.session.expire_all()
    assert order.routing_id == routing.id
    assert [(o.seq, o.name, o.run_minutes) for o in order.operations] == [
        (seq, name, Decimal(5)) for seq, name in enumerate(names, start=1)
    ]
