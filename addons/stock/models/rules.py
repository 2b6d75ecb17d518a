"""What the factory says of a category of items: over-issue, dead stock, how long a tool is lent."""

from __future__ import annotations

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, relationship

from addons.masterdata.models import ItemCategory
from core.db import Document, Meta, choice, column, link
from core.i18n import _

OVER_ISSUE = {"forbid": _("Never"), "approve": _("With an extra issue"), "allow": _("Freely")}
OVER_ISSUE_USUALLY = "approve"
DEAD_AFTER_DAYS = 180
LOAN_DAYS = 14


class CategoryRule(Document):
    """What holds for the items of a category and of those below it that have no rule of their own.

    `over_issue`: whether more may be picked than was asked for. `dead_after_days`: without an issue for so long
    stock is dead. `loan_days`: how long a tool is lent when nobody says.
    """

    __tablename__ = "stock_category_rule"
    __meta__ = Meta(
        title=_("Stock rule"),
        plural=_("Stock rules"),
        resource="category-rules",
        display=("id",),
        order=("category_id",),
    )

    category_id: Mapped[int] = link("masterdata_item_category.id", _("Item category"), unique=True, index=False)
    over_issue: Mapped[str] = choice(
        OVER_ISSUE,
        _("Over-issue"),
        default=OVER_ISSUE_USUALLY,
        info={"help": _("Whether more may be picked than a picking list asks for.")},
    )
    dead_after_days: Mapped[int] = column(
        Integer, _("Dead stock after (days)"), default=DEAD_AFTER_DAYS, info={"minimum": 1, "maximum": 3660}
    )
    loan_days: Mapped[int] = column(
        Integer, _("Lent for (days)"), default=LOAN_DAYS, info={"minimum": 1, "maximum": 3660}
    )

    category: Mapped[ItemCategory] = relationship()
