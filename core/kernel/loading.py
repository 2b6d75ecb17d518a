"""Building the registry: import each addon's files with fixed names, collect what they declare."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from collections.abc import Iterable
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import pluggy
from sqlalchemy.orm import configure_mappers

from core.api.declare import Endpoint
from core.config import Config
from core.db.base import Record
from core.db.scope import addon_and_noun
from core.db.spec import describe
from core.i18n import load_catalogs
from core.kernel import checks, hookspecs
from core.kernel.discovery import Addon, discover
from core.kernel.manifest import CORE, FieldGroup, NumberRuleSpec, Permission, Schedule, StarterRole, Subscription
from core.kernel.registry import Declared, Registry, set_registry
from core.paper.declare import Document, Label
from core.reminders.declare import SuggestedReminder
from core.reports.declare import Report
from core.views.declare import Extension, FormView, KanbanView, ListView, Menu
from core.workflow.declare import Workflow

FILES = (
    "models",
    "hookspecs",
    "events",
    "services",
    "permissions",
    "workflows",
    "jobs",
    "views",
    "paper",
    "reports",
    "reminders",
    "hooks",
    "web",
    "api",
)


def load(config: Config) -> Registry:
    """Discover, import, collect and check every installed addon; raises `SetupError` on the first fault.

    The result becomes the registry of the process.
    """
    registry = Registry(addons=discover(config))
    registry.plugins.add_hookspecs(hookspecs)
    set_registry(registry)
    for addon in registry.addons.values():
        import_files(addon)
    for addon in registry.addons.values():
        _collect_models(registry, addon)
    configure_mappers()
    for addon in registry.addons.values():
        _collect(registry, addon)
    _register_hooks(registry)
    load_catalogs(addon.folder / "translations" for addon in registry.addons.values())
    checks.check(registry)
    return registry


def import_files(addon: Addon) -> None:
    """Import those of the fixed files the addon has; a failing import is a `SetupError`."""
    for name in FILES:
        if find_spec(f"{addon.package}.{name}") is not None:
            addon.modules[name] = _import(addon, name)


def _import(addon: Addon, name: str) -> ModuleType:
    try:
        return importlib.import_module(f"{addon.package}.{name}")
    except Exception as error:  # an addon's code may fail in any way: the start stops with one message
        raise addon.wrong(
            f"{name.replace('.', '/')}.py",
            "import",
            f"{type(error).__name__}: {error}",
            "mend the file" + ("" if addon.name == CORE else f", or start without it: QINGMES_BLOCK={addon.name}"),
        ) from error


def _collect_models(registry: Registry, addon: Addon) -> None:
    if "models" not in addon.modules:
        return
    mine = [m.class_ for m in Record.registry.mappers if addon_and_noun(m.class_)[0] == addon.name]
    for model in sorted(mine, key=lambda cls: str(cls.__tablename__)):
        if not model.__tablename__.startswith(addon.prefix):
            raise addon.wrong(
                "models.py",
                f"{model.__name__}.__tablename__",
                f"'{model.__tablename__}' does not start with '{addon.prefix}'",
                f"name the table '{addon.prefix}{model.__tablename__}'",
            )
        if not hasattr(model, "__meta__"):
            raise addon.wrong("models.py", model.__name__, "has no __meta__", "add __meta__ = Meta(title=_(...))")


def _collect(registry: Registry, addon: Addon) -> None:
    for mapper in Record.registry.mappers:
        if addon_and_noun(mapper.class_)[0] == addon.name:
            spec = describe(mapper.class_)
            registry.models[spec.name] = registry.by_class[spec.model] = spec
    for collect in (_permissions, _workflows, _views, _papers, _reports, _reminders, _events, _jobs, _endpoints):
        collect(registry, addon)


def _declared(addon: Addon, file: str, name: str, kind: type[Any] | tuple[type[Any], ...]) -> list[Any]:
    """A list of declarations in one of the files, each of the right class."""
    values = getattr(addon.modules.get(file), name, ())
    if not isinstance(values, (list, tuple)):
        raise addon.wrong(f"{file}.py", name, "is not a list", f"write {name} = [...]")
    for value in values:
        if not isinstance(value, kind):
            raise addon.wrong(f"{file}.py", name, f"holds {value!r}", "declare it with the class of core for it")
    return list(values)


def _permissions(registry: Registry, addon: Addon) -> None:
    for permission in _declared(addon, "permissions", "PERMISSIONS", Permission):
        _add(addon, registry.permissions, permission.name, Declared(addon.name, permission), "permissions.PERMISSIONS")
    for group in _declared(addon, "permissions", "FIELD_GROUPS", FieldGroup):
        registry.field_groups.setdefault(group.name, Declared(addon.name, group))
    registry.roles += [Declared(addon.name, r) for r in _declared(addon, "permissions", "ROLES", StarterRole)]


def _workflows(registry: Registry, addon: Addon) -> None:
    for workflow in _declared(addon, "workflows", "WORKFLOWS", Workflow):
        _add(addon, registry.workflows, workflow.model, workflow, "workflows.WORKFLOWS")
    for number in _declared(addon, "workflows", "NUMBERS", NumberRuleSpec):
        _add(addon, registry.numbers, number.model, number, "workflows.NUMBERS")


def _views(registry: Registry, addon: Addon) -> None:
    places: dict[type[Any], dict[str, Any]] = {
        ListView: registry.lists,
        FormView: registry.forms,
        KanbanView: registry.kanbans,
    }
    for view in _declared(addon, "views", "VIEWS", tuple(places)):
        _add(addon, places[type(view)], view.model, view, "views.VIEWS")
    for extension in _declared(addon, "views", "EXTENSIONS", Extension):
        registry.extensions.setdefault(extension.model, []).append(Declared(addon.name, extension))
    for menu in _declared(addon, "views", "MENUS", Menu):
        _add(addon, registry.menus, menu.key, Declared(addon.name, menu), "views.MENUS")


def _papers(registry: Registry, addon: Addon) -> None:
    for paper in _declared(addon, "paper", "PAPERS", (Document, Label)):
        _add(addon, registry.papers, f"{addon.name}.{paper.name}", Declared(addon.name, paper), "paper.PAPERS")


def _reports(registry: Registry, addon: Addon) -> None:
    for report in _declared(addon, "reports", "REPORTS", Report):
        _add(addon, registry.reports, f"{addon.name}.{report.name}", Declared(addon.name, report), "reports.REPORTS")


def _reminders(registry: Registry, addon: Addon) -> None:
    for one in _declared(addon, "reminders", "REMINDERS", SuggestedReminder):
        _add(addon, registry.reminders, f"{addon.name}.{one.name}", Declared(addon.name, one), "reminders.REMINDERS")


def _events(registry: Registry, addon: Addon) -> None:
    module = addon.modules.get("events")
    for name, cls in inspect.getmembers(module, inspect.isclass) if module else ():
        if cls.__module__ == module.__name__ and dataclasses.is_dataclass(cls):  # type: ignore[union-attr]
            registry.events[f"{addon.name}.{name}"] = cls
    for subscription in _declared(addon, "events", "SUBSCRIPTIONS", Subscription):
        registry.subscriptions.append(Declared(addon.name, subscription))


def _jobs(registry: Registry, addon: Addon) -> None:
    module = addon.modules.get("jobs")
    for name, function in inspect.getmembers(module, inspect.isfunction) if module else ():
        if function.__module__ == module.__name__ and not name.startswith("_"):  # type: ignore[union-attr]
            registry.jobs[f"{addon.name}.{name}"] = function
    for schedule in _declared(addon, "jobs", "SCHEDULES", Schedule):
        _add(addon, registry.schedules, schedule.key, Declared(addon.name, schedule), "jobs.SCHEDULES")


def _endpoints(registry: Registry, addon: Addon) -> None:
    registry.endpoints += [Declared(addon.name, e) for e in _declared(addon, "api", "ENDPOINTS", Endpoint)]


def _add(addon: Addon, place: dict[str, Any], key: str, value: Any, where: str) -> None:
    file, _sep, name = where.partition(".")
    if key in place:
        raise addon.wrong(f"{file}.py", name, f"'{key}' is declared twice", "declare it once, in one addon")
    place[key] = value


def _register_hooks(registry: Registry) -> None:
    for addon in registry.addons.values():
        if "hookspecs" in addon.modules:
            registry.plugins.add_hookspecs(addon.modules["hookspecs"])
    for addon in registry.addons.values():
        if "hooks" in addon.modules:
            _register(registry, addon, addon.modules["hooks"], "hooks.py", addon.name)
        for neighbour in glue_files(addon, registry.addons):
            module = addon.modules[f"glue.{neighbour}"] = _import(addon, f"glue.{neighbour}")
            _register(registry, addon, module, f"glue/{neighbour}.py", f"{addon.name}:{neighbour}")
    _check_pending(registry)


def glue_files(addon: Addon, installed: Iterable[str]) -> list[str]:
    """The neighbours an addon has a `glue/<name>.py` for, and that are installed."""
    return [n for n in installed if n != addon.name and (addon.folder / "glue" / f"{n}.py").exists()]


def _register(registry: Registry, addon: Addon, module: ModuleType, file: str, plugin: str) -> None:
    try:
        registry.plugins.register(module, name=plugin)
    except pluggy.PluginValidationError as error:
        raise addon.wrong(
            file, "hookimpl", str(error).replace("\n", " "), "take the arguments the hook's specification names"
        ) from error


def _check_pending(registry: Registry) -> None:
    try:
        registry.plugins.check_pending()
    except pluggy.PluginValidationError as error:
        name = registry.plugins.get_name(error.plugin) or CORE
        addon = registry.addons[name.partition(":")[0]]
        raise addon.wrong(
            "hooks.py", "hookimpl", str(error).replace("\n", " "), "see docs/hooks.md for the names of the hooks"
        ) from error
