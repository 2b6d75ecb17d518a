"""Apps, health and registry pages, and what a monitor asks for."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from core.db.session import db, run_unit
from core.events.models import Delivery
from core.kernel import readiness, switch
from core.kernel.registry import Registry, current_registry
from core.testing.people import administrator, bearer, csrf, make_role, make_token, make_user, sign_in
from tests.core.kernel.test_discovery import addon


@pytest.fixture
def admin(app: Flask, client: FlaskClient, system: Any) -> FlaskClient:
    """A browser in which an administrator is signed in."""
    return sign_in(client, run_unit(administrator))


@pytest.fixture
def three_apps(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """Three installed apps beside the real ones: `arc_a` needs `bend_b`, which needs `cut_c`."""
    registry = current_registry()
    for extra in (addon("cut_c"), addon("bend_b", "cut_c"), addon("arc_a", "bend_b")):
        monkeypatch.setitem(registry.addons, extra.name, extra)
    return registry


def press(client: FlaskClient, name: str, verb: str) -> int:
    """Press a button of the Apps page; returns the status of the answer."""
    return client.post(f"/apps/{name}/{verb}", data={"csrf_token": csrf(client)}).status_code


def enabled() -> frozenset[str]:
    """What is enabled now, read afresh."""
    db.session.rollback()
    switch.forget_enabled()
    return switch.enabled_addons()


def card(page: str, name: str) -> str:
    """The part of the Apps page about one app."""
    return page.partition(f'id="app-{name}"')[2].partition('id="app-')[0]


def test_a_card_says_what_enabling_also_enables(admin: FlaskClient, three_apps: Registry) -> None:
    page = admin.get("/apps").get_data(as_text=True)
    assert "Also enables: cut_c, bend_b" in card(page, "arc_a")


def test_enabling_an_app_on_the_page_enables_what_it_needs(admin: FlaskClient, three_apps: Registry) -> None:
    assert press(admin, "arc_a", "enable") == 303
    assert {"arc_a", "bend_b", "cut_c"} <= enabled()


def test_a_card_says_what_keeps_an_app_from_being_disabled(admin: FlaskClient, three_apps: Registry) -> None:
    press(admin, "bend_b", "enable")
    page = admin.get("/apps").get_data(as_text=True)
    assert "Cannot be disabled while these are enabled: bend_b" in card(page, "cut_c")
    assert "/disable" not in card(page, "cut_c")


def test_disabling_what_others_need_is_refused(admin: FlaskClient, three_apps: Registry) -> None:
    press(admin, "bend_b", "enable")
    assert press(admin, "cut_c", "disable") == 409
    assert {"bend_b", "cut_c"} <= enabled()


def test_disabling_an_app_on_the_page_disables_it_alone(admin: FlaskClient, three_apps: Registry) -> None:
    press(admin, "bend_b", "enable")
    assert press(admin, "bend_b", "disable") == 303
    assert "bend_b" not in enabled() and "cut_c" in enabled()


def test_the_switch_needs_its_permission(app: Flask, client: FlaskClient, system: Any, three_apps: Registry) -> None:
    sign_in(client, run_unit(lambda: make_user(make_role("core.health.read"))))
    assert (client.get("/apps").status_code, press(client, "cut_c", "enable")) == (403, 403)
    assert "cut_c" not in enabled()


def test_the_switch_needs_the_token_of_the_form(admin: FlaskClient, three_apps: Registry) -> None:
    assert admin.post("/apps/cut_c/enable").status_code == 400
    assert "cut_c" not in enabled()


def test_the_health_page_says_what_to_do(admin: FlaskClient) -> None:
    page = admin.get("/health").get_data(as_text=True)
    assert "No backup is configured here." in page and "Back up the database" in page


def test_the_registry_page_leads_to_each_declaration(admin: FlaskClient) -> None:
    page = admin.get("/registry").get_data(as_text=True)
    for address in ("/registry/model/core.user", "/registry/hook/before_save", "/registry/menu/core.apps"):
        assert f'href="{address}"' in page
        assert admin.get(address).status_code == 200


def test_a_permission_is_explained_with_the_routes_that_ask_for_it(admin: FlaskClient) -> None:
    page = admin.get("/registry/permission/core.addon.manage").get_data(as_text=True)
    assert "/apps/&lt;name&gt;/enable" in page and "administrator" in page


@pytest.mark.parametrize("address", ["/registry/model/core.nothing", "/registry/nothing/core.user"])
def test_an_unknown_name_is_not_found(admin: FlaskClient, address: str) -> None:
    assert admin.get(address).status_code == 404


def test_healthz_answers_without_a_database(app: Flask, client: FlaskClient, system: Any) -> None:
    db.session.execute(text("DROP TABLE core_addon_state"))
    db.session.commit()
    assert client.get("/healthz").status_code == 200


def test_readyz_answers_when_the_database_is_up_to_date(client: FlaskClient) -> None:
    assert client.get("/readyz").data == b"ready\n"


def test_readyz_is_503_while_migrations_are_pending(app: Flask, client: FlaskClient, system: Any) -> None:
    app.extensions.pop(readiness.KEPT, None)
    db.session.execute(text("DELETE FROM core_alembic_version"))
    db.session.commit()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.data) == (503, b"migrations are pending\n")


def test_metrics_count_requests_and_deliveries(app: Flask, client: FlaskClient, system: Any) -> None:
    run_unit(lambda: db.session.add(Delivery(kind="job", addon="core", target="core.x", state="dead")))
    client.get("/healthz")
    page = client.get("/metrics").get_data(as_text=True)
    assert 'qingmes_requests_total{endpoint="apps.healthz",method="GET",status="200"}' in page
    assert 'qingmes_deliveries{state="dead"} 1.0' in page


@pytest.mark.parametrize("environment", [{"REMOTE_ADDR": "10.0.0.9"}, {"HTTP_X_FORWARDED_FOR": "10.0.0.9"}])
def test_metrics_are_refused_to_strangers(client: FlaskClient, environment: dict[str, str]) -> None:
    assert client.get("/metrics", environ_base=environment).status_code == 403


def test_metrics_are_given_to_a_token_that_may_see_them(client: FlaskClient, system: Any) -> None:
    token = make_token(run_unit(lambda: make_user(make_role("core.health.read"))))
    answer = client.get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.9"}, headers=bearer(token))
    assert answer.status_code == 200
