"""What every table has in common: naming, identity, and the mixins a document is put together from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Date, Integer, MetaData, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, registry, relationship

from core.db.fields import column, link
from core.db.types import Identity, UtcDateTime, utcnow
from core.i18n import Text, _

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


@dataclass(frozen=True, kw_only=True)
class Meta:
    """What a model is to people and to the generic screens.

    `resource` is its name in addresses (`/api/v1/<addon>/<resource>`); `display` the fields that name a
    record, in order; `search` the fields quick search reads; `parent` the relationship to the document
    this model is a line of (lines have the parent's rights and no pages of their own).
    `public_name`: the display text may stand on other records even where this record is out of reach.
    `order` is the default sort, `-` in front for descending. `generic` False keeps a model off the
    generic pages and API (internal tables). `read_only`: services make its rows; pages, import and API
    only show them, and it needs no permissions but read and export.
    """

    title: Text
    plural: Text = ""
    resource: str = ""
    display: tuple[str, ...] = ("name",)
    search: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    parent: str | None = None
    public_name: bool = False
    generic: bool = True
    read_only: bool = False
    audited: bool = True


class Base(DeclarativeBase):
    """The declarative base of every model, core's and addons'."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcDateTime, date: Date},
    )


class Record(Base):
    """A table with a numeric identity and a `Meta`. The base class of every model."""

    __abstract__ = True
    __meta__: ClassVar[Meta]

    id: Mapped[int] = mapped_column(Identity, primary_key=True)


def _user_stamp(label: Text) -> Any:
    return link("core_user.id", label, constraint=False, nullable=True, index=False, info={"write": "never"})


def _user_relationship(cls: Any, key: str) -> Any:
    return relationship(
        "User",
        primaryjoin=lambda: _user_class().id == getattr(cls, key),
        foreign_keys=lambda: getattr(cls, key),
        remote_side=lambda: _user_class().id,
        viewonly=True,
    )


def _user_class() -> Any:
    return Base.registry._class_registry["User"]


class Stamped:
    """Who made a record and who changed it last; filled in by the session."""

    created_at: Mapped[datetime] = column(UtcDateTime, _("Created at"), default=utcnow, info={"write": "never"})
    updated_at: Mapped[datetime] = column(
        UtcDateTime, _("Changed at"), default=utcnow, onupdate=utcnow, info={"write": "never"}
    )

    @declared_attr
    def created_by_id(cls) -> Mapped[int | None]:
        """The user who made it; None for the system."""
        stamp: Mapped[int | None] = _user_stamp(_("Created by"))
        return stamp

    @declared_attr
    def created_by(cls) -> Mapped[Any]:
        """The same, as the user."""
        user: Mapped[Any] = _user_relationship(cls, "created_by_id")
        return user

    @declared_attr
    def updated_by_id(cls) -> Mapped[int | None]:
        """The user who changed it last; None for the system."""
        stamp: Mapped[int | None] = _user_stamp(_("Changed by"))
        return stamp

    @declared_attr
    def updated_by(cls) -> Mapped[Any]:
        """The same, as the user."""
        user: Mapped[Any] = _user_relationship(cls, "updated_by_id")
        return user


class Versioned:
    """Optimistic locking: every update asks for the version it read."""

    version: Mapped[int] = column(Integer, _("Version"), default=1, info={"write": "never", "hidden": True})

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        """Let SQLAlchemy add `AND version = …` to every update."""
        return {"version_id_col": cls.version}


class Extendable:
    """Rows that can have custom fields. `x` holds their values by key, without those that are empty.

    It is read and written through the fields of `core.custom` only; NULL when there is none.
    """

    x: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    )


class Scoped:
    """Rows with an owner and an org unit: roles reach them by their data scope."""

    @declared_attr
    def owner_id(cls) -> Mapped[int | None]:
        """The user the row belongs to; stamped at insert."""
        return link("core_user.id", _("Owner"), nullable=True)

    @declared_attr
    def org_unit_id(cls) -> Mapped[int | None]:
        """The org unit the row belongs to; stamped at insert."""
        return link("core_org_unit.id", _("Org unit"), nullable=True)


class Numbered:
    """A document number given by its number rule when the record is first saved."""

    number: Mapped[str] = column(String(60), _("Number"), unique=True, info={"write": "never", "required": False})


class Stateful:
    """A state changed only by `fire()`. The model's `Workflow` names the states."""

    state: Mapped[str] = column(String(40), _("State"), default="draft", index=True, info={"write": "never"})


class Document(Record, Stamped, Versioned, Extendable):
    """The usual base of a model people work with: identity, stamps, version, custom fields, audit."""

    __abstract__ = True


def display(record: Any) -> str:
    """The text that names a record to people, from its `Meta.display` fields."""
    parts = [getattr(record, name) for name in record.__meta__.display]
    return " ".join(str(p) for p in parts if p not in (None, ""))
