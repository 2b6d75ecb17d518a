"""Reading sources for what an addon may not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.i18n import _
from core.kernel.discovery import Addon
from core.kernel.manifest import API_VERSION, Manifest
from core.testing.sources import core_selects


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ("Order.__table__", True),
        ("models.Order.__table__", True),
        ("db.session.get(Order, 7)", True),
        ("db.session.get_one(models.Order, 7)", True),
        ("get_or_none(Order, 7)", False),
        ("db.session.get(Unit, 7)", False),
        ("orders.get(Order)", False),
        ("Unit.__table__", False),
    ],
)
def test_reads_past_the_row_scope_are_found(tmp_path: Path, line: str, is_found: bool) -> None:
    (tmp_path / "services.py").write_text(f"{line}\n")
    manifest = Manifest(name="shop", version="1", api=API_VERSION, title=_("Shop"), summary=_("Shop"))
    addon = Addon(name="shop", package="shop", folder=tmp_path, manifest=manifest)
    assert (core_selects(addon, ["Order"]) != []) is is_found
