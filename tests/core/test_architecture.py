"""The plan of the house, held by tests: who imports whom, what no file may contain, which doors are open."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

import addons
import core
from core.kernel.discovery import Addon
from core.testing import sources
from core.testing.apps import TestApp
from core.web.access import access_of

ROOT = Path(core.__file__).parent.parent
CORE = ROOT / "core"
BUILT_IN = Path(addons.__file__).parent
LONGEST_MODULE = 400
EVERYTHING_CAUGHT = {
    "core/kernel/discovery.py": "an addon's manifest may fail in any way",
    "core/kernel/loading.py": "an addon's file may fail in any way",
    "core/events/deliver.py": "the job wrapper",
}
ENTRANCES = ("core/cli/", "core/testing/")
PUBLIC_ENDPOINTS = {
    "apps.healthz",
    "apps.metrics_page",
    "apps.readyz",
    "jobs.bell",
    "people.do_password_link",
    "people.do_setup",
    "people.do_sign_in",
    "people.language",
    "people.password_link",
    "people.setup",
    "people.sign_in",
    "shell.switch_theme",
    "static_file",
}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_MODULES = ("pickle", "marshal", "shelve", "dill", "cloudpickle")
HOSTS = re.compile(r"\b(pypi|npmjs|pythonhosted|jsdelivr|unpkg|cdnjs|deb\.debian)\b", re.IGNORECASE)
TEXTS = ("*.py", "*.html", "*.js", "*.css", "*.md", "*.cfg", "*.toml", "*.json", "*.lock", "*.txt", "*.yml", "*.yaml")
NOT_OURS = {".git", ".venv", "node_modules", "vendor", "var", "__pycache__", "build", "dist"}


def product_files() -> list[Path]:
    """Every Python file of core and of the built-in addons."""
    return sorted(p for folder in (CORE, BUILT_IN) for p in folder.rglob("*.py") if "__pycache__" not in p.parts)


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Each product file's path from the root, and its syntax tree."""
    for path in product_files():
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call in the product."""
    for file, tree in trees():
        yield from ((file, node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_core_imports_no_addon() -> None:
    found = [str(i) for file in CORE.rglob("*.py") for i in sources.imports_of(file) if i.module.startswith("addons.")]
    assert found == []


def test_every_addon_imports_only_what_its_manifest_allows(sqlite_test_app: TestApp) -> None:
    installed: dict[str, Addon] = sqlite_test_app.registry.addons
    assert [str(i) for addon in installed.values() for i in sources.forbidden_imports(addon, installed)] == []


def test_everything_is_caught_only_at_the_request_boundary_the_job_wrapper_and_at_start() -> None:
    found = {
        file
        for file, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and _catches_everything(node)
    }
    assert found <= set(EVERYTHING_CAUGHT)


def _catches_everything(handler: ast.ExceptHandler) -> bool:
    names = [handler.type] if not isinstance(handler.type, ast.Tuple) else handler.type.elts
    return handler.type is None or any(isinstance(n, ast.Name) and n.id == "Exception" for n in names)


def test_nothing_evaluates_text_as_code() -> None:
    found = [f"{f}:{c.lineno}" for f, c in calls() if isinstance(c.func, ast.Name) and c.func.id in FORBIDDEN_CALLS]
    assert found == []


def test_nothing_goes_through_a_shell() -> None:
    found = [
        f"{file}:{call.lineno}"
        for file, call in calls()
        if any(k.arg == "shell" for k in call.keywords) or ast.unparse(call.func) in ("os.system", "os.popen")
    ]
    assert found == []


def test_nothing_is_read_with_pickle_or_an_unsafe_yaml_loader() -> None:
    modules = [str(i) for p in product_files() for i in sources.imports_of(p) if i.module.startswith(FORBIDDEN_MODULES)]
    loads = [f"{f}:{c.lineno}" for f, c in calls() if ast.unparse(c.func) in ("yaml.load", "yaml.unsafe_load")]
    assert modules + loads == []


def test_every_route_says_who_may_use_it(app: Flask) -> None:
    unmarked = [r.rule for r in app.url_map.iter_rules() if access_of(app.view_functions[r.endpoint]) is None]
    assert unmarked == []


def test_the_routes_open_to_everybody_are_exactly_these(app: Flask) -> None:
    marks = {name: access_of(view) for name, view in app.view_functions.items()}
    assert {name for name, mark in marks.items() if mark is not None and mark.kind == "public"} == PUBLIC_ENDPOINTS


def test_every_permission_a_route_asks_for_is_declared(app: Flask, sqlite_test_app: TestApp) -> None:
    marks = [access_of(view) for view in app.view_functions.values()]
    asked = {mark.what for mark in marks if mark is not None and mark.kind == "permission"}
    assert asked - set(sqlite_test_app.registry.permissions) == set()


def elevations() -> set[tuple[str, str]]:
    """Every block with more rights, as (file, why): `elevated("why")`, `lent("why", …)`, or who acts as the system."""
    return {
        (file, _reason(call, function.name))
        for file, tree in trees()
        if not file.startswith(ENTRANCES)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and (_is_elevated(call) or ast.unparse(call) == "acting(SYSTEM)")
    }


def _is_elevated(call: ast.Call) -> bool:
    return ast.unparse(call.func).rpartition(".")[2] in ("elevated", "lent")


def _reason(call: ast.Call, function: str) -> str:
    if not _is_elevated(call):
        return f"the system itself, in {function}"
    return str(ast.literal_eval(call.args[0]))


def test_every_elevation_is_listed_with_its_reason() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+?) \|", (ROOT / "docs/elevations.md").read_text("utf-8"), re.MULTILINE)
    assert elevations() == set(rows)


def test_no_module_of_core_is_long_without_a_reason_at_its_top() -> None:
    long = [p for p in CORE.rglob("*.py") if len(p.read_text(encoding="utf-8").splitlines()) > LONGEST_MODULE]
    assert [
        str(p) for p in long if "Longer than" not in (ast.get_docstring(ast.parse(p.read_text("utf-8"))) or "")
    ] == []


def test_no_text_names_a_registry_host() -> None:
    here = Path(__file__)
    found = [
        str(path.relative_to(ROOT))
        for pattern in TEXTS
        for path in ROOT.rglob(pattern)
        if not NOT_OURS & set(path.parts) and path != here and HOSTS.search(path.read_text("utf-8", errors="replace"))
    ]
    assert found == []


@pytest.mark.parametrize("addon", sorted(p.parent.name for p in BUILT_IN.glob("*/manifest.py")))
def test_every_built_in_addon_begins_with_a_docstring_and_no_imports(addon: str) -> None:
    tree = ast.parse((BUILT_IN / addon / "__init__.py").read_text("utf-8"))
    assert ast.get_docstring(tree) and len(tree.body) == 1
