"""What is checked at start, so that a bad declaration never waits for a user to find it."""

from __future__ import annotations

from collections.abc import Container

from flask import Blueprint

from core.db.spec import ModelSpec
from core.errors import SetupError, ValidationError
from core.kernel.discovery import Addon
from core.kernel.registry import Registry, is_page
from core.paper.declare import Label, Paper
from core.paper.sizes import FORMATS, page_mm
from core.views.declare import Lines, Section


def check(registry: Registry) -> None:
    """Resolve every name that declarations mention; raises `SetupError` on the first that leads nowhere."""
    for name in registry.models:
        _check_model(registry, registry.models[name])
    for name in registry.workflows:
        _check_workflow(registry, name)
    _check_blueprints(registry)
    _check_views(registry)
    _check_menus(registry)
    _check_papers(registry)
    _check_reports(registry)
    _check_reminders(registry)
    _check_roles(registry)
    _check_subscriptions(registry)
    _check_jobs(registry)
    _check_endpoints(registry)


def owner_of(registry: Registry, name: str) -> Addon:
    """The addon a dotted name belongs to, core when unknown."""
    return registry.addons.get(name.partition(".")[0], registry.addons["core"])


def _check_model(registry: Registry, spec: ModelSpec) -> None:
    addon = registry.addons[spec.addon]
    for name in (*spec.meta.display, *spec.meta.search, *(o.lstrip("-") for o in spec.meta.order)):
        if not hasattr(spec.model, name):
            raise addon.wrong(
                "models.py", f"{spec.model.__name__}.__meta__", f"names '{name}', which is no field", "name a field"
            )
    if spec.meta.generic and spec.meta.parent is None:
        if not spec.meta.resource:
            raise addon.wrong("models.py", f"{spec.model.__name__}.__meta__", "has no resource", "name its address")
        verbs = ("read", "export") if spec.meta.read_only else ("read", "create", "write", "delete", "export")
        for verb in verbs:
            _permission(registry, addon, spec.permission(verb), "permissions.py", "PERMISSIONS")


def _permission(registry: Registry, addon: Addon, name: str, file: str, field: str) -> None:
    if name not in registry.permissions:
        raise addon.wrong(file, field, f"the permission '{name}' is not declared", "declare it in permissions.py")


def _model(registry: Registry, addon: Addon, name: str, file: str, field: str) -> ModelSpec:
    if name not in registry.models:
        raise addon.wrong(file, field, f"there is no model '{name}'", "name a model as <addon>.<noun>")
    return registry.models[name]


def _check_workflow(registry: Registry, name: str) -> None:
    workflow = registry.workflows[name]
    addon = owner_of(registry, name)
    spec = _model(registry, addon, name, "workflows.py", "WORKFLOWS")
    if "state" not in spec.fields:
        raise addon.wrong("workflows.py", name, "its model has no state", "give the model the mixin Stateful")
    for state in (workflow.initial, *workflow.editable_in, *workflow.deletable_in):
        if state not in workflow.states:
            raise addon.wrong("workflows.py", name, f"there is no state '{state}'", "name one of its states")
    for transition in workflow.transitions:
        where = f"{name}.{transition.name}"
        for state in (*transition.from_, transition.to):
            if state not in workflow.states:
                raise addon.wrong("workflows.py", where, f"there is no state '{state}'", "name one of its states")
        _permission(registry, addon, transition.permission, "workflows.py", where)
        if transition.permission.rpartition(".")[0] != name:
            raise addon.wrong(
                "workflows.py",
                where,
                f"'{transition.permission}' is not a permission on '{name}', so its rows cannot be told",
                f"declare and name a permission {name}.<verb>",
            )


def _check_blueprints(registry: Registry) -> None:
    """Disabling an addon hides the pages of the blueprint that carries its name."""
    for addon in registry.addons.values():
        web = addon.modules.get("web")
        if addon.name == "core" or web is None:
            continue
        blueprint = getattr(web, "blueprint", None)
        if not isinstance(blueprint, Blueprint) or blueprint.name != addon.name:
            raise addon.wrong(
                "web.py",
                "blueprint",
                "is missing, or does not carry the addon's name",
                f'write blueprint = Blueprint("{addon.name}", __name__)',
            )


def _check_views(registry: Registry) -> None:
    for views in (registry.lists, registry.forms, registry.kanbans):
        for name in views:
            _model(registry, owner_of(registry, name), name, "views.py", "VIEWS")
    for name, view in registry.lists.items():
        owner = owner_of(registry, name)
        for path in (*view.columns, *view.filters, *view.totals, *view.group_by):
            check_path(registry, owner, name, path, "ListView")
    for name, form in registry.forms.items():
        for section in form.sections:
            _check_section(registry, owner_of(registry, name), name, section)
    for name, kanban in registry.kanbans.items():
        for path in (kanban.by, *kanban.fields):
            check_path(registry, owner_of(registry, name), name, path, "KanbanView")
    _check_extensions(registry)


