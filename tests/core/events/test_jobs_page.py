"""The jobs page: what waits, runs and failed, and the retry button."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.db.session import db, run_unit
from core.events.models import Delivery
from core.testing.people import csrf, make_role, make_user, sign_in
from core.testing.statements import statements
from core.workflow.models import AuditEntry

pytestmark = pytest.mark.usefixtures("system")


@pytest.fixture
def browser(lite: Flask) -> Iterator[FlaskClient]:
    """Somebody who may see and retry jobs."""
    user = run_unit(lambda: make_user(make_role("core.job.read", "core.job.retry")))
    return sign_in(lite.test_client(), user)


def put(**values: object) -> int:
    """A committed delivery."""

    def unit() -> Delivery:
        delivery = Delivery(**{"kind": "job", "addon": "tally", "target": "tally.count", **values})
        db.session.add(delivery)
        return delivery

    delivery_id = run_unit(unit).id
    db.session.remove()
    return delivery_id


def test_a_failed_job_is_shown_with_its_error(browser: FlaskClient) -> None:
    put(state="dead", tries=8, error="ValueError: <b>out of paper</b>")
    page = browser.get("/jobs").text
    assert "ValueError: &lt;b&gt;out of paper&lt;/b&gt;" in page
    assert "Failed 8 times" in page


def test_a_running_job_shows_how_far_it_is(browser: FlaskClient) -> None:
    put(state="running", done=30, total=120)
    page = browser.get("/jobs").text
    assert 'value="25"' in page
    assert "30 / 120" in page


def test_jobs_are_filtered_by_state_and_app(browser: FlaskClient) -> None:
    dead, waiting, core = put(state="dead"), put(), put(addon="core")
    found = [_ids(browser.get(f"/jobs?{query}").text) for query in ("state=dead", "state=waiting", "addon=core")]
    assert found == [{dead}, {waiting, core}, {core}]


def _ids(page: str) -> set[int]:
    return {int(number) for number in re.findall(r'id="job-(\d+)"', page)}


def test_older_jobs_are_on_the_next_page(browser: FlaskClient) -> None:
    first = put()
    for _n in range(50):
        put()
    page = browser.get("/jobs").text
    before = re.search(r"before=(\d+)", page)
    assert before is not None
    assert first not in _ids(page)
    assert _ids(browser.get(f"/jobs?before={before[1]}").text) == {first}


def test_the_table_answers_204_until_something_changes(browser: FlaskClient) -> None:
    put()
    address = re.search(r'hx-get="([^"]+)"', _main_table(browser.get("/jobs").text))
    assert address is not None
    again = address[1].replace("&amp;", "&")
    assert browser.get(again).status_code == 204
    put(state="dead")
    changed = browser.get(again)
    assert (changed.status_code, 'id="jobs"' in changed.text) == (200, True)


def _main_table(page: str) -> str:
    return page[page.index('id="jobs"') :]


def test_the_retry_button_makes_a_failed_job_wait_again_and_is_audited(browser: FlaskClient) -> None:
    job = put(state="dead", tries=8)
    answer = browser.post(f"/jobs/{job}/retry", data={"csrf_token": csrf(browser), "state": "dead"})
    assert (answer.status_code, answer.location) == (303, "/jobs?state=dead")
    assert db.session.get(Delivery, job).state == "waiting"
    assert db.session.scalars(select(AuditEntry.record_id).where(AuditEntry.action == "retry")).all() == [job]


def test_the_stop_button_cancels_a_waiting_job(browser: FlaskClient) -> None:
    job = put()
    browser.post(f"/jobs/{job}/cancel", data={"csrf_token": csrf(browser)})
    assert db.session.get(Delivery, job).state == "cancelled"


def test_a_job_that_is_done_cannot_be_stopped(browser: FlaskClient) -> None:
    job = put(state="done")
    assert browser.post(f"/jobs/{job}/cancel", data={"csrf_token": csrf(browser)}).status_code == 409


def test_a_job_that_does_not_exist_is_not_found(browser: FlaskClient) -> None:
    assert browser.post("/jobs/999/retry", data={"csrf_token": csrf(browser)}).status_code == 404


def test_the_page_is_closed_to_who_may_not_see_jobs(lite: Flask) -> None:
    client = sign_in(lite.test_client(), run_unit(lambda: make_user(make_role("core.user.read"))))
    assert [client.get(path).status_code for path in ("/jobs", "/jobs/table")] == [403, 403]


def test_who_may_only_see_jobs_has_no_buttons_and_cannot_retry(lite: Flask) -> None:
    job = put(state="dead", tries=8)
    client = sign_in(lite.test_client(), run_unit(lambda: make_user(make_role("core.job.read"))))
    assert "/retry" not in client.get("/jobs").text
    assert client.post(f"/jobs/{job}/retry", data={"csrf_token": csrf(client)}).status_code == 403


def test_the_page_takes_few_statements(lite: Flask, browser: FlaskClient) -> None:
    for _n in range(40):
        put()
    with statements() as asked:
        browser.get("/jobs")
    assert len(asked) <= 6
