"""A condition as one sentence in the reader's language: “Amount > 10,000 and Kind is Part”."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.actor import Actor
from core.criteria.tree import Branch, Leaf, Node, Not, check, check_facts, leaves
from core.criteria.words import NOT, Names, names_in, operator_words, or_empty, wanted_words
from core.db.spec import FieldSpec, ModelSpec
from core.i18n import _, gettext


def describe(spec: ModelSpec, tree: Any, actor: Actor) -> str:
    """The sentence of a condition; raises `ValidationError` as `check` does. One statement per kind of link."""
    return sentence(check(spec, tree, actor))


def describe_facts(kinds: Mapping[str, FieldSpec], tree: Any, actor: Actor) -> str:
    """The same for a condition on facts."""
    return sentence(check_facts(kinds, tree, actor))


def sentence(node: Node) -> str:
    """The sentence of a checked tree."""
    return _words(node, names_in(leaves(node)))


def _words(node: Node, names: Names, *, inside: bool = False) -> str:
    if isinstance(node, Leaf):
        return leaf_words(node, node.op, names)
    if isinstance(node, Not):
        if isinstance(node.part, Leaf):
            return leaf_words(node.part, NOT + node.part.op, names)
        return gettext("not (%(parts)s)", parts=_words(node.part, names))
    if len(node.parts) == 1:
        return _words(node.parts[0], names, inside=inside)
    parts = _joined(node, names)
    return gettext("(%(parts)s)", parts=parts) if inside and node.parts else parts


def _joined(node: Branch, names: Names) -> str:
    if not node.parts:
        return gettext("always") if node.op == "and" else gettext("never")
    between = _(" and ") if node.op == "and" else _(" or ")
    return str(between).join(_words(part, names, inside=True) for part in node.parts)


def leaf_words(leaf: Leaf, op: str, names: Names) -> str:
    """One comparison: label, operator, value."""
    words, wanted = str(operator_words(leaf.path, op)), wanted_words(leaf, names)
    told = words.replace("…", wanted) if "…" in words else f"{words} {wanted}".rstrip()
    return str(or_empty(leaf.path, op, f"{leaf.path.label} {told}"))
