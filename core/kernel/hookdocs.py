"""`docs/hooks.md`, made from the specifications so that it cannot fall behind them."""

from __future__ import annotations

import inspect
from typing import Any

from core.kernel.explain import hook_specifications
from core.kernel.hooks import addon_of
from core.kernel.registry import current_registry

HEAD = """# Hooks

Made by `qingmes docs` from the specifications; change those, not this page.

The name says the power: `before_` may object and never writes, `after_` may write and never objects, `on_` is life
cycle, anything else is a question. Only enabled addons are asked, dependants before what they depend on.
"""


def hooks_page() -> str:
    """The whole page: every hook of core and of the built-in addons, by owner."""
    parts, owner = [HEAD], ""
    for name, (addon, function) in hook_specifications():
        if not _is_builtin(addon):
            continue
        if addon != owner:
            parts.append(f"## {addon}\n")
            owner = addon
        parts.append(_entry(name, function))
    return "\n".join(parts)


def _is_builtin(name: str) -> bool:
    """Whether the addon ships with QingMES: partners' hooks are in partners' documents."""
    import addons

    folder = current_registry().addons[name].folder
    return name == "core" or str(folder.parent) == str(next(iter(addons.__path__)))


def _entry(name: str, function: Any) -> str:
    options = function.qingmes_spec
    mode = "the first answer counts" if options.get("firstresult") else "everybody is asked"
    caller = getattr(current_registry().plugins.hook, name)
    addons = sorted({addon_of(i.plugin_name) for i in caller.get_hookimpls()} & _builtin_names())
    answering = ", ".join(addons) or "nobody yet"
    arguments = ", ".join(inspect.signature(function).parameters)
    return f"### `{name}({arguments})`\n\n{inspect.getdoc(function)}\n\nMode: {mode}. Implemented by: {answering}.\n"


def _builtin_names() -> set[str]:
    return {name for name in current_registry().addons if _is_builtin(name)}
