"""Every route answers everybody as its declaration says, and a GET changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from flask import Flask

from core.db.session import db
from core.kernel import switch
from core.kernel.registry import current_registry
from core.people.models import Role, User
from core.testing.people import administrator, make_role, make_user
from core.web.access import MARK, requires
from tests.core.people.steps import Browser, system
from tests.core.rights.routes import REACHED, UNSAFE, Door, doors, hollow, pages


@pytest.fixture
def gates(app: Flask) -> Iterator[Gates]:
    with hollow(app):
        yield Gates(app)


class Gates:
    """Trying doors in the name of somebody whose one role is changed again and again."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.doors = doors(app)
        self.role, user = system(self._make)
        self.somebody, self.nobody = _with_mark(Browser(app, user)), _with_mark(Browser(app))
        self.tried: Counter[str] = Counter()

    @staticmethod
    def _make() -> tuple[int, User]:
        administrator()  # somebody must be able to administer, whatever becomes of the other's role
        role = make_role()
        return role.id, make_user(role)

    def become(self, permissions: frozenset[str]) -> None:
        system(lambda: setattr(db.session.get_one(Role, self.role), "permissions", sorted(permissions)))

    def try_(self, door: Door, permissions: frozenset[str] | None, *, enabled: bool = True) -> list[str]:
        """What is wrong with the answer of a door, if anything."""
        browser, mark = self.nobody if permissions is None else self.somebody
        if door.method in UNSAFE:
            answer = _answer(browser.post(door.path, method=door.method, csrf_token=mark))
        else:
            answer = _answer(browser.get(door.path))
        expected = door.answer_to(permissions, enabled=enabled)
        self.tried[expected] += 1
        return [] if answer == expected else [f"{door.method} {door.path}: {answer}, not {expected}"]

    def try_all(self, doors: Iterable[Door], permissions: frozenset[str] | None, *, enabled: bool = True) -> list[str]:
        return [wrong for door in doors for wrong in self.try_(door, permissions, enabled=enabled)]


def _with_mark(browser: Browser) -> tuple[Browser, str]:
    return browser, browser.csrf()


def _answer(response: Any) -> str:
    if response.status_code == 200 and response.text == REACHED:
        return REACHED
    if response.status_code == 302 and response.headers["Location"].startswith("/sign-in"):
        return "sign in"
    return str(response.status_code)


def test_nobody_reaches_only_the_open_doors(gates: Gates) -> None:
    assert gates.try_all(gates.doors, None) == []
    assert gates.tried["sign in"] > 500 and gates.tried["401"] > 100


def test_somebody_without_rights_is_refused_by_every_door_that_names_one(gates: Gates) -> None:
    assert gates.try_all(gates.doors, frozenset()) == []
    assert gates.tried["403"] > 700


def test_somebody_with_every_right_is_refused_nowhere(gates: Gates) -> None:
    everything = frozenset(current_registry().permissions)
    gates.become(everything)
    assert gates.try_all(gates.doors, everything) == []
    assert gates.tried["403"] == len(closed(gates))


def closed(gates: Gates) -> set[Door]:
    """The doors no right opens: nobody writes what the program itself keeps."""
    return {door for door in gates.doors if door.needs and door.needs not in current_registry().permissions}


def test_only_what_the_program_keeps_has_doors_that_no_right_opens(gates: Gates) -> None:
    kept = {spec.name for spec in pages() if spec.meta.read_only}
    assert {door.needs.rpartition(".")[0] for door in closed(gates)} == kept


@pytest.mark.slow
def test_each_right_alone_opens_exactly_the_doors_that_ask_for_it(gates: Gates) -> None:
    opened = set()
    for name in current_registry().permissions:
        alone = frozenset({name})
        gates.become(alone)
        opening = [door for door in gates.doors if door.needs == name]
        beside = {door.needs: door for door in gates.doors if door.needs.startswith(f"{name.rpartition('.')[0]}.")}
        assert gates.try_all({*opening, *beside.values()}, alone) == []
        opened |= set(opening)
    assert opened == {door for door in gates.doors if door.needs} - closed(gates)
    assert gates.tried["403"] > 300


def test_every_right_but_one_is_not_enough_for_the_door_that_asks_for_it(gates: Gates) -> None:
    everything = frozenset(current_registry().permissions)
    named = {door.needs: door for door in set(gates.doors) - closed(gates) if door.needs}
    wrong = []
    for name, door in named.items():
        gates.become(everything - {name})
        wrong += gates.try_(door, everything - {name})
    assert wrong == []
    assert gates.tried == Counter({"403": len(named)})


def test_the_doors_of_an_app_that_is_off_lead_nowhere_even_with_every_right(gates: Gates) -> None:
    everything = frozenset(current_registry().permissions)
    gates.become(everything)
    for name in reversed([n for n in current_registry().addons if n != "core"]):
        system(lambda addon=name: switch.disable(addon))  # type: ignore[misc]
    assert gates.try_all(gates.doors, everything, enabled=False) == []
    assert gates.tried["404"] > 500


def test_a_route_that_does_not_say_who_may_use_it_is_never_served(app: Flask) -> None:
    browser = Browser(app, system(administrator))
    view = app.view_functions["roles.organisation"]
    assert browser.get("/organisation").status_code == 200
    try:
        app.view_functions["roles.organisation"] = lambda: "open to anybody"
        assert browser.get("/organisation").status_code == 404
    finally:
        app.view_functions["roles.organisation"] = view


def test_the_matrix_notices_a_door_that_asks_for_the_wrong_right(gates: Gates) -> None:
    view = gates.app.view_functions["roles.devices"]
    setattr(view, MARK, requires("core.user.read")(lambda: None).__qingmes_access__)  # type: ignore[attr-defined]
    gates.become(frozenset({"core.user.read"}))
    (door,) = [d for d in gates.doors if d.endpoint == "roles.devices"]
    assert gates.try_(door, frozenset({"core.user.read"})) != []
