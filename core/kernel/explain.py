"""What the registry knows about one name, as pairs of a label and a text: for the command line and the page."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from core.db.spec import FieldSpec
from core.errors import NotFound
from core.i18n import Text, _, gettext
from core.kernel.hooks import addon_of
from core.kernel.registry import current_registry
from core.workflow.declare import Transition

Lines = list[tuple[Text, str]]


def explain_model(name: str) -> Lines:
    """A model: table, address, fields, lines, permissions, states and who extends it."""
    registry = current_registry()
    spec = registry.model(name)
    lines: Lines = [
        (_("Model"), f"{name} ({spec.meta.title})"),
        (_("Declared by"), f"{spec.addon}: {spec.model.__module__}.{spec.model.__name__}"),
        (_("Table"), str(spec.model.__tablename__)),
    ]
    if spec.meta.resource:
        lines.append((_("Address"), f"/m/{spec.addon}/{spec.meta.resource}, /api/v1/{spec.addon}/{spec.meta.resource}"))
    lines += [(_("Field"), f"{field.name}: {_field(field)}") for field in spec.fields.values()]
    lines += [(_("Lines"), f"{name_}: {found.model}") for name_, found in spec.lines.items()]
    lines += [(_("Permission"), p) for p in registry.permissions if p.rpartition(".")[0] == name]
    if name in registry.workflows:
        lines += [(_("Transition"), _transition(t)) for t in registry.workflows[name].transitions]
    lines += [(_("Extended by"), declared.addon) for declared in registry.extensions.get(name, ())]
    return lines


def _transition(transition: Transition) -> str:
    arrow = f"{' | '.join(transition.from_)} → {transition.to}"
    return gettext(
        "%(name)s: %(arrow)s, needs %(permission)s",
        name=transition.name,
        arrow=arrow,
        permission=transition.permission,
    )


def _field(field: FieldSpec) -> str:
    kind = field.kind if field.target is None else gettext("link to %(model)s", model=field.target)
    words = [str(field.info.label), kind]
    words += [gettext("required")] if field.required else []
    words += [gettext("unique")] if field.unique else []
    words += [gettext("field group %(name)s", name=field.info.group)] if field.info.group else []
    return ", ".join(words)


def explain_permission(name: str) -> Lines:
    """A permission: who declares it, which starter posts have it, what asks for it."""
    registry = current_registry()
    if name not in registry.permissions:
        raise _unknown(name, registry.permissions)
    declared = registry.permissions[name]
    lines: Lines = [(_("Permission"), f"{name} ({declared.what.title})"), (_("Declared by"), declared.addon)]
    lines += [(_("Starter post"), r.what.post) for r in registry.roles if name in r.what.permissions]
    for model, workflow in registry.workflows.items():
        lines += [(_("Transition"), f"{model}.{t.name}") for t in workflow.transitions if t.permission == name]
    lines += [(_("Menu"), key) for key, menu in registry.menus.items() if menu.what.permission == name]
    lines += [(_("Route"), rule) for rule in _routes_asking(name)]
    return lines


def _routes_asking(name: str) -> list[str]:
    from flask import current_app

    from core.web.access import access_of

    rules = []
    for rule in current_app.url_map.iter_rules():
        access = access_of(current_app.view_functions[rule.endpoint])
        if access is not None and access.kind == "permission" and access.what == name:
            rules.append(rule.rule)
    return sorted(rules)


def explain_hook(name: str) -> Lines:
    """A hook: its specification and which addons answer, in the order they are asked."""
    registry = current_registry()
    specs = dict(hook_specifications())
    if name not in specs:
        raise _unknown(name, specs)
    owner, function = specs[name]
    lines: Lines = [
        (_("Hook"), f"{name}{inspect.signature(function)}"),
        (_("Declared by"), owner),
        (_("What it is for"), " ".join((inspect.getdoc(function) or "").split())),
    ]
    caller = getattr(registry.plugins.hook, name)
    answers = [addon_of(i.plugin_name) for i in reversed(caller.get_hookimpls())]
    return lines + [(_("Answered by"), addon) for addon in answers]


def hook_specifications() -> Iterator[tuple[str, tuple[str, Any]]]:
    """Every hook as `(name, (addon, specification function))`, core's first, in load order."""
    from core.kernel import hookspecs

    registry = current_registry()
    modules = [("core", hookspecs)] + [
        (name, addon.modules["hookspecs"]) for name, addon in registry.addons.items() if "hookspecs" in addon.modules
    ]
    for addon_name, module in modules:
        for name, function in vars(module).items():
            if inspect.isfunction(function) and hasattr(function, "qingmes_spec"):
                yield name, (addon_name, function)


def explain_menu(name: str) -> Lines:
    """A menu entry: where it leads, what it asks for, what stands under it."""
    registry = current_registry()
    if name not in registry.menus:
        raise _unknown(name, registry.menus)
    declared, menu = registry.menus[name], registry.menus[name].what
    lines: Lines = [(_("Menu"), f"{name} ({menu.title})"), (_("Declared by"), declared.addon)]
    lines.append((_("Leads to"), menu.model or menu.endpoint or gettext("nothing: it is a group")))
    if menu.model or menu.permission:
        lines.append((_("Needs"), menu.permission or registry.model(menu.model).permission("read")))
    lines += [(_("Above it"), menu.parent)] if menu.parent else []
    return lines + [(_("Below it"), key) for key, child in registry.menus.items() if child.what.parent == name]


def _unknown(name: str, known: Any) -> NotFound:
    near = [k for k in known if name.rpartition(".")[2] in k or k.partition(".")[0] == name.partition(".")[0]]
    hint: Text = ", ".join(sorted(near)[:12]) or "-"
    return NotFound(_("There is nothing called %(name)s. Near it: %(near)s", name=name, near=hint))


KINDS: dict[str, Callable[[str], Lines]] = {
    "model": explain_model,
    "permission": explain_permission,
    "hook": explain_hook,
    "menu": explain_menu,
}
