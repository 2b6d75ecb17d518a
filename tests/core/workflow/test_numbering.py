"""Document numbers: patterns, resets, uniqueness under concurrency."""

from __future__ import annotations

import threading
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from addons.gauge.models import Sheet
from flask import Flask
from sqlalchemy import select

from core.actor import SYSTEM, acting
from core.db.session import db, run_unit
from core.errors import QingmesError, ValidationError
from core.kernel.registry import current_registry
from core.testing.statements import statements
from core.workflow import numbering
from core.workflow.models import NumberCounter, NumberRule
from core.workflow.records import create_record, update_record

WRITERS, EACH = 16, 12


def make_rule(mode: str = "gap_free", pattern: str = "T{yyyy}-{n:5}") -> int:
    """A rule for a model that nothing else numbers in these tests."""
    rule = NumberRule(model="core.org_unit", pattern=pattern, mode=mode)
    db.session.add(rule)
    db.session.flush()
    return rule.id


def test_a_pattern_renders_its_date_parts_and_fields() -> None:
    record = SimpleNamespace(code="AB")
    assert numbering.render("SO{yyyy}{mm}{dd}-{code}-{n:4}/x", record, date(2026, 1, 9)) == (
        "SO20260109-AB-",
        4,
        "/x",
    )


@pytest.mark.parametrize("pattern", ["SO", "SO{n}", "SO{n:4}{n:4}", "SO{nope}{n:4}", "SO{n:99}", "SO{{n:4}"])
def test_a_pattern_without_exactly_one_counter_is_refused(app: Flask, pattern: str) -> None:
    with pytest.raises(ValidationError):
        numbering.check_pattern("core.org_unit", pattern)


def test_the_counter_starts_again_when_the_text_around_it_changes(app: Flask, system: Any) -> None:
    rule = db.session.get(NumberRule, make_rule(pattern="{code}-{n:3}"))
    first = numbering._count(rule, "A-{n}")  # type: ignore[arg-type]
    again = numbering._count(rule, "A-{n}")  # type: ignore[arg-type]
    other = numbering._count(rule, "B-{n}")  # type: ignore[arg-type]
    assert (first, again, other) == (1, 2, 1)


def take_numbers(app: Flask, rule_id: int, taken: list[int], fail_every: int) -> None:
    """Take numbers in transactions of their own, some of which roll back after taking one."""
    for turn in range(EACH):
        with app.app_context(), acting(SYSTEM):
            try:
                taken.append(run_unit(lambda turn=turn: take_one(rule_id, turn, fail_every)))  # type: ignore[misc]
            except LookupError:
                pass


def take_one(rule_id: int, turn: int, fail_every: int) -> int:
    rule = db.session.get(NumberRule, rule_id)
    assert rule is not None
    value = numbering._count(rule, "race{n}")
    if fail_every and turn % fail_every == 0:
        raise LookupError("this unit is rolled back on purpose")
    return value


@pytest.mark.parametrize("mode", ["gap_free", "fast"])
def test_sixteen_writers_never_take_the_same_number(any_app: Flask, mode: str) -> None:
    with acting(SYSTEM):
        rule_id = run_unit(lambda: make_rule(mode))
    taken: list[int] = []
    threads = [threading.Thread(target=take_numbers, args=(any_app, rule_id, taken, 4)) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = WRITERS * (EACH - len(range(0, EACH, 4)))
    assert len(taken) == len(set(taken)) == expected
    if mode == "gap_free":
        assert sorted(taken) == list(range(1, expected + 1))
        with acting(SYSTEM):
            assert db.session.scalar(select(NumberCounter.value).where(NumberCounter.scope == "race{n}")) == expected


def edit(model: str, **values: Any) -> None:
    """Change or add a rule as the page of number rules does."""
    spec = current_registry().models["core.number_rule"]
    rule = db.session.scalar(select(NumberRule).where(NumberRule.model == model))
    if rule is None:
        create_record(spec, {"model": model, **values})
    else:
        update_record(spec, rule.id, values, version=rule.version)


def test_an_administrator_edits_the_pattern_and_the_next_document_follows_it(gauge_app: Flask, system: Any) -> None:
    sheets = current_registry().models["gauge.sheet"]
    edit("gauge.sheet", pattern="检{yy}{mm}-{n:3}/{title}")
    day = numbering.today()
    numbers = [create_record(sheets, {"title": title}).number for title in ("A", "A", "B")]
    month = f"{day:%y%m}"
    assert numbers == [f"检{month}-001/A", f"检{month}-002/A", f"检{month}-001/B"]


@pytest.mark.parametrize(
    "pattern",
    [
        *("", "SO", "{n:4}{n:4}", "{n}", "{n:0}", "{n:13}", "{{n:4}", "{n:4}}", "x" * 200 + "{n:4}", "a\x00{n:4}"),
        *("{nothing}{n:4}", "{maker.code}{n:4}", "{__class__}{n:4}", "{qty}{n:4}", "{number}{n:4}"),
    ],
)
def test_a_pattern_that_does_not_work_is_refused_when_it_is_saved(gauge_app: Flask, system: Any, pattern: str) -> None:
    with pytest.raises(ValidationError) as caught:
        edit("gauge.sheet", pattern=pattern)
    assert list(caught.value.fields) == ["pattern"]


def test_a_rule_for_what_has_no_number_is_refused(one_app: Flask, system: Any) -> None:
    for model in ("gauge.maker", "gauge.nothing", ""):
        with pytest.raises(QingmesError):
            edit(model, pattern="X{n:4}")


def test_many_numbers_at_once_take_one_statement_for_each_counter(gauge_app: Flask, system: Any) -> None:
    records = [Sheet(title=f"T{n % 2}") for n in range(50)]
    edit("gauge.sheet", pattern="{title}-{n:2}")
    with statements() as seen:
        numbers = numbering.next_numbers(records)
    assert numbers[:4] == ["T0-01", "T1-01", "T0-02", "T1-02"]
    assert numbers[-1] == "T1-25"
    assert len(seen) == 3


def test_a_number_from_outside_moves_the_counter_on(gauge_app: Flask, system: Any) -> None:
    rule = db.session.scalars(select(NumberRule).where(NumberRule.model == "gauge.sheet")).one()
    numbering.next_number(Sheet(title="T"))
    for value in (40, 7):
        numbering.raise_counter(rule, Sheet(title="T"), value)
    assert numbering.next_number(Sheet(title="T")).endswith("-00041")
