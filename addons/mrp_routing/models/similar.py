"""What routings are found by when somebody looks for one like the part at hand."""

from __future__ import annotations

from sqlalchemy import Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Meta, Record, link
from core.i18n import _


class Feature(Record):
    """Something that parts have in common, such as two characters of a name or a diameter; `uses` is in how many."""

    __tablename__ = "mrp_routing_feature"
    __meta__ = Meta(title=_("Feature"), display=("id",), generic=False, audited=False)

    text: Mapped[str] = mapped_column(String(80), unique=True)
    uses: Mapped[int] = mapped_column(Integer, default=0)


class RoutingFeature(Record):
    """That the part of a routing has a feature."""

    __tablename__ = "mrp_routing_routing_feature"
    __table_args__ = (UniqueConstraint("feature_id", "routing_id"),)
    __meta__ = Meta(title=_("Feature of a routing"), display=("id",), generic=False, audited=False)

    feature_id: Mapped[int] = link("mrp_routing_feature.id", _("Feature"), index=False)
    routing_id: Mapped[int] = link("mrp_routing_routing.id", _("Routing"), ondelete="CASCADE")
