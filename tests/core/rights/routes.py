"""Every route of the application with arguments filled in, and who its declaration lets in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.typing import ResponseReturnValue
from werkzeug.routing import BuildError, Rule

from core.db.spec import ModelSpec
from core.kernel.registry import current_registry, is_page
from core.web.access import MARK, Access, access_of

REACHED = "reached"
UNSAFE = ("POST", "PATCH", "DELETE", "PUT")


@dataclass(frozen=True)
class Door:
    """One route at one address with one method."""

    path: str
    method: str
    endpoint: str
    access: Access
    needs: str
    addon: str

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    def answer_to(self, permissions: frozenset[str] | None, *, enabled: bool = True) -> str:
        """What the declaration says: `None` are those who are not signed in."""
        if self.access.kind == "public":
            return REACHED
        if permissions is None:
            return "401" if self.is_api else "sign in"
        if not enabled and self.addon != "core":
            return "404"
        return REACHED if not self.needs or self.needs in permissions else "403"


def pages() -> list[ModelSpec]:
    """Every kind of record with pages and an API of its own."""
    return [spec for spec in current_registry().models.values() if is_page(spec)]


def doors(app: Flask) -> list[Door]:
    """Every route; those on any kind of record once for each of them."""
    return [door for rule in app.url_map.iter_rules() for door in _doors(app, rule)]


def _doors(app: Flask, rule: Rule) -> Iterator[Door]:
    access = access_of(app.view_functions[rule.endpoint]) or Access("public")
    for spec in pages() if "resource" in rule.arguments else [None]:
        arguments = filled(rule, spec)
        needs = f"{spec.name}.{access.what}" if spec and access.kind == "model" else access.what
        addon = spec.addon if spec else str(arguments.get("addon") or rule.endpoint.partition(".")[0])
        try:
            path = app.url_map.bind("localhost").build(rule.endpoint, arguments, force_external=False)
        except BuildError:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            known = addon if addon in current_registry().addons else "core"
            yield Door(path, method, rule.endpoint, access, needs, known)


def filled(rule: Rule, spec: ModelSpec | None, record_id: int = 1) -> dict[str, Any]:
    """Arguments for a route, about this kind of record."""
    given: dict[str, Any] = dict(rule.defaults or {})
    if spec is not None:
        given |= {"addon": spec.addon, "resource": spec.meta.resource, "record_id": record_id}
    return {name: given.get(name, record_id if name.endswith("_id") else "x") for name in rule.arguments}


@contextmanager
def hollow(app: Flask) -> Iterator[None]:
    """Every view does nothing but say that it was reached; who may reach it is as declared."""
    kept = dict(app.view_functions)
    app.view_functions.update({name: _hollow(view) for name, view in kept.items()})
    try:
        yield
    finally:
        app.view_functions.update(kept)


def _hollow(view: Any) -> Any:
    def stub(**arguments: Any) -> ResponseReturnValue:
        return REACHED

    access = access_of(view)
    if access is not None:
        setattr(stub, MARK, access)
    return stub
