"""The audit trail: complete, append-only, sealed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from core.actor import SYSTEM, acting
from core.db.session import db, run_unit
from core.db.types import utcnow
from core.i18n import in_locale
from core.people.models import OrgUnit, Post, PostRole, Role, User
from core.testing import people
from core.testing.apps import actor_with
from core.workflow import audit, history, seal
from core.workflow.models import AuditEntry, AuditSeal
from tests.core.api.fixtures import SHEETS, make_caller, make_maker, make_sheet


def entries_of(model: str, record_id: int) -> list[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.root_model == model, AuditEntry.root_id == record_id)
    return list(db.session.scalars(query.order_by(AuditEntry.id)))


def make_unit(code: str = "U-1") -> OrgUnit:
    unit = OrgUnit(code=code, name="Milling", kind="team")
    db.session.add(unit)
    db.session.flush()
    return unit


def test_a_change_is_told_field_by_field_with_before_and_after(any_app: Flask) -> None:
    with acting(SYSTEM):
        unit = make_unit()
        unit.name = "Turning"
        db.session.flush()
        created, changed = entries_of("core.org_unit", unit.id)
    assert created.action == "create" and created.changes["name"] == [None, "Milling"]
    assert changed.action == "write" and changed.changes == {"name": ["Milling", "Turning"]}


def test_a_line_is_told_under_its_document(app: Flask) -> None:
    with acting(SYSTEM):
        unit, role = make_unit(), Role(code="r", name="R")
        db.session.add(role)
        db.session.flush()
        post = Post(code="p", name="P", org_unit_id=unit.id, roles=[PostRole(role_id=role.id)])
        db.session.add(post)
        db.session.flush()
        told = entries_of("core.post", post.id)
    assert [entry.model for entry in told] == ["core.post", "core.post_role"]


def test_secrets_are_never_told(app: Flask) -> None:
    with acting(SYSTEM):
        user = User(login="wang", name="Wang", password_hash="argon2-secret")
        db.session.add(user)
        db.session.flush()
        (entry,) = entries_of("core.user", user.id)
    assert "argon2-secret" not in str(entry.changes)
    assert entry.changes["password_hash"] == [None, "•••"]


def test_a_rollback_takes_its_entries_along(any_app: Flask) -> None:
    def work() -> None:
        make_unit("gone")
        raise LookupError

    with acting(SYSTEM):
        with pytest.raises(LookupError):
            run_unit(work)
        assert db.session.scalar(select(AuditEntry).where(AuditEntry.title.contains("gone"))) is None


@pytest.mark.parametrize(
    "statement",
    [update(AuditEntry.__table__).values(user_name="x"), delete(AuditEntry.__table__)],  # type: ignore[arg-type]
)
def test_the_database_itself_refuses_to_change_the_trail(any_app: Flask, statement: object) -> None:
    with acting(SYSTEM):
        run_unit(make_unit)
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.execute(statement)  # type: ignore[call-overload]
        db.session.rollback()


@pytest.mark.postgres
def test_nor_can_the_trail_be_emptied(pg_app: Flask) -> None:
    with acting(SYSTEM), pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(text("TRUNCATE core_audit_entry"))


def old_entry(days_ago: int, title: str) -> None:
    row = {
        "at": utcnow() - timedelta(days=days_ago),
        "user_name": "x",
        "channel": "web",
        "model": "m",
        "root_model": "m",
        "action": "write",
        "title": title,
        "changes": {},
    }
    db.session.execute(insert(AuditEntry), [row])


def test_past_days_are_sealed_once_and_verify(any_app: Flask) -> None:
    with acting(SYSTEM):
        old_entry(3, "first")
        old_entry(2, "second")
        days = seal.seal_finished_days()
        assert len(days) == 3 and seal.seal_finished_days() == []
        assert seal.verify() == []


TABLES = ("core_audit_entry", "core_audit_seal")
UNLOCK = {
    "sqlite": [f"DROP TRIGGER {table}_no_{verb}" for table in TABLES for verb in ("update", "delete")],
    "postgresql": [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in TABLES],
}


def tamper(statement: str) -> None:
    """What somebody with the database in his hands can do: take the triggers away first."""
    for step in (*UNLOCK[db.engine.dialect.name], statement):
        db.session.execute(text(step))


TAMPERINGS = {
    "another title": "UPDATE core_audit_entry SET title = 'false' WHERE title = 'second'",
    "another value": "UPDATE core_audit_entry SET changes = '{\"qty\": [1, 2]}' WHERE title = 'second'",
    "another person": "UPDATE core_audit_entry SET user_name = 'somebody' WHERE title = 'second'",
    "one gone": "DELETE FROM core_audit_entry WHERE title = 'second'",
    "the last gone": "DELETE FROM core_audit_entry WHERE title = 'third'",
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_tampered_day_is_found_and_named(any_app: Flask, tampering: str) -> None:
    """Taking the triggers away is not enough: the hash shows what was done."""
    with acting(SYSTEM):
        for days_ago, title in ((3, "first"), (2, "second"), (2, "third")):
            old_entry(days_ago, title)
        seal.seal_finished_days()
        tamper(TAMPERINGS[tampering])
        problems = seal.verify()
    assert len(problems) == 1
    assert str((utcnow() - timedelta(days=2)).date()) in problems[0]


def test_a_day_made_up_afterwards_breaks_the_chain(any_app: Flask) -> None:
    """Sealing the changed day anew does not help: the next day's seal contains the old one."""
    with acting(SYSTEM):
        for days_ago, title in ((3, "first"), (2, "second")):
            old_entry(days_ago, title)
        first, second, *_days = seal.seal_finished_days()
        tamper("UPDATE core_audit_entry SET title = 'x' WHERE title = 'first'")
        made_up, _entries, _last = seal._hash(first, None)
        db.session.execute(update(AuditSeal).where(AuditSeal.day == first).values(hash=made_up))
        db.session.expire_all()
        problems = seal.verify()
    assert [problem.partition(":")[0] for problem in problems] == [str(second)]


