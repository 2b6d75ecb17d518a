"""Row scope: every ORM read is narrowed to what the actor reaches, whatever page or API asked.

A model is scoped when it has the `Scoped` mixin, names its own `__scope__`, or is a line of one that
is. Reading scoped models with nobody acting raises `NoActor`. A role may have a row rule on any document: its
holder reaches by it only the rows within its scope for which the rule holds. Several roles add up.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import ColumnProperty, ORMExecuteState, Session, aliased, with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption

from core.actor import Actor, Reach, current_actor
from core.db.base import Record, Scoped
from core.db.session import db
from core.errors import ValidationError


@dataclass(frozen=True)
class ScopeColumns:
    """Which columns hold the owner (a user id) and the org unit of a row."""

    owner: str = "owner_id"
    unit: str = "org_unit_id"


def scope_columns(model: type[Record]) -> ScopeColumns | None:
    """How rows of this model are reached; None when every reader sees them all."""
    own: ScopeColumns | None = getattr(model, "__scope__", None)
    if own is not None:
        return own
    return ScopeColumns() if issubclass(model, Scoped) else None


def permission_of(model: type[Record], verb: str) -> str:
    """The permission `<addon>.<noun>.<verb>`; a line has its document's."""
    parent = parent_of(model)
    if parent is not None:
        return permission_of(parent, verb)
    addon, _sep, noun = addon_and_noun(model)
    return f"{addon}.{noun}.{verb}"


_addon_of_package: dict[str, str] = {"core": "core"}


def claim_package(package: str, addon: str) -> None:
    """Note that models of this package (`qingmes_toolcare`) belong to this addon (`toolcare`)."""
    _addon_of_package[package] = addon


def addon_and_noun(model: type[Record]) -> tuple[str, str, str]:
    """Split a table's name at its addon: `mrp_routing_work_order` by the package `addons.mrp_routing`."""
    module = model.__module__.split(".")
    packages = (".".join(module[:length]) for length in range(len(module), 0, -1))
    addon = next((_addon_of_package[p] for p in packages if p in _addon_of_package), module[min(1, len(module) - 1)])
    return addon, "_", model.__tablename__.removeprefix(f"{addon}_")


def parent_of(model: type[Record]) -> type[Record] | None:
    """The document a line belongs to, or None for a document."""
    name = model.__meta__.parent
    if name is None:
        return None
    target: type[Record] = getattr(model, name).property.mapper.class_
    return target


class Plain:
    """A model as an alias of its bare table: what is read of it is not narrowed to what anybody reaches.

    It has the model's attributes: columns of the alias, and the model's own relationships.
    """

    def __init__(self, cls: Any) -> None:
        self.cls = cls
        self.table = cls.__table__.alias()

    def __getattr__(self, name: str) -> Any:
        found = self.cls.__mapper__.attrs.get(name)
        if found is None:
            raise AttributeError(name)
        return self.table.c[found.columns[0].name] if isinstance(found, ColumnProperty) else getattr(self.cls, name)

    def __clause_element__(self) -> Any:
        """What it is in a FROM."""
        return self.table


def alias_for(cls: Any, actor: Actor) -> Any:
    """An alias of a model for a condition: bare for whoever is unrestricted, since the session narrows all others."""
    return Plain(cls) if actor.unrestricted else aliased(cls)


def class_of(model: Any) -> Any:
    """The mapped class of a class or an alias of it."""
    if isinstance(model, Plain):
        return model.cls
    return model if isinstance(model, type) else model._aliased_insp.class_


def criterion(model: Any, actor: Actor, verb: str = "read") -> ColumnElement[bool]:
    """The SQL condition on `model` (a class or an alias) for what `actor` reaches with `verb`."""
    cls = class_of(model)
    parent = parent_of(cls)
    if parent is not None:
        return _through_parent(model, cls, parent, actor, verb)
    columns = scope_columns(cls)
    if columns is None and not has_rules(cls, actor):
        return true()
    reach = actor.reach(permission_of(cls, verb))
    if reach.everything:
        return true()
    if reach.nothing:
        return false()
    ruled = [and_(_within(model, columns, part, actor), _ruled(model, rule, actor)) for rule, part in reach.ruled]
    return or_(_within(model, columns, reach, actor), *ruled)


def has_rules(model: type[Record], actor: Actor) -> bool:
    """Whether any role of the actor has a row rule on this kind of document."""
    return any(name == permission_of(model, "").rstrip(".") for grant in actor.grants for name, _rule in grant.rules)


def _ruled(model: Any, rule: str, actor: Actor) -> ColumnElement[bool]:
    """The rows a rule lets through; none when it cannot be read any more.

    What it asks of other records is asked whoever reads: it is the administrator's condition, not the reader's.
    """
    from core.criteria.sql import clause_of
    from core.criteria.tree import check
    from core.kernel.registry import current_registry

    everywhere = replace(actor, unrestricted=True)
    kept = actor.__dict__.setdefault("_checked_rules", {})
    key = (class_of(model), rule)
    if key not in kept:
        try:
            kept[key] = check(current_registry().spec_of(class_of(model)), json.loads(rule), everywhere)
        except ValidationError:
            kept[key] = None
    return clause_of(model, kept[key], everywhere) if kept[key] is not None else false()


