"""The rule of a category: its own, or that of the nearest category above it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from addons.masterdata.models import Item, ItemCategory
from addons.stock.models import DEAD_AFTER_DAYS, LOAN_DAYS, OVER_ISSUE_USUALLY, CategoryRule
from core.db import db


@dataclass(frozen=True)
class Rule:
    """What holds for an item; see `CategoryRule`."""

    over_issue: str = OVER_ISSUE_USUALLY
    dead_after_days: int = DEAD_AFTER_DAYS
    loan_days: int = LOAN_DAYS


USUAL = Rule()


def rules_of_categories() -> dict[int, Rule]:
    """The rule of every category by its id. Two statements."""
    above: Mapping[int, int | None] = dict(db.session.execute(select(ItemCategory.id, ItemCategory.parent_id)).all())
    columns = (CategoryRule.category_id, CategoryRule.over_issue, CategoryRule.dead_after_days, CategoryRule.loan_days)
    own = {category: Rule(over, dead, loan) for category, over, dead, loan in db.session.execute(select(*columns))}
    return {category: _nearest(category, above, own) for category in above}


def _nearest(category: int, above: Mapping[int, int | None], own: Mapping[int, Rule]) -> Rule:
    at: int | None = category
    while at is not None and at not in own:
        at = above.get(at)
    return own[at] if at is not None else USUAL


def rules_of_items(item_ids: Collection[int]) -> dict[int, Rule]:
    """The rule of each of these items. Three statements."""
    query = select(Item.id, Item.category_id).where(Item.id.in_(sorted(set(item_ids))))
    of_category = rules_of_categories()
    return {item: of_category.get(category or 0, USUAL) for item, category in db.session.execute(query)}
