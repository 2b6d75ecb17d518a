"""Secrets for programs and for shop-floor devices."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from core.db.session import db
from core.db.types import utcnow
from core.errors import Forbidden, NotFound, ValidationError
from core.people import tokens
from core.people.models import ApiToken, User
from core.people.secrets import token_hash
from core.testing.people import bearer, make_role, make_token, make_user
from core.workflow.models import AuditEntry
from tests.core.people.steps import Browser, as_user, system

READ = "masterdata.item.read"
ITEMS = "/api/v1/masterdata/items"
REPORT = "mrp_routing.work_order.report"


@pytest.fixture
def keeper(app: Flask) -> User:
    """Somebody who may read items and their prices, and have tokens."""
    return system(
        lambda: make_user(make_role(READ, REPORT, "core.api_token.own", "core.user.read", field_groups=["prices"]))
    )


def answer(app: Flask, secret: str) -> int:
    return Browser(app).get(ITEMS, **bearer(secret)).status_code


def issue(user: User, *permissions: str, days: int | None = 1, kind: str = "api", owner: User | None = None) -> str:
    owner_id = (owner or user).id
    return as_user(
        user.id,
        lambda: tokens.issue(user_id=owner_id, name="reader", permissions=permissions, days=days, kind=kind),
    )


def test_a_token_is_shown_once_and_only_its_hash_is_kept(app: Flask, keeper: User) -> None:
    page = Browser(app, keeper).post("/profile/tokens", name="reader", permission=READ, days="30")
    kept = system(lambda: db.session.scalars(select(ApiToken)).one())
    secret = page.text.partition(f'value="{tokens.PREFIX}')[2].partition('"')[0]
    assert token_hash(tokens.PREFIX + secret) == kept.token_hash
    assert answer(app, tokens.PREFIX + secret) == 200
    assert secret not in Browser(app, keeper).get("/profile").text
    told = system(lambda: [str(entry.changes) for entry in db.session.scalars(select(AuditEntry))])
    assert not any(secret in text or kept.token_hash in text for text in told)


def test_a_token_ends_when_it_expires_and_when_it_is_revoked(app: Flask, keeper: User) -> None:
    secret = issue(keeper, READ)
    token_id = system(lambda: db.session.scalars(select(ApiToken.id)).one())
    assert answer(app, secret) == 200
    Browser(app, keeper).post(f"/profile/tokens/{token_id}/revoke")
    assert answer(app, secret) == 401
    other = issue(keeper, READ)
    system(lambda: db.session.execute(update(ApiToken).values(expires_at=utcnow() - timedelta(seconds=1))))
    assert answer(app, other) == 401


@pytest.mark.parametrize("days", [None, 0, -1, tokens.LONGEST_DAYS + 1])
def test_a_token_of_a_program_must_end_within_two_years(keeper: User, days: int | None) -> None:
    with pytest.raises(ValidationError) as refusal:
        issue(keeper, READ, days=days)
    assert "days" in refusal.value.fields


def test_a_token_needs_a_name_and_a_permission(keeper: User) -> None:
    with pytest.raises(ValidationError):
        issue(keeper)
    with pytest.raises(ValidationError):
        as_user(keeper.id, lambda: tokens.issue(user_id=keeper.id, name=" ", permissions=[READ], days=1))


def test_nobody_puts_a_permission_into_a_token_that_he_does_not_hold(app: Flask, keeper: User) -> None:
    with pytest.raises(Forbidden):
        issue(keeper, READ, "core.role.write")
    page = Browser(app, keeper).post("/profile/tokens", name="x", permission="core.role.write", days="3")
    assert page.status_code == 403


def test_nobody_makes_or_ends_a_token_of_somebody_else_without_the_right(app: Flask, keeper: User) -> None:
    other = system(lambda: make_user(make_role("core.api_token.own", READ)))
    with pytest.raises(Forbidden):
        issue(other, READ, owner=keeper)
    issue(keeper, READ)
    token_id = system(lambda: db.session.scalars(select(ApiToken.id)).one())
    with pytest.raises(NotFound):
        as_user(other.id, lambda: tokens.revoke(token_id, user_id=other.id))
    assert Browser(app, other).post(f"/devices/{token_id}/revoke").status_code == 403


def test_whoever_manages_tokens_gives_only_what_he_holds_as_widely(keeper: User) -> None:
    def manager(scope: str) -> User:
        return system(lambda: make_user(make_role("core.api_token.manage"), make_role(READ, scope=scope)))

    with pytest.raises(Forbidden):
        issue(manager("own"), READ, owner=keeper, kind="device")
    assert issue(manager("all"), READ, owner=keeper, kind="device")


def test_a_device_may_only_look_up_and_report(app: Flask, keeper: User) -> None:
    manager = system(
        lambda: make_user(make_role("core.api_token.manage", READ, REPORT, "core.user.read", "masterdata.item.write"))
    )
    for refused in ("masterdata.item.write", "core.user.read", "core.api_token.manage"):
        with pytest.raises(ValidationError):
            issue(manager, READ, refused, kind="device")
    assert answer(app, issue(manager, READ, REPORT, days=None, kind="device")) == 200


def test_the_page_of_devices_offers_only_what_a_device_may_have(app: Flask) -> None:
    manager = system(
        lambda: make_user(make_role("core.api_token.manage", "core.user.read", READ, "masterdata.item.write"))
    )
    page = Browser(app, manager).get("/devices").text
    assert f'value="{READ}"' in page
    assert 'value="masterdata.item.write"' not in page and 'value="core.user.read"' not in page


def test_a_device_shows_no_prices_whoever_it_works_for(app: Flask, keeper: User) -> None:
    device = system(lambda: tokens.issue(user_id=keeper.id, name="T1", permissions=[READ], days=None, kind="device"))
    groups = {
        secret: Browser(app).get("/api/v1/me", **bearer(secret)).get_json()["field_groups"]
        for secret in (device, make_token(keeper, READ))
    }
    assert sorted(groups.values()) == [[], ["prices"]]
    assert groups[device] == []


def test_a_device_works_in_its_users_name_on_the_scan_channel(app: Flask, keeper: User) -> None:
    me = Browser(app).get("/api/v1/me", **bearer(make_token(keeper, READ, kind="device"))).get_json()
    assert (me["id"], me["channel"], me["permissions"]) == (keeper.id, "scan", [READ])


def test_using_a_token_is_noted(app: Flask, keeper: User) -> None:
    secret = issue(keeper, READ)
    answer(app, secret)
    used = system(lambda: db.session.scalars(select(ApiToken.used_at)).one())
    assert used is not None


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer ", "Basic emhhbmc6eA=="])
def test_what_is_no_token_opens_nothing(app: Flask, header: str) -> None:
    assert Browser(app).get(ITEMS, Authorization=header).status_code == 401
