"""Tables of custom fields: their definitions and the choices they offer. The values are with the records, in `x`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.custom import lists
from core.custom.lists import INDEXED, KINDS, NUMBERS, PICKED, WRITES, Offered
from core.db.base import Document, Meta, Record, Stateful
from core.db.fields import choice, column
from core.db.types import Identity, Quantity
from core.i18n import _

KEY_LENGTH = 40
CONDITION = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
ON_MODEL = {"criteria_on": "model"}


def _only_for(*kinds: str) -> Mapping[str, Any]:
    return {"field": "kind", "op": "in", "value": list(kinds)}


class CustomField(Document, Stateful):
    """A field a customer gave to one kind of record. `key` names it for ever, whatever its labels become.

    `default` is a text as people would type it (“today” for the day a record is made). `places` are the
    decimals of a decimal number. The three conditions are criteria on the record.
    """

    __tablename__ = "core_custom_field"
    __table_args__ = (UniqueConstraint("model", "key"),)
    __meta__ = Meta(
        title=_("Custom field"),
        plural=_("Custom fields"),
        resource="custom-fields",
        display=("label",),
        search=("key", "label", "label_en"),
        order=("model", "seq"),
    )

    model: Mapped[str] = column(
        String(120), _("Kind of record"), info={"write": "create", "choices": Offered(lists.models)}
    )
    key: Mapped[str] = column(
        String(KEY_LENGTH),
        _("Name in the API"),
        info={
            "write": "create",
            "required": False,
            "help": _("Begins with x_ and is fixed for ever; left empty, it is made from the caption."),
        },
    )
    label: Mapped[str] = column(String(80), _("Caption"))
    label_en: Mapped[str | None] = column(
        String(80), _("Caption in English"), info={"help": _("If it is another one.")}
    )
    help: Mapped[str | None] = column(String(255), _("Help"), info={"help": _("Stands below the input.")})
    kind: Mapped[str] = choice(KINDS, _("Type"), default="text", info={"help": _("Fixed once the field is in use.")})
    places: Mapped[int | None] = column(
        Integer, _("Decimals"), info={"minimum": 0, "visible_when": _only_for("decimal")}
    )
    unit: Mapped[str | None] = column(String(20), _("Unit"), info={"visible_when": _only_for(*NUMBERS)})
    minimum: Mapped[Decimal | None] = column(Quantity, _("At least"), info={"visible_when": _only_for(*NUMBERS)})
    maximum: Mapped[Decimal | None] = column(Quantity, _("At most"), info={"visible_when": _only_for(*NUMBERS)})
    mask: Mapped[str | None] = column(
        String(60),
        _("Input mask"),
        info={
            "help": _("A is a letter, 9 a digit, X either; everything else stands for itself: AA-9999."),
            "visible_when": _only_for("text"),
        },
    )
    target: Mapped[str | None] = column(
        String(120),
        _("Leads to"),
        info={
            "choices": Offered(lists.targets),
            "visible_when": _only_for("link"),
            "required_when": _only_for("link"),
        },
    )
    default: Mapped[str | None] = column(
        String(255), _("Default"), info={"visible_when": {"not": _only_for("attachment", "link")}}
    )
    required: Mapped[bool] = column(
        Boolean, _("Required"), default=False, info={"visible_when": {"not": _only_for("boolean")}}
    )
    searchable: Mapped[bool] = column(
        Boolean, _("Searchable, with an index"), default=False, info={"visible_when": _only_for(*INDEXED)}
    )
    in_list: Mapped[bool] = column(Boolean, _("Column of the list"), default=False)
    total: Mapped[bool] = column(
        Boolean, _("Summed at the foot of the list"), default=False, info={"visible_when": _only_for(*NUMBERS)}
    )
    section: Mapped[str | None] = column(
        String(60), _("Section of the form"), info={"help": _("Left empty: “Additional fields”.")}
    )
    seq: Mapped[int] = column(Integer, _("No."), default=10)
    group: Mapped[str | None] = column(
        String(40), _("Field group"), info={"choices": Offered(lists.groups), "help": _("Who may see it.")}
    )
    write: Mapped[str] = choice(WRITES, _("Can be entered"), default="always")
    visible_when: Mapped[Any] = column(CONDITION, _("Shown when"), nullable=True, info=ON_MODEL)
    required_when: Mapped[Any] = column(CONDITION, _("Required when"), nullable=True, info=ON_MODEL)
    read_only_when: Mapped[Any] = column(CONDITION, _("Fixed when"), nullable=True, info=ON_MODEL)

    choices: Mapped[list[CustomChoice]] = relationship(
        back_populates="field", cascade="all, delete-orphan", order_by="CustomChoice.seq"
    )

    @property
    def is_picked(self) -> bool:
        """Whether its values are chosen from its own list."""
        return self.kind in PICKED


class CustomChoice(Record):
    """One thing to choose. `code` is what is stored; a retired one stays where it is and is offered no more."""

    __tablename__ = "core_custom_choice"
    __table_args__ = (UniqueConstraint("field_id", "code"),)
    __meta__ = Meta(title=_("Choice"), plural=_("Choices"), parent="field", display=("label",), order=("seq",))

    field_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_custom_field.id", ondelete="CASCADE"), index=True)
    seq: Mapped[int] = column(Integer, _("No."), default=1, info={"write": "never", "hidden": True})
    code: Mapped[str] = column(String(40), _("Code"))
    label: Mapped[str] = column(String(80), _("Caption"))
    label_en: Mapped[str | None] = column(String(80), _("Caption in English"))
    retired: Mapped[bool] = column(Boolean, _("Retired"), default=False)

    field: Mapped[CustomField] = relationship(back_populates="choices")
