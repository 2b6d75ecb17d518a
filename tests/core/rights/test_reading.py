"""Looking changes nothing: every GET route with real records, the whole database before and after."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect as inspect_database
from sqlalchemy import select

from core.actor import Actor
from core.db.session import db
from core.kernel.registry import current_registry
from core.people.grants import actor_for
from core.people.models import Role
from core.testing.people import administrator, make_user
from core.workflow.fire import available
from tests.core.people.steps import Browser, system
from tests.core.rights.routes import filled, pages

NOT_THERE = 10**9
BATCH = 20
NOTES = ("denied", "export")


def rows() -> dict[str, list[str]]:
    """Every row of every table, but for the notes of what was refused and what was exported, which must be there."""
    with db.engine.connect() as connection:
        there = set(inspect_database(connection).get_table_names())
        tables = [table for table in db.Model.metadata.sorted_tables if table.name in there]
        found = {table.name: sorted(map(repr, connection.execute(select(table)))) for table in tables}
    entries = [row for row in found["core_audit_entry"] if not any(f"'{note}'" in row for note in NOTES)]
    return {**found, "core_audit_entry": entries}


def make_one_of_each() -> dict[str, Any]:
    """A record of every kind that some factory makes, by the kind's name."""
    for addon in current_registry().addons.values():
        module = f"{addon.package}.factories"
        if find_spec(module) is not None:
            for name, factory in inspect.getmembers(importlib.import_module(module), inspect.isfunction):
                if name.startswith("make_"):
                    factory()
    db.session.flush()
    return {spec.name: db.session.scalars(select(spec.model).limit(1)).first() for spec in pages()}


def addresses(app: Flask, made: dict[str, Any], names: dict[str, Any], actor: Actor) -> Iterator[str]:
    """Every GET route: on each kind of record with one that is there and one that is not, else once."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static_file":
            continue
        for spec in pages() if "resource" in rule.arguments else [None]:
            record = made.get(spec.name) if spec else None
            arguments = filled(rule, spec, record.id if record else 1)
            arguments |= {name: value for name, value in names.items() if name in rule.arguments}
            if "transition" in rule.arguments and record is not None:
                arguments["transition"] = next((t.name for t in available(record, actor)), "none")
            yield adapter.build(rule.endpoint, arguments, force_external=False)
            if "record_id" in rule.arguments:
                yield adapter.build(rule.endpoint, {**arguments, "record_id": NOT_THERE}, force_external=False)


@pytest.mark.slow
def test_no_get_changes_anything_and_none_fails(app: Flask) -> None:
    def prepare() -> list[str]:
        roles = db.session.scalars(select(Role.id).limit(2)).all()
        names = {"user_id": other.id, "role_id": roles[0], "other_id": roles[1]}
        made, actor = make_one_of_each(), actor_for(admin, "web")
        return list(addresses(app, made, {**names, "name": "core.user.read", "kind": "permission"}, actor))

    admin, other = system(lambda: (administrator(), make_user(login="other")))
    asked = system(prepare)
    browser = Browser(app, admin)
    before = rows()
    for batch in batched(asked, BATCH):
        answers = {address: browser.get(address).status_code for address in batch}
        assert {address: status for address, status in answers.items() if status >= 500} == {}
        assert rows() == before, f"one of these changed something: {batch}"
    assert len(asked) > 300


def batched(addresses: list[str], size: int) -> Iterator[list[str]]:
    yield from (addresses[start : start + size] for start in range(0, len(addresses), size))
