"""A factory's settings leave it as one file, and stand in another as they stood in the first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from addons.masterdata.factories import make_item_category
from core.actor import SYSTEM, acting
from core.approvals import flows
from core.approvals.models import ApprovalFlow
from core.custom.models import CustomField
from core.db.session import db, run_unit
from core.errors import ValidationError
from core.kernel.registry import current_registry
from core.packages import package
from core.packages.package import Change, Item
from core.people.grants import actor_for
from core.people.models import Role, User
from core.reminders.models import ReminderRule
from core.reminders.rules import Draft, save
from core.testing.apps import TestApp
from core.testing.people import administrator, csrf, make_role, make_unit, make_user, sign_in
from core.views.models import SavedView
from core.workflow.fire import fire
from core.workflow.models import AuditEntry, NumberRule
from core.workflow.records import create_record, update_record

MODEL = "masterdata.item"


def everything(*, with_settings: bool) -> int:
    """What both factories have; and the settings, where they were made. Returns the administrator's id. Flushes."""
    make_unit(name="Shop")  # ids differ between the two factories
    category = make_item_category(code="RAW", name="Raw")
    admin = administrator(login="chief", name="Chief")
    make_user(login="boss", name="Boss")
    if with_settings:
        make_settings(admin, category.id)
    else:
        make_item_category(code="OTHER")
    return admin.id


def make_settings(admin: User, category_id: int) -> None:
    """One of each kind, naming people, roles and records of this factory."""
    boss = db.session.scalars(db.select(User).where(User.login == "boss")).one()
    finance = make_role("masterdata.item.read", code="FIN", name="Finance", scope="unit")
    make_role("core.approval.administer", code="HELP", name="Help")
    raw = {"field": "category_id", "op": "eq", "value": category_id}
    field = create_record(
        current_registry().models["core.custom_field"],
        {
            "model": MODEL,
            "label": "Heat",
            "key": "x_heat",
            "kind": "choice",
            "required_when": raw,
            "choices": [{"code": "a", "label": "A"}, {"code": "b", "label": "B"}],
        },
    )
    fire(field, "publish")
    rule = db.session.scalars(db.select(NumberRule).where(NumberRule.model == MODEL)).one()
    update_record(current_registry().models["core.number_rule"], rule.id, {"pattern": "IT{n:6}"}, version=rule.version)
    flow = ApprovalFlow(code="REL", name="Release", model=MODEL, transition="release", match=raw)
    db.session.add(flow)
    db.session.flush()
    branch = {
        "type": "branch",
        "key": "b",
        "otherwise": [],
        "arms": [{"key": "arm", "name": "Raw", "when": raw, "nodes": [_step("money", "role", finance.id)]}],
    }
    flows.save_draft(flow, {"nodes": [_step("first", "user", boss.id), branch]})
    flows.publish(flow)
    pairs = [["c", f"category_id~eq~{category_id}"], ["sort", "-code"], ["filter", json.dumps(raw)]]
    db.session.add(SavedView(model=MODEL, name="Raw", user_id=admin.id, role_id=finance.id, state={"pairs": pairs}))
    save(
        Draft(
            name="Late",
            active=True,
            model=MODEL,
            trigger="created",
            criteria=raw,
            text="New",
            recipients=[{"kind": "role", "id": finance.id}],
        )
    )


def _step(key: str, kind: str, target: int) -> dict[str, Any]:
    return {"type": "approve", "key": key, "name": key, "approvers": [{"kind": kind, "targets": [target]}]}


@contextmanager
def as_chief() -> Iterator[Any]:
    with acting(SYSTEM):
        user = db.session.scalars(db.select(User).where(User.login == "chief")).one()
    with acting(actor_for(user, "web")) as actor:
        yield actor


def export() -> bytes:
    with as_chief() as actor:
        chosen = {i.id for found in package.exportable(actor).values() for i in found}
        return run_unit(lambda: package.write_package(actor, chosen))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def other(request: pytest.FixtureRequest) -> Iterator[tuple[bytes, Flask]]:
    """A package of one factory, and another factory that has none of its settings."""
    test_app: TestApp = request.getfixturevalue(f"{request.param}_test_app")
    with test_app.fresh():
        with acting(SYSTEM):
            run_unit(lambda: everything(with_settings=True))
        content = export()
    with test_app.fresh() as app:
        with acting(SYSTEM):
            run_unit(lambda: make_unit(name="Another"))
            run_unit(lambda: everything(with_settings=False))
        yield content, app


