"""Definitions of custom fields as an administrator makes them, and the models they are tried on."""

from __future__ import annotations

from typing import Any

from core.actor import current_actor
from core.custom.models import CustomField
from core.db.session import db
from core.db.spec import ModelSpec
from core.kernel.registry import current_registry
from core.views.listing import Listing
from core.views.state import State
from core.workflow.fire import fire
from core.workflow.records import create_record

ITEM, PARTNER, ORDER, LINE = (
    "masterdata.item",
    "masterdata.partner",
    "sales_shipping.sales_order",
    "sales_shipping.sales_order_line",
)


def spec(name: str = ITEM) -> ModelSpec:
    """A model."""
    return current_registry().model(name)


def choices(*codes: str) -> list[dict[str, Any]]:
    """Things to choose, labelled by their codes."""
    return [{"code": code, "label": f"Label {code}"} for code in codes]


def draft(label: str = "Heat no.", *, model: str = ITEM, **values: Any) -> CustomField:
    """A definition, entered as on its form. Flushes."""
    made: CustomField = create_record(spec("core.custom_field"), {"model": model, "label": label, **values})
    return made


def define(label: str = "Heat no.", *, model: str = ITEM, **values: Any) -> CustomField:
    """A field put in use. Commits."""
    made: CustomField = fire(draft(label, model=model, **values), "publish")
    db.session.commit()
    return made


def listing(model: str = ITEM, **asked: Any) -> Listing:
    """A list as the test's actor gets it."""
    return Listing(spec(model), current_actor(), State(**asked))


def codes(**asked: Any) -> list[str]:
    """The codes of the items on the first page of a list."""
    return [record.code for record in listing(**asked).rows]
