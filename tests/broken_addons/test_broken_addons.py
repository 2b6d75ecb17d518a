"""Every kind of broken addon stops the start with one message: addon, file, field, what to do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MESSAGE = re.compile(
    r"^Error: Addon '(?P<addon>\w+)', (?P<file>.+?), (?P<field>.+?): (?P<problem>.+)\n  What to do: (?P<remedy>.+)$",
    re.S,
)
START_SECONDS = 120


@dataclass(frozen=True)
class Expected:
    """What the message must name; `problem` and `remedy` are parts of its two sentences."""

    addon: str
    file: str
    field: str
    problem: str
    remedy: str


KINDS = {
    "missing_dependency": Expected(
        "lathe", "manifest.py", "depends", "needs the addon 'nowhere'", "QINGMES_BLOCK=lathe"
    ),
    "cycle": Expected("egg|hen", "manifest.py", "depends", "in a circle: ", "remove one of these dependencies"),
    "duplicate_name": Expected("twin", "manifest.py", "folder", "hold an addon of this name", "rename one of them"),
    "name_prefix": Expected(
        "gear_box", "manifest.py", "name", "begins with the name of the addon 'gear'", "rename one"
    ),
    "reserved_name": Expected("jobs", "manifest.py", "name", "a word core uses", "rename the addon"),
    "another_name_in_the_manifest": Expected("drill", "manifest.py", "name", "says 'bore'", "use one name"),
    "wrong_api": Expected("laser", "manifest.py", "api", "kernel API 99", "install a release of the addon"),
    "unknown_manifest_key": Expected("paint", "manifest.py", "import", "'colour'", "mend the file"),
    "bad_view_path": Expected("vise", "views.py", "ListView", "no field 'owner'", "name a field of the model"),
    "unknown_permission_in_a_workflow": Expected(
        "press",
        "workflows.py",
        "press.thing.finish",
        "'press.thing.finish' is not declared",
        "declare it in permissions.py",
    ),
    "transition_to_an_unknown_state": Expected(
        "forge", "workflows.py", "forge.thing.finish", "there is no state 'finished'", "name one of its states"
    ),
    "workflow_of_a_model_without_a_state": Expected(
        "mould", "workflows.py", "mould.thing", "its model has no state", "the mixin Stateful"
    ),
    "transition_with_a_foreign_permission": Expected(
        "anvil", "workflows.py", "anvil.thing.finish", "'core.user.write' is not a permission on", "anvil.thing."
    ),
    "unknown_permission_in_a_role": Expected(
        "crane",
        "permissions.py",
        "ROLES 'operator'",
        "'crane.thing.lift' is not declared",
        "declare it in permissions.py",
    ),
    "unknown_starter_post": Expected("hoist", "permissions.py", "ROLES", "no starter post 'juggler'", "plant_manager"),
    "hook_typo": Expected("pump", "hooks.py", "hookimpl", "befor_transition", "docs/hooks.md"),
    "wrong_hook_arguments": Expected("valve", "hooks.py", "hookimpl", "document", "the hook's specification names"),
    "failing_import": Expected("robot", "services.py", "import", "a_library_nobody_has", "QINGMES_BLOCK=robot"),
    "table_without_prefix": Expected(
        "saw", "models.py", "Thing.__tablename__", "does not start with 'saw_'", "'saw_blade'"
    ),
    "model_without_meta": Expected("belt", "models.py", "Thing", "has no __meta__", "add __meta__"),
    "model_without_permissions": Expected(
        "chain", "permissions.py", "PERMISSIONS", "'chain.thing.read' is not declared", "declare it in permissions.py"
    ),
    "unknown_menu_parent": Expected("shaft", "views.py", "Menu 'shaft'", "no menu 'nowhere'", "name a menu's key"),
    "menu_to_no_route": Expected("winch", "views.py", "Menu 'winch'", "no route 'winch.nowhere'", "winch.<function>"),
    "permission_declared_twice": Expected(
        "wheel", "permissions.py", "PERMISSIONS", "'wheel.thing.turn' is declared twice", "declare it once"
    ),
    "missing_migration": Expected(
        "spring", "migrations", "Thing", "no migration makes the table of 'spring_thing'", "qingmes migration spring"
    ),
    "schedule_without_a_job": Expected(
        "clock", "jobs.py", "SCHEDULES 'clock.strike'", "not a function of a jobs.py", "move it there"
    ),
    "extension_after_an_unknown_section": Expected("bolt", "views.py", "EXTENSIONS", "no section 'neck'", "head"),
    "blueprint_of_another_name": Expected(
        "fan", "web.py", "blueprint", "the addon's name", 'Blueprint("fan", __name__)'
    ),
    "subscription_to_no_event": Expected("bell", "events.py", "SUBSCRIPTIONS", "Rung", "dataclass"),
    "declaration_of_the_wrong_class": Expected(
        "screw", "views.py", "VIEWS", "holds {'model'", "with the class of core"
    ),
}


def start_with(kind: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Try to serve with only the broken addons of this kind."""
    places = [HERE / kind / part for part in ("first", "second")] if kind == "duplicate_name" else [HERE / kind]
    names = {p.parent.name for p in (HERE / kind).rglob("manifest.py")}
    environment = {
        **os.environ,
        "QINGMES_DATA": str(folder),
        "QINGMES_ADDONS_PATH": os.pathsep.join(map(str, places)),
        "QINGMES_ONLY": ",".join(names),
    }
    environment.pop("QINGMES_DATABASE_URL", None)
    command = [sys.executable, "-m", "core.cli", "serve", "--port", "0"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=START_SECONDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_start_stops_with_addon_file_field_and_remedy(kind: str, tmp_path: Path) -> None:
    expected = KINDS[kind]
    result = start_with(kind, tmp_path)
    said = MESSAGE.match(result.stderr.strip())
    assert said is not None, result.stderr
    assert result.returncode == 1
    assert re.fullmatch(expected.addon, said["addon"])
    assert said["file"].endswith(expected.file)
    assert said["field"] == expected.field
    assert expected.problem in said["problem"]
    assert expected.remedy in said["remedy"]


def test_every_folder_of_a_broken_addon_is_tried() -> None:
    folders = {p.name for p in HERE.iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert folders == set(KINDS)
