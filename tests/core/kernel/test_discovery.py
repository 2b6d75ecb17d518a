"""Finding addons and ordering them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config import Config
from core.errors import SetupError
from core.kernel.discovery import Addon, check_dependencies, check_names, discover, is_good_name, load_order
from core.kernel.manifest import API_VERSION, Manifest
from core.testing.apps import config_for


def addon(name: str, *depends: str, optional: tuple[str, ...] = ()) -> Addon:
    """An addon that exists only as a manifest."""
    manifest = Manifest(
        name=name, version="1", api=API_VERSION, title=name, summary="", depends=depends, optional=optional
    )
    return Addon(name=name, package=f"nowhere.{name}", folder=Path("/nowhere"), manifest=manifest)


def found(*addons: Addon) -> dict[str, Addon]:
    """Addons by name."""
    return {a.name: a for a in addons}


def configured(folder: Path, **settings: object) -> Config:
    """A configuration with these settings."""
    return config_for(folder, "sqlite://", **settings)


def test_an_addon_is_loaded_after_what_it_depends_on() -> None:
    order = load_order(found(addon("a", "b"), addon("b", "c"), addon("c")))
    assert order == ["c", "b", "a"]


def test_an_addon_is_loaded_after_its_installed_optional_neighbours() -> None:
    order = load_order(found(addon("a", optional=("z", "not_here")), addon("z")))
    assert order == ["z", "a"]


def test_addons_that_do_not_know_each_other_are_loaded_by_name() -> None:
    assert load_order(found(addon("b"), addon("c"), addon("a"))) == ["a", "b", "c"]


def test_a_circle_names_its_members() -> None:
    with pytest.raises(SetupError) as raised:
        load_order(found(addon("a", "b"), addon("b", "c"), addon("c", "a")))
    assert {"a", "b", "c"} <= set(raised.value.problem)


def test_names_that_only_look_alike_are_no_clash() -> None:
    check_names(found(addon("stock"), addon("stocktake")))


def test_a_blocked_dependency_is_named_as_blocked(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="QINGMES_BLOCK"):
        check_dependencies(found(addon("a", "b")), configured(tmp_path, block=frozenset({"b"})))


def test_core_comes_first_and_needs_no_addons(tmp_path: Path) -> None:
    assert list(discover(configured(tmp_path, only=frozenset()))) == ["core"]


def test_a_folder_that_hides_an_installed_addon_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("one", "two"):
        (tmp_path / place / "kettle").mkdir(parents=True)
        (tmp_path / place / "kettle" / "__init__.py").write_text('"""An addon."""\n')
        (tmp_path / place / "kettle" / "manifest.py").write_text("MANIFEST = None\n")
    monkeypatch.setattr("addons.__path__", [str(tmp_path / "one")])
    with pytest.raises(SetupError, match="installed already") as raised:
        discover(configured(tmp_path, addons_path=(tmp_path / "two",), only=frozenset({"kettle"})))
    assert (raised.value.addon, raised.value.field) == ("kettle", "folder")


@pytest.mark.parametrize("name", ["Lathe", "9lives", "my-addon", "_own", "api", "m", "车床", "a.b", ""])
def test_a_name_that_cannot_be_an_addons_is_refused(name: str) -> None:
    assert not is_good_name(name)


def test_a_blocked_addon_is_left_out(tmp_path: Path) -> None:
    chosen = configured(tmp_path, addons_path=(Path(__file__).parents[2] / "broken_addons/hook_typo",))
    blocked = configured(tmp_path, addons_path=chosen.addons_path, block=frozenset({"pump"}))
    assert "pump" in discover(chosen) and "pump" not in discover(blocked)
