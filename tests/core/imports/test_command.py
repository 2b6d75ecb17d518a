"""`qingmes import` on a database of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from core.cli import main
from tests.core.imports.support import csv_file

HEAD = ("code", "name")


@pytest.mark.slow
def test_a_file_is_imported_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QINGMES_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("QINGMES_LOCALE", "en")
    monkeypatch.setenv("QINGMES_ONLY", "masterdata")
    file = tmp_path / "families.csv"
    file.write_bytes(csv_file(HEAD, ("F-1", "Length"), ("F-2", "Mass")))
    bad = tmp_path / "bad.csv"
    bad.write_bytes(csv_file(HEAD, ("F-3", ""), ("F-4", "Time")))

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, list(arguments), catch_exceptions=False)
        return result.exit_code, result.output

    assert run("upgrade")[0] == 0
    family = ("--model", "masterdata.uom_family")
    assert run("import", str(file), *family)[0] == 1  # its app is not enabled yet
    assert run("addons", "enable", "masterdata")[0] == 0
    assert run("import", str(file), *family, "--dry-run") == (
        0,
        "New 2 · Changed 0 · Unchanged 0 · Refused 0 · Left out 0\n",
    )
    assert run("import", str(file), *family, "--key", "code")[1].splitlines()[-1].startswith("New 2")
    assert run("import", str(file), *family)[1].splitlines()[-1].startswith("New 0 · Changed 0 · Unchanged 2")
    code, said = run("import", str(bad), *family)
    assert code == 1 and "Row 2 · Name: This is needed." in said and "nothing was imported" in said
    code, said = run("import", str(bad), *family, "--valid-rows")
    assert code == 0 and "New 1" in said
    code, said = run("import", str(file), "--model", "nonsense")
    assert code == 1 and "no kind of record" in said