def states(changes: list[Change]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for change in changes:
        found.setdefault(change.state, set()).add(f"{change.item.kind}:{change.item.key}")
    return found


MADE = {
    "role:FIN",
    "role:HELP",
    f"custom_field:{MODEL}/x_heat",
    "approval_flow:REL",
    f"saved_view:{MODEL}/Raw",
    "reminder_rule:Late",
}


def test_a_look_changes_nothing_and_taking_over_makes_both_the_same(other: tuple[bytes, Flask]) -> None:
    content, _app = other
    items = package.read_package(content)
    with as_chief():
        before = db.session.scalar(db.select(db.func.count()).select_from(AuditEntry))
        looked = states(run_unit(lambda: package.compare(items)))
        assert db.session.scalar(db.select(db.func.count()).select_from(AuditEntry)) == before
        assert looked["new"] >= MADE
        assert looked["changed"] == {f"number_rule:{MODEL}"}
        assert "refused" not in looked
        wanted = {i.id for i in items}
        run_unit(lambda: package.take_over(items, wanted))
        again = states(run_unit(lambda: package.compare(items)))
        assert set(again) == {"same"}
    there, here = (json.loads(made)["items"] for made in (content, export()))
    assert [i for i in here if i in there] == there


def test_what_names_something_missing_is_refused_and_nothing_is_taken(other: tuple[bytes, Flask]) -> None:
    content, _app = other
    items = package.read_package(content)
    with acting(SYSTEM):
        run_unit(
            lambda: setattr(db.session.scalars(db.select(User).where(User.login == "boss")).one(), "login", "gone")
        )
    with as_chief():
        changes = run_unit(lambda: package.compare(items))
        refused = [c for c in changes if c.state == "refused"]
        assert [c.item.key for c in refused] == ["REL"]
        assert "boss" in str(refused[0].refusal)
        with pytest.raises(ValidationError, match="boss"):
            run_unit(lambda: package.take_over(items, {i.id for i in items}))
        assert db.session.scalar(db.select(Role.id).where(Role.code == "FIN")) is None
        assert db.session.scalar(db.select(CustomField.id)) is None
        assert db.session.scalar(db.select(ReminderRule.id)) is None


def test_nobody_gains_rights_by_a_package(other: tuple[bytes, Flask]) -> None:
    content, _app = other
    with acting(SYSTEM):
        role = run_unit(
            lambda: make_role("core.role.read", "core.role.create", "core.role.write", "core.package.exchange")
        )
        small = run_unit(lambda: make_user(role))
    items = [i for i in package.read_package(content) if i.id == ("role", "HELP")]
    with acting(actor_for(small, "web")):
        (change,) = run_unit(lambda: package.compare(items))
    assert change.state == "refused"
    assert "core.approval.administer" in str(change.refusal)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda p: b"",
        lambda p: b"PK\x03\x04 no json",
        lambda p: b"[" * 100_000,
        lambda p: json.dumps([]).encode(),
        lambda p: json.dumps({**p, "format": "other"}).encode(),
        lambda p: json.dumps({**p, "version": 2}).encode(),
        lambda p: json.dumps({**p, "items": [*p["items"], p["items"][0]]}).encode(),
        lambda p: json.dumps({**p, "items": "x"}).encode(),
    ],
)
def test_a_spoilt_file_is_refused_with_a_sentence(app: Flask, spoil: Any) -> None:
    with acting(SYSTEM):
        run_unit(lambda: everything(with_settings=False))
    whole = json.loads(export())
    with pytest.raises(ValidationError):
        package.read_package(spoil(whole))


def test_a_damaged_item_is_refused_by_itself(app: Flask) -> None:
    with acting(SYSTEM):
        run_unit(lambda: everything(with_settings=False))
    items = [Item(kind, "x/y", "t", payload) for kind in package.KINDS for payload in ({}, {"name": 7}, {"pairs": 1})]
    with as_chief():
        assert {c.state for c in run_unit(lambda: package.compare(items))} == {"refused"}


def test_the_page_makes_looks_at_and_takes_over(app: Flask, client: FlaskClient) -> None:
    with acting(SYSTEM):
        run_unit(lambda: everything(with_settings=True))
        chief = db.session.scalars(db.select(User).where(User.login == "chief")).one()
    sign_in(client, chief)
    token = {"csrf_token": csrf(client)}
    assert "Raw" in client.get("/packages").text
    made = client.post("/packages/export", data={**token, "item": ["role|FIN"]})
    assert made.mimetype == "application/json"
    db.session.rollback()
    with acting(SYSTEM):
        run_unit(lambda: setattr(db.session.scalars(db.select(Role).where(Role.code == "FIN")).one(), "name", "Other"))
    looked = client.post("/packages/look", data={**token, "file": (BytesIO(made.data), "p.json")})
    assert "Would change" in looked.text
    content = looked.text.split('name="content" value="')[1].split('"')[0]
    taken = client.post("/packages/take", data={**token, "content": content, "item": ["role|FIN"]})
    assert taken.status_code == 303
    db.session.rollback()
    with acting(SYSTEM):
        assert db.session.scalar(db.select(Role.name).where(Role.code == "FIN")) == "Finance"
    assert client.post("/packages/take", data={**token, "content": "%%%"}).status_code == 422
    assert client.post("/packages/look", data=token).status_code == 422
    assert client.post("/packages/export", data=token).status_code == 422
