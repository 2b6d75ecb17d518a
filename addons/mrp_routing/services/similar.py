"""Finding routings of parts like one at hand: by name, dimensions, material, drawing number, category, operations.

A part has features: pairs of characters of its name, the sizes in its specification, and so on. What a feature is worth
falls with how many routings have it: log(1 + all / uses), as in the retrieval of texts (Robertson, Spärck Jones 1976).
The rare ones name the candidates through an index; these are then looked at one by one.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import case, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from addons.masterdata.models import Item
from addons.mrp_routing.models import Feature, Routing, RoutingFeature, RoutingOperation
from addons.mrp_routing.services.tickets import FROZEN
from core.actor import current_actor
from core.db import db, utcnow
from core.errors import NotFound
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.workflow.records import create_record

MOST_ROWS = 20_000  # of the index that are read for one question
CANDIDATES, ANSWERS, BATCH = 60, 10, 500
NUMBER = re.compile(r"\d+(?:\.\d+)?")
WORD = re.compile(r"[a-z]+\d*|\d+(?:\.\d+)?|[\u4e00-\u9fff]+")
STEP = math.log(1.1)  # sizes that differ by less than a tenth may be alike
WEIGHTS = {
    "name": 3.0,
    "size": 2.0,
    "material": 2.0,
    "drawing": 3.0,
    "category": 1.0,
    "specification": 1.0,
    "step": 0.5,
}
REASONS: Mapping[str, Text] = {
    "name": _("Name"),
    "size": _("Dimensions"),
    "material": _("Material"),
    "drawing": _("Drawing number"),
    "category": _("Category"),
    "specification": _("Specification"),
    "step": _("Operations"),
}


@dataclass(frozen=True, kw_only=True)
class Alike:
    """A routing of a part like the one at hand: how alike from 0 to 100, and in what."""

    routing: Routing
    score: int
    reasons: Sequence[Text]


def features_of(item: Item, operation_types: Iterable[int] = ()) -> dict[str, float]:
    """What a part is found by, as `<kind>:<value>`, and how much each counts: those of a kind share its weight."""
    found: dict[str, list[str]] = {
        "name": _pairs(item.name),
        "size": sorted({f"{_bucket(size)}" for size in _sizes(item.specification)}),
        "material": _words(item.material),
        "drawing": _beginnings(item.drawing_number),
        "category": [str(item.category_id)] if item.category_id else [],
        "specification": [word for word in _words(item.specification) if not NUMBER.fullmatch(word)],
        "step": sorted({str(kind) for kind in operation_types}),
    }
    return {f"{kind}:{one}"[:80]: WEIGHTS[kind] / len(values) for kind, values in found.items() for one in values}


def _plain(text: str | None) -> str:
    return unicodedata.normalize("NFKC", text or "").lower()


def _words(text: str | None) -> list[str]:
    return sorted(set(WORD.findall(_plain(text))))


def _pairs(text: str | None) -> list[str]:
    """Neighbouring characters of each word, so that 传动轴 and 传动短轴 have something in common."""
    words = WORD.findall(_plain(text))
    return sorted({word[n : n + 2] for word in words for n in range(max(len(word) - 1, 1))})


def _sizes(text: str | None) -> list[float]:
    return [float(number) for number in NUMBER.findall(_plain(text)) if 0 < float(number) < 1e9]


def _bucket(size: float) -> int:
    return round(math.log(size) / STEP)


def _beginnings(text: str | None) -> list[str]:
    """A drawing number and what it begins with: drawings of a family begin alike."""
    plain = re.sub(r"\s+", "", _plain(text))
    parts = re.split(r"(?<=[-./_])", plain)
    return sorted({"".join(parts[: n + 1]) for n in range(len(parts))} - {""})


def index_routings(routings: Sequence[Routing]) -> None:
    """Let routings be found by what their parts are now. Flushes. A fixed number of statements for a batch."""
    ids = [routing.id for routing in routings]
    if not ids:
        return
    of = {r.id: list(features_of(r.item, [o.operation_type_id for o in r.operations])) for r in routings}
    _forget(ids)
    texts = sorted({text for texts in of.values() for text in texts})
    known = _ids_of(texts)
    rows = [{"routing_id": routing, "feature_id": known[text]} for routing, texts in of.items() for text in texts]
    if rows:
        db.session.execute(insert(RoutingFeature), rows)
    _count(ids, +1)
    stamp = update(Routing).where(Routing.id.in_(ids)).values(indexed_at=utcnow())
    db.session.execute(stamp.execution_options(synchronize_session=False))


def _forget(ids: Collection[int]) -> None:
    _count(ids, -1)
    gone = delete(RoutingFeature).where(RoutingFeature.routing_id.in_(ids))
    db.session.execute(gone.execution_options(synchronize_session=False))


def _ids_of(texts: Sequence[str]) -> dict[str, int]:
    if not texts:
        return {}
    dialect: Any = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    new = dialect.insert(Feature).on_conflict_do_nothing(index_elements=["text"])
    db.session.execute(new, [{"text": text, "uses": 0} for text in texts])
    return dict(db.session.execute(select(Feature.text, Feature.id).where(Feature.text.in_(texts))).all())


def _count(routing_ids: Collection[int], sign: int) -> None:
    """Add to the uses of features how many of these routings have them, or take them away. Three statements."""
    have = select(RoutingFeature.feature_id, func.count()).where(RoutingFeature.routing_id.in_(routing_ids))
    changes = dict(db.session.execute(have.group_by(RoutingFeature.feature_id)).all())
    if not changes:
        return
    known = db.session.execute(select(Feature.id, Feature.uses).where(Feature.id.in_(sorted(changes)))).all()
    rows = [{"id": f.id, "uses": max(f.uses + sign * changes[f.id], 0)} for f in known]
    db.session.execute(update(Feature), rows)


def index_changed(most: int = BATCH) -> int:
    """Index routings that are not yet, such as imported ones, or whose part has changed since: how many. Flushes."""
    is_old = or_(Routing.indexed_at.is_(None), Routing.indexed_at < Item.updated_at)
    query = select(Routing).join(Routing.item).where(is_old)
    query = query.options(contains_eager(Routing.item), selectinload(Routing.operations))
    routings = db.session.scalars(query.order_by(Routing.id).limit(most)).all()
    index_routings(routings)
    return len(routings)


def get_item(item_id: int) -> Item:
    """The item. Raises `NotFound`."""
    item = db.session.scalar(select(Item).where(Item.id == item_id))
    if item is None:
        raise NotFound(_("There is no such item, or it is not yours to see."))
    return item


def find_similar(item_id: int, operation_types: Sequence[int] = ()) -> list[Alike]:
    """Routings of parts like this one, the most alike first, at most ten. A fixed number of statements.

    Raises `NotFound` for no such item.
    """
    item = get_item(item_id)
    wanted = features_of(item, operation_types)
    worth = _worth(wanted)
    ids = _candidates(worth)
    query = (
        select(Routing)
        .where(Routing.id.in_(ids), Routing.item_id != item_id)
        .options(joinedload(Routing.item), selectinload(Routing.operations).joinedload(RoutingOperation.operation_type))
    )
    found = [_look_at(item, routing, operation_types) for routing in db.session.scalars(query)]
    return sorted(found, key=lambda one: (-one.score, -one.routing.id))[:ANSWERS]


def _worth(wanted: Mapping[str, float]) -> list[tuple[int, int, float]]:
    """The features that are known: their ids, uses and worth; also of sizes that are a little different."""
    near = dict(wanted)
    for text, weight in wanted.items():
        kind, _colon, value = text.partition(":")
        if kind == "size":
            for bucket in (int(value) - 1, int(value) + 1):
                near.setdefault(f"size:{bucket}", weight / 2)
    all_ = db.session.scalar(select(func.count()).select_from(Routing)) or 0
    query = select(Feature.id, Feature.text, Feature.uses).where(Feature.text.in_(sorted(near)), Feature.uses > 0)
    return [(f.id, f.uses, near[f.text] * math.log(1 + all_ / f.uses)) for f in db.session.execute(query)]


def _candidates(worth: Sequence[tuple[int, int, float]]) -> Sequence[int]:
    """Routings that have most of what is worth most, by the rarer features only: few rows of the index."""
    chosen: dict[int, float] = {}
    rows = 0
    for feature_id, uses, value in sorted(worth, key=lambda one: (one[1], one[0])):
        if chosen and rows + uses > MOST_ROWS:
            break
        rows += uses
        chosen[feature_id] = value
    if not chosen:
        return []
    score = func.sum(case(chosen, value=RoutingFeature.feature_id, else_=0.0))
    query = (
        select(RoutingFeature.routing_id)
        .where(RoutingFeature.feature_id.in_(sorted(chosen)))
        .group_by(RoutingFeature.routing_id)
        .order_by(score.desc(), RoutingFeature.routing_id.desc())
    )
    return db.session.scalars(query.limit(CANDIDATES)).all()


def _look_at(item: Item, routing: Routing, operation_types: Sequence[int]) -> Alike:
    """How alike two parts are, kind by kind, each from nothing to all of its weight."""
    other = routing.item
    parts = {
        "name": _overlap(_pairs(item.name), _pairs(other.name)),
        "size": _near(_sizes(item.specification), _sizes(other.specification)),
        "material": _overlap(_words(item.material), _words(other.material)),
        "drawing": _overlap(_beginnings(item.drawing_number), _beginnings(other.drawing_number)),
        "category": float(item.category_id is not None and item.category_id == other.category_id),
        "specification": _overlap(_words(item.specification), _words(other.specification)),
        "step": _overlap(list(operation_types), [o.operation_type_id for o in routing.operations]),
    }
    possible = sum(weight for kind, weight in WEIGHTS.items() if kind != "step" or operation_types)
    score = sum(WEIGHTS[kind] * part for kind, part in parts.items()) / possible
    reasons = [REASONS[kind] for kind, part in parts.items() if part >= 0.5]
    return Alike(routing=routing, score=round(100 * score), reasons=reasons)


def _overlap(a: Collection[Any], b: Collection[Any]) -> float:
    """The share of what either has that both have (Jaccard)."""
    one, two = set(a), set(b)
    return len(one & two) / len(one | two) if one and two else 0.0


def _near(a: Sequence[float], b: Sequence[float]) -> float:
    """How near the sizes are, in their order: all of it when equal, half at a third more."""
    if not a or not b:
        return 0.0
    pairs = [math.exp(-2.5 * abs(math.log(x / y))) for x, y in zip(a, b, strict=False)]
    return sum(pairs) / max(len(a), len(b))


def copy_routing(routing_id: int, item_id: int) -> Routing:
    """A draft routing for an item with the operations of another. Flushes. Raises `NotFound`."""
    source, item = _get_routing(Routing.id == routing_id), get_item(item_id)
    if source is None:
        raise NotFound(_("There is no such routing, or it is not yours to see."))
    steps = [{name: _raw(getattr(step, name)) for name in _copied()} for step in source.operations]
    values = {"item_id": item_id, "name": item.name, "operations": steps}
    made: Routing = create_record(current_registry().model("mrp_routing.routing"), values)
    return made


def _copied() -> list[str]:
    """What is copied of an operation: pay per piece only by those who may see it."""
    return [name for name in FROZEN if name != "piece_rate" or current_actor().sees_group("wages")]


def _raw(value: Any) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else value


@dataclass(frozen=True, kw_only=True)
class Line:
    """One operation beside the one that stands there in the other routing; None where there is none."""

    left: RoutingOperation | None
    right: RoutingOperation | None
    differs: Sequence[str] = ()


COMPARED = ("operation_type_id", "work_center_id", "setup_minutes", "run_minutes")


def compare(left: Sequence[RoutingOperation], right: Sequence[RoutingOperation]) -> list[Line]:
    """Two routings side by side: operations of the same kind stand beside each other, in the order of both."""
    ours, theirs = [o.operation_type_id for o in left], [o.operation_type_id for o in right]
    lines: list[Line] = []
    for tag, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [_line(one, two) for one, two in zip(left[a:b], right[c:d], strict=True)]
        else:
            lines += [Line(left=one, right=None) for one in left[a:b]]
            lines += [Line(left=None, right=two) for two in right[c:d]]
    return lines


def _line(left: RoutingOperation, right: RoutingOperation) -> Line:
    differs = [name for name in COMPARED if getattr(left, name) != getattr(right, name)]
    return Line(left=left, right=right, differs=differs)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """An item with its latest routing, None without one, beside another routing, operation by operation."""

    item: Item
    own: Routing | None
    other: Routing
    lines: Sequence[Line]


def compare_for(item_id: int, routing_id: int) -> Pair:
    """A routing beside the latest of an item. Raises `NotFound`."""
    item, other = get_item(item_id), _get_routing(Routing.id == routing_id)
    if other is None:
        raise NotFound(_("There is no such routing, or it is not yours to see."))
    own = _get_routing(Routing.item_id == item_id)
    lines = compare(own.operations if own else [], other.operations)
    return Pair(item=item, own=own, other=other, lines=lines)


def _get_routing(which: Any) -> Routing | None:
    """The latest of these, with its operations."""
    steps = selectinload(Routing.operations)
    loads = steps.joinedload(RoutingOperation.operation_type), steps.joinedload(RoutingOperation.work_center)
    query = select(Routing).where(which).options(joinedload(Routing.item), *loads)
    return db.session.scalar(query.order_by(Routing.revision.desc(), Routing.id.desc()).limit(1))
