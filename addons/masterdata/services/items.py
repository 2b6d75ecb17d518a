"""Finding items by code, making codes, and what is checked before an item is kept."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from addons.masterdata.models import Item, ItemCategory
from addons.masterdata.services.refusals import marked
from core.db import db
from core.errors import Conflict, NotFound
from core.i18n import _
from core.workflow.numbering import next_number


def find_item_by_code(code: str) -> Item | None:
    """The item with this code as typed or scanned (full-width characters and spaces around are forgiven)."""
    return db.session.scalar(select(Item).where(Item.code.in_((code, tidy_code(code)))))


def get_item_by_code(code: str) -> Item:
    """The item with this code; `NotFound` when there is none."""
    item = find_item_by_code(code)
    if item is None:
        raise NotFound(_("There is no item with the code “%(code)s”. Check it, or add the item.", code=code))
    return item


def tidy_code(code: str) -> str:
    """A code as it is kept: half-width, without spaces around it."""
    return unicodedata.normalize("NFKC", code).strip()


def check_item_usable(item: Item) -> None:
    """Raise `Conflict` when an item may not be put on new documents: it is not released."""
    if item.state == "draft":
        raise Conflict(_("Item %(code)s is not released yet. Release it first.", code=item.code))
    if item.state == "retired":
        raise Conflict(_("Item %(code)s is retired. Choose another, or reactivate it.", code=item.code))


def make_item_code(item: Item) -> str:
    """The next free code by the number rule, beginning with the prefix of the item's category."""
    item.code_prefix = prefix_of(item.category_id)
    code = next_number(item)
    while find_item_by_code(code) is not None:  # somebody gave it by hand
        code = next_number(item)
    return code


def prefix_of(category_id: int | None) -> str:
    """The code prefix of a category, or of the nearest one above that has one; empty when none has."""
    seen: set[int] = set()
    while category_id is not None and category_id not in seen:
        seen.add(category_id)
        category = db.session.get(ItemCategory, category_id)
        if category is None:
            break
        if category.code_prefix:
            return category.code_prefix
        category_id = category.parent_id
    return ""


def check_code(record: Any, changes: Mapping[str, Any]) -> None:
    """Raise `ValidationError` when the code of a record that is kept already would be emptied."""
    if record.id is not None and "code" in changes and not changes["code"]:
        raise marked(_("Only a new record can have its code made. Fill it in."), "code")


def check_item(item: Item, changes: Mapping[str, Any]) -> None:
    """Raise `ValidationError` unless second unit and factor come together and differ from the stock unit."""
    check_code(item, changes)
    uom, second, factor = (
        changes.get(name, getattr(item, name)) for name in ("uom_id", "second_uom_id", "second_factor")
    )
    if second is None and factor is None:
        return
    if second is None:
        raise marked(_("Name the second unit, or leave the factor empty."), "second_uom_id")
    if not factor:
        raise marked(_("Say how many of the second unit one stock unit is."), "second_factor")
    if second == uom:
        raise marked(_("The second unit must differ from the stock unit."), "second_uom_id")


def check_category(category: ItemCategory, changes: Mapping[str, Any]) -> None:
    """Raise `ValidationError` when a category would come to stand below itself."""
    above = changes.get("parent_id")
    seen: set[int] = set()
    while above is not None and above not in seen:
        if above == category.id:
            raise marked(_("A category cannot belong to itself or to one below it."), "parent_id")
        seen.add(above)
        above = db.session.scalar(select(ItemCategory.parent_id).where(ItemCategory.id == above))
