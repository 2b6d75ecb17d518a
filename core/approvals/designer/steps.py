"""Changing a flow step by step: pure functions on the JSON of its definition.

Each takes a definition and returns a new one, the old untouched. Nodes and ways are named by their keys. A place
is where nodes stand in a row: the empty text for the flow itself, a way's key, or `<branch>.otherwise`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from core.errors import NotFound, ValidationError
from core.i18n import _

Json = dict[str, Any]
OTHERWISE = ".otherwise"
PREFIXES: Mapping[str, str] = {"approve": "step", "copy": "copy", "verdict": "end", "branch": "branch"}
ALWAYS: Mapping[str, Any] = {"and": []}
NEW: Mapping[str, Callable[[], Json]] = {
    "approve": lambda: {"name": "", "approvers": [{"kind": "unit_head"}]},
    "copy": lambda: {"name": "", "approvers": [{"kind": "unit_head"}]},
    "verdict": lambda: {"name": "", "approved": True},
    "branch": lambda: {"arms": [], "otherwise": []},
}


def places(definition: Json) -> dict[str, list[Json]]:
    """Every row of nodes by its place, in reading order."""
    return dict(_places(definition["nodes"], ""))


def _places(nodes: list[Json], place: str) -> Iterator[tuple[str, list[Json]]]:
    yield place, nodes
    for branch in (n for n in nodes if n["type"] == "branch"):
        for arm in branch["arms"]:
            yield from _places(arm.setdefault("nodes", []), arm["key"])
        yield from _places(branch["otherwise"], branch["key"] + OTHERWISE)


def find(definition: Json, key: str) -> Json:
    """The node or the way of this key; `NotFound` when another has taken it away meanwhile."""
    for nodes in places(definition).values():
        for node in nodes:
            parts: list[Json] = [node, *node.get("arms", ())]
            found = next((part for part in parts if part["key"] == key), None)
            if found is not None:
                return found
    raise NotFound(_("This step is not in the flow any more."))


def keys(definition: Json) -> set[str]:
    """Every key in use."""
    nodes = [node for row in places(definition).values() for node in row]
    return {part["key"] for node in nodes for part in (node, *node.get("arms", ()))}


def add(definition: Json, kind: str, place: str, index: int, when: Any = None) -> tuple[Json, str]:
    """Put a new node into a place; returns the definition and the node's key.

    A branch comes with one way, taken when `when` holds; what followed it stays after it.
    """
    changed = deepcopy(definition)
    if kind not in NEW:
        raise ValidationError(_("This is no step of a flow."))
    key = _new_key(changed, PREFIXES[kind])
    node = {"type": kind, "key": key, **NEW[kind]()}
    _row(changed, place).insert(max(0, index), node)
    return (changed, key) if kind != "branch" else (add_arm(changed, key, when)[0], key)


def _row(definition: Json, place: str) -> list[Json]:
    found = places(definition).get(place)
    if found is None:
        raise NotFound(_("This step is not in the flow any more."))
    return found


def _new_key(definition: Json, prefix: str) -> str:
    taken = keys(definition)
    return next(f"{prefix}_{n}" for n in range(1, len(taken) + 2) if f"{prefix}_{n}" not in taken)


def add_arm(definition: Json, branch: str, when: Any = None) -> tuple[Json, str]:
    """One more way of a branch, asked last; returns the definition and the way's key."""
    changed = deepcopy(definition)
    key = _new_key(changed, "way")
    parent = find(changed, branch)
    if "arms" not in parent:
        raise NotFound(_("This step is not in the flow any more."))
    arm: Json = {"key": key, "name": "", "when": deepcopy(when) if when else dict(ALWAYS), "nodes": []}
    parent["arms"].append(arm)
    return changed, key


def remove(definition: Json, key: str) -> Json:
    """Take a node away with all it holds, or a way; the last way of a branch takes the branch along."""
    changed = deepcopy(definition)
    row, at = _position(changed, key)
    del row[at]
    for nodes in places(changed).values():
        nodes[:] = [n for n in nodes if n["type"] != "branch" or n["arms"]]
    return changed


def _position(definition: Json, key: str) -> tuple[list[Json], int]:
    """The list a node or way stands in, and where."""
    rows = list(places(definition).values())
    arms = [node["arms"] for row in rows for node in row if node["type"] == "branch"]
    for row in (*rows, *arms):
        for at, part in enumerate(row):
            if part["key"] == key:
                return row, at
    raise NotFound(_("This step is not in the flow any more."))


def move(definition: Json, key: str, by: int) -> Json:
    """A node, or a way among the ways of its branch, so many places down (negative: up); never past the ends."""
    changed = deepcopy(definition)
    row, at = _position(changed, key)
    part = row.pop(at)
    row.insert(min(max(0, at + by), len(row)), part)
    return changed


def move_to(definition: Json, key: str, place: str, index: int) -> Json:
    """A node into another place, or another position of its own. `ValidationError` for into itself."""
    changed = deepcopy(definition)
    source, at = _position(changed, key)
    node = source[at]
    if "type" not in node:
        raise ValidationError(_("A way can be moved only among the ways of its branch."))
    target = _row(changed, place)
    if any(row is target for row in places({"nodes": [node]}).values()):
        raise ValidationError(_("A branch cannot be moved into itself."))
    if target is source and index > at:
        index -= 1
    del source[at]
    target.insert(max(0, index), node)
    return changed


def duplicate(definition: Json, key: str) -> tuple[Json, str]:
    """A copy right after the original, every key in it new; returns the definition and the copy's key."""
    changed = deepcopy(definition)
    row, at = _position(changed, key)
    copy = deepcopy(row[at])
    row.insert(at + 1, copy)
    _rename(changed, copy)
    return changed, copy["key"]


def _rename(definition: Json, part: Json) -> None:
    """Give a node or way, and all it holds, keys of their own."""
    part["key"] = _new_key(definition, PREFIXES[part["type"]] if "type" in part else "way")
    for inner in (*part.get("arms", ()), *part.get("nodes", ()), *part.get("otherwise", ())):
        _rename(definition, inner)


def change(definition: Json, key: str, values: Mapping[str, Any]) -> Json:
    """Other properties of a node or way; its key, type and what it holds stay."""
    changed = deepcopy(definition)
    part = find(changed, key)
    kept = {name: value for name, value in part.items() if name in ("type", "key", "arms", "otherwise", "nodes")}
    part.clear()
    part.update(values)
    part.update(kept)
    return changed


def change_rules(definition: Json, values: Mapping[str, Any]) -> Json:
    """Other rules of the whole flow; its steps stay."""
    return {**deepcopy(dict(values)), "nodes": deepcopy(definition["nodes"])}
