"""What a person sees when something is refused, missing or broken."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.actor import SYSTEM, acting
from core.db import db
from core.testing.people import administrator, make_role, make_user, sign_in
from core.views import search
from core.workflow.models import AuditEntry


def test_an_unknown_address_is_answered_in_the_readers_language(client: FlaskClient, system: Any) -> None:
    sign_in(client, administrator(language="zh"))
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "这个地址没有页面" in answer.text


def test_who_is_not_signed_in_is_led_to_sign_in_and_back(client: FlaskClient) -> None:
    answer = client.get("/m/masterdata/items?q=a")
    assert answer.location == "/sign-in?next=/m/masterdata/items?q%3Da"


def test_a_denial_names_the_permission_and_leaves_a_trace(client: FlaskClient, system: Any) -> None:
    sign_in(client, make_user(make_role("masterdata.uom.read")))
    answer = client.get("/m/masterdata/items")
    assert answer.status_code == 403 and "masterdata.item.read" in answer.text
    with acting(SYSTEM):
        note = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "denied")).one()
    assert note.changes == {"permission": "masterdata.item.read", "path": "/m/masterdata/items"}


def test_a_part_of_a_page_gets_its_refusal_as_a_message(client: FlaskClient, system: Any) -> None:
    sign_in(client, administrator())
    answer = client.get("/m/masterdata/items/filters?c=x~is~y&on=nothing", headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert answer.headers["HX-Reswap"] == "none"
    assert answer.text.strip().startswith('<div id="messages"')


def test_a_fault_of_ours_tells_nothing_of_itself(
    app: Flask, client: FlaskClient, system: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: Any) -> None:
        raise RuntimeError("secret of the house")

    sign_in(client, administrator())
    monkeypatch.setattr(search, "jump", broken)
    answer = client.get("/search?q=a")
    assert answer.status_code == 500
    assert "It has been logged" in answer.text
    assert "secret" not in answer.text and "Traceback" not in answer.text


def test_the_wrong_method_says_which_are_right(client: FlaskClient, system: Any) -> None:
    sign_in(client, administrator())
    answer = client.get("/m/masterdata/items/bulk")
    assert answer.status_code == 405 and answer.headers["Allow"]
