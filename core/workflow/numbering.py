"""Document numbers: `SO{yyyy}{mm}-{n:4}` gives SO202611-0001, and starts again each month.

Segments: plain text, `{yyyy} {yy} {mm} {dd}` of the factory's date, `{field}` a text field of the record,
`{n:W}` the counter, W wide. The counter's scope is the rendered text around it, so it resets by itself
whenever a date part or a field in the pattern changes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.db.base import Numbered, Record
from core.db.session import db
from core.db.spec import ModelSpec
from core.errors import ValidationError
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.workflow.models import NumberCounter, NumberRule

SEGMENT = re.compile(r"\{(\w+)(?::(\d+))?\}")
DATE_PARTS = {"yyyy": "%Y", "yy": "%y", "mm": "%m", "dd": "%d"}
PARTS = frozenset({"text", "choice", "integer"})
MAX_WIDTH = 12


def check_pattern(model: str, pattern: str) -> None:
    """Raise `ValidationError` unless the model has numbers and the pattern one counter and known segments only."""
    spec = current_registry().model(model)
    if not issubclass(spec.model, Numbered) and model not in current_registry().numbers:
        raise _refused("model", _("%(model)s has no numbers; choose another kind of record.", model=spec.meta.title))
    named = [(m.group(1), m.group(2)) for m in SEGMENT.finditer(pattern)]
    counters = [width for name, width in named if name == "n"]
    unknown = [name for name, _width in named if name not in ("n", *DATE_PARTS) and not _is_part(spec, name)]
    leftover = SEGMENT.sub("", pattern)
    if len(counters) != 1 or not counters[0] or not 1 <= int(counters[0]) <= MAX_WIDTH:
        raise _refused("pattern", _("The pattern needs one counter like {n:4}."))
    if unknown or "{" in leftover or "}" in leftover:
        part = unknown[0] if unknown else leftover
        raise _refused("pattern", _("The pattern has an unknown part: %(part)s", part=part))


def _is_part(spec: ModelSpec, name: str) -> bool:
    """Whether a field may stand in a number: short text that is there before the number is."""
    field = spec.own.get(name)
    return field is not None and field.kind in PARTS and name != "number"


def _refused(name: str, problem: Text) -> ValidationError:
    return ValidationError(problem, fields={name: [problem]})


def next_number(record: Record | Numbered) -> str:
    """The next number for a record by the rule of its model. Flushes nothing, writes the counter.

    Gap-free counters are held until the caller commits; fast ones are taken in a transaction of their own
    (on SQLite, which has one writer, both are gap-free).
    """
    return next_numbers([record])[0]


def next_numbers(records: Sequence[Record | Numbered]) -> list[str]:
    """As `next_number`, for many records of one model, in their order.

    One statement for the rule and one for each counter, however many records take a number from it.
    """
    if not records:
        return []
    rule, day = _rule(records[0]), today()
    parts = [render(rule.pattern, record, day) for record in records]
    wanted = Counter(f"{before}{{n}}{after}" for before, _width, after in parts)
    last = {scope: _count(rule, scope, wanted[scope]) for scope in sorted(wanted)}
    numbers = []
    for before, width, after in parts:
        scope = f"{before}{{n}}{after}"
        numbers.append(f"{before}{last[scope] - wanted[scope] + 1:0{width}d}{after}")
        wanted[scope] -= 1
    return numbers


def render(pattern: str, record: Any, day: date) -> tuple[str, int, str]:
    """The text before the counter, its width, and the text after it."""
    match = next(m for m in SEGMENT.finditer(pattern) if m.group(1) == "n")
    before, after = pattern[: match.start()], pattern[match.end() :]
    return _fill(before, record, day), int(match.group(2)), _fill(after, record, day)


def _fill(text: str, record: Any, day: date) -> str:
    def part(match: re.Match[str]) -> str:
        name = match.group(1)
        return day.strftime(DATE_PARTS[name]) if name in DATE_PARTS else str(getattr(record, name) or "")

    return SEGMENT.sub(part, text)


def today() -> date:
    """The date in the factory's time zone."""
    return datetime.now(ZoneInfo(current_app.config["QINGMES"].timezone)).date()


def _rule(record: Record | Numbered) -> NumberRule:
    name = current_registry().spec_of(record).name
    rule = db.session.scalar(select(NumberRule).where(NumberRule.model == name))
    if rule is None:
        raise ValidationError(_("There is no number rule for %(model)s; add one under Settings.", model=name))
    return rule


def _count(rule: NumberRule, scope: str, step: int = 1) -> int:
    """Take `step` numbers; returns the last of them."""
    if rule.mode == "fast" and db.engine.dialect.name != "sqlite":
        with db.engine.begin() as connection:
            return _increment(connection, rule.id, scope, step)
    return _increment(db.session, rule.id, scope, step)


def _increment(connection: Any, rule_id: int, scope: str, step: int) -> int:
    """One atomic statement on a connection or session: insert the counter at `step`, or add it."""
    table = NumberCounter.__table__
    dialect: Any = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    statement = (
        dialect.insert(table)
        .values(rule_id=rule_id, scope=scope, value=step)
        .on_conflict_do_update(index_elements=["rule_id", "scope"], set_={"value": table.c.value + step})
        .returning(table.c.value)
    )
    return int(connection.execute(statement).scalar_one())


def install_rules(addon: str) -> None:
    """Make the number rules an addon declares, where the customer has none of his own. Flushes."""
    specs = {m: s for m, s in current_registry().numbers.items() if m.partition(".")[0] == addon}
    known = set(db.session.scalars(select(NumberRule.model).where(NumberRule.model.in_(specs))))
    db.session.add_all(
        NumberRule(model=model, pattern=spec.pattern, mode=spec.mode)
        for model, spec in specs.items()
        if model not in known
    )
    db.session.flush()


def raise_counter(rule: NumberRule, record: Numbered, value: int) -> None:
    """Make sure the counter is at least `value`: called when a number comes from outside."""
    before, _width, after = render(rule.pattern, record, today())
    scope = f"{before}{{n}}{after}"
    db.session.execute(
        update(NumberCounter)
        .where(NumberCounter.rule_id == rule.id, NumberCounter.scope == scope, NumberCounter.value < value)
        .values(value=value)
    )
