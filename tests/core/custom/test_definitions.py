"""Definitions of custom fields: what is refused, what is fixed, what counts at once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import select, text

from addons.masterdata.factories import make_item
from core.actor import SYSTEM, acting
from core.custom import indexes, masks
from core.custom.keys import is_key, make_key
from core.custom.loading import KEPT, RETIRED, custom_fields, forget_fields
from core.custom.models import CustomField
from core.db.session import db, run_unit
from core.errors import Conflict, QingmesError, ValidationError
from core.kernel.registry import current_registry
from core.workflow.fire import fire
from core.workflow.records import delete_record, update_record
from tests.core.custom.support import ITEM, choices, define, draft, spec

FIELD = "core.custom_field"
RAW = {"field": "kind", "op": "eq", "value": "raw"}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown model": ({"model": "masterdata.nothing"}, "model"),
    "definitions themselves": ({"model": FIELD}, "model"),
    "key without prefix": ({"key": "heat"}, "key"),
    "key with a quote": ({"key": "x_a'b"}, "key"),
    "no choices": ({"kind": "choice"}, "choices"),
    "two of a code": ({"kind": "choice", "choices": [*choices("a"), *choices("a")]}, "choices"),
    "comma in a code": ({"kind": "choice", "choices": choices("a,b")}, "choices"),
    "link to nowhere": ({"kind": "link"}, "target"),
    "link to nothing there": ({"kind": "link", "target": "masterdata.nothing"}, "target"),
    "too many decimals": ({"kind": "decimal", "places": 10}, "places"),
    "largest below smallest": ({"kind": "integer", "minimum": "5", "maximum": "1"}, "maximum"),
    "default of another kind": ({"kind": "integer", "default": "much"}, "default"),
    "default out of bounds": ({"kind": "integer", "maximum": "3", "default": "4"}, "default"),
    "default that is no choice": ({"kind": "choice", "choices": choices("a"), "default": "b"}, "default"),
    "default against its mask": ({"mask": "99", "default": "ab"}, "default"),
    "condition on nothing": ({"required_when": {"field": "nothing", "op": "empty"}}, "required_when"),
    "condition that is none": ({"visible_when": {"maybe": []}}, "visible_when"),
    "file on a line": ({"model": "sales_shipping.sales_order_line", "kind": "attachment"}, "kind"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_would_not_work_is_refused_at_its_field(app: Flask, system: Any, case: str) -> None:
    values, at = WRONG[case]
    with pytest.raises(ValidationError) as refusal:
        draft(**{"label": "Field", **values})
    assert at in refusal.value.fields
    db.session.rollback()
    assert db.session.scalars(select(CustomField)).all() == []


def test_a_key_is_made_from_the_label_and_never_given_twice(app: Flask, system: Any) -> None:
    made = [draft("Heat no.").key, draft("Heat No").key, draft("炉号").key, draft("炉号", label_en="Furnace").key]
    assert made == ["x_heat_no", "x_heat_no_2", "x_field", "x_furnace"]
    with pytest.raises(ValidationError, match="correct"):
        draft("Another", key="x_heat_no")


@pytest.mark.parametrize("label", ["", "1", "9 lives", "Ünïcode", "a" * 300, "x_", "__", "DROP TABLE", "Fe₂O₃"])
def test_every_label_gives_a_sound_key(label: str) -> None:
    assert is_key(make_key((None, label), ()))


def test_type_and_target_are_fixed_once_the_field_is_in_use(app: Flask, system: Any) -> None:
    field = draft("Heat no.")
    update_record(spec(FIELD), field.id, {"kind": "integer"}, version=field.version)
    fire(field, "publish")
    for change in ({"kind": "text"}, {"places": 3}, {"target": ITEM}):
        with pytest.raises(ValidationError):
            update_record(spec(FIELD), field.id, change, version=field.version)
        db.session.expire(field)
    update_record(spec(FIELD), field.id, {"label": "Furnace", "in_list": True}, version=field.version)
    assert str(spec().fields["x_heat_no"].label) == "Furnace"


def test_choices_of_a_field_in_use_are_added_renamed_and_retired_but_stay(app: Flask, system: Any) -> None:
    field = define("Grade", kind="choice", choices=choices("a", "b"))
    first, second = ({"id": c.id, "code": c.code, "label": c.label} for c in field.choices)
    with pytest.raises(ValidationError):
        update_record(spec(FIELD), field.id, {"choices": [first]}, version=field.version)
    db.session.expire_all()
    with pytest.raises(ValidationError):
        update_record(spec(FIELD), field.id, {"choices": [first, {**second, "code": "z"}]}, version=field.version)
    db.session.expire_all()
    changed = [{**first, "label": "Best"}, {**second, "retired": True}, *choices("c")]
    update_record(spec(FIELD), field.id, {"choices": changed}, version=field.version)
    found = spec().fields["x_grade"]
    assert {code: str(label) for code, label in found.info.choices.items()} == {
        "a": "Best",
        "b": "Label b",
        "c": "Label c",
    }
    assert set(found.offered) == {"a", "c"}


def test_a_field_in_use_is_retired_not_deleted(app: Flask, system: Any) -> None:
    field, other = define("Heat no."), draft("Other")
    with pytest.raises(Conflict):
        delete_record(spec(FIELD), field.id)
    delete_record(spec(FIELD), other.id)


def test_one_kind_of_record_has_eighty_fields_and_no_more(app: Flask, system: Any) -> None:
    db.session.add_all(
        CustomField(model=ITEM, key=f"x_f{n}", label=f"F{n}", state="live" if n else "retired") for n in range(81)
    )
    db.session.flush()
    with pytest.raises(ValidationError, match="correct"):
        draft("One more")


def test_a_definition_counts_in_other_processes_at_once(app: Flask, system: Any) -> None:
    """What another process commits raises the stamp: the next unit of work here reads the definitions again."""
    assert "x_heat_no" not in spec().fields
    db.session.execute(
        text(
            "INSERT INTO core_custom_field (model, key, label, kind, required, searchable, in_list, total, seq, write,"
            " created_at, updated_at, version, state) VALUES ('masterdata.item', 'x_heat_no', 'Heat', 'text', false,"
            " false, false, false, 1, 'always', '2026-01-01', '2026-01-01', 1, 'live')"
        )
    )
    assert "x_heat_no" not in spec().fields  # the same unit of work keeps what it read
    forget_fields()
    assert "x_heat_no" in spec().fields


def test_a_link_to_what_is_not_installed_any_more_counts_as_retired(app: Flask, system: Any) -> None:
    field = define("Old", kind="link", target="stock.lot")
    models = current_registry().models
    lot = models.pop("stock.lot")
    try:
        current_app.extensions.pop(KEPT)
        forget_fields()
        assert field.key not in spec().fields
        assert [f.name for f in custom_fields(spec(), RETIRED)] == [field.key]
    finally:
        models["stock.lot"] = lot
        current_app.extensions.pop(KEPT)


@pytest.mark.postgres
def test_two_definitions_of_one_label_at_once_get_two_keys_or_a_sentence(pg_app: Flask) -> None:
    together, results = threading.Barrier(2, timeout=30), list[str]()

    def make() -> None:
        with pg_app.app_context(), acting(SYSTEM):
            together.wait()
            try:
                results.append(run_unit(lambda: draft("Heat no.").key))
            except QingmesError as refusal:
                results.append(str(refusal))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=make) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with acting(SYSTEM):
        kept = db.session.scalars(select(CustomField.key).order_by(CustomField.key)).all()
    assert "x_heat_no" in results and len(results) == 2
    assert set(kept) == {r for r in results if r.startswith("x_")}


@pytest.mark.parametrize(
    ("mask", "text", "fits"),
    [
        ("AA-9999", "AB-1234", True),
        ("AA-9999", "ab-1234", True),
        ("AA-9999", "AB-123", False),
        ("AA-9999", "A1-1234", False),
        ("XX", "a1", True),
        ("99", "１２", False),
        ("A", "é", False),
        ("(9)", "(7)", True),
    ],
)
def test_a_mask_says_how_a_text_is_written(mask: str, text: str, fits: bool) -> None:
    assert masks.fits(mask, text) is fits


def test_a_searchable_field_has_its_index_as_long_as_it_is_in_use(any_app: Flask, system: Any) -> None:
    field = define("Heat no.", searchable=True)
    assert indexes.missing() == [] and indexes.ensure() == []
    name = f"ix_custom_field_{field.id}_heat_no"
    db.session.execute(text(f"DROP INDEX {name}"))
    assert indexes.missing() == [f"{ITEM}.x_heat_no"]
    assert indexes.ensure() == [name]
    fire(field, "retire")
    assert indexes.ensure() == []
    names = text(indexes.CATALOGUES[db.engine.dialect.name])
    assert db.session.execute(names, {"prefix": f"{indexes.PREFIX}%"}).all() == []


@pytest.mark.parametrize("kind", ["text", "integer", "decimal", "date", "datetime", "choice"])
def test_the_database_looks_for_values_in_the_index(any_app: Flask, system: Any, kind: str) -> None:
    more = {"choices": choices("a")} if kind == "choice" else {}
    key = define("Field", kind=kind, searchable=True, **more).key
    item = make_item()
    db.session.flush()
    item_class = type(item)
    column = spec().fields[key].column_of(item_class)
    value = {"text": "a", "choice": "a", "integer": 7, "decimal": 7}.get(kind)
    clause = column == value if value is not None else column.is_(None)
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "EXPLAIN "
    else:
        plan = "EXPLAIN QUERY PLAN "
    query = select(item_class.__table__.c.id).where(clause)
    sql = str(query.compile(db.engine, compile_kwargs={"literal_binds": True}))
    told = " ".join(str(row) for row in db.session.execute(text(plan + sql.replace(":", "\\:"))))
    assert "ix_custom_field_" in told, told
