"""Making, changing and deleting records for people: rights, reach, state, lines, and what the database refuses."""

from __future__ import annotations

from typing import Any

import pytest
from addons.gauge.models import Maker, Sheet
from flask import Flask
from sqlalchemy import select

from core.actor import Actor, acting
from core.db.session import db
from core.db.spec import ModelSpec
from core.errors import Conflict, Forbidden, NotFound, StaleVersion, ValidationError
from core.kernel.registry import current_registry
from core.testing import people
from core.testing.apps import actor_with
from core.workflow import bulk
from core.workflow.models import AuditEntry
from core.workflow.records import create_record, delete_record, get_record, update_record
from tests.core.api.fixtures import make_maker, make_sheet

VERBS = ("read", "create", "write", "delete")
SHEET_RIGHTS = tuple(f"gauge.sheet.{verb}" for verb in VERBS)


@pytest.fixture
def sheets(gauge_app: Flask, system: Actor) -> ModelSpec:
    """The spec of sheets, on a fresh database, with the system acting."""
    return current_registry().models["gauge.sheet"]


def version_of(record_id: int) -> int:
    query = select(Sheet).where(Sheet.id == record_id).execution_options(populate_existing=True)
    return db.session.scalars(query).one().version


def entries_of(record_id: int) -> list[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.root_model == "gauge.sheet", AuditEntry.root_id == record_id)
    return list(db.session.scalars(query.order_by(AuditEntry.id)))


def test_a_change_of_lines_alone_raises_the_version_and_is_told(sheets: ModelSpec) -> None:
    sheet = make_sheet("1", lines=("1", "2"))
    first = sheet.lines[0].id
    update_record(sheets, sheet.id, {"lines": [{"id": first, "qty": "5"}]}, version=1)
    assert (version_of(sheet.id), [str(line.qty) for line in sheet.lines]) == (2, ["5"])
    changed = [(entry.model, entry.action, entry.changes.get("qty")) for entry in entries_of(sheet.id)]
    assert ("gauge.sheet_line", "write", ["1", "5"]) in changed
    assert ("gauge.sheet_line", "delete", ["2", None]) in changed


def test_saving_what_is_there_already_changes_and_tells_nothing(sheets: ModelSpec) -> None:
    sheet = make_sheet("1", title="T")
    update_record(sheets, sheet.id, {"title": "T"}, version=1)
    assert (version_of(sheet.id), [entry.action for entry in entries_of(sheet.id)]) == (1, ["create"])


def test_a_line_of_another_document_is_not_taken_over(sheets: ModelSpec) -> None:
    one, other = make_sheet("1", lines=("1",)), make_sheet("2", lines=("2",))
    stranger = {"id": other.lines[0].id, "qty": "9"}
    with pytest.raises(ValidationError) as caught:
        update_record(sheets, one.id, {"lines": [stranger]}, version=1)
    assert "lines" in caught.value.fields


def test_a_code_in_use_is_named_beside_its_field(gauge_app: Flask, system: Actor) -> None:
    makers = current_registry().models["gauge.maker"]
    make_maker(code="A")
    with pytest.raises(ValidationError) as caught:
        create_record(makers, {"code": "A"})
    assert list(caught.value.fields) == ["code"]


def test_a_record_others_refer_to_is_not_deleted(gauge_app: Flask, system: Actor) -> None:
    maker = make_maker(code="A")
    make_sheet("1", maker_id=maker.id)
    with pytest.raises(Conflict):
        delete_record(current_registry().models["gauge.maker"], maker.id)


def test_only_a_draft_is_changed_or_deleted(sheets: ModelSpec) -> None:
    sheet = make_sheet("1", state="confirmed")
    with pytest.raises(Conflict):
        update_record(sheets, sheet.id, {"title": "x"}, version=1)
    with pytest.raises(Conflict):
        delete_record(sheets, sheet.id)


def test_an_old_version_neither_changes_nor_deletes(sheets: ModelSpec) -> None:
    sheet = make_sheet("1")
    with pytest.raises(StaleVersion):
        update_record(sheets, sheet.id, {"title": "x"}, version=7)
    with pytest.raises(StaleVersion):
        delete_record(sheets, sheet.id, version=7)


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_needs_its_permission(sheets: ModelSpec, verb: str) -> None:
    record_id = make_sheet("1").id
    ways: dict[str, Any] = {
        "read": lambda: get_record(sheets, record_id),
        "create": lambda: create_record(sheets, {"title": "x"}),
        "write": lambda: update_record(sheets, record_id, {"title": "x"}, version=1),
        "delete": lambda: delete_record(sheets, record_id),
    }
    others = [right for right in SHEET_RIGHTS if not right.endswith(verb)]
    with acting(actor_with(*others)), pytest.raises(Forbidden, match=f"gauge.sheet.{verb}"):
        ways[verb]()


