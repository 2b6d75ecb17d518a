"""Items: codes given or made, their life, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.masterdata import services
from addons.masterdata.factories import make_item, make_item_category, make_partner, make_uom, pieces
from addons.masterdata.models import Item
from core.actor import acting
from core.db import db
from core.errors import Conflict, Forbidden, NotFound, ValidationError
from core.events.models import Delivery, Notification
from core.kernel import hooks
from core.testing.apps import actor_with
from core.workflow.fire import available, fire
from core.workflow.models import NumberRule
from tests.addons.masterdata.support import change, create, on_post


def test_a_code_given_by_hand_is_kept_half_width(any_app: Flask, system: Any) -> None:
    item = create("masterdata.item", code="ＳＨＦ－７", name="shaft", uom_id=pieces().id)
    assert item.code == "SHF-7"


def test_a_code_left_empty_is_made_with_the_prefix_of_the_nearest_category(any_app: Flask, system: Any) -> None:
    shafts = make_item_category(code_prefix="SHF-")
    splined = make_item_category(parent_id=shafts.id)
    codes = [create("masterdata.item", name="shaft", uom_id=pieces().id, category_id=splined.id).code for _ in "ab"]
    assert codes == ["SHF-00001", "SHF-00002"]


def test_each_prefix_counts_by_itself_and_an_item_without_category_has_none(app: Flask, system: Any) -> None:
    flanges = make_item_category(code_prefix="FLG-")
    create("masterdata.item", name="a", uom_id=pieces().id, category_id=flanges.id)
    assert create("masterdata.item", name="b", uom_id=pieces().id, code="").code == "00001"


def test_a_made_code_passes_over_those_given_by_hand(app: Flask, system: Any) -> None:
    make_item(code="00001")
    make_item(code="00002")
    assert create("masterdata.item", name="b", uom_id=pieces().id).code == "00003"


def test_an_administrator_may_change_the_rule(app: Flask, system: Any) -> None:
    rule = db.session.scalars(select(NumberRule).where(NumberRule.model == "masterdata.item")).one()
    change(rule, pattern="IT{yyyy}-{code_prefix}{n:3}")
    category = make_item_category(code_prefix="X")
    made = create("masterdata.item", name="b", uom_id=pieces().id, category_id=category.id)
    assert made.code.startswith("IT20")
    assert made.code.endswith("-X001")


def test_a_code_in_use_is_refused_at_its_field(any_app: Flask, system: Any) -> None:
    make_item(code="SHF-1")
    with pytest.raises(ValidationError) as refusal:
        create("masterdata.item", code="SHF-1", name="shaft", uom_id=pieces().id)
    assert "code" in refusal.value.fields


@pytest.mark.parametrize("code", ["", None])
@pytest.mark.parametrize("make", [make_item, make_partner])
def test_a_code_cannot_be_emptied_afterwards(app: Flask, system: Any, make: Any, code: str | None) -> None:
    record = make(code="KEPT")
    with pytest.raises(ValidationError) as refusal:
        change(record, code=code)
    assert list(refusal.value.fields) == ["code"]


def test_an_item_is_found_by_its_code_as_scanned(app: Flask, system: Any) -> None:
    item = make_item(code="SHF-1")
    assert services.get_item_by_code(" ＳＨＦ-1 ") is item
    assert hooks.ask("scanned_code", code="SHF-1") == ("masterdata.item", item.id)


def test_an_unknown_code_is_refused_with_the_code_named(app: Flask, system: Any) -> None:
    with pytest.raises(NotFound, match="NOPE"):
        services.get_item_by_code("NOPE")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"second_factor": "2"}, "second_uom_id"),
        ({"second_uom_id": "other"}, "second_factor"),
        ({"second_uom_id": "other", "second_factor": "0"}, "second_factor"),
        ({"second_uom_id": "stock", "second_factor": "2"}, "second_uom_id"),
        ({"safety_stock": "-1"}, "safety_stock"),
        ({"kind": "robot"}, "kind"),
        ({"name": ""}, "name"),
    ],
)
def test_an_item_that_contradicts_itself_is_refused_at_the_field(
    app: Flask, system: Any, values: dict[str, Any], field: str
) -> None:
    units = {"stock": pieces().id, "other": make_uom().id}
    values = {"name": "shaft", "uom_id": units["stock"], **values}
    with pytest.raises(ValidationError) as refusal:
        create("masterdata.item", **{k: units.get(v, v) for k, v in values.items()})
    assert list(refusal.value.fields) == [field]


def test_a_second_unit_may_be_taken_away_again(app: Flask, system: Any) -> None:
    item = make_item(second_uom=make_uom(), second_factor=Decimal(2))
    change(item, second_uom_id=None, second_factor=None)
    assert item.second_uom is None


def test_a_category_below_itself_is_refused(app: Flask, system: Any) -> None:
    top = make_item_category()
    middle = make_item_category(parent_id=top.id)
    below = make_item_category(parent_id=middle.id)
    with pytest.raises(ValidationError, match="correct"):
        change(top, parent_id=below.id)
    assert top.parent_id is None


def test_an_item_goes_from_draft_to_use_to_retirement_and_back(any_app: Flask, system: Any) -> None:
    item = make_item(state="draft")
    seen = [(item.state, item.active)]
    for action in ("release", "retire", "reactivate"):
        fire(item, action)
        seen.append((item.state, item.active))
    assert seen == [("draft", True), ("released", True), ("retired", False), ("released", True)]


def test_a_retired_item_cannot_be_changed_or_released(app: Flask, system: Any) -> None:
    item = make_item(state="retired")
    with pytest.raises(Conflict):
        change(item, name="other")
    with pytest.raises(Conflict):
        fire(item, "release")


def test_only_a_draft_can_be_deleted(app: Flask, system: Any) -> None:
    from core.kernel.registry import current_registry
    from core.workflow.records import delete_record

    spec = current_registry().model("masterdata.item")
    draft, used = make_item(state="draft"), make_item()
    delete_record(spec, draft.id)
    with pytest.raises(Conflict):
        delete_record(spec, used.id)


def test_a_category_with_items_cannot_be_deleted(any_app: Flask, system: Any) -> None:
    from core.kernel.registry import current_registry
    from core.workflow.records import delete_record

    category = make_item_category()
    make_item(category=category)
    with pytest.raises(Conflict, match="still refer"):
        delete_record(current_registry().model("masterdata.item_category"), category.id)


@pytest.mark.parametrize(("state", "words"), [("draft", "not released"), ("retired", "retired")])
def test_an_item_out_of_use_may_not_stand_on_new_documents(app: Flask, system: Any, state: str, words: str) -> None:
    with pytest.raises(Conflict, match=words):
        services.check_item_usable(make_item(state=state))


def test_an_item_in_use_may_stand_on_new_documents(app: Flask, system: Any) -> None:
    services.check_item_usable(make_item())


def test_releasing_needs_its_own_permission(app: Flask, system: Any) -> None:
    item = make_item(state="draft")
    with acting(actor_with("masterdata.item.read", "masterdata.item.write")) as actor:
        assert available(item, actor) == []
        with pytest.raises(Forbidden):
            fire(item, "release")
    assert item.state == "draft"


def test_a_release_is_told_to_whoever_added_the_item(app: Flask, system: Any) -> None:
    from addons.masterdata.events import ItemReleased, tell_maker

    maker = on_post("designer")
    with acting(actor_with("masterdata.item.read", user_id=maker.id)):
        item = make_item(state="draft", uom=pieces())
    fire(item, "release")
    db.session.flush()
    (delivery,) = db.session.scalars(select(Delivery).where(Delivery.target == "masterdata.tell_maker"))
    assert delivery.payload["data"] == {"item_id": item.id, "code": item.code, "user_id": None}
    tell_maker(ItemReleased(**delivery.payload["data"]))
    (told,) = db.session.scalars(select(Notification))
    assert (told.user_id, told.link) == (maker.id, f"/m/masterdata/items/{item.id}")


def test_whoever_releases_his_own_item_is_not_told(app: Flask, system: Any) -> None:
    maker = on_post("process_engineer")
    with acting(actor_with("masterdata.item.read", user_id=maker.id)):
        item = make_item(uom=pieces())
    services.tell_maker_of_release(item.id, released_by=maker.id)
    assert db.session.scalars(select(Notification)).all() == []


def test_the_audit_trail_tells_of_the_release(app: Flask, system: Any) -> None:
    from core.workflow.models import AuditEntry

    item = make_item(state="draft")
    fire(item, "release")
    entries = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.model == "masterdata.item", AuditEntry.record_id == item.id)
    ).all()
    assert sorted(entries) == ["create", "release"]


def test_items_are_seen_by_every_reader_whatever_his_scope(app: Flask, system: Any) -> None:
    item = make_item()
    with acting(actor_with("masterdata.item.read", scope="own", user_id=1)):
        assert db.session.scalar(select(Item.id)) == item.id
