"""The keeper moves goods with a gun: place, goods, quantity, place."""

from __future__ import annotations

import html
import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient

from addons.stock.factories import make_location
from core.testing.people import administrator, csrf, sign_in
from tests.addons.stock.support import balances, commit, main, stocked

HIDDEN = re.compile(r'name="(kept\.\w+|event_id|preset)"\s+value="([^"]*)"')
NEWS = re.compile(r'class="scan-news (is-\w+)".*?<span>(.*?)</span>', re.S)


class Gun:
    """A page of one task and a gun: what is scanned is sent with what the page keeps."""

    def __init__(self, client: FlaskClient, task: str) -> None:
        self.client, self.address = client, f"/stock/scan/{task}"
        self.page = client.get(self.address).text

    def scan(self, text: str) -> tuple[str, str]:
        """Send one scan; whether it was taken (`is-ok`, `is-ng`, or nothing), and the sentence."""
        form = {name: html.unescape(value) for name, value in HIDDEN.findall(self.page)}
        answer = self.client.post(self.address, data={**form, "code": text, "csrf_token": csrf(self.client)})
        assert answer.status_code == 200
        self.page = answer.text
        news = NEWS.search(self.page)
        return (news[1], html.unescape(news[2].strip())) if news else ("", "")


def test_goods_move_to_another_shelf(client: FlaskClient) -> None:
    item, shelf = commit(lambda: stocked(10)), commit(lambda: make_location(code="B-7"))
    sign_in(client, commit(administrator))
    gun = Gun(client, "move")
    assert [gun.scan(text) for text in ("MAIN", item.code, "4")] == [("", "")] * 3
    verdict, sentence = gun.scan("B-7")
    assert (verdict, "4" in sentence and "B-7" in sentence) == ("is-ok", True)
    assert commit(lambda: balances(item)) == {(commit(main), None): (6, 0), (shelf.id, None): (4, 0)}


def test_what_cannot_be_is_said_and_the_page_stays_where_it_is(client: FlaskClient) -> None:
    item = commit(lambda: stocked(10))
    sign_in(client, commit(administrator))
    gun = Gun(client, "move")
    assert gun.scan("NOWHERE")[0] == "is-ng"
    gun.scan("MAIN")
    assert gun.scan("NOTHING")[0] == "is-ng"
    gun.scan(item.code)
    assert gun.scan("11")[0] == "is-ng"
    assert gun.scan("abc")[0] == "is-ng"
    gun.scan("3")
    assert gun.scan("MAIN")[0] == "is-ng"
    assert commit(lambda: balances(item)) == {(commit(main), None): (10, 0)}


def test_a_scan_sent_twice_moves_once(client: FlaskClient) -> None:
    item = commit(lambda: stocked(10))
    commit(lambda: make_location(code="B-7"))
    sign_in(client, commit(administrator))
    gun = Gun(client, "move")
    for text in ("MAIN", item.code, "4"):
        gun.scan(text)
    before = gun.page
    first = gun.scan("B-7")
    gun.page = before
    assert gun.scan("B-7") == first
    assert commit(lambda: balances(item))[commit(main), None] == (6, 0)


def test_an_event_without_a_proper_id_is_refused(client: FlaskClient) -> None:
    sign_in(client, commit(administrator))
    answer = client.post("/stock/scan/move", data={"event_id": "x", "csrf_token": csrf(client)})
    assert answer.status_code == 422
    assert client.get("/stock/scan/nothing").status_code == 404


@pytest.mark.parametrize("place", ["x", "-1", "0", "999999", "9" * 30])
def test_what_the_page_keeps_may_be_anything(any_app: Flask, place: str) -> None:
    client = any_app.test_client()
    sign_in(client, commit(administrator))
    kept = {"kept.place": place, "kept.item": place, "kept.lot": place, "kept.quantity": place}
    for code in ("MAIN", ""):
        form = {**kept, "event_id": str(uuid.uuid4()), "code": code, "csrf_token": csrf(client)}
        answer = client.post("/stock/scan/move", data=form)
        assert (answer.status_code, "is-ng" in answer.text) == (200, True), answer.text
    assert client.get("/stock/scan/move", query_string=kept).status_code == 200


def test_a_gun_without_keys_answers_with_printed_codes(client: FlaskClient) -> None:
    item = commit(lambda: stocked(10))
    commit(lambda: make_location(code="B-7"))
    sign_in(client, commit(administrator))
    sheet = client.get("/stock/codes").text
    assert sheet.count("<img") > 20
    gun = Gun(client, "move")
    gun.scan("MAIN")
    gun.scan(item.code)
    gun.scan("*ok")
    assert gun.scan("B-7")[0] == "is-ok"
    gun = Gun(client, "move")
    for text in ("B-7", item.code, "*Q4", "MAIN"):
        last = gun.scan(text)
    assert (last[0], commit(lambda: balances(item))[commit(main), None]) == ("is-ok", (4, 0))


def test_the_map_shows_every_place_by_its_code(client: FlaskClient) -> None:
    def made() -> None:
        for code in ("A-02-1", "A-01-1", "A-01-2"):
            make_location(code=code)
        stocked(10)

    commit(made)
    sign_in(client, commit(administrator))
    page = client.get("/stock/map").text
    rows = [re.findall(r"<b>(\S+)</b>", row) for row in page.split('<div class="stock-row">')[1:]]
    assert ["A-01-1", "A-01-2"] in rows
    assert ["A-02-1"] in rows
    assert ("Items: 1" in page, "empty" in page) == (True, True)
    leads = re.findall(r'href="(/m/stock/balances\?[^"]+)"', page)[0]
    assert client.get(html.unescape(leads)).status_code == 200
