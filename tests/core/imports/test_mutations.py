"""Damaged and hostile files: never a fault of ours, never half a row, every refusal says where and why."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from addons.masterdata.factories import make_item, pieces
from addons.masterdata.models import Item
from core.actor import Actor, acting
from core.db import db
from core.errors import QingmesError
from core.people.grants import actor_for
from core.testing.people import administrator
from tests.core.imports.support import bring_in, csv_file, xlsx

HEAD = ("编码", "名称", "规格", "单位", "安全库存", "提前期（天）", "批次管理", "类别")
ROWS = [(f"M-{n}", f"零件 {n}", f"φ{n}", "pcs", n * 1.5, n, "lot", None) for n in range(6)]
CELLS: list[Any] = [
    None,
    "",
    " ",
    "=1+1",
    "＝A1",
    "\u202e反",
    "x" * 500,
    "\ud83d\ude00",
    -1,
    1e308,
    "1e400",
    "NaN",
    "Infinity",
    "1,2,3",
    "2026-02-30",
    True,
    "合计",
    "#N/A",
    "'",
    "\t",
    "a\nb",
    "\x7f",
    "９９",
    "#99999999999999999999999",
    "#1",
    "pcs\u200b",
    10**30,
    "M-1",
]
TEXTS = [b"\x00", b"\xff\xfe", b'"', b"\r", b",,,,", b"\x81\x30\x81\x30", b"\xef\xbb\xbf", b";", b"=cmd|x", b"\n\n"]
XML = [b"<", b"&lt;", b"&#0;", b"\xff", b"]]>", b"<!DOCTYPE a>", b'r="ZZZ9"', b't="s"', b't="e"', b"1e999", b"-1", b""]


def spoilt_cells(r: random.Random) -> tuple[str, bytes]:
    """A good file with wrong values in a few cells, columns swapped or headings changed."""
    rows = [list(HEAD), *map(list, ROWS)]
    for _n in range(r.randint(1, 6)):
        row = r.choice(rows[1:] if r.random() < 0.9 else rows)
        row[r.randrange(len(row))] = r.choice(CELLS)
    if r.random() < 0.2:
        r.shuffle(rows)
    rows = [list(row) + [r.choice(CELLS)] * (r.random() < 0.1) for row in rows]
    if r.random() < 0.5:
        content = csv_file(*([str(c or "").encode("utf-8", "replace").decode() for c in row] for row in rows))
        return "a.csv", content
    return "a.xlsx", xlsx(*([_writable(c) for c in row] for row in rows))


def _writable(cell: Any) -> Any:
    """What the library that makes the file can write."""
    text = isinstance(cell, str)
    return "?" if text and (any(ord(c) < 32 and c not in "\t\n" for c in cell) or not cell.isprintable()) else cell


def spoilt_text(r: random.Random) -> tuple[str, bytes]:
    """A text file with bytes changed, cut, doubled, in another encoding or with another separator."""
    encoding, separator = r.choice(["utf-8", "gb18030", "utf-16", "utf-8-sig"]), r.choice([",", ";", "\t", "|"])
    content = bytearray(csv_file(HEAD, *ROWS, encoding=encoding, separator=separator))
    for _n in range(r.randint(0, 4)):
        at = r.randrange(len(content) or 1)
        content[at : at + r.randint(0, 3)] = r.choice(TEXTS)
    return "a.csv", bytes(content[: r.randint(0, len(content))] if r.random() < 0.2 else content)


def spoilt_archive(r: random.Random) -> tuple[str, bytes]:
    """A workbook with a part damaged, dropped, doubled or swapped, or with bytes of the archive changed."""
    whole = xlsx(HEAD, *ROWS)
    if r.random() < 0.3:
        content = bytearray(whole)
        for _n in range(r.randint(1, 8)):
            content[r.randrange(len(content))] = r.randrange(256)
        return "a.xlsx", bytes(content[: r.randint(1, len(content))] if r.random() < 0.2 else content)
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(buffer, "w") as new:
        victim = r.choice(old.namelist())
        for name in old.namelist():
            if name != victim:
                new.writestr(name, old.read(name))
            elif r.random() < 0.85:
                new.writestr(name, _spoilt_part(r, old.read(name)))
    return "a.xlsx", buffer.getvalue()


def _spoilt_part(r: random.Random, content: bytes) -> bytes:
    for _n in range(r.randint(1, 3)):
        at = r.randrange(len(content) or 1)
        content = content[:at] + r.choice(XML) + content[at + r.randint(0, 12) :]
    return content


KINDS: list[Callable[[random.Random], tuple[str, bytes]]] = [spoilt_cells, spoilt_cells, spoilt_text, spoilt_archive]


@pytest.fixture
def importer(app: Flask, system: Any) -> Any:
    """An administrator, a unit, and one of the items there already."""
    user = administrator(language="en")
    make_item(code="M-1", uom=pieces())
    db.session.commit()
    with acting(actor_for(user, "web")) as actor:
        yield actor


def bring(seed: int) -> str:
    """Import one damaged file; returns what became of it."""
    r = random.Random(seed)
    name, content = r.choice(KINDS)(r)
    before = count()
    try:
        result = bring_in(content, name=name, whole=False)
    except QingmesError as refusal:
        db.session.rollback()
        result, why = None, str(refusal)
    else:
        why = result.kept.counts.get("error", "")
    if result is None or result.kept.state != "done":
        assert why
        assert count() == before
        return "refused"
    assert count() == before + result.outcomes.count("create")
    assert all(row >= 1 and reason for row, _column, reason in result.problems)
    assert all(row.told.get("problems") for row in result.rows if row.outcome == "refused")
    return "imported"


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Item)) or 0


def test_300_damaged_files_do_no_harm(importer: Actor) -> None:
    seen = [bring(seed) for seed in range(300)]
    assert seen.count("imported") > 60 and seen.count("refused") > 30


@pytest.mark.nightly
def test_2000_damaged_files_do_no_harm(importer: Actor) -> None:
    seen = [bring(seed) for seed in range(1000, 3000)]
    assert seen.count("imported") > 400 and seen.count("refused") > 200
