"""What somebody asked of a list, as it stands in the address: the same address makes the same list."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from core.errors import ValidationError
from core.i18n import _
from core.views.conditions import LIST, WITHOUT_VALUE, Condition
from core.web.addresses import LARGEST_ID

PER_PAGE = 80
COUNT_LIMIT = 10_000
LAST_PAGE = COUNT_LIMIT // PER_PAGE


@dataclass(frozen=True)
class State:
    """Search text, sort, page, columns, filters joined by and, a whole condition tree, grouping, saved view.

    `view` is the id of the saved view it began from: 0 for none on purpose, None when nothing was said.
    """

    query: str = ""
    sort: tuple[str, ...] = ()
    page: int = 1
    columns: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    criteria: Any = None
    group: str = ""
    view: int | None = None

    @classmethod
    def from_arguments(cls, arguments: Any) -> State:
        """Read an address: `q`, `sort`, `page`, `columns`, `c` (repeated), `filter`, `group`, `view`.

        One filter may also come in parts, as a plain form sends it: `field`, `op` and `value` (repeated);
        without a value the filter on that field is taken away.
        """
        arguments = MultiDict((name, value.replace("\x00", "")) for name, value in arguments.items(multi=True))
        conditions = [Condition.read(c) for c in arguments.getlist("c") if c]
        edited = arguments.get("field", "")[:120]
        return cls(
            query=arguments.get("q", "").strip()[:200],
            sort=_words(arguments.get("sort", "")),
            page=_page(arguments.get("page", "1")),
            columns=_words(",".join(arguments.getlist("columns"))),
            conditions=tuple(_replaced(conditions, edited, _in_parts(edited, arguments))),
            criteria=_json(arguments.get("filter")),
            group=arguments.get("group", ""),
            view=_number(arguments.get("view")),
        )

    @classmethod
    def from_pairs(cls, pairs: Iterable[Iterable[str]], view: int) -> State:
        """A state as a saved view keeps it."""
        kept = cls.from_arguments(MultiDict([(name, value) for name, value in pairs]))
        return replace(kept, page=1, view=view)

    def to_pairs(self) -> list[tuple[str, str]]:
        """The same as pairs for an address; what is as usual is left out."""
        pairs = [("q", self.query), ("sort", ",".join(self.sort)), ("columns", ",".join(self.columns))]
        pairs += [("c", c.write()) for c in self.conditions]
        if self.criteria is not None:
            pairs.append(("filter", json.dumps(self.criteria, ensure_ascii=False)))
        pairs += [("group", self.group), ("page", str(self.page) if self.page > 1 else "")]
        found = [(name, value) for name, value in pairs if value]
        return found if self.view is None else [*found, ("view", str(self.view))]

    def kept_pairs(self) -> list[list[str]]:
        """What a saved view keeps: everything but the page."""
        return [[name, value] for name, value in self.to_pairs() if name not in ("page", "view")]

    def url(self, base: str, **changes: Any) -> str:
        """The address of this list with something changed; any change but the page leads to page 1."""
        changed = replace(self, **{"page": 1, **changes})
        pairs = changed.to_pairs()
        return f"{base}?{urlencode(pairs)}" if pairs else base

    def without(self, condition: Condition) -> tuple[Condition, ...]:
        """The other filters."""
        return tuple(c for c in self.conditions if c != condition)

    def with_(self, condition: Condition) -> tuple[Condition, ...]:
        """The filters with this one instead of those on the same field."""
        return tuple(_replaced(self.conditions, condition.field, condition))

    def condition_on(self, field: str) -> Condition | None:
        """The filter on a field, or None."""
        return next((c for c in self.conditions if c.field == field), None)

    @property
    def is_plain(self) -> bool:
        """Whether nothing at all was asked: the list then opens as its reader likes it."""
        return self == State()

    @property
    def narrows(self) -> bool:
        """Whether it leaves rows out."""
        return bool(self.query or self.conditions or self.criteria is not None)


def _in_parts(field: str, arguments: Any) -> Condition | None:
    op = arguments.get("op", "eq")[:40]
    values = [value.strip() for value in arguments.getlist("value")]
    if not field or not (any(values) or op in WITHOUT_VALUE):
        return None
    return Condition(field, op, "" if op in WITHOUT_VALUE else LIST.join(values)[:1000])


def _replaced(conditions: Iterable[Condition], field: str, new: Condition | None) -> list[Condition]:
    return [*(c for c in conditions if c.field != field), *([new] if new else [])]


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in text.split(",") if word))[:60]


def _page(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isdecimal() and len(text) < 10 else 1


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and int(text) <= LARGEST_ID else None


def _json(text: str | None) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValidationError(_("The filter in this address cannot be read.")) from None
