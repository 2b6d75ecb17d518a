"""The page of a rule: what it offers, what it saves, what it previews."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from addons.mrp_routing.factories import make_work_order
from core.db.session import db, run_unit
from core.events.deliver import deliver
from core.events.models import NotificationSetting
from core.events.notifications import notify
from core.events.sweep import find_due
from core.i18n import _
from core.people.models import User
from core.reminders import rules, suggesting
from core.reminders.models import ReminderRule
from core.testing.people import administrator, csrf, make_role, make_user, sign_in
from core.testing.statements import count_statements
from tests.core.reminders.support import WORK_ORDER, check, due_in, make_rule, told

pytestmark = pytest.mark.usefixtures("system")

SENT = {
    "name": "Due soon",
    "active": "on",
    "model": WORK_ORDER,
    "trigger": "date",
    "field": "due_on",
    "offset": "3",
    "offset_unit": "work_days",
    "side": "before",
    "at": "07:30",
    "text": "{number} is due on {due_on}",
    "recipients-0-kind": "owner",
    "recipients-1-kind": "field",
    "recipients-1-path": "owner_id",
    "recipients-1-manager": "on",
    "criteria": '{"field": "state", "op": "eq", "value": "draft"}',
}


@pytest.fixture
def admin(client: FlaskClient, system: Any) -> FlaskClient:
    sign_in(client, run_unit(administrator))
    return client


def post(client: FlaskClient, path: str, **fields: Any) -> Any:
    return client.post(path, data={**fields, "csrf_token": csrf(client)})


def kept() -> ReminderRule:
    return db.session.scalars(select(ReminderRule).execution_options(populate_existing=True)).one()


def test_what_the_page_sends_is_saved_as_it_was_meant(admin: FlaskClient) -> None:
    answer = post(admin, "/reminders/rules/new", **SENT)
    assert answer.status_code == 303, answer.text
    rule = kept()
    assert (rule.offset, rule.at, rule.active) == ("-3 work_days", "07:30", True)
    assert rule.recipients == [{"kind": "owner"}, {"kind": "field", "path": "owner_id", "manager": True}]
    assert rule.criteria == {"field": "state", "op": "eq", "value": "draft"}
    page = admin.get(answer.headers["Location"]).text
    assert 'value="07:30"' in page and "{number} is due on {due_on}" in page


def test_a_refused_rule_comes_back_as_typed_with_sentences_beside_its_fields(admin: FlaskClient) -> None:
    answer = post(admin, "/reminders/rules/new", **{**SENT, "offset": "soon", "text": "{nothing}"})
    assert answer.status_code == 422
    assert "Write how long before or after, as a whole number." in answer.text
    assert "The text names a field that is not there: {nothing}" in answer.text
    assert 'value="Due soon"' in answer.text


def test_rows_of_recipients_are_added_and_removed(admin: FlaskClient) -> None:
    more = post(admin, "/reminders/draw", **SENT, add="recipients").text
    assert "recipients-2-kind" in more
    fewer = post(admin, "/reminders/draw", **SENT, remove="recipients-0").text
    assert "recipients-0-path" in fewer and "recipients-1-kind" not in fewer


def test_another_kind_of_record_offers_other_fields_and_drops_the_conditions(admin: FlaskClient) -> None:
    drawn = post(admin, "/reminders/draw", **{**SENT, "model": "sales_shipping.sales_order", "drawn_for": WORK_ORDER})
    assert 'value="ordered_on"' in drawn.text and 'value="due_on"' not in drawn.text
    assert "&#34;state&#34;" not in drawn.text


@pytest.mark.parametrize("trigger", ["created", "state", "changed", "date", "silence", "schedule"])
def test_every_trigger_has_its_fields(admin: FlaskClient, trigger: str) -> None:
    for every in ("day", "week", "month"):
        drawn = post(admin, "/reminders/draw", **{**SENT, "trigger": trigger, "every": every})
        assert drawn.status_code == 200 and f'value="{trigger}" selected' in drawn.text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Would have fired 2 times in the last 30 days."),
        ({"trigger": "created"}, "Would have fired 3 times in the last 30 days."),
        ({"trigger": "state", "state": "draft"}, "Would have fired 3 times in the last 30 days."),
        ({"trigger": "changed", "field": "priority"}, "Would have fired 0 times in the last 30 days."),
        (
            {"trigger": "silence", "offset": "1", "offset_unit": "hours"},
            "Nothing has happened for so long to 0 records now.",
        ),
        ({"trigger": "schedule", "every": "day", "text": "{count}"}, "The list would have 3 records today."),
        ({"text": ""}, "Not complete yet: Write a text of 1 to 1,000 characters."),
    ],
)
def test_the_preview_counts_without_writing(admin: FlaskClient, changes: dict[str, str], sentence: str) -> None:
    run_unit(lambda: [due_in(days) for days in (-5, 1, 60)])
    shown = post(admin, "/reminders/preview", **{**SENT, **changes}).text
    assert sentence.replace("1,000", "1000") in shown
    assert db.session.query(ReminderRule).count() == 0


def test_the_list_leads_to_the_page_and_the_page_shows_what_was_told(admin: FlaskClient) -> None:
    owner = run_unit(lambda: make_user(make_role("mrp_routing.work_order.read")))
    order = run_unit(lambda: due_in(1, owner_id=owner.id))
    rule = run_unit(make_rule)
    run_unit(check)
    assert "Due soon" in admin.get("/m/core/reminder-rules").text
    answer = admin.get(f"/m/core/reminder-rules/{rule.id}")
    assert answer.headers["Location"] == f"/reminders/rules/{rule.id}"
    assert admin.get("/m/core/reminder-rules/new").headers["Location"] == "/reminders/rules/new"
    page = admin.get(answer.headers["Location"]).text
    assert order.number in page and "1 person told" in page


def test_run_now_tells_at_once(admin: FlaskClient) -> None:
    owner = run_unit(lambda: make_user(make_role("mrp_routing.work_order.read")))
    run_unit(lambda: due_in(1, owner_id=owner.id))
    rule = run_unit(make_rule)
    assert post(admin, f"/reminders/rules/{rule.id}/run").status_code == 303
    assert [deliver(delivery_id) for delivery_id in find_due(10)] == ["done"]
    assert len(told(owner)) == 1


def test_a_rule_is_deleted_with_what_it_told(admin: FlaskClient) -> None:
    run_unit(lambda: due_in(1))
    rule = run_unit(make_rule)
    run_unit(check)
    assert post(admin, f"/reminders/rules/{rule.id}/delete").status_code == 303
    assert db.session.query(ReminderRule).count() == 0


def test_who_may_only_read_rules_changes_none(app: Flask, client: FlaskClient) -> None:
    rule = run_unit(make_rule)
    sign_in(client, run_unit(lambda: make_user(make_role("core.reminder_rule.read", "mrp_routing.work_order.read"))))
    page = client.get(f"/reminders/rules/{rule.id}")
    assert (page.status_code, "rule-form" in page.text) == (200, True)
    assert "device-floppy" not in page.text.split("<main")[1]
    for path in ("new", f"{rule.id}", f"{rule.id}/run", f"{rule.id}/delete"):
        assert post(client, f"/reminders/rules/{path}", **SENT).status_code == 403
    assert client.get("/reminders/rules/new").status_code == 403


def test_the_page_takes_a_fixed_number_of_statements(admin: FlaskClient) -> None:
    rule = run_unit(make_rule)
    item = run_unit(make_work_order).item_id
    counts = []
    for number in (3, 30):
        for _order in range(number):
            run_unit(lambda: due_in(1, item_id=item))
        run_unit(check)
        counts.append(count_statements(lambda: admin.get(f"/reminders/rules/{rule.id}")))
    assert counts[0] == counts[1] <= 12


def test_muted_kinds_stay_out_of_the_inbox_and_the_mail(admin: FlaskClient) -> None:
    user_id = max(db.session.scalars(select(User.id)))
    answer = post(admin, "/notifications/settings", email=["reminder", "info"], inbox=[])
    assert answer.status_code == 303
    setting = db.session.scalars(select(NotificationSetting)).one()
    assert setting.muted == {"inbox": ["record"], "email": ["approval", "record"]}
    assert notify([user_id], _("Save"), kind="record") == []
    assert len(notify([user_id], _("Save"), kind="reminder")) == 1
    assert len(notify([user_id], _("Save"), kind="approval")) == 1


def test_a_rule_can_begin_with_what_an_app_suggests(client: FlaskClient) -> None:
    sign_in(client, run_unit(administrator))
    page = client.get("/reminders/rules/new").text
    assert "like=stock.overdue_tools" in page
    begun = client.get("/reminders/rules/new?like=stock.overdue_tools").text
    assert ("Tools that are not back in time" in begun, "qm-suggested" in begun) == (True, False)
    assert client.get("/reminders/rules/new?like=stock.nothing").status_code == 404
    sign_in(client, run_unit(lambda: make_user(make_role("core.reminder_rule.read", "core.reminder_rule.create"))))
    assert client.get("/reminders/rules/new?like=stock.overdue_tools").status_code == 404


@pytest.mark.parametrize("key", ["stock.overdue_tools", "stock.calibrations", "stock.expiring_lots"])
def test_what_is_suggested_can_be_saved_as_it_is(app: Flask, system: Any, key: str) -> None:
    rule = rules.save(suggesting.draft_of(key))
    assert (rule.active, rule.problem, bool(rule.recipients)) == (True, None, True)
