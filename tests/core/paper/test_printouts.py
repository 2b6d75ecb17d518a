"""Many records are printed in the background: one PDF, with the rights its user has when it is made, for him alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from addons.masterdata.factories import make_item
from core.actor import SYSTEM, acting
from core.builtin.jobs import purge_printouts
from core.db import db, run_unit
from core.db.types import utcnow
from core.errors import NotFound, ValidationError
from core.events.deliver import deliver
from core.events.models import Delivery, Notification
from core.events.sweep import find_due
from core.paper.models import Printout
from core.paper.printing import Order
from core.paper.printouts import get_printout, order_printout
from core.people.grants import actor_for
from core.people.models import User, UserRole
from core.testing.people import csrf, make_role, make_user, sign_in
from core.workflow.attachments import storage
from core.workflow.models import AuditEntry
from tests.core.paper.support import page_count, texts

PRINT = "/m/masterdata/items/print"


@pytest.fixture
def clerk(any_app: Flask) -> User:
    """Somebody who may read items."""
    with acting(SYSTEM):
        return run_unit(lambda: make_user(make_role("masterdata.item.read"), name="Clerk"))


def make_items(count: int) -> list[int]:
    """Committed items."""
    with acting(SYSTEM):
        return run_unit(lambda: [make_item(code=f"P-{n:03}").id for n in range(count)])


def ordered(client: FlaskClient, ids: list[int], **form: Any) -> int:
    """Ask for a printout on the page; its id."""
    data = {"id": [str(one) for one in ids], "paper": "label", **form}
    answer = client.post(PRINT, data=data, headers={"X-CSRFToken": csrf(client)})
    assert answer.status_code == 303
    return int(answer.location.rpartition("/")[2])


def deliver_all() -> list[str]:
    """Run every job that is due."""
    with acting(SYSTEM):
        due = run_unit(lambda: find_due(100))
    return [deliver(delivery_id) for delivery_id in due]


def test_a_long_print_is_made_in_the_background_with_progress_and_a_download(any_app: Flask, clerk: User) -> None:
    client = sign_in(any_app.test_client(), clerk)
    ids = make_items(25)
    printout_id = ordered(client, ids, paper="record")
    page = f"/paper/printouts/{printout_id}"
    assert "Printing: 0 of 25" in client.get(page).text
    assert client.get(f"{page}/file").status_code == 404
    assert deliver_all() == ["done"]
    assert "25 pages are ready" in client.get(f"{page}/progress").text
    answer = client.get(f"{page}/file")
    assert answer.mimetype == "application/pdf" and page_count(answer.data) == 25
    assert [f"P-{n:03}" in text for n, text in enumerate(texts(answer.data))] == [True] * 25
    with acting(SYSTEM):
        job = db.session.scalars(select(Delivery)).one()
        assert (job.done, job.total, job.state) == (25, 25, "done")
        told = db.session.scalars(select(Notification)).one()
        assert (told.user_id, told.link) == (clerk.id, page)
        assert db.session.scalars(select(AuditEntry.action).where(AuditEntry.action == "print")).all() == ["print"]


def test_a_printout_is_nobody_elses(any_app: Flask, clerk: User) -> None:
    printout_id = ordered(sign_in(any_app.test_client(), clerk), make_items(21))
    deliver_all()
    with acting(SYSTEM):
        other = run_unit(lambda: make_user(make_role("masterdata.item.read", "core.job.read")))
    client = sign_in(any_app.test_client(), other)
    for path in ("", "/progress", "/file"):
        assert client.get(f"/paper/printouts/{printout_id}{path}").status_code == 404


def test_what_the_user_may_no_longer_read_is_not_printed_for_him(any_app: Flask, clerk: User) -> None:
    client = sign_in(any_app.test_client(), clerk)
    printout_id = ordered(client, make_items(21))
    with acting(SYSTEM):
        run_unit(lambda: [db.session.delete(held) for held in db.session.scalars(select(UserRole))])
    assert deliver_all() == ["done"]
    with acting(SYSTEM):
        printout = db.session.get_one(Printout, printout_id)
        assert printout.key is None and "permission" in (printout.refusal or "")
    assert "could not be printed" in client.get("/notifications").text


def test_a_refusal_of_the_press_is_told_and_the_job_is_over(any_app: Flask, clerk: User) -> None:
    ids = make_items(21)
    order = Order(model="masterdata.item", paper="label", ids=tuple(ids), start=99)
    with acting(SYSTEM):
        actor = actor_for(clerk, "web")
    with acting(actor):
        printout = run_unit(lambda: order_printout(order))
    assert deliver_all() == ["done"]
    with acting(actor):
        assert "Start at a label" in (get_printout(printout.id).refusal or "")


def test_an_order_that_cannot_be_is_refused_at_once(app: Flask, system: Any) -> None:
    with pytest.raises(ValidationError, match="Choose 1 to 200 rows"):
        order_printout(Order(model="masterdata.item", paper="record", ids=tuple(range(201))))
    with pytest.raises(NotFound):
        order_printout(Order(model="masterdata.item", paper="nothing", ids=(1, 2)))


def test_printouts_of_a_week_ago_are_forgotten_with_their_files(any_app: Flask, clerk: User) -> None:
    printout_id = ordered(sign_in(any_app.test_client(), clerk), make_items(21))
    deliver_all()
    with acting(SYSTEM):
        key = db.session.get_one(Printout, printout_id).key
        assert key is not None and storage().read(key).startswith(b"%PDF")
        run_unit(purge_printouts)
        assert db.session.get(Printout, printout_id) is not None
        db.session.get_one(Printout, printout_id).at = utcnow() - timedelta(days=8)
        run_unit(purge_printouts)
        assert db.session.get(Printout, printout_id) is None
        assert not storage().files.exists(f"{storage().root}/{key}")
