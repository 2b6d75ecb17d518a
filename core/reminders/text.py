"""The text of a rule: plain words with fields in braces, filled in with what each reader may see."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from core.actor import Actor
from core.db.spec import ModelSpec
from core.errors import ValidationError
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.kernel.switch import is_enabled
from core.views.columns import Column, resolve, text_of

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
COUNT = "count"
LONGEST = 1000
UNSEEN = "—"


def paths_in(text: str) -> list[str]:
    """The fields a text names, each once, in order."""
    return list(dict.fromkeys(match.strip() for match in PLACEHOLDER.findall(text)))


def check_text(spec: ModelSpec, text: str, actor: Actor, *, is_list: bool) -> None:
    """Raise `ValidationError` for an empty text or one that names what the author may not see.

    A text over a list knows `{count}` only.
    """
    if not text or len(text) > LONGEST:
        raise _refused(_("Write a text of 1 to %(max)s characters.", max=LONGEST))
    for path in paths_in(text):
        known = path == COUNT if is_list else column_at(spec, path, actor) is not None
        if not known:
            raise _refused(_("The text names a field that is not there: {%(path)s}", path=path[:80]))


def _refused(problem: Text) -> ValidationError:
    return ValidationError(problem, fields={"text": [problem]})


def column_at(spec: ModelSpec, path: str, actor: Actor) -> Column | None:
    """The column a path leads to, if this actor may see it; None otherwise."""
    *steps, _last = path.split(".")
    inner = spec
    for step in steps:
        if step not in inner.model.__mapper__.relationships:
            return None
        inner = current_registry().spec_of(inner.model.__mapper__.relationships[step].mapper.class_)
    return resolve(spec, path, actor)


def columns_for(spec: ModelSpec, text: str, actor: Actor) -> list[Column]:
    """The columns of those fields of the text this reader may see."""
    found = (column_at(spec, path, actor) for path in paths_in(text) if path != COUNT)
    return [column for column in found if column is not None]


def fill(text: str, record: Any, columns: Iterable[Column]) -> str:
    """The text about a record, in the current language; what is not among the columns stays hidden."""
    values = {column.path: text_of(column, column.value(record)) for column in columns}
    return PLACEHOLDER.sub(lambda match: values.get(match.group(1).strip()) or UNSEEN, text)


def offered(spec: ModelSpec, actor: Actor) -> list[tuple[str, str]]:
    """The fields a text may name, with what people call them: its own, and what names the records it leads to."""
    found: list[tuple[str, str]] = []
    for field in spec.visible_fields(actor):
        if field.info.hidden or field.kind == "json":
            continue
        found.append((field.name, str(field.label)))
        target = current_registry().models[field.target] if field.target else None
        if target is None or field.relation is None or not is_enabled(target.addon):
            continue
        if target.name in ("core.user", "core.org_unit") or not actor.can(target.permission("read")):
            continue
        found += [
            (f"{field.relation}.{inner.name}", f"{field.label} · {inner.label}")
            for inner in target.visible_fields(actor)
            if not inner.info.hidden and inner.kind != "json" and inner.info.write != "never"
        ]
    return found