def _check_extensions(registry: Registry) -> None:
    for name, extensions in registry.extensions.items():
        for declared in extensions:
            addon = registry.addons[declared.addon]
            _model(registry, addon, name, "views.py", "EXTENSIONS")
            for path in declared.what.columns:
                check_path(registry, addon, name, path, "Extension")
            names = {s.name for s in registry.forms[name].sections} if name in registry.forms else set()
            if declared.what.after and declared.what.after not in names:
                raise addon.wrong(
                    "views.py",
                    "EXTENSIONS",
                    f"the form of '{name}' has no section '{declared.what.after}'",
                    "name one of: " + ", ".join(sorted(names)),
                )
            for section in declared.what.sections:
                _check_section(registry, addon, name, section)


def _check_section(registry: Registry, addon: Addon, model: str, section: object) -> None:
    if isinstance(section, Section):
        for path in section.fields:
            check_path(registry, addon, model, path, f"Section '{section.name}'")
    if isinstance(section, Lines):
        lines = registry.models[model].lines.get(section.relation)
        if lines is None:
            raise addon.wrong(
                "views.py", "VIEWS", f"'{model}' has no lines '{section.relation}'", "name a relationship to lines"
            )
        for path in (*section.columns, *section.totals):
            check_path(registry, addon, lines.model, path, f"Lines '{section.relation}'")


def check_path(registry: Registry, addon: Addon, model: str, path: str, where: str, file: str = "views.py") -> None:
    """Follow a dotted path through links and one-to-one side tables; `SetupError` where it ends."""
    cls = registry.models[model].model
    *links, last = path.split(".")
    for step in links:
        relation = cls.__mapper__.relationships.get(step)
        if relation is None or relation.uselist:
            raise _bad_path(addon, file, where, model, path, step)
        cls = relation.mapper.class_
    spec = registry.spec_of(cls)
    if spec.field_named(last) is None:
        raise _bad_path(addon, file, where, model, path, last)


def _bad_path(addon: Addon, file: str, where: str, model: str, path: str, step: str) -> SetupError:
    return addon.wrong(
        file, where, f"'{path}' of '{model}' leads nowhere: no field '{step}'", "name a field of the model"
    )


def _check_menus(registry: Registry) -> None:
    for key, declared in registry.menus.items():
        addon, menu = registry.addons[declared.addon], declared.what
        if menu.parent and menu.parent not in registry.menus:
            raise addon.wrong("views.py", f"Menu '{key}'", f"there is no menu '{menu.parent}'", "name a menu's key")
        if menu.model:
            _model(registry, addon, menu.model, "views.py", f"Menu '{key}'")
        if menu.permission:
            _permission(registry, addon, menu.permission, "views.py", f"Menu '{key}'")
        if menu.endpoint and not (menu.permission or menu.for_everybody):
            raise addon.wrong("views.py", f"Menu '{key}'", "leads to a page but names no permission", "add permission=")


def _check_papers(registry: Registry) -> None:
    for key, declared in registry.papers.items():
        addon, paper, where = registry.addons[declared.addon], declared.what, f"PAPERS '{key}'"
        spec = _model(registry, addon, paper.model, "paper.py", where)
        if not is_page(spec):
            raise addon.wrong("paper.py", where, f"'{paper.model}' has no pages of its own", "name a document's model")
        if not any((a.folder / "templates" / paper.template).is_file() for a in registry.addons.values()):
            raise addon.wrong(
                "paper.py", where, f"there is no template '{paper.template}'", "write it, or mend the name"
            )
        if paper.permission:
            _permission(registry, addon, paper.permission, "paper.py", where)
        for path in (*paper.loads, paper.language, getattr(paper, "quantity", "")):
            _check_load(registry, addon, spec, path, where)
        _check_sizes(addon, paper, where)


