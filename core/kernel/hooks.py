"""Calling hooks: enabled addons only, dependants before what they depend on."""

from __future__ import annotations

from typing import Any

import pluggy

from core.errors import Veto
from core.kernel.hookspecs import hookimpl, hookspec
from core.kernel.registry import current_registry
from core.kernel.switch import enabled_addons

__all__ = ["ask", "ask_each", "hookimpl", "hookspec", "object_if_any", "tell"]


def ask(name: str, /, **arguments: Any) -> Any:
    """Put a question to whoever is enabled: a list of answers (None left out), or the first answer
    when the hook is declared `firstresult`."""
    return _caller(name)(**arguments)


def tell(name: str, /, **arguments: Any) -> None:
    """Tell whoever is enabled; answers are not looked at."""
    _caller(name)(**arguments)


def ask_each(name: str, /, **arguments: Any) -> list[tuple[str, Any]]:
    """The answers with the addon that gave each: `[("qc", answer), …]`, None left out."""
    answers = []
    for implementation in reversed(_caller(name).get_hookimpls()):
        answer = implementation.function(*(arguments[a] for a in implementation.argnames))
        if answer is not None:
            answers.append((addon_of(implementation.plugin_name), answer))
    return answers


def object_if_any(name: str, /, **arguments: Any) -> None:
    """Ask a `before_` hook and raise `Veto` with the first objection, naming its addon."""
    for addon, sentence in ask_each(name, **arguments):
        title = current_registry().addons[addon].manifest.title
        raise Veto(f"{title}: {sentence}", addon=addon)


def addon_of(plugin: str) -> str:
    """The addon of a plugin name: `qc` of `qc`, and of its glue `qc:stock`."""
    return plugin.partition(":")[0]


def _caller(name: str) -> pluggy.HookCaller:
    plugins = current_registry().plugins
    enabled = enabled_addons()
    silent = [
        plugin for plugin_name, plugin in plugins.list_name_plugin() if not set(plugin_name.split(":")) <= enabled
    ]
    return plugins.subset_hook_caller(name, remove_plugins=silent)