def test_an_entry_says_who_did_it_from_where_and_how(gauge_app: Flask) -> None:
    call = make_caller(gauge_app)
    made = call.send(SHEETS, method="POST", json={"title": "T"}, environ_overrides={"REMOTE_ADDR": "10.1.2.3"}).json
    with acting(SYSTEM):
        (entry,) = entries_of("gauge.sheet", made["id"])
        told = (entry.user_id, entry.user_name, entry.channel, entry.address, entry.action)
    assert told == (call.user.id, call.user.name, "api", "10.1.2.3", "create")


def test_a_refusal_for_lack_of_a_permission_is_told(gauge_app: Flask) -> None:
    call = make_caller(gauge_app, "gauge.sheet.read")
    assert call("POST", f"{SHEETS}/1/%00").status_code in (403, 404)
    assert call("POST", SHEETS, {"title": "T"}).status_code == 403
    with acting(SYSTEM):
        denied = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "denied")).all()
    assert denied[-1].user_id == call.user.id
    assert denied[-1].changes == {"permission": "gauge.sheet.create", "path": SHEETS}


def test_the_search_finds_by_person_kind_and_day_within_reach(gauge_app: Flask) -> None:
    with acting(SYSTEM):
        user = people.make_user(name="Wang")
        mine = make_sheet("1", owner_id=user.id)
        make_sheet("2")
    reader = actor_with("gauge.sheet.read", "core.audit.read", scope="own", user_id=user.id)
    with acting(reader):
        mine.note = "seen"
        db.session.flush()
        found = history.search(model="gauge.sheet")
        assert {line.entry.root_id for line in found} == {mine.id}
        assert [line.entry.action for line in history.search(user_id=user.id)] == ["write"]
        assert history.search(until=(utcnow() - timedelta(days=2)).date()) == []
        assert history.search(since=(utcnow() + timedelta(days=2)).date()) == []


def test_the_trail_hides_the_fields_its_reader_may_not_see(gauge_app: Flask) -> None:
    with acting(SYSTEM):
        sheet = make_sheet("1", price="3", title="T")
    with acting(actor_with("gauge.sheet.read")):
        labels = {str(change.label) for line in history.of_record(sheet) for change in line.changes}
    assert "Title" in labels
    assert "Price" not in labels


def test_the_trail_reads_as_people_speak(gauge_app: Flask) -> None:
    with acting(SYSTEM), in_locale("zh"):
        maker = make_maker(code="A", name="Acme")
        sheet = make_sheet("1", maker_id=maker.id, colour="red", urgent=True, lines=("2",))
        line_entry, entry = sorted(history.of_record(sheet), key=lambda line: line.entry.model, reverse=True)
        shown = {str(change.label): change.after for change in entry.changes}
        assert (str(entry.action), str(entry.who), entry.link) == ("新建", "系统", f"/m/gauge/sheets/{sheet.id}")
        assert (line_entry.part, str(line_entry.kind)) == (True, "Line")
    assert (shown["Maker"], shown["Colour"], shown["状态"], shown["Urgent"]) == ("Acme", "Red", "Draft", "是")


def test_older_entries_follow_where_the_page_ended(gauge_app: Flask) -> None:
    with acting(SYSTEM):
        sheet = make_sheet("1")
        for n in range(history.PAGE + 10):
            sheet.note = str(n)
            db.session.flush()
        first = history.of_record(sheet)
        rest = history.of_record(sheet, before_id=first[-1].entry.id)
    assert (len(first), len(rest)) == (history.PAGE, 11)
    assert len({line.entry.id for line in (*first, *rest)}) == history.PAGE + 11


def test_set_based_writes_are_told_in_one_statement(app: Flask) -> None:
    with acting(SYSTEM):
        audit.record_bulk("create", "core.org_unit", [{"id": n, "title": f"U{n}"} for n in range(1, 501)])
        assert len(entries_of("core.org_unit", 500)) == 1