def test_each_verb_reaches_only_as_far_as_its_role(sheets: ModelSpec) -> None:
    user = people.make_user()
    record_id = make_sheet("1").id
    own = actor_with(*SHEET_RIGHTS, scope="own", user_id=user.id)
    reader = actor_with("gauge.sheet.read", user_id=user.id)
    with acting(Actor(user_id=user.id, name="x", channel="web", grants=own.grants + reader.grants)):
        assert get_record(sheets, record_id).id == record_id
        with pytest.raises(NotFound):
            update_record(sheets, record_id, {"title": "x"}, version=1)
        with pytest.raises(NotFound):
            delete_record(sheets, record_id)


def test_nobody_puts_a_record_where_he_does_not_reach(sheets: ModelSpec) -> None:
    mine, other = people.make_unit(), people.make_unit()
    user, stranger = people.make_user(unit=mine), people.make_user(unit=other)
    rights = (*SHEET_RIGHTS, "core.org_unit.read", "core.user.read")
    clerk = actor_with(*rights, scope="unit", user_id=user.id, unit_id=mine.id)
    with acting(clerk):
        record = create_record(sheets, {"title": "x"})
        assert (record.owner_id, record.org_unit_id) == (user.id, mine.id)
        for place in ({"org_unit_id": other.id}, {"org_unit_id": other.id, "owner_id": stranger.id}):
            with pytest.raises((Forbidden, ValidationError)):
                create_record(sheets, {"title": "x", **place})
            with pytest.raises((Forbidden, ValidationError)):
                update_record(sheets, record.id, place, version=1)
            db.session.expire(record)


def test_a_link_leads_only_to_what_one_may_read(sheets: ModelSpec) -> None:
    user = people.make_user()
    far, near = make_maker(code="far"), make_maker(code="near", owner_id=user.id)
    with acting(actor_with(*SHEET_RIGHTS, "gauge.maker.read", scope="own", user_id=user.id)):
        assert create_record(sheets, {"title": "x", "maker_id": near.id}).maker_id == near.id
        with pytest.raises(ValidationError) as caught:
            create_record(sheets, {"title": "x", "maker_id": far.id})
    assert list(caught.value.fields) == ["maker_id"]


def test_in_bulk_a_refusal_stops_only_its_own_record(sheets: ModelSpec) -> None:
    draft, worn, done = make_sheet("1"), make_sheet("2", title="worn"), make_sheet("3", state="confirmed")
    ids = [draft.id, worn.id, done.id, 987_654]
    results = bulk.run(sheets, ids, "confirm")
    assert [result.refusal is None for result in results] == [True, False, False, False]
    assert "worn" in str(results[1].refusal)
    states = db.session.scalars(select(Sheet.state).order_by(Sheet.id)).all()
    assert states == ["confirmed", "draft", "confirmed"]


def test_in_bulk_only_so_many_and_only_what_is_declared(sheets: ModelSpec) -> None:
    record_id = make_sheet("1").id
    for ids in ([], [record_id] * 201):
        with pytest.raises(ValidationError):
            bulk.run(sheets, ids, "confirm")
    with pytest.raises(NotFound):
        bulk.run(sheets, [record_id], "melt")
    assert bulk.run(sheets, [record_id], bulk.DELETE)[0].refusal is None
    assert db.session.scalar(select(Sheet)) is None


def test_a_copy_leaves_out_what_must_be_its_own(sheets: ModelSpec, system: Actor) -> None:
    maker = make_maker(code="A")
    sheet = make_sheet("1", title="T", maker_id=maker.id, qty="2", lines=("1", "2"))
    values = bulk.copy_values(sheets, sheet, system)
    copy = create_record(sheets, {**values, "qty": "2", "lines": [{"qty": str(row["qty"])} for row in values["lines"]]})
    assert (copy.title, copy.maker_id, [str(line.qty) for line in copy.lines]) == ("T", maker.id, ["1", "2"])
    assert copy.number != "1"
    assert "code" not in bulk.copy_values(current_registry().models["gauge.maker"], maker, system)
    assert db.session.scalars(select(Maker.code)).all() == ["A"]
