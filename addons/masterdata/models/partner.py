"""Partners: customers and suppliers, with their addresses and contacts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Integer, String
from sqlalchemy.orm import Mapped, relationship

from addons.masterdata.models.currency import Currency
from core.db import Document, Extendable, Meta, Money, Record, Scoped, Stateful, choice, column, link
from core.i18n import _

PARTNER_KINDS = {"customer": _("Customer"), "supplier": _("Supplier"), "both": _("Customer and supplier")}
PAYMENT_TERMS = {
    "prepaid": _("In advance"),
    "on_delivery": _("On delivery"),
    "monthly": _("Monthly statement"),
    "after_invoice": _("After invoice"),
}
RATINGS = {"A": "A", "B": "B", "C": "C", "D": "D"}
ADDRESS_KINDS = {"ship_to": _("Ship to"), "bill_to": _("Bill to")}


class Partner(Document, Scoped, Stateful):
    """A customer, a supplier, or both. Roles reach partners by owner and org unit.

    `payment_days` count from what `payment_terms` names. `credit_limit` is in the partner's currency;
    None means none was agreed. `active` follows the state: False while blocked.
    """

    __tablename__ = "masterdata_partner"
    __meta__ = Meta(
        title=_("Partner"),
        plural=_("Partners"),
        resource="partners",
        display=("code", "name"),
        search=("code", "name", "short_name", "tax_number"),
        order=("code",),
    )

    code: Mapped[str] = column(
        String(40),
        _("Code"),
        unique=True,
        info={"required": False, "help": _("Leave empty to have one made by the number rule.")},
    )
    name: Mapped[str] = column(String(120), _("Name"))
    short_name: Mapped[str | None] = column(String(40), _("Short name"))
    kind: Mapped[str] = choice(PARTNER_KINDS, _("Kind"), default="customer", index=True)
    tax_number: Mapped[str | None] = column(String(40), _("Tax number"), index=True)
    currency_id: Mapped[int | None] = link("masterdata_currency.id", _("Currency"))
    payment_terms: Mapped[str] = choice(PAYMENT_TERMS, _("Payment terms"), default="monthly")
    payment_days: Mapped[int] = column(Integer, _("Payment days"), default=30, info={"minimum": 0})
    credit_limit: Mapped[Decimal | None] = column(Money, _("Credit limit"), info={"minimum": 0, "group": "prices"})
    rating: Mapped[str | None] = choice(RATINGS, _("Rating"))
    active: Mapped[bool] = column(Boolean, _("Active"), default=True, info={"write": "never"})
    block_reason: Mapped[str | None] = column(String(200), _("Reason for the block"), info={"write": "never"})

    currency: Mapped[Currency | None] = relationship()
    owner: Mapped[Any] = relationship("User", foreign_keys="Partner.owner_id")
    org_unit: Mapped[Any] = relationship("OrgUnit", foreign_keys="Partner.org_unit_id")
    addresses: Mapped[list[PartnerAddress]] = relationship(
        back_populates="partner", cascade="all, delete-orphan", order_by="PartnerAddress.seq"
    )
    contacts: Mapped[list[PartnerContact]] = relationship(
        back_populates="partner", cascade="all, delete-orphan", order_by="PartnerContact.seq"
    )


class PartnerAddress(Record, Extendable):
    """Where goods or invoices of a partner go. At most one default of each kind."""

    __tablename__ = "masterdata_partner_address"
    __meta__ = Meta(title=_("Address"), plural=_("Addresses"), parent="partner", display=("address",), order=("seq",))

    partner_id: Mapped[int] = link("masterdata_partner.id", _("Partner"), ondelete="CASCADE")
    seq: Mapped[int] = column(Integer, _("No."), default=1, info={"write": "never", "hidden": True})
    kind: Mapped[str] = choice(ADDRESS_KINDS, _("Kind"), default="ship_to")
    address: Mapped[str] = column(String(200), _("Address"))
    contact: Mapped[str | None] = column(String(60), _("Contact"))
    phone: Mapped[str | None] = column(String(40), _("Phone"))
    is_default: Mapped[bool] = column(Boolean, _("Default"), default=False)

    partner: Mapped[Partner] = relationship(back_populates="addresses")


class PartnerContact(Record, Extendable):
    """A person at a partner."""

    __tablename__ = "masterdata_partner_contact"
    __meta__ = Meta(title=_("Contact"), plural=_("Contacts"), parent="partner", display=("name",), order=("seq",))

    partner_id: Mapped[int] = link("masterdata_partner.id", _("Partner"), ondelete="CASCADE")
    seq: Mapped[int] = column(Integer, _("No."), default=1, info={"write": "never", "hidden": True})
    name: Mapped[str] = column(String(60), _("Name"))
    position: Mapped[str | None] = column(String(60), _("Job title"))
    phone: Mapped[str | None] = column(String(40), _("Phone"))
    email: Mapped[str | None] = column(String(200), _("E-mail"))

    partner: Mapped[Partner] = relationship(back_populates="contacts")
