"""Similar routings among 100,000: how long an answer takes, and how often the ancestor of a changed part is found."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from sqlalchemy import text

from addons.masterdata.factories import make_item
from addons.mrp_routing.factories import changed_by_hand, fill_routings
from addons.mrp_routing.services.similar import find_similar
from bench.report import Figure, at_least, at_most
from bench.world import World
from core.actor import SYSTEM, acting
from core.db.session import db, run_unit

MANY, CHANGED, FOUND, MILLISECONDS = 100_000, 50, 45, 200
# The same question without an index: how much a look at every part's name and specification takes.
EVERY = (
    "SELECT count(*) FROM masterdata_item WHERE name LIKE '%' || :name || '%' OR specification LIKE '%' || :name || '%'"
)


def measure(place: World) -> Iterator[Figure]:
    """The slowest of fifty answers, and how many have the ancestor among the first three."""
    with place.app.app_context(), acting(SYSTEM):
        run_unit(lambda: fill_routings(MANY))
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        taken, found, alone = [], 0, []
        for ancestor, values in changed_by_hand(CHANGED, MANY):
            item = run_unit(lambda values=values: make_item(**values).id)  # type: ignore[misc]
            start = perf_counter()
            first = [one.routing.name for one in find_similar(item)[:3]]
            between = perf_counter()
            db.session.execute(text(EVERY), {"name": values["name"][:2]})
            taken.append((between - start) * 1000)
            alone.append((perf_counter() - between) * 1000)
            found += ancestor in first
            db.session.rollback()
        yield at_most("similar routings among 100,000, the slowest of 50", max(taken), MILLISECONDS, "ms", max(alone))
        yield at_least("  the ancestor among the first three, of 50", found, FOUND, "parts")
