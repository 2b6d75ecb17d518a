"""The page at the machine, step by step, without scripts."""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import dataclass, field
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from addons.mrp_routing.models import QuantityEntry, ScanEvent, TimeEntry
from addons.mrp_routing.services import make_code
from core.db import db, run_unit
from core.testing.people import csrf, make_role, make_user, sign_in
from tests.addons.mrp_routing.support import Floor, make_floor, make_worker
from tests.addons.mrp_routing.test_scans import ALPHABET

PAGE = "/mrp_routing/scan"
RIGHTS = ("mrp_routing.work_order.read", "mrp_routing.work_order.report", "masterdata.item.read")
GARBAGE = 120


@dataclass
class Terminal:
    """The page as a browser has it: what its hidden fields hold, and what it shows."""

    client: FlaskClient
    text: str = ""
    fields: dict[str, Any] = field(default_factory=dict)

    def open(self) -> Terminal:
        """Load the page."""
        return self._seen(self.client.get(PAGE))

    def scan(self, code: str) -> Terminal:
        """Send one more code."""
        return self._seen(self.client.post(PAGE, data={**self.fields, "code": code}))

    def finish(self, good: str, scrap: str = "0") -> Terminal:
        """Send quantities."""
        return self._seen(self.client.post(PAGE, data={**self.fields, "good": good, "scrap": scrap}))

    @property
    def asks(self) -> bool:
        """Whether it asks for quantities now."""
        return 'name="good"' in self.text

    @property
    def news(self) -> str:
        """What it says of the last scan; empty when there is nothing to say."""
        found = re.search(r'role="status">(.*?)</div>', self.text, re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split()) if found else ""

    def _seen(self, answer: Any) -> Terminal:
        assert answer.status_code == 200, answer.text
        self.text = answer.text
        values = re.findall(r'<input type="hidden" name="(codes|event_id|csrf_token)" value="([^"]*)"', self.text)
        self.fields = {"codes": [v for n, v in values if n == "codes"], **{n: v for n, v in values if n != "codes"}}
        self.fields["csrf_token"] = csrf(self.client)
        return self


@pytest.fixture
def floor(app: Flask, system: Any) -> Floor:
    made: Floor = run_unit(make_floor)
    return made


@pytest.fixture
def terminal(app: Flask, client: FlaskClient, floor: Floor) -> Terminal:
    user = run_unit(lambda: make_user(make_role(*RIGHTS)))
    return Terminal(sign_in(client, user)).open()


def test_work_starts_once_badge_and_operation_are_known_in_any_order(terminal: Terminal, floor: Floor) -> None:
    for codes in itertools.permutations(("badge", floor.machine.code, floor.ticket())):
        worker = run_unit(make_worker)
        terminal.open()
        for code in codes:
            terminal.scan(str(worker.badge) if code == "badge" else code)
            if "OK" in terminal.news:
                break
        assert terminal.news.startswith("OK Started")
        assert f"{floor.order.number}-1 · 1" in terminal.news
    assert len(db.session.scalars(select(TimeEntry)).all()) == 6


def test_what_is_known_is_shown_until_the_scan_is_complete(terminal: Terminal, floor: Floor) -> None:
    terminal.scan(str(floor.worker.badge)).scan(floor.machine.code)
    for known in (floor.worker.name, floor.machine.name):
        assert known in terminal.text
    assert terminal.news == ""
    terminal.open().scan(floor.ticket())
    for known in (floor.order.number, floor.order.item.code, floor.order.operations[0].name):
        assert known in terminal.text


def test_a_second_scan_asks_for_quantities_and_never_ends_anything_by_itself(terminal: Terminal, floor: Floor) -> None:
    floor.take()
    run_unit(lambda: None)
    terminal.scan(str(floor.worker.badge)).scan(floor.ticket())
    assert terminal.asks
    assert 'value="10"' in terminal.text
    assert db.session.scalars(select(TimeEntry.finished_at)).all() == [None]
    terminal.finish("7", "1")
    assert terminal.news.startswith("OK Finished: 7 good · 1 scrap")
    assert (floor.operations[0].good, floor.operations[0].scrap) == (Decimal(7), Decimal(1))


def test_a_refused_quantity_says_why_and_asks_again(terminal: Terminal, floor: Floor) -> None:
    run_unit(floor.take)
    terminal.scan(str(floor.worker.badge)).scan(floor.ticket())
    for typed, said in (("11", "At most 10 can be reported here."), ("x", "Not a number"), ("-1", "at least 0")):
        assert said in terminal.finish(typed).news
        assert terminal.news.startswith("NG")
        assert terminal.asks
    assert terminal.finish("１０").news.startswith("OK")


def test_a_code_scanned_into_the_field_for_a_quantity_is_taken_as_a_code(terminal: Terminal, floor: Floor) -> None:
    run_unit(floor.take)
    terminal.scan(str(floor.worker.badge)).scan(floor.ticket())
    other = run_unit(make_worker)
    assert terminal.finish(make_code("machine", floor.machine.id)).asks
    assert floor.machine.name in terminal.text
    assert terminal.finish("7", floor.ticket()).asks
    assert terminal.finish(make_code("worker", other.id)).news.startswith("OK Started")


def test_an_operation_that_may_not_start_says_why_and_waits_for_review(terminal: Terminal, floor: Floor) -> None:
    terminal.scan(str(floor.worker.badge)).scan(floor.ticket(2))
    assert terminal.news.startswith("NG Nothing has arrived yet")
    assert db.session.scalars(select(ScanEvent.verdict)).all() == ["pending"]


def test_a_code_that_names_nothing_leaves_what_was_understood(terminal: Terminal, floor: Floor) -> None:
    terminal.scan(str(floor.worker.badge))
    for nothing in ("6901234567892", make_code("operation", 10**9), floor.ticket()[:15] + "x", make_code("lot", 1)):
        assert terminal.scan(nothing).news.startswith("NG")
        assert floor.worker.name in terminal.text
    assert terminal.scan(floor.ticket()).news.startswith("OK Started")


def test_any_garbage_gets_a_sentence_on_the_page(terminal: Terminal, floor: Floor) -> None:
    chance = random.Random(5)
    for _n in range(GARBAGE):
        text = "".join(chance.choices(ALPHABET, k=chance.randint(1, 30)))
        news = terminal.scan(text).news
        assert news.startswith("NG") or not text.strip(), repr(text)
        terminal.open()
    assert db.session.scalars(select(ScanEvent)).all() == []


def test_a_page_sent_twice_has_its_effect_once(terminal: Terminal, floor: Floor) -> None:
    terminal.scan(str(floor.worker.badge))
    sent = dict(terminal.fields)
    first = terminal.scan(floor.ticket()).news
    terminal.fields = sent
    assert terminal.scan(floor.ticket()).news == first
    terminal.scan(str(floor.worker.badge)).scan(floor.ticket())
    sent = dict(terminal.fields)
    first = terminal.finish("3").news
    terminal.fields = sent
    assert terminal.finish("3").news == first
    assert db.session.scalars(select(QuantityEntry.quantity)).all() == [3]


def test_a_page_whose_event_is_no_uuid_is_to_be_loaded_again(terminal: Terminal) -> None:
    answer = terminal.client.post(PAGE, data={**terminal.fields, "event_id": "7", "code": "x"})
    assert answer.status_code == 422
    assert "Load the page again" in answer.text


def test_the_page_is_for_those_who_may_report(app: Flask, client: FlaskClient, system: Any) -> None:
    user = run_unit(lambda: make_user(make_role("mrp_routing.work_order.read")))
    assert sign_in(client, user).get(PAGE).status_code == 403
