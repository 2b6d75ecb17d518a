"""The installed apps as the Apps and registry pages show them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.i18n import Text
from core.kernel.explain import hook_specifications
from core.kernel.hooks import addon_of
from core.kernel.manifest import CORE, Manifest
from core.kernel.registry import current_registry
from core.kernel.switch import closure, dependants, enabled_addons


@dataclass(frozen=True, kw_only=True)
class Card:
    """One app: `needs` are the titles of its depends, `along` what enabling it also enables, `held_by` the
    enabled apps that keep it from being disabled."""

    manifest: Manifest
    enabled: bool
    needs: list[Text]
    along: list[Text]
    held_by: list[Text]


def cards() -> list[Card]:
    """Every installed app but core itself, in load order."""
    return [_card(name) for name in current_registry().addons if name != CORE]


def _card(name: str) -> Card:
    enabled, manifest = enabled_addons(), current_registry().addons[name].manifest
    return Card(
        manifest=manifest,
        enabled=name in enabled,
        needs=_titles(manifest.depends),
        along=_titles(n for n in closure(name) if n != name and n not in enabled),
        held_by=_titles(sorted(dependants(name) & enabled)),
    )


def _titles(names: Iterator[str] | tuple[str, ...] | list[str]) -> list[Text]:
    return [current_registry().addons[name].manifest.title for name in names]


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What one addon declares, names only, by kind."""

    name: str
    manifest: Manifest
    models: list[str]
    permissions: list[str]
    hooks: list[str]
    answers: list[str]
    menus: list[str]
    events: list[str]
    jobs: list[str]


def contents() -> list[Contents]:
    """Every installed addon with its declarations, core first."""
    registry = current_registry()
    owners = {hook: owner for hook, (owner, _function) in hook_specifications()}
    return [
        Contents(
            name=name,
            manifest=addon.manifest,
            models=sorted(n for n, spec in registry.models.items() if spec.addon == name),
            permissions=[n for n, declared in registry.permissions.items() if declared.addon == name],
            hooks=[hook for hook, owner in owners.items() if owner == name],
            answers=[hook for hook in owners if _answers(name, hook)],
            menus=[key for key, declared in registry.menus.items() if declared.addon == name],
            events=[n for n in registry.events if n.partition(".")[0] == name],
            jobs=[n for n in registry.jobs if n.partition(".")[0] == name],
        )
        for name, addon in registry.addons.items()
    ]


def _answers(addon: str, hook: str) -> bool:
    found = getattr(current_registry().plugins.hook, hook).get_hookimpls()
    return any(addon_of(i.plugin_name) == addon for i in found)
