"""The ways by which somebody may learn of a sheet. Each answers with what it told: the keys of sheets,
and, in `told`, everything a reader could read, for looking for values he should not see."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient

from core.people.models import User
from core.testing import people
from tests.core.api.fixtures import system_unit
from tests.core.rights.world import BATCH, SHEETS, World

SHEET = re.compile(r"GS\d{4}X")
LIST, API = "/m/gauge/sheets", "/api/v1/gauge/sheets"
COLUMNS = "number,title,maker_id,price"
BATCHES = [f"batch{n:02d}" for n in range(SHEETS // BATCH)]


@dataclass
class Reader:
    """Somebody at a browser and with a program of his own, and all that he was told."""

    world: World
    client: FlaskClient
    bearer: dict[str, str]
    told: list[str] = field(default_factory=list)
    sampled: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, app: Flask, world: World, user: User, sampled: list[str]) -> Reader:
        client = people.sign_in(app.test_client(), user)
        token = people.make_token(user) if system_unit(lambda: people.held(user)) else ""
        return cls(world, client, people.bearer(token) if token else {}, sampled=sampled)

    def page(self, path: str, **arguments: Any) -> str:
        """The text of a page, empty when it is refused."""
        return self._text(self._open(f"{path}?{urlencode(arguments)}" if arguments else path))

    def ask(self, path: str, **arguments: Any) -> dict[str, Any]:
        """The API's answer, empty when it is refused."""
        text = self._text(self._open(f"{path}?{urlencode(arguments)}", headers=self.bearer))
        return dict(json.loads(text)) if text else {}

    def _open(self, path: str, **options: Any) -> Any:
        """A request in a context of its own, as a server has it: nothing read before is remembered."""
        return Context().run(self.client.open, path, **options)

    def _text(self, response: Any) -> str:
        assert response.status_code in (200, 302, 401, 403, 404, 422), response.text
        if response.status_code == 302:
            return str(response.headers["Location"])
        text = response.text if response.status_code == 200 else ""
        self.told.append(text.replace(",", ""))
        return text


def _keys(text: str) -> set[str]:
    return set(SHEET.findall(text))


def listed(reader: Reader) -> set[str]:
    """Leafing through the list."""
    found, number = set[str](), 1
    while text := reader.page(LIST, columns=COLUMNS, page=number):
        found |= _keys(text)
        if f"page={number + 1}" not in text:
            break
        number += 1
    return found


def counted(reader: Reader) -> int:
    """The number the list's foot and the API's answer both give."""
    match = re.search(r"–\d+ of (\d+)<", reader.page(LIST))
    on_page = int(match[1]) if match else 0
    assert reader.ask(API, per_page=1).get("total", 0) == on_page
    return on_page


def searched_in_list(reader: Reader) -> set[str]:
    """The list's quick search, word by word."""
    return _each(BATCHES, lambda word: _keys(reader.page(LIST, q=word, columns=COLUMNS)))


def filtered_by_link(reader: Reader) -> set[str]:
    """A filter that asks about each unit and each owner, itself included."""
    tree = {"or": [{"field": "org_unit_id", "op": "empty"}, {"not": {"field": "org_unit_id", "op": "empty"}}]}
    return {item["number"] for item in reader.ask(API, filter=json.dumps(tree), per_page=200).get("items", [])}


def opened(reader: Reader) -> set[str]:
    """Opening each sampled form by its address."""
    return _each(reader.sampled, lambda key: _keys(reader.page(f"{LIST}/{reader.world.sheet_ids[key]}")))


def found_everywhere(reader: Reader) -> set[str]:
    """The search at the top of each page: by a code, which jumps, and the words that are its title."""
    paths = {f"{LIST}/{id_}": key for key, id_ in reader.world.sheet_ids.items()}
    jumped = _each(reader.sampled, lambda key: {paths.get(reader.page("/search", q=key), "")})
    return jumped - {""}


def offered(reader: Reader) -> set[str]:
    """The choices of a link field."""
    return _each(BATCHES, lambda word: _keys(reader.page(f"{LIST}/options", q=word)))


def exported(reader: Reader) -> set[str]:
    """The list as a file."""
    return _keys(reader.page(f"{LIST}/export", columns=COLUMNS, format="csv"))


def listed_by_api(reader: Reader) -> set[str]:
    """One page of 200, lines and links included."""
    fields = "number,maker_id,maker,lines"
    return {item["number"] for item in reader.ask(API, per_page=200, fields=fields).get("items", [])}


def sorted_by_api(reader: Reader) -> set[str]:
    """The other end of the list first, sorted through a link."""
    return {item["number"] for item in reader.ask(API, per_page=200, sort="-maker.code,number").get("items", [])}


def read_by_api(reader: Reader) -> set[str]:
    """Each sheet by its address."""
    return {key for key, id_ in reader.world.sheet_ids.items() if reader.ask(f"{API}/{id_}").get("number") == key}


def searched_by_api(reader: Reader) -> set[str]:
    """The API's search over every kind of record."""
    hits = _each(
        reader.sampled, lambda key: {h["display"] for h in reader.ask("/api/v1/search", q=key).get("items", ())}
    )
    return set().union(*map(_keys, hits))


def audited(reader: Reader) -> set[str]:
    """The audit tab of each sampled sheet."""
    return _each(reader.sampled, lambda key: _keys(reader.page(f"{LIST}/{reader.world.sheet_ids[key]}/audit")))


def searched_in_audit(reader: Reader) -> set[str]:
    """Leafing through the search of the audit trail."""
    found = set[str]()
    text = reader.page("/audit", model="gauge.sheet")
    while text:
        found |= _keys(text)
        before = re.search(r'hx-get="[^"]*before=(\d+)"', text)
        text = reader.page("/audit", model="gauge.sheet", before=before[1]) if before else ""
    return found


def _each(words: Iterable[str], look: Callable[[str], set[str]]) -> set[str]:
    return set[str]().union(*(look(word) for word in words))
