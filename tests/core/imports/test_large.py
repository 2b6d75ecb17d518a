"""A long list goes in quickly, and going in again changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from addons.masterdata.factories import make_item_category, pieces
from addons.masterdata.models import Item
from core.actor import acting
from core.db import db
from core.people.grants import actor_for
from core.testing.people import administrator
from core.testing.statements import statements
from core.workflow.models import AuditEntry
from tests.core.imports.support import bring_in, check, csv_file, run_job, upload

HEAD = ("编码", "名称", "规格", "单位", "安全库存", "类别")


def rows(count: int) -> list[tuple[Any, ...]]:
    return [(f"L-{n:05}", f"零件 {n}", f"φ{n % 97}", "pcs", n % 500, f"C-{n % 7}") for n in range(count)]


def state() -> list[tuple[Any, ...]]:
    """What must not change: codes, versions and times of every item, and the length of the audit trail."""
    entries = select(func.count()).select_from(AuditEntry).where(AuditEntry.model == "masterdata.item")
    query = select(Item.code, Item.version, Item.updated_at).order_by(Item.code)
    found = [tuple(row) for row in db.session.execute(query)]
    return [*found, (db.session.scalar(entries),)]


def import_twice(count: int) -> None:
    user = administrator(language="en")
    pieces()
    for n in range(7):
        make_item_category(code=f"C-{n}")
    db.session.commit()
    content = csv_file(HEAD, *rows(count))
    with acting(actor_for(user, "web")):
        first = bring_in(content, name="a.csv")
        assert first.kept.counts == {"create": count}
        before = state()
        assert len(before) == count + 1
        db.session.rollback()
        second = bring_in(content, name="a.csv")
        assert second.kept.counts == {"same": count}
        after = state()
        assert after[:-1] == before[:-1]
        assert after[-1][0] == before[-1][0] + 1  # the import itself


def test_2000_items_imported_twice_change_nothing_the_second_time(any_app: Flask, system: Any) -> None:
    import_twice(2000)


@pytest.mark.nightly
def test_20000_items_imported_twice_change_nothing_the_second_time(any_app: Flask, system: Any) -> None:
    import_twice(20_000)


def test_statements_do_not_grow_with_the_rows(importer: Any) -> None:
    pieces()
    for n in range(7):
        make_item_category(code=f"C-{n}")
    db.session.commit()

    def reads(count: int) -> tuple[int, int]:
        """Statements that read, and that write, in a check of so many new rows."""
        import_id = upload(csv_file(HEAD, *rows(count)), name="a.csv")
        with statements() as found:
            run_job(import_id)
        return len([s for s in found if s.startswith("SELECT")]), len(found)

    (few, few_all), (many, many_all) = reads(10), reads(190)
    assert many == few
    assert many_all - few_all <= 180  # one write for each new row at most
    bring_in(csv_file(HEAD, *rows(190)), name="a.csv")
    (again, again_all) = reads(190)
    assert again <= few + 2
    assert again_all <= few_all
    assert check(csv_file(HEAD, *rows(190)), name="a.csv").kept.counts == {"same": 190}
