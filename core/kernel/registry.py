"""Everything the installed addons declare, in one place, built once per process at start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import pluggy

from core.api.declare import Endpoint
from core.db.spec import ModelSpec
from core.errors import NotFound
from core.i18n import _
from core.kernel.manifest import (
    FieldGroup,
    NumberRuleSpec,
    Permission,
    Schedule,
    StarterRole,
    Subscription,
)
from core.paper.declare import Paper
from core.reminders.declare import SuggestedReminder
from core.reports.declare import Report
from core.views.declare import Extension, FormView, KanbanView, ListView, Menu
from core.workflow.declare import Transition, Workflow

if TYPE_CHECKING:
    from core.kernel.discovery import Addon


T = TypeVar("T")


@dataclass(frozen=True)
class Declared(Generic[T]):
    """Something declared, and the addon that declared it."""

    addon: str
    what: T


@dataclass
class Registry:
    """What there is. Keys: models, views and workflows by model name (`stock.move`), permissions by name,
    jobs by `<addon>.<function>`, events by `<addon>.<Class>`, menus by key, `by_class` the models by their class."""

    addons: dict[str, Addon] = field(default_factory=dict)
    plugins: pluggy.PluginManager = field(default_factory=lambda: pluggy.PluginManager("qingmes"))
    models: dict[str, ModelSpec] = field(default_factory=dict)
    by_class: dict[type[Any], ModelSpec] = field(default_factory=dict)
    permissions: dict[str, Declared[Permission]] = field(default_factory=dict)
    roles: list[Declared[StarterRole]] = field(default_factory=list)
    field_groups: dict[str, Declared[FieldGroup]] = field(default_factory=dict)
    workflows: dict[str, Workflow] = field(default_factory=dict)
    numbers: dict[str, NumberRuleSpec] = field(default_factory=dict)
    lists: dict[str, ListView] = field(default_factory=dict)
    forms: dict[str, FormView] = field(default_factory=dict)
    kanbans: dict[str, KanbanView] = field(default_factory=dict)
    extensions: dict[str, list[Declared[Extension]]] = field(default_factory=dict)
    menus: dict[str, Declared[Menu]] = field(default_factory=dict)
    papers: dict[str, Declared[Paper]] = field(default_factory=dict)
    reports: dict[str, Declared[Report]] = field(default_factory=dict)
    reminders: dict[str, Declared[SuggestedReminder]] = field(default_factory=dict)
    events: dict[str, type[Any]] = field(default_factory=dict)
    subscriptions: list[Declared[Subscription]] = field(default_factory=list)
    jobs: dict[str, Callable[..., Any]] = field(default_factory=dict)
    schedules: dict[str, Declared[Schedule]] = field(default_factory=dict)
    endpoints: list[Declared[Endpoint]] = field(default_factory=list)

    def model(self, name: str) -> ModelSpec:
        """The spec of `<addon>.<noun>`; raises `NotFound`."""
        if name not in self.models:
            raise NotFound(_("There is no kind of record called %(name)s.", name=name))
        return self.models[name]

    def spec_of(self, record_or_class: Any) -> ModelSpec:
        """The spec of a record or of its class."""
        cls = record_or_class if isinstance(record_or_class, type) else type(record_or_class)
        return self.by_class[cls]

    def transitions(self, model: str) -> tuple[Transition, ...]:
        """What people may ask of records of this kind, in order of declaration; none without a workflow."""
        workflow = self.workflows.get(model)
        return tuple(t for t in workflow.transitions if not t.by_program) if workflow is not None else ()

    def transition(self, model: str, name: str) -> Transition | None:
        """The one of these with this name, or None."""
        return next((t for t in self.transitions(model) if t.name == name), None)

    def at(self, addon: str, resource: str) -> ModelSpec:
        """The model with this address; raises `NotFound` for none, internal ones and lines."""
        for spec in self.models.values():
            if spec.addon == addon and spec.meta.resource == resource and is_page(spec):
                return spec
        raise NotFound(_("There is no page at this address."))


def is_page(spec: ModelSpec) -> bool:
    """Whether a model has pages and API resources of its own."""
    return spec.meta.generic and spec.meta.parent is None


_current: Registry | None = None


def current_registry() -> Registry:
    """The registry of this process; RuntimeError before the application is built."""
    if _current is None:
        raise RuntimeError("no registry yet: build the application first (core.app.create_app)")
    return _current


def set_registry(registry: Registry | None) -> None:
    """Make this the registry of the process."""
    global _current
    _current = registry


@contextmanager
def using_registry(registry: Registry) -> Iterator[Registry]:
    """Use another registry for a while, in tests of the kernel."""
    before = _current
    set_registry(registry)
    try:
        yield registry
    finally:
        set_registry(before)
