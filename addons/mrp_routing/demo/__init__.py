"""Demonstration data of a machining shop: work centers, machines, operations, routings, and work orders under way.

Everything is made as people make it, through the same services; what neighbours do about it happens by itself.
"""

from __future__ import annotations

from addons.mrp_routing.demo import orders, planning
from core.i18n import in_locale


def load() -> None:
    """Load it into a database with the items of masterdata's demonstration. Flushes."""
    with in_locale("zh"):
        planning.load()
        orders.load()
