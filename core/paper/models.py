"""Tables of paper: the letterhead, customers' templates with their versions, and printouts made in the background."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Meta, Record, Stamped, Versioned
from core.db.fields import column
from core.db.types import Identity, Json, UtcDateTime, utcnow
from core.i18n import _


class Letterhead(Record, Stamped, Versioned):
    """Who we are, at the top of every document; there is one. Its logo is the newest picture among its files."""

    __tablename__ = "core_letterhead"
    __meta__ = Meta(title=_("Letterhead"), plural=_("Letterhead"), resource="letterheads", display=("company",))

    company: Mapped[str] = column(String(120), _("Company"))
    company_en: Mapped[str | None] = column(String(120), _("Company in English"))
    address: Mapped[str | None] = column(String(200), _("Address"))
    address_en: Mapped[str | None] = column(String(200), _("Address in English"))
    contact: Mapped[str | None] = column(
        String(200), _("Phone and e-mail"), info={"help": _("The logo is the newest picture among the files below.")}
    )
    footer: Mapped[str | None] = column(
        String(400),
        _("Foot of documents"),
        info={"long": True, "help": _("A bank account, a tax number: printed at the end of each document.")},
    )


class PrintTemplate(Record, Stamped, Versioned):
    """A customer's own paper for a model: in place of a declared one (`paper`), or beside those.

    `language` None means any. With `for_field` and `for_id` it is used only for records whose link field leads there
    (the delivery notes of one customer). What stands here is the draft; `published` is the number of the version
    that is printed, None for none.
    """

    __tablename__ = "core_print_template"
    __meta__ = Meta(title=_("Print template"), plural=_("Print templates"), generic=False, order=("model", "name"))

    model: Mapped[str] = mapped_column(String(120), index=True)
    paper: Mapped[str] = mapped_column(String(120), default="")
    name: Mapped[str] = column(String(120), _("Name"))
    language: Mapped[str | None] = mapped_column(String(10))
    for_field: Mapped[str | None] = mapped_column(String(60))
    for_id: Mapped[int | None] = mapped_column(Identity)
    size: Mapped[str] = mapped_column(String(40), default="A4")
    margin_mm: Mapped[int] = mapped_column(Integer, default=15)
    letterhead: Mapped[bool] = mapped_column(Boolean, default=True)
    body: Mapped[str] = mapped_column(Text, default="")
    css: Mapped[str] = mapped_column(Text, default="")
    published: Mapped[int | None] = mapped_column(Integer)

    versions: Mapped[list[PrintTemplateVersion]] = relationship(
        back_populates="template", order_by="PrintTemplateVersion.number.desc()"
    )


class PrintTemplateVersion(Record):
    """What a template was when it was published, numbered from 1; never changed."""

    __tablename__ = "core_print_template_version"
    __table_args__ = (UniqueConstraint("template_id", "number"),)
    __meta__ = Meta(title=_("Version"), generic=False, display=("number",))

    template_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_print_template.id"))
    number: Mapped[int] = mapped_column(Integer)
    size: Mapped[str] = mapped_column(String(40))
    margin_mm: Mapped[int] = mapped_column(Integer)
    letterhead: Mapped[bool] = mapped_column(Boolean)
    body: Mapped[str] = mapped_column(Text)
    css: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    user_id: Mapped[int | None] = mapped_column(Identity)

    template: Mapped[PrintTemplate] = relationship(back_populates="versions")
    user: Mapped[Any] = relationship(
        "User", primaryjoin="foreign(PrintTemplateVersion.user_id) == User.id", viewonly=True
    )


class Printout(Record):
    """A PDF that a job makes for one user: the order, how far it is, and the file or why there is none.

    `key` is the file's name in the storage; it is kept for a few days.
    """

    __tablename__ = "core_printout"
    __meta__ = Meta(title=_("Printout"), generic=False, audited=False, display=("title",))

    user_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_user.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, index=True)
    title: Mapped[str] = mapped_column(String(200))
    order: Mapped[dict[str, Any]] = mapped_column(Json)
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer)
    pages: Mapped[int | None] = mapped_column(Integer)
    key: Mapped[str | None] = mapped_column(String(80))
    refusal: Mapped[str | None] = mapped_column(Text)