def _within(model: Any, columns: ScopeColumns | None, reach: Reach, actor: Actor) -> ColumnElement[bool]:
    """The rows within a scope; all of them where the model has none and any grant gives something."""
    from core.people.models import OrgUnit

    if reach.everything or (columns is None and reach.own):
        return true()
    if columns is None or not reach.own:  # no grant without a rule, or none with this one
        return false()
    unit = getattr(model, columns.unit)
    clauses: list[ColumnElement[bool]] = [false()]
    if actor.user_id is not None:
        clauses.append(getattr(model, columns.owner) == actor.user_id)
    if reach.unit_ids:
        clauses.append(unit.in_(sorted(reach.unit_ids)))
    if reach.subtree_paths:
        node = OrgUnit.__table__.alias()
        inside = or_(*(node.c.path.startswith(path) for path in sorted(reach.subtree_paths)))
        clauses.append(unit.in_(select(node.c.id).where(inside)))
    return or_(*clauses)


def _through_parent(
    model: Any, cls: type[Record], parent: type[Record], actor: Actor, verb: str
) -> ColumnElement[bool]:
    table = aliased(parent)
    inner = criterion(table, actor, verb)
    if inner is true() or str(inner) == "true":
        return true()
    relation = getattr(cls, cls.__meta__.parent or "").property
    (local,) = relation.local_columns
    key: ColumnElement[Any] = getattr(model, cls.__mapper__.get_property_by_column(local).key)
    return key.in_(select(table.id).where(inner))


def scoped_models() -> list[type[Record]]:
    """Every mapped model whose rows are limited, lines included."""
    return [m.class_ for m in Record.registry.mappers if _is_scoped(m.class_)]


def _ruled_models(actor: Actor) -> list[type[Record]]:
    """Every other model of whose rows the actor's roles have rules, lines included."""
    if not any(grant.rules for grant in actor.grants):
        return []
    models = [m.class_ for m in Record.registry.mappers if hasattr(m.class_, "__meta__")]
    return [m for m in models if not _is_scoped(m) and has_rules(parent_of(m) or m, actor)]


def _is_scoped(model: Any) -> bool:
    if not hasattr(model, "__meta__"):
        return False
    parent = parent_of(model)
    return _is_scoped(parent) if parent is not None else scope_columns(model) is not None


def limit_rows(state: ORMExecuteState) -> None:
    """Session hook: add the actor's conditions to every ORM SELECT, UPDATE and DELETE."""
    if state.is_relationship_load:
        state.statement = _with_public_names(state.statement)
    if state.is_column_load or state.is_relationship_load:
        return
    if not (state.is_select or state.is_update or state.is_delete) or not state.is_orm_statement:
        return
    actor = current_actor()
    if actor.unrestricted:
        return
    state.statement = state.statement.options(*_options(actor))


def _with_public_names(statement: Any) -> Any:
    """The statement of a link without the criteria that would hide public names.

    `selectinload` hands on every option of the statement it belongs to, also those not meant for links.
    """
    kept = tuple(option for option in statement._with_options if not _hides_names(option))
    if len(kept) == len(statement._with_options):
        return statement
    found = statement._generate()
    found._with_options = kept
    return found


def _hides_names(option: Any) -> bool:
    return isinstance(option, LoaderCriteriaOption) and not option.propagate_to_loaders


def _options(actor: Actor) -> tuple[Any, ...]:
    """The criteria of one actor for all scoped models; worked out once per actor.

    Without row rules they depend on his rights alone, and hold for his next requests too.
    """
    kept = actor.__dict__.get("_scope_options")
    if kept is None:
        ruled = any(grant.rules for grant in actor.grants)
        same = replace(actor, name="", address=None, session_id=None)
        kept = _worked_out(actor) if ruled else _options_by_rights(same, len(Record.registry.mappers))
        actor.__dict__["_scope_options"] = kept
    return kept


def _worked_out(actor: Actor) -> tuple[Any, ...]:
    options = (_option(model, actor) for model in (*scoped_models(), *_ruled_models(actor)))
    return tuple(option for option in options if option is not None)


@lru_cache(maxsize=512)
def _options_by_rights(actor: Actor, models: int) -> tuple[Any, ...]:
    return _worked_out(actor)


def _option(model: type[Record], actor: Actor) -> Any:
    clause = criterion(model, actor)
    if str(clause) == "true":
        return None
    return with_loader_criteria(
        model, clause, include_aliases=True, propagate_to_loaders=not model.__meta__.public_name
    )


def get_or_none(model: type[Record], record_id: int, *, lock: bool = False) -> Any:
    """One record the actor reaches, or None. Always asks the database; `lock` takes it FOR UPDATE."""
    query = select(model).where(model.id == record_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(query)


def install(session: type[Session] | Any) -> None:
    """Attach the hook to the session factory."""
    from sqlalchemy import event

    event.listen(session, "do_orm_execute", limit_rows)
