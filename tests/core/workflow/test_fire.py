"""One way for every change of state: rights, reach, objections, effect, audit and event in one transaction."""

from __future__ import annotations

from typing import Any

import pytest
from addons.gauge.models import Sheet
from flask import Flask
from sqlalchemy import select

from core.actor import SYSTEM, Actor, acting
from core.db.session import db
from core.errors import Conflict, Forbidden, NotFound, StaleVersion, Veto
from core.events.models import Delivery
from core.kernel.registry import current_registry
from core.testing import people
from core.testing.apps import actor_with
from core.testing.statements import statements
from core.workflow.fire import available, fire
from core.workflow.models import AuditEntry
from tests.core.api.fixtures import make_sheet, system_unit

CONFIRM = "gauge.sheet.confirm"
READ = "gauge.sheet.read"


def sheet(**values: Any) -> Sheet:
    made: Sheet = system_unit(lambda: make_sheet("1", **values))
    return made


def kept(record_id: int) -> Sheet:
    db.session.rollback()
    with acting(SYSTEM):
        return db.session.scalars(
            select(Sheet).where(Sheet.id == record_id).execution_options(populate_existing=True)
        ).one()


def refused(error: type[Exception], record: Sheet, actor: Actor, name: str = "confirm", **options: Any) -> str:
    """Fire, expect a refusal, and that the record is as it was; returns what was said."""
    before = (record.id, record.state, record.version)
    with acting(actor), pytest.raises(error) as caught:
        fire(record, name, **options)
    after = kept(before[0])
    assert (after.id, after.state, after.version) == before
    return str(caught.value)


def entries(record_id: int) -> list[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.root_model == "gauge.sheet", AuditEntry.root_id == record_id)
    return list(db.session.scalars(query.order_by(AuditEntry.id)))


def test_the_state_the_version_the_trail_and_the_event_go_together(gauge_app: Flask) -> None:
    record = sheet()
    user = system_unit(lambda: people.make_user(name="Wang"))
    with acting(actor_with(CONFIRM, READ, user_id=user.id)):
        fired = fire(record, "confirm", version=1)
    with acting(SYSTEM):
        assert (fired.state, fired.version) == ("confirmed", 2)
        last = entries(record.id)[-1]
        assert (last.action, last.user_id, last.channel) == ("confirm", user.id, "web")
        assert last.changes == {"state": ["draft", "confirmed"]}
        told = db.session.scalars(select(Delivery).where(Delivery.addon == "gauge")).one()
        assert told.payload["data"] == {"sheet_id": record.id}
        db.session.rollback()
        assert [entry.action for entry in entries(record.id)] == ["create"]
        assert db.session.scalar(select(Delivery).where(Delivery.addon == "gauge")) is None
    assert kept(record.id).state == "draft"


def test_it_takes_at_most_ten_statements(gauge_app: Flask) -> None:
    record = sheet(lines=("1", "2"))
    user = system_unit(lambda: people.make_user())
    with acting(actor_with(CONFIRM, READ, scope="own", user_id=user.id)):
        record_id = record.id
        system_unit(lambda: setattr(db.session.get_one(Sheet, record_id), "owner_id", user.id))
        with statements() as seen:
            fire(record, "confirm")
    assert len(seen) <= 10, "\n".join(seen)


def test_without_the_permission_it_is_forbidden(gauge_app: Flask) -> None:
    assert CONFIRM in refused(Forbidden, sheet(), actor_with(READ, "gauge.sheet.write"))


def test_a_permission_reaches_only_as_far_as_its_role(gauge_app: Flask) -> None:
    """Reading everything and confirming one's own does not confirm everything."""
    record, user = sheet(), system_unit(lambda: people.make_user())
    reader = actor_with(READ, user_id=user.id)
    own = actor_with(CONFIRM, scope="own", user_id=user.id)
    both = Actor(user_id=user.id, name="both", channel="web", grants=reader.grants + own.grants)
    refused(NotFound, record, both)
    mine = system_unit(lambda: make_sheet("2", owner_id=user.id))
    with acting(both):
        assert fire(mine, "confirm").state == "confirmed"


def test_an_objection_names_the_addon_that_objects(gauge_app: Flask) -> None:
    said = refused(Veto, sheet(title="worn"), SYSTEM)
    title = str(current_registry().addons["gauge"].manifest.title)
    assert said == f"{title}: This gauge is worn; have it calibrated."


def test_from_the_wrong_state_it_conflicts(gauge_app: Flask) -> None:
    assert "Confirm" in refused(Conflict, sheet(state="cancelled"), SYSTEM)


def test_a_version_somebody_has_passed_is_stale(gauge_app: Flask) -> None:
    refused(StaleVersion, sheet(), SYSTEM, version=7)


def test_an_effect_that_refuses_undoes_what_it_did(gauge_app: Flask) -> None:
    record = sheet()
    refused(Conflict, record, SYSTEM, "cancel", reason="never")
    assert kept(record.id).note is None


def test_what_nobody_declared_is_not_found(gauge_app: Flask) -> None:
    refused(NotFound, sheet(), SYSTEM, "melt")


def test_a_transition_that_changes_nothing_stands_in_the_trail_all_the_same(gauge_app: Flask) -> None:
    record = sheet(state="confirmed")
    with acting(SYSTEM):
        fire(record, "recheck")
        assert [entry.action for entry in entries(record.id)] == ["create", "recheck"]


def test_the_record_is_read_again_under_the_lock(gauge_app: Flask) -> None:
    """What the caller has in hand may be old: another has cancelled it meanwhile."""
    record = sheet()
    with acting(SYSTEM):
        table = Sheet.__table__
        db.session.execute(table.update().where(table.c.id == record.id).values(state="cancelled"))  # type: ignore[attr-defined]
        assert record.state == "draft"
        with pytest.raises(Conflict):
            fire(record, "confirm")


def test_only_what_would_pass_is_offered(one_app: Flask) -> None:
    record = sheet()
    offered = {
        who: [t.name for t in available(record, actor)]
        for who, actor in {"system": SYSTEM, "confirmer": actor_with(CONFIRM), "reader": actor_with(READ)}.items()
    }
    assert offered == {"system": ["confirm", "cancel"], "confirmer": ["confirm"], "reader": []}
