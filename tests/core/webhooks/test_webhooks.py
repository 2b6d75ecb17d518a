"""Webhooks: who is called, with what, signed; what becomes of failures."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from addons.sales_shipping.factories import make_sales_order
from core.actor import SYSTEM, acting
from core.db.session import db, run_unit
from core.db.types import utcnow
from core.errors import NotFound, ValidationError
from core.events.deliver import deliver
from core.events.models import Delivery
from core.events.sweep import find_due
from core.people.grants import actor_for
from core.people.models import User
from core.testing.people import administrator, csrf, make_role, make_user, sign_in
from core.testing.robots import Received, Stub
from core.webhooks import services
from core.webhooks.models import Webhook, WebhookCall
from core.workflow.fire import fire
from core.workflow.models import AuditEntry
from tests.core.webhooks.conftest import Allow

pytestmark = pytest.mark.usefixtures("system")
CONFIRMED = "sales_shipping.SalesOrderConfirmed"
ALL = ("sales_shipping.sales_order.read", "masterdata.partner.read", "masterdata.item.read")


def good(got: Received) -> tuple[int, dict[str, str], bytes]:
    return 200, {}, b"thanks"


def make_webhook(stub: Stub, user: User, **values: Any) -> tuple[Webhook, str]:
    """A webhook of this user at this server. Commits."""
    given = {"name": "ERP", "url": stub.url("/hook"), "events": [CONFIRMED], "active": True, **values}

    def make() -> tuple[Webhook, str]:
        with acting(actor_for(db.session.get_one(User, user.id), "web")):
            return services.save(None, **given)

    made: tuple[Webhook, str] = run_unit(make)
    return made


def user_with(*permissions: str, scope: str = "all", **values: Any) -> User:
    user: User = run_unit(lambda: make_user(make_role(*permissions, scope=scope), **values))
    return user


def confirm() -> Any:
    """Confirm an order; the event is published. Commits."""

    def work() -> Any:
        order = make_sales_order()
        order.lines[0].price = 7
        return fire(order, "confirm")

    return run_unit(work)


def work_off() -> list[str]:
    return [deliver(delivery_id) for delivery_id in find_due(100)]


def calls() -> list[WebhookCall]:
    return list(db.session.scalars(select(WebhookCall).order_by(WebhookCall.id)))


def test_an_event_is_called_signed_and_with_what_the_owner_may_read(reachable: Allow) -> None:
    owner = user_with(*ALL)
    with reachable(good) as stub:
        _webhook, secret = make_webhook(stub, owner)
        order = confirm()
        work_off()
    (got,) = stub.received
    sent = got.json
    stamp = got.headers["Qingmes-Timestamp"]
    right = hmac.new(secret.encode(), stamp.encode() + b"." + got.body, hashlib.sha256).hexdigest()
    assert got.headers["Qingmes-Signature"] == f"sha256={right}"
    assert got.headers["Qingmes-Delivery"] == str(sent["delivery"])
    assert (sent["event"], sent["data"]) == (CONFIRMED, {"sales_order_id": order.id, "number": order.number})
    record = sent["records"]["sales_shipping.sales_order"]
    assert (record["number"], record["state"]) == (order.number, "confirmed")
    assert "price" not in record["lines"][0]
    assert [(c.state, c.status, c.response) for c in calls()] == [("sent", 200, "thanks")]


@pytest.mark.parametrize(
    ("permissions", "scope", "active"), [((), "all", True), (ALL, "own", True), (ALL, "all", False)]
)
def test_nothing_is_sent_of_what_the_owner_may_not_read(
    reachable: Allow, permissions: tuple[str, ...], scope: str, active: bool
) -> None:
    owner = user_with(*permissions, scope=scope)
    with reachable(good) as stub:
        make_webhook(stub, owner)
        run_unit(lambda: setattr(db.session.get_one(User, owner.id), "active", active))
        confirm()
        work_off()
        assert stub.received == []
    assert [(c.state, c.body) for c in calls()] == [("skipped", "")]


def test_other_events_and_switched_off_webhooks_make_no_calls(reachable_here: Allow) -> None:
    owner = user_with(*ALL)
    with reachable_here(good) as stub:
        make_webhook(stub, owner, active=False)
        make_webhook(stub, owner, events=["sales_shipping.Shipped"])
        confirm()
    assert calls() == []


def test_an_event_that_is_rolled_back_makes_no_call(reachable: Allow) -> None:
    owner = user_with(*ALL)
    with reachable(good) as stub:
        make_webhook(stub, owner)

        def half() -> None:
            order = make_sales_order()
            savepoint = db.session.begin_nested()
            fire(order, "confirm")
            savepoint.rollback()

        run_unit(half)
    assert calls() == []


def due_again() -> None:
    """Let the waiting deliveries be due at once."""
    run_unit(lambda: db.session.execute(update(Delivery).where(Delivery.state == "waiting").values(due_at=utcnow())))


def test_a_failure_is_kept_tried_again_with_the_same_body_and_at_last_given_up(reachable: Allow) -> None:
    owner = user_with(*ALL)
    with reachable(lambda got: (500, {}, b"x" * 5000)) as stub:
        make_webhook(stub, owner)
        confirm()
        ends = []
        for _try in range(8):
            ends += work_off()
            due_again()
    (call,) = calls()
    assert ends.count("waiting") == 7 and ends[-1] == "dead"
    assert (call.state, call.tries, call.status, len(call.response or "")) == ("failed", 8, 500, 2048)
    assert len({got.body for got in stub.received}) == 1
    assert len({got.headers["Qingmes-Delivery"] for got in stub.received}) == 1


def test_a_failed_call_is_sent_again_by_hand(reachable_here: Allow) -> None:
    owner, answers = user_with(*ALL), [500, 200]
    with reachable_here(lambda got: (answers.pop(0), {}, b"")) as stub:
        make_webhook(stub, owner)
        confirm()
        work_off()
        run_unit(lambda: db.session.execute(update(Delivery).values(state="dead")))
        run_unit(lambda: services.send_again(calls()[0].id))
        work_off()
    assert [(c.state, c.status) for c in calls()] == [("sent", 200)]
    assert len(stub.received) == 2


def test_a_test_call_is_signed_too(reachable_here: Allow) -> None:
    owner = user_with(*ALL)
    with reachable_here(good) as stub:
        webhook, _secret = make_webhook(stub, owner)
        run_unit(lambda: services.send_test(webhook.id))
        work_off()
    assert stub.received[0].json["event"] == "core.Test"


def test_an_address_that_became_private_meanwhile_is_not_called(reachable_here: Allow, app: Flask) -> None:
    owner = user_with(*ALL)
    with reachable_here(good) as stub:
        make_webhook(stub, owner)
        kept = app.config["QINGMES"]
        app.config["QINGMES"] = app.config["QINGMES"].__class__(**{**kept.__dict__, "private_hosts": frozenset()})
        confirm()
        work_off()
        app.config["QINGMES"] = kept
        assert stub.received == []
    assert [c.state for c in calls()] == ["waiting"]
    assert "QINGMES_PRIVATE_HOSTS" in (calls()[0].response or "")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"events": []}, "events"),
    ({"events": ["nothing.Known"]}, "events"),
    ({"url": ""}, "url"),
    ({"url": "http://127.0.0.1:8080/"}, "url"),
    ({"url": "http://169.254.169.254/latest"}, "url"),
]


@pytest.mark.parametrize(("changes", "field"), WRONG)
def test_what_is_wrong_with_a_webhook_is_said_at_its_field(app: Flask, changes: dict[str, Any], field: str) -> None:
    given = {"name": "x", "url": "http://8.8.8.8/", "events": [CONFIRMED], "active": True, **changes}
    with acting(actor_for(administrator(), "web")), pytest.raises(ValidationError) as caught:
        services.save(None, **given)
    assert list(caught.value.fields) == [field]
    with pytest.raises(NotFound):
        services.get_webhook(1)


def test_the_secret_is_shown_once_and_stands_nowhere_else(app: Flask, client: FlaskClient) -> None:
    with acting(SYSTEM):
        admin = run_unit(administrator)
    sign_in(client, admin)
    sent = {"name": "ERP", "url": "http://8.8.8.8/token-in-path", "event": CONFIRMED, "active": "on"}
    made = client.post("/webhooks", data={**sent, "csrf_token": csrf(client)})
    secret = db.session.scalars(select(Webhook.signing_secret)).one()
    assert secret in made.text
    webhook = db.session.scalars(select(Webhook)).one()
    pages = [client.get(path).text for path in ("/webhooks", f"/webhooks/{webhook.id}", "/audit")]
    assert [page for page in pages if secret in page or "token-in-path" in page] == []


def test_a_robots_address_and_secret_are_written_and_never_shown(app: Flask, client: FlaskClient) -> None:
    admin = run_unit(administrator)
    sign_in(client, admin)
    sent = {
        "name": "Group",
        "kind": "dingtalk",
        "url": "https://8.8.8.8/robot?access_token=hush",
        "secret": "SECwhisper",
    }
    answer = client.post("/robots", data={**sent, "active": "on", "csrf_token": csrf(client)})
    assert answer.status_code == 303
    changes = json.dumps([c for (c,) in db.session.execute(select(AuditEntry.changes))])
    shown = [client.get("/robots").text, client.get("/audit").text, changes]
    assert "Group" in shown[0]
    assert [text for text in shown if "hush" in text or "whisper" in text] == []
