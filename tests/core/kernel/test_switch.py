"""Enabling and disabling: the closure, the refusals, and that data stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.db.session import db
from core.errors import Conflict, NotFound, Veto
from core.kernel import hooks, hookspecs, switch
from core.kernel.discovery import Addon
from core.kernel.hookspecs import hookimpl
from core.kernel.registry import Registry, current_registry, using_registry
from core.workflow.models import AuditEntry
from tests.core.kernel.test_discovery import addon


def objecting(sentence: str) -> ModuleType:
    """A `hooks.py` that objects to any disabling."""

    @hookimpl
    def before_disable(addon: str) -> str:
        return sentence

    module = ModuleType("hooks")
    module.before_disable = before_disable  # type: ignore[attr-defined]
    return module


def knowing_codes(model: str) -> ModuleType:
    """A `hooks.py` to which every scanned code belongs."""

    @hookimpl
    def scanned_code(code: str) -> tuple[str, int]:
        return (model, 1)

    module = ModuleType("hooks")
    module.scanned_code = scanned_code  # type: ignore[attr-defined]
    return module


@pytest.fixture
def three(any_app: Flask, system: Any) -> Iterator[Registry]:
    """Three addons, `a` needs `b`, `b` needs `c`, none of them enabled; core answers hooks as ever."""
    known = current_registry()
    extra: dict[str, Addon] = {a.name: a for a in (addon("c"), addon("b", "c"), addon("a", "b"))}
    registry = Registry(addons={"core": known.addons["core"], **extra})
    registry.plugins.add_hookspecs(hookspecs)
    with using_registry(registry):
        switch.forget_enabled()
        yield registry


def test_enabling_switches_on_what_is_needed_first(three: Registry) -> None:
    assert switch.enable("a") == ["c", "b", "a"]
    assert switch.enabled_addons() == {"core", "a", "b", "c"}


def test_enabling_twice_switches_nothing_on(three: Registry) -> None:
    switch.enable("a")
    assert switch.enable("b") == []


def test_disabling_is_refused_while_an_enabled_addon_needs_it(three: Registry) -> None:
    switch.enable("a")
    with pytest.raises(Conflict, match="a, b"):
        switch.disable("c")
    assert switch.is_enabled("c")


def test_disabling_goes_ahead_once_nobody_needs_it(three: Registry) -> None:
    switch.enable("a")
    switch.disable("a")
    assert switch.enabled_addons() == {"core", "b", "c"}


def test_an_objection_stops_disabling_and_names_the_addon(three: Registry) -> None:
    three.plugins.register(objecting("a machine is running"), name="b")
    switch.enable("a")
    with pytest.raises(Veto, match="b: a machine is running"):
        switch.disable("a")


def test_disabled_addons_are_not_asked(three: Registry) -> None:
    three.plugins.register(knowing_codes("c.thing"), name="c")
    assert hooks.ask("scanned_code", code="x") is None
    switch.enable("c")
    assert hooks.ask("scanned_code", code="x") == ("c.thing", 1)


def test_glue_is_asked_only_while_both_sides_are_enabled(three: Registry) -> None:
    three.plugins.register(knowing_codes("a.thing"), name="c:b")
    switch.enable("c")
    assert hooks.ask("scanned_code", code="x") is None
    switch.enable("b")
    assert hooks.ask("scanned_code", code="x") == ("a.thing", 1)


def test_the_addon_that_depends_on_others_is_asked_before_them(three: Registry) -> None:
    for name in ("c", "b", "a"):
        three.plugins.register(objecting(name), name=name)
    switch.enable("a")
    assert [a for a, _answer in hooks.ask_each("before_disable", addon="x")] == ["a", "b", "c"]


def test_core_cannot_be_disabled(three: Registry) -> None:
    with pytest.raises(Conflict):
        switch.disable("core")


@pytest.mark.parametrize("act", [switch.enable, switch.disable])
def test_an_unknown_addon_is_not_found(three: Registry, act: Callable[[str], Any]) -> None:
    with pytest.raises(NotFound):
        act("nowhere")


def test_each_switch_is_in_the_audit_trail(three: Registry) -> None:
    switch.enable("c")
    switch.disable("c")
    of_this_addon = select(AuditEntry).where(AuditEntry.model == "core.addon_state", AuditEntry.title == "c")
    entries = db.session.scalars(of_this_addon.order_by(AuditEntry.id))
    assert [(e.action, e.changes.get("enabled")) for e in entries] == [
        ("create", [None, True]),
        ("write", [True, False]),
    ]
