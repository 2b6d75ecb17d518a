"""Which addons are enabled: rows in the database, read once per request and per job."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from sqlalchemy import Boolean, String, select
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Meta, Record
from core.db.session import db
from core.db.types import UtcDateTime, utcnow
from core.errors import Conflict, NotFound
from core.i18n import _, gettext
from core.kernel.manifest import CORE
from core.kernel.registry import current_registry
from core.kernel.snapshot import snapshot


class AddonState(Record):
    """One row per addon ever enabled. Disabling keeps the row and all data of the addon.

    `demo_loaded_at`: when its demonstration data was loaded; None when it never was.
    """

    __tablename__ = "core_addon_state"
    __meta__ = Meta(title=_("App"), generic=False, display=("name",))

    name: Mapped[str] = mapped_column(String(60), unique=True)
    enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, onupdate=utcnow)
    demo_loaded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


_enabled: ContextVar[frozenset[str] | None] = ContextVar("qingmes_enabled", default=None)


def enabled_addons() -> frozenset[str]:
    """Names of the installed and enabled addons, `core` among them; read once per unit of work."""
    known = _enabled.get()
    if known is None:
        known = _read()
        _enabled.set(known)
    return known


def _read() -> frozenset[str]:
    return frozenset({CORE, *(name for name in snapshot().apps if name in current_registry().addons)})


def forget_enabled() -> None:
    """Ask again at the next question, and for all other settings: at the start of each unit of work, and after a
    change."""
    from core.custom.loading import forget_fields

    _enabled.set(None)
    forget_fields()


@contextmanager
def only_enabled(names: frozenset[str]) -> Iterator[None]:
    """Pretend exactly these are enabled, for tests and previews."""
    token = _enabled.set(names | {CORE})
    try:
        yield
    finally:
        _enabled.reset(token)


def is_enabled(name: str) -> bool:
    """Whether an addon is installed and enabled."""
    return name in enabled_addons()


def enable(name: str) -> list[str]:
    """Switch on an addon and everything it depends on; returns what was switched on, in load order.

    Flushes. Raises `NotFound` for an addon that is not installed.
    """
    from core.kernel import hooks

    already = enabled_addons()
    wanted = [n for n in closure(name) if n not in already]
    for addon in wanted:
        _set(addon, enabled=True)
    for addon in wanted:
        hooks.tell("on_enable", addon=addon)
    return wanted


def disable(name: str) -> None:
    """Switch off an addon; its data stays. Flushes.

    Raises `NotFound` for an addon that is not installed, `Conflict` while enabled addons depend on it (all
    do on core), `Veto` when one objects.
    """
    from core.kernel import hooks

    if name == CORE:
        raise Conflict(_("Core is always on; there would be no page left to switch it on again."))
    _check_installed(name)
    users = sorted(dependants(name) & enabled_addons())
    if users:
        titles = gettext(", ").join(str(current_registry().addons[u].manifest.title) for u in users)
        raise Conflict(_("Switch these off first, they need it: %(addons)s", addons=titles), addons=users)
    hooks.object_if_any("before_disable", addon=name)
    _set(name, enabled=False)


def closure(name: str) -> list[str]:
    """An addon and everything it depends on, in load order."""
    addons = current_registry().addons
    _check_installed(name)
    needed, todo = set[str](), [name]
    while todo:
        current = todo.pop()
        needed.add(current)
        todo.extend(d for d in addons[current].manifest.depends if d not in needed)
    return [n for n in addons if n in needed]


def _check_installed(name: str) -> None:
    if name not in current_registry().addons:
        raise NotFound(_("There is no app called %(name)s here.", name=name))


def dependants(name: str) -> frozenset[str]:
    """Every installed addon that needs this one, directly or through others."""
    addons = current_registry().addons
    return frozenset(n for n in addons if n != name and name in closure(n))


def _set(name: str, *, enabled: bool) -> None:
    state = db.session.scalar(select(AddonState).where(AddonState.name == name))
    if state is None:
        state = AddonState(name=name)
        db.session.add(state)
    state.enabled = enabled
    db.session.flush()
    forget_enabled()