def _check_reports(registry: Registry) -> None:
    for key, declared in registry.reports.items():
        addon, report, where = registry.addons[declared.addon], declared.what, f"REPORTS '{key}'"
        _permission(registry, addon, report.permission, "reports.py", where)
        for parts in (report.asks, report.columns):
            names = [part.name for part in parts]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise addon.wrong("reports.py", where, f"'{twice[0]}' is there twice", "give each a name of its own")
            for target in (part.target for part in parts if part.target):
                _model(registry, addon, target, "reports.py", where)
        dates = {ask.name for ask in report.asks if ask.kind == "date"}
        for ask in report.asks:
            if ask.not_before and ask.not_before not in dates:
                raise addon.wrong("reports.py", where, f"there is no date '{ask.not_before}'", "name a date it asks")
            if ask.not_before and ask.name not in dates:
                raise addon.wrong("reports.py", where, f"'{ask.name}' is no date", "leave out not_before=")
            if (ask.kind == "link") != bool(ask.target) or (ask.kind == "choice") != bool(ask.choices):
                raise addon.wrong(
                    "reports.py", where, f"what '{ask.name}' offers does not fit its kind", "name target= or choices="
                )
        for column in report.columns:
            if column.group and column.group not in registry.field_groups:
                raise addon.wrong(
                    "reports.py", where, f"there is no field group '{column.group}'", "declare it in permissions.py"
                )


def _check_reminders(registry: Registry) -> None:
    for key, declared in registry.reminders.items():
        addon, one, where = registry.addons[declared.addon], declared.what, f"REMINDERS '{key}'"
        _model(registry, addon, one.model, "reminders.py", where)
        for path in (one.date, *one.people):
            check_path(registry, addon, one.model, path, where, "reminders.py")


def _check_load(registry: Registry, addon: Addon, spec: ModelSpec, path: str, where: str) -> None:
    first, _dot, rest = path.partition(".")
    if first in spec.lines:
        spec, path = registry.models[spec.lines[first].model], rest
    if path:
        check_path(registry, addon, spec.name, path, where, "paper.py")


def _check_sizes(addon: Addon, paper: Paper, where: str) -> None:
    if isinstance(paper, Label):
        unknown = [f for f in paper.formats if f not in FORMATS]
        if unknown or not paper.formats:
            raise addon.wrong("paper.py", where, f"knows no formats {unknown}", "name one of: " + ", ".join(FORMATS))
        return
    try:
        sizes = [page_mm(size) for size in paper.sizes]
    except ValidationError as error:
        raise addon.wrong("paper.py", where, str(error), "name a size such as A4") from error
    if not sizes:
        raise addon.wrong("paper.py", where, "has no sizes", "name a size such as A4")


def check_endpoints(registry: Registry, known: Container[str]) -> None:
    """Refuse menu entries and forms that lead to no route; asked once the application's routes are there."""
    for name, form in registry.forms.items():
        if form.endpoint and form.endpoint not in known:
            raise owner_of(registry, name).wrong(
                "views.py", f"FormView of '{name}'", f"there is no route '{form.endpoint}'", "name a function of web.py"
            )
    for key, declared in registry.menus.items():
        endpoint = declared.what.endpoint
        if endpoint and endpoint not in known:
            raise registry.addons[declared.addon].wrong(
                "views.py",
                f"Menu '{key}'",
                f"there is no route '{endpoint}'",
                f"name a function of web.py as {declared.addon}.<function>",
            )


def _check_roles(registry: Registry) -> None:
    from core.people.starter import POSTS

    for declared in registry.roles:
        addon, role = registry.addons[declared.addon], declared.what
        if role.post not in POSTS:
            raise addon.wrong(
                "permissions.py", "ROLES", f"there is no starter post '{role.post}'", "name one of: " + ", ".join(POSTS)
            )
        for permission in role.permissions:
            _permission(registry, addon, permission, "permissions.py", f"ROLES '{role.post}'")


def _check_subscriptions(registry: Registry) -> None:
    events = set(registry.events.values())
    for declared in registry.subscriptions:
        if declared.what.event not in events:
            raise registry.addons[declared.addon].wrong(
                "events.py",
                "SUBSCRIPTIONS",
                f"{declared.what.event.__name__} is no event of an installed addon",
                "name a dataclass of an addon's events.py",
            )


def _check_jobs(registry: Registry) -> None:
    functions = set(registry.jobs.values())
    for key, declared in registry.schedules.items():
        addon, schedule = registry.addons[declared.addon], declared.what
        if schedule.job not in functions:
            raise addon.wrong(
                "jobs.py", f"SCHEDULES '{key}'", "its job is not a function of a jobs.py", "move it there"
            )
        if bool(schedule.every_minutes) == bool(schedule.daily_at):
            raise addon.wrong(
                "jobs.py", f"SCHEDULES '{key}'", "says not exactly one of every_minutes, daily_at", "say one of them"
            )


def _check_endpoints(registry: Registry) -> None:
    for declared in registry.endpoints:
        addon, endpoint = registry.addons[declared.addon], declared.what
        _permission(registry, addon, endpoint.permission, "api.py", f"ENDPOINTS '{endpoint.path}'")
