"""What people keep of the screens: saved views."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Meta, Record
from core.db.types import Identity, Json
from core.i18n import _


class SavedView(Record):
    """A list as somebody keeps it: columns, filter, sort and grouping under a name.

    `role_id` set: for the holders of that role; `shared`: for everybody; neither: for its maker alone.
    `opens`: the list begins with it, for all whom it is for.
    """

    __tablename__ = "core_saved_view"
    __meta__ = Meta(title=_("Saved view"), plural=_("Saved views"), generic=False, display=("name",))

    model: Mapped[str] = mapped_column(String(120), index=True)
    name: Mapped[str] = mapped_column(String(80))
    user_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_user.id"))
    role_id: Mapped[int | None] = mapped_column(Identity, ForeignKey("core_role.id"))
    shared: Mapped[bool] = mapped_column(Boolean, default=False)
    opens: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
