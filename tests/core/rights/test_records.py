"""A record out of reach is not there: by every route, for reading and for writing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.db.session import db
from core.kernel.registry import current_registry
from core.people.models import OrgUnit, User
from core.testing.people import bearer, make_post, make_role, make_token, make_unit, make_user
from tests.core.api.fixtures import SheetLine, make_maker, make_sheet
from tests.core.people.steps import Browser, system
from tests.core.rights.routes import UNSAFE, doors

NOT_THERE = 10**9
SHEETS = "/m/gauge/sheets"


class Scene:
    """A chief of a unit with every right on gauges there, a sheet of his unit and one of another."""

    def __init__(self, app: Flask, *permissions: str, groups: tuple[str, ...] = ()) -> None:
        self.app = app
        self.user, self.near, self.far = system(lambda: self._make(permissions or self._all(), groups))
        self.browser = Browser(app, self.user)
        self.mark = self.browser.csrf()

    @staticmethod
    def _all() -> tuple[str, ...]:
        return tuple(name for name in current_registry().permissions if name.startswith("gauge."))

    @staticmethod
    def _make(permissions: tuple[str, ...], groups: tuple[str, ...]) -> tuple[User, int, int]:
        near, far = make_unit(), make_unit()
        role = make_role(*permissions, scope="subtree", field_groups=groups)
        user = make_user(posts=[make_post(role, unit=near)], unit=near)
        return user, sheet_in(near).id, sheet_in(far).id

    def text(self, path: str) -> str:
        return self.browser.get(path).text


def sheet_in(unit: OrgUnit) -> Any:
    maker = make_maker(code=f"K{unit.id}", org_unit_id=unit.id)
    sheet = make_sheet(f"S{unit.id}", org_unit_id=unit.id, maker_id=maker.id, price="123.45", lines=("1",))
    sheet.lines[0].cost = "67.89"
    return sheet


def test_every_route_answers_404_for_a_record_out_of_reach_as_for_none(one_app: Flask) -> None:
    scene = Scene(one_app)
    before = system(lambda: vars_of(scene.far))
    wrong, tried = [], 0
    for door in doors(one_app):
        if "/gauge/sheets/1" not in door.path:
            continue
        for record_id in (scene.far, NOT_THERE):
            path = door.path.replace("/gauge/sheets/1", f"/gauge/sheets/{record_id}")
            answer = ask(scene, door.method, path)
            tried += 1
            if answer.status_code != 404:
                wrong.append(f"{door.method} {path}: {answer.status_code}")
    assert wrong == [] and tried >= 36
    assert system(lambda: vars_of(scene.far)) == before


def ask(scene: Scene, method: str, path: str) -> Any:
    if method not in UNSAFE:
        return scene.browser.get(path)
    if path.startswith("/api/"):
        return scene.browser.client.open(path, method=method, json={"version": 1}, headers={"X-CSRFToken": scene.mark})
    return scene.browser.post(path, method=method, csrf_token=scene.mark, version="1", text="x", word="x")


def vars_of(record_id: int) -> dict[str, Any]:
    spec = current_registry().model("gauge.sheet")
    record = db.session.get_one(spec.model, record_id)
    return {name: getattr(record, name) for name in (*spec.fields, "version")}


def test_a_record_in_reach_answers_by_the_same_routes(one_app: Flask) -> None:
    scene = Scene(one_app)
    for path in (f"{SHEETS}/{scene.near}", f"/api/v1/gauge/sheets/{scene.near}", f"{SHEETS}/{scene.near}/audit"):
        assert scene.browser.get(path).status_code == 200


def test_nobody_makes_or_moves_a_record_beyond_his_reach(one_app: Flask) -> None:
    scene = Scene(one_app)
    headers = bearer(make_token(scene.user))
    other = system(lambda: vars_of(scene.far)["org_unit_id"])
    client = one_app.test_client()
    made = client.post("/api/v1/gauge/sheets", json={"title": "x", "org_unit_id": other}, headers=headers)
    moved = client.patch(
        f"/api/v1/gauge/sheets/{scene.near}", json={"org_unit_id": other, "version": 2}, headers=headers
    )
    assert made.status_code in (403, 422) and moved.status_code in (403, 409, 422)
    assert system(lambda: vars_of(scene.near))["org_unit_id"] != other


def test_a_line_follows_its_document(one_app: Flask) -> None:
    scene = Scene(one_app)
    from tests.core.people.steps import as_user

    seen = as_user(scene.user.id, lambda: db.session.scalars(select(SheetLine.sheet_id)).all())
    assert list(seen) == [scene.near]


@pytest.mark.parametrize("groups", [(), ("prices",), ("costs",)])
def test_a_hidden_field_stands_nowhere_and_cannot_be_sorted_or_filtered_by(
    one_app: Flask, groups: tuple[str, ...]
) -> None:
    scene = Scene(one_app, groups=groups)
    headers = bearer(make_token(scene.user))
    api = f"/api/v1/gauge/sheets/{scene.near}"
    told = [
        scene.text(f"{SHEETS}?columns=number,price"),
        scene.text(f"{SHEETS}/{scene.near}"),
        scene.text(f"{SHEETS}/{scene.near}/audit"),
        scene.text(f"{SHEETS}/export?columns=number,price&format=csv"),
        scene.browser.get(api, **headers).text,
        scene.browser.get("/api/v1/gauge/sheets?fields=number,lines", **headers).text,
    ]
    for group, value in (("prices", "123.45"), ("costs", "67.89")):
        assert any(value in text for text in told) == (group in groups)
    asked = [
        f"{SHEETS}?sort=price",
        f"{SHEETS}?group=price",
        f"{SHEETS}?c=price~gte~100",
        "/api/v1/gauge/sheets?sort=-price",
        "/api/v1/gauge/sheets?fields=price",
        '/api/v1/gauge/sheets?filter={"field":"price","op":"gte","value":"100"}',
        '/api/v1/gauge/makers?filter={"field":"rebate","op":"empty"}',
    ]
    answers = {scene.browser.get(path, **(headers if path.startswith("/api") else {})).status_code for path in asked}
    assert answers == ({200} if "prices" in groups else {422})


def test_a_hidden_field_cannot_be_written(one_app: Flask) -> None:
    scene = Scene(one_app)
    headers = bearer(make_token(scene.user))
    version = system(lambda: vars_of(scene.near))["version"]
    answer = one_app.test_client().patch(
        f"/api/v1/gauge/sheets/{scene.near}", json={"price": "1", "version": version}, headers=headers
    )
    assert answer.status_code == 422 and "price" in answer.get_json()["errors"]
    saved = scene.browser.post(f"{SHEETS}/{scene.near}", version=version, title="New", price="1")
    assert saved.status_code == 303
    after = system(lambda: vars_of(scene.near))
    assert (after["title"], str(after["price"])) == ("New", "123.45")
