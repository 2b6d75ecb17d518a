"""The boards of the floor, silent work, WIP counts and wages."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from addons.mrp_routing import jobs
from addons.mrp_routing.models import QuantityEntry, TimeEntry, WagePeriod, WageRate, WipCount
from addons.mrp_routing.services import Scan, correct_quantity, split, take_scans
from addons.mrp_routing.services.board import CARDS, find_board
from addons.mrp_routing.services.history import find_story
from addons.mrp_routing.services.labour import find_shares
from addons.mrp_routing.services.silence import find_silences
from addons.mrp_routing.services.workers import find_panel
from core.db import db, run_unit, utcnow
from core.errors import Conflict, ValidationError
from core.events.models import Notification
from core.testing.people import administrator, make_role, make_user, sign_in
from core.testing.statements import statements
from core.workflow.fire import fire
from core.workflow.numbering import next_number
from tests.addons.mrp_routing.support import Floor, make_floor, make_scan, make_worker

HOUR = timedelta(hours=1)


@pytest.fixture
def floor(any_app: Flask, system: Any) -> Floor:
    return make_floor()


def ago(floor: Floor, hours: float, **values: Any) -> None:
    """A scan of the first operation so many hours ago, sent only now."""
    at = utcnow() - timedelta(hours=hours)
    (answer,) = take_scans(f"pda-{hours}", [floor.scan(at=at, offline=True, **values)])
    assert answer.verdict == "applied", answer.message


def test_the_board_shows_what_lies_where_since_when_and_who_is_at_it(floor: Floor) -> None:
    floor.take()
    floor.take(action="report", good=Decimal(4))
    board = find_board()
    first, second = (next(lane for lane in board.lanes if lane.center_id == o.work_center_id) for o in floor.operations)
    assert [(card.here, [one.worker for one in card.at_work]) for card in first.cards if "· 1 " in card.title] == [
        (Decimal(6), [floor.worker.name])
    ]
    (card,) = [card for card in second.cards if "· 2 " in card.title]
    assert (card.here, card.at_work) == (Decimal(4), ())
    assert utcnow() - card.since < timedelta(minutes=1)
    assert (board.tickets, board.working) == (2, 1)


def test_what_is_all_reported_is_not_on_the_board(floor: Floor) -> None:
    floor.report(1, good=10)
    floor.report(2, good=9, scrap=1)
    assert find_board().lanes == []


def test_a_lane_shows_those_that_have_lain_longest_and_how_many_there_are(floor: Floor) -> None:
    for _n in range(CARDS + 2 - 1):
        split(floor.operations[0].id, Decimal("0.5"))
    with statements() as said:
        (lane,) = find_board().lanes
    assert (lane.tickets, len(lane.cards), lane.pieces) == (CARDS + 2, CARDS, Decimal(10))
    assert len(said) <= 6


def test_the_panel_shows_who_works_on_what_and_what_was_done_today(floor: Floor) -> None:
    other = make_worker(name="李四")
    floor.take()
    floor.take(action="report", good=Decimal(3), scrap=Decimal(1))
    floor.take(2, worker=other)
    with statements() as said:
        panel = find_panel()
    assert [(one.worker, one.title.partition(" · ")[2][:1], one.steps) for one in panel.busy] == [
        (floor.worker.name, "1", 2),
        ("李四", "2", 2),
    ]
    assert [(one.worker, one.good, one.bad, one.reports) for one in panel.today] == [
        (floor.worker.name, Decimal(3), Decimal(1), 1)
    ]
    assert len(said) <= 4


def test_a_ticket_tells_everything_that_happened_to_it(floor: Floor) -> None:
    floor.report(1, good=4, scrap=1)
    floor.take(2, action="finish", good=Decimal(99))
    story = find_story(floor.operations[0].ticket_id)
    assert {(one.what, one.detail) for one in story.happenings} >= {("good", Decimal(4)), ("scrap", Decimal(1))}
    assert [one.what for one in story.happenings if one.what in ("start", "end_scan", "pending")] == [
        "pending",
        "end_scan",
        "start",
    ]


def test_pieces_nobody_touches_are_told_once_to_the_one_responsible(floor: Floor) -> None:
    chief = make_user(name="Chief")
    operation = floor.operations[0]
    center = operation.work_center
    center.silent_hours, center.responsible_id = Decimal(2), chief.id
    operation.moved_at = utcnow() - 3 * HOUR
    db.session.flush()
    jobs.raise_alarms()
    jobs.raise_alarms()
    (told,) = db.session.scalars(select(Notification).where(Notification.user_id == chief.id))
    assert told.link == f"/m/mrp_routing/work-orders/{floor.order.id}"
    floor.take()
    assert find_silences() == []


def test_work_that_never_ends_is_told_to_the_one_responsible(floor: Floor) -> None:
    chief = make_user(name="Chief")
    center = floor.operations[0].work_center
    center.long_hours, center.responsible_id = Decimal(12), chief.id
    ago(floor, 13)
    (silence,) = find_silences()
    assert (silence.kind, silence.who) == ("long", floor.worker.name)
    jobs.raise_alarms()
    assert db.session.scalars(select(Notification).where(Notification.user_id == chief.id)).one()


def make_count(floor: Floor) -> WipCount:
    count = WipCount(work_center_id=floor.operations[0].work_center_id)
    count.number = next_number(count)
    db.session.add(count)
    db.session.flush()
    return fire(count, "begin")  # type: ignore[no-any-return]


def test_a_count_keeps_how_accurate_the_books_were(floor: Floor) -> None:
    split(floor.operations[0].id, Decimal(4))
    count = make_count(floor)
    assert [line.expected for line in count.lines] == [Decimal(6), Decimal(4)]
    with pytest.raises(ValidationError, match="every line"):
        fire(count, "finish")
    count.lines[0].counted, count.lines[1].counted = Decimal(6), Decimal(3)
    with pytest.raises(ValidationError, match="Explain every difference"):
        fire(count, "finish")
    count.lines[1].explanation = "One under the bench"
    assert fire(count, "finish").accuracy == Decimal(50)


def test_there_is_nothing_to_count_where_nothing_lies(floor: Floor) -> None:
    floor.report(1, good=10)
    floor.report(2, good=10)
    with pytest.raises(Conflict, match="Nothing lies"):
        make_count(floor)


YESTERDAY = timedelta(days=1)


def make_period(days_ago: int) -> WagePeriod:
    day = date.today() - timedelta(days=days_ago)
    period = WagePeriod(starts_on=day - timedelta(days=1), ends_on=day)
    db.session.add(period)
    db.session.flush()
    return period


def worked(floor: Floor, *workers: Any, good: int = 6) -> None:
    """Two hours three days ago, each; the first reports."""
    for n, worker in enumerate(workers):
        at = utcnow() - 3 * YESTERDAY
        values: dict[str, Any] = {"since": at - 2 * HOUR, "at": at, "offline": True}
        if n == 0:
            values["good"] = Decimal(good)
        (answer,) = take_scans(f"pda-{n}", [floor.scan(worker=worker, **values)])
        assert answer.verdict == "applied", answer.message


def test_wages_are_hours_and_pieces_divided_among_those_who_made_them(floor: Floor) -> None:
    other = make_worker(name="李四")
    floor.operations[0].piece_rate = Decimal("1.50")
    for worker, hourly in ((floor.worker, 20), (other, 30)):
        db.session.add(WageRate(user_id=worker.id, starts_on=date(2020, 1, 1), hourly=Decimal(hourly)))
    db.session.add(WageRate(user_id=other.id, starts_on=date(2099, 1, 1), hourly=Decimal(99)))
    worked(floor, floor.worker, other)
    period = fire(make_period(2), "reckon")
    wages = {
        line.user_id: (line.hours, line.hour_pay, line.pieces, line.piece_pay, line.total) for line in period.lines
    }
    assert wages == {
        floor.worker.id: (Decimal(2), Decimal(40), Decimal(3), Decimal("4.50"), Decimal("44.50")),
        other.id: (Decimal(2), Decimal(60), Decimal(3), Decimal("4.50"), Decimal("64.50")),
    }
    seconds = sum(share.share for share in find_shares(period.starts_on, period.ends_on))
    assert sum(line.hours for line in period.lines) * 3600 == seconds


def test_approved_wages_lock_what_was_reported_then(floor: Floor) -> None:
    worked(floor, floor.worker)
    period = fire(fire(make_period(2), "reckon"), "approve")
    assert period.state == "approved"
    event = db.session.scalars(select(QuantityEntry)).one().event_id or ""
    with pytest.raises(Conflict, match="approved"):
        correct_quantity(event, Scan(event_id="", at=utcnow(), codes=(), good=Decimal(5)), "Counted again")
    late = utcnow() - 3 * YESTERDAY
    scan = make_scan(floor.worker.badge, floor.ticket(), at=late, offline=True, action="report", good=Decimal(1))
    (answer,) = take_scans("pda-9", [scan])
    assert (answer.verdict, answer.code) == ("pending", "wages_approved")
    assert floor.take(action="report", good=Decimal(1)).verdict == "applied"


def test_wages_are_not_approved_before_they_can_be_right(floor: Floor) -> None:
    with pytest.raises(ValidationError, match="Reckon"):
        fire(make_period(2), "approve")
    ago(floor, 72)
    period = fire(db.session.scalars(select(WagePeriod)).one(), "reckon")
    with pytest.raises(Conflict, match="no end"):
        fire(period, "approve")
    entry = db.session.scalars(select(TimeEntry)).one()
    entry.finished_at = entry.started_at + HOUR
    assert fire(period, "approve").state == "approved"


def test_no_day_is_in_two_periods(floor: Floor) -> None:
    make_period(2)
    with pytest.raises(Conflict, match="some of these days"):
        fire(make_period(1), "reckon")


def test_whoever_may_not_see_wages_sees_none(app: Flask, client: FlaskClient, system: Any) -> None:
    floor: Floor = run_unit(make_floor)
    run_unit(lambda: db.session.add(WageRate(user_id=floor.worker.id, starts_on=date(2020, 1, 1), hourly=Decimal(77))))
    clerk = run_unit(lambda: make_user(make_role("mrp_routing.wage_rate.read")))
    page = "/m/mrp_routing/wage-rates"
    hidden = sign_in(client, clerk).get(page).text.partition("<main")[2]
    assert "2020" in hidden
    assert "77" not in hidden
    assert "77" in sign_in(client, run_unit(administrator)).get(page).text.partition("<main")[2]


def test_the_boards_are_sent_again_only_when_they_have_changed(app: Flask, client: FlaskClient, system: Any) -> None:
    floor: Floor = run_unit(make_floor)
    sign_in(client, run_unit(administrator))
    page = client.get("/mrp_routing/wip").text
    again = "/mrp_routing/wip?seen=" + page.partition("/mrp_routing/wip?seen=")[2].partition('"')[0]
    asks = {"HX-Request": "true"}
    assert client.get(again, headers=asks).status_code == 204
    run_unit(lambda: floor.take(action="start"))
    changed = client.get(again, headers=asks)
    assert changed.status_code == 200
    assert floor.worker.name in changed.text
    assert client.get("/mrp_routing/workers?big=1").status_code == 200
    assert client.get(f"/mrp_routing/tickets/{floor.operations[0].ticket_id}").status_code == 200
    assert client.get("/mrp_routing/tickets/999").status_code == 404
