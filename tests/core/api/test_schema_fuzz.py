"""No generated request gets a 5xx, an answer the description does not know, or one that breaks its schema."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select

from core.actor import SYSTEM, acting
from core.approvals import flows, service
from core.approvals.models import ApprovalFlow
from core.custom.models import CustomField
from core.db.session import db, run_unit
from core.people.grants import actor_for
from core.people.models import User
from core.reminders.models import ReminderRule
from core.testing.apps import TestApp
from tests.core.api.campaign import Campaign, examples, tags
from tests.core.api.fixtures import Caller, Sheet, make_maker, make_sheet, system_unit

A_FEW, QUICK, LONG = 4, 10, 100


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
            if "gauge" in test_app.registry.addons:
                submit_some(campaign.caller)
            campaign.run(tag)
            answers += campaign.answers
    return answers


def fill() -> None:
    """Documents in their first state, for the transitions to move."""
    for n in range(40):
        make_sheet(f"S{n}", maker_id=make_maker(code=f"F{n}").id, lines=("1", "2"))
    for n in range(5):
        db.session.add(CustomField(model="gauge.sheet", key=f"x_f{n}", label=f"Field {n}", kind="text"))
        db.session.add(ReminderRule(name=f"Rule {n}", model="gauge.sheet", trigger="created", text="New"))
        db.session.add(ApprovalFlow(code=f"E{n}", name="Empty", model="gauge.sheet", transition="cancel", active=False))
    flow = ApprovalFlow(code="F", name="Flow", model="gauge.sheet", transition="cancel")
    flow.match = {"field": "number", "op": "starts", "value": "S1"}
    db.session.add(flow)
    db.session.flush()
    oneself = {"approvers": [{"kind": "initiator"}], "self_rule": "allow"}
    flows.save_draft(flow, {"nodes": [{"type": "approve", "key": "me", "name": "Me", **oneself}]})
    flow.version_id = flows.draft_of(flow).id


def submit_some(caller: Caller) -> None:
    """Approvals that wait for the caller."""

    def submit() -> None:
        for sheet in db.session.scalars(select(Sheet).where(Sheet.number.startswith("S1"))):
            service.ask(sheet, "cancel")

    with acting(SYSTEM):
        user = db.session.get_one(User, caller.user.id)
        actor = actor_for(user, "web")
        db.session.rollback()
    with acting(actor):
        run_unit(submit)


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
    throw_everything(sqlite_test_app, examples(A_FEW), addons=True)


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
