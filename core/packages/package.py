"""Writing a package, reading one, saying what it would change here, and taking it over."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core import __version__
from core.actor import Actor, current_actor
from core.db.session import db
from core.db.types import utcnow
from core.errors import QingmesError, ValidationError
from core.i18n import Text, _
from core.kernel.switch import forget_enabled
from core.packages.kinds import KINDS, Kind
from core.workflow import audit

FORMAT = "qingmes.package"
LARGEST = 5 * 1024 * 1024
MOST = 2000
Id = tuple[str, str]


@dataclass(frozen=True)
class Item:
    """One thing of a package: its kind, what it is called, and what it says."""

    kind: str
    key: str
    title: str
    payload: Mapping[str, Any]

    @property
    def id(self) -> Id:
        """What tells it from all others."""
        return self.kind, self.key


@dataclass(frozen=True)
class Change:
    """What taking over an item would do: `new`, `changed`, `same`, or `refused` with the sentence why.

    `differences` are the parts that differ, each with what stands here and what the package says.
    """

    item: Item
    state: str
    differences: tuple[tuple[str, Any, Any], ...] = ()
    refusal: Text = ""


def exportable(actor: Actor) -> dict[str, list[Item]]:
    """Everything this actor may put into a package, by kind."""
    return {name: list(_items(kind)) for name, kind in KINDS.items() if actor.can(kind.permission)}


def _items(kind: Kind) -> Iterator[Item]:
    for record in kind.records():
        yield Item(kind.name, kind.key(record), kind.label(record), _as_json(kind.dump(record)))


def _as_json(payload: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(payload, default=str))


def write_package(actor: Actor, chosen: Collection[Id]) -> bytes:
    """The chosen items as a file. `ValidationError` when nothing was chosen."""
    items = [item for found in exportable(actor).values() for item in found if item.id in chosen]
    if not items:
        raise ValidationError(_("Choose at least one thing."))
    body = [{"kind": i.kind, "key": i.key, "title": i.title, "payload": i.payload} for i in items]
    audit.note("export_package", items=[None, len(items)])
    package = {
        "format": FORMAT,
        "version": 1,
        "product": __version__,
        "made_at": utcnow().isoformat(timespec="seconds"),
        "made_by": actor.name,
        "sha256": digest(body),
        "items": body,
    }
    return json.dumps(package, ensure_ascii=False, indent=1).encode()


def digest(items: Any) -> str:
    """SHA-256 of the items as canonical JSON."""
    text = json.dumps(items, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read_package(content: bytes) -> list[Item]:
    """The items of a file. `ValidationError` with a sentence for anything that is not a whole package."""
    if len(content) > LARGEST:
        raise ValidationError(_("A package may be %(size)s MB at most.", size=LARGEST // 1024 // 1024))
    try:
        read = json.loads(content)
    except (ValueError, RecursionError):
        raise ValidationError(_("This is not a configuration package.")) from None
    if not isinstance(read, dict) or read.get("format") != FORMAT or not isinstance(read.get("items"), list):
        raise ValidationError(_("This is not a configuration package."))
    if read.get("version") != 1:
        raise ValidationError(_("This package was made by a newer release."))
    if read.get("sha256") != digest(read["items"]):
        raise ValidationError(_("The package is damaged or was changed by hand: its checksum does not fit."))
    if len(read["items"]) > MOST:
        raise ValidationError(_("A package may hold %(most)s things at most.", most=MOST))
    return [_read_item(item) for item in read["items"]]


def _read_item(item: Any) -> Item:
    fits = isinstance(item, dict) and item.get("kind") in KINDS and isinstance(item.get("payload"), dict)
    if not fits or not isinstance(item.get("key"), str):
        raise ValidationError(_("The package holds something this release does not know."))
    return Item(item["kind"], item["key"], str(item.get("title", ""))[:120], item["payload"])


def compare(items: Iterable[Item]) -> list[Change]:
    """What taking over each item would do, found out by doing it and taking it back. Changes nothing.

    The items stand in the order of the kinds, so that one may name another that comes with it.
    """
    with db.session.begin_nested() as trial:
        changes = [_try(item) for item in _in_order(items)]
        trial.rollback()
    db.session.expire_all()
    forget_enabled()
    return changes


def _in_order(items: Iterable[Item]) -> list[Item]:
    order = list(KINDS)
    return sorted(items, key=lambda item: order.index(item.kind))


def _try(item: Item) -> Change:
    try:
        with db.session.begin_nested():
            return _take(item)
    except QingmesError as error:
        return Change(item, "refused", refusal=str(error))
    except (KeyError, TypeError, AttributeError):
        return Change(item, "refused", refusal=_("The package is damaged: this item cannot be read."))


def _take(item: Item) -> Change:
    kind = KINDS[item.kind]
    record = next((r for r in kind.records() if kind.key(r) == item.key), None)
    if record is None:
        kind.load(item.key, dict(item.payload), None)
        return Change(item, "new")
    here = _as_json(kind.dump(record))
    differences = tuple(
        (name, here.get(name), item.payload.get(name))
        for name in {**here, **item.payload}
        if here.get(name) != item.payload.get(name)
    )
    if not differences:
        return Change(item, "same")
    kind.load(item.key, dict(item.payload), record)
    return Change(item, "changed", differences)


def take_over(items: Iterable[Item], chosen: Collection[Id]) -> list[Change]:
    """Put the chosen items in place, all or none. Flushes.

    Raises `ValidationError` naming the first that is refused; the caller rolls back.
    """
    changes = []
    for item in _in_order(i for i in items if i.id in chosen):
        change = _try(item)
        if change.state == "refused":
            problem = _("%(title)s: %(refusal)s", title=item.title or item.key, refusal=change.refusal)
            raise ValidationError(problem, item=list(item.id))
        changes.append(change)
    if not changes:
        raise ValidationError(_("Choose at least one thing."))
    audit.note("import_package", items=[None, len(changes)], by=[None, current_actor().name])
    return changes
