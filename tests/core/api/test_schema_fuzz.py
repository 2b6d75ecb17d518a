"""No generated request gets a 5xx, an answer the description does not know, or one that breaks its schema."""

from __future__ import annotations

from collections import Counter

import pytest

from core.testing.apps import TestApp
from tests.core.api.campaign import Campaign, examples, tags
from tests.core.api.fixtures import make_maker, make_sheet, system_unit

QUICK, LONG = 10, 100


def throw_everything(test_app: TestApp, each: int, *, addons: bool) -> Counter[tuple[str, int]]:
    """Every operation, each kind of record on a fresh database; returns how often each status was answered."""
    answers: Counter[tuple[str, int]] = Counter()
    with test_app.fresh():
        kinds = tags(addons=addons)
    for tag in kinds:
        with test_app.fresh() as app:
            if "gauge" in test_app.registry.addons:
                system_unit(fill)
            campaign = Campaign(app, each)
            campaign.run(tag)
            answers += campaign.answers
    return answers


def fill() -> None:
    """Documents in their first state, for the transitions to move."""
    for n in range(40):
        make_sheet(f"S{n}", maker_id=make_maker(code=f"F{n}").id, lines=("1", "2"))


def check_they_got_through(answers: Counter[tuple[str, int]]) -> None:
    """A campaign in which everything is refused shows nothing: most operations must also have worked."""
    operations = {label for label, _status in answers}
    worked = {label for label, status in answers if status < 300}
    assert len(worked) >= 0.85 * len(operations), sorted(operations - worked)


@pytest.mark.slow
def test_a_hundred_requests_to_each_operation_of_one_addon_get_documented_answers(gauge_sqlite: TestApp) -> None:
    """The addon has every kind of field, lines, links, rights on fields, and transitions with parameters."""
    check_they_got_through(throw_everything(gauge_sqlite, examples(LONG), addons=True))


@pytest.mark.slow
def test_generated_requests_to_core_get_documented_answers(gauge_sqlite: TestApp) -> None:
    check_they_got_through(throw_everything(gauge_sqlite, examples(QUICK), addons=False))


@pytest.mark.slow
def test_generated_requests_to_the_installed_addons_get_documented_answers(sqlite_test_app: TestApp) -> None:
    throw_everything(sqlite_test_app, examples(QUICK), addons=True)


@pytest.mark.nightly
def test_a_hundred_requests_to_each_operation_get_documented_answers(
    gauge_sqlite: TestApp, sqlite_test_app: TestApp
) -> None:
    check_they_got_through(throw_everything(gauge_sqlite, examples(LONG), addons=False))
    check_they_got_through(throw_everything(gauge_sqlite, examples(LONG), addons=True))
    throw_everything(sqlite_test_app, examples(LONG), addons=True)


@pytest.mark.nightly
@pytest.mark.postgres
def test_a_hundred_requests_to_each_operation_get_documented_answers_on_postgresql(gauge_postgres: TestApp) -> None:
    check_they_got_through(throw_everything(gauge_postgres, examples(LONG), addons=False))
    check_they_got_through(throw_everything(gauge_postgres, examples(LONG), addons=True))
