"""Each delivery once: its writes and its end in one transaction, tried again after a failure."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from addons.tally import jobs
from addons.tally.events import Counted
from addons.tally.models import Mark
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from core.actor import Actor, acting
from core.db.session import db, run_unit
from core.db.types import utcnow
from core.errors import Conflict, Forbidden
from core.events import current_delivery, defer, overview, publish
from core.events import deliver as wrapper
from core.events.deliver import deliver
from core.events.models import Delivery
from core.events.running import running
from core.events.sweep import keep_house
from core.kernel.switch import disable, enable
from core.testing.apps import actor_with
from core.testing.people import make_user
from tests.core.events.outbox_help import deferred, deliver_due, row, steps_of

pytestmark = pytest.mark.usefixtures("system")


def let_it_be_due(delivery_id: int) -> None:
    """Move the clock on to the next try."""
    run_unit(lambda: db.session.execute(update(Delivery).where(Delivery.id == delivery_id).values(due_at=utcnow())))


def let_the_lease_run_out(delivery_id: int) -> None:
    """Move the clock on past the worker's lease."""
    past = utcnow() - timedelta(seconds=1)
    over = update(Delivery).where(Delivery.id == delivery_id).values(lease_until=past)
    run_unit(lambda: db.session.execute(over))


def test_a_delivered_job_is_done_and_has_its_effects(tally: Flask) -> None:
    job = deferred(jobs.count)
    assert deliver(job) == "done"
    assert (row(job).state, steps_of(job)) == ("done", ["begin", "end"])


def test_a_delivery_that_is_done_is_not_run_again(tally: Flask) -> None:
    job = deferred(jobs.count)
    assert [deliver(job), deliver(job)] == ["done", "nothing"]
    assert steps_of(job) == ["begin", "end"]


def test_eight_workers_at_once_run_a_delivery_once(tally: Flask) -> None:
    job = deferred(jobs.count, millis=20)
    db.session.remove()
    outcomes: list[str] = []

    def work() -> None:
        with tally.app_context():
            outcomes.append(deliver(job))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", *["nothing"] * 7]
    assert steps_of(job) == ["begin", "end"]


def test_an_event_reaches_its_subscriber_with_its_values(tally: Flask) -> None:
    run_unit(lambda: publish(Counted(millis=0)))
    assert deliver_due() == ["done"]
    assert db.session.scalar(select(func.count()).select_from(Mark)) == 2


def test_a_rolled_back_unit_takes_its_deliveries_along(tally: Flask) -> None:
    def refuse() -> None:
        publish(Counted(millis=0))
        defer(jobs.count)
        db.session.flush()
        raise Conflict("no")

    with pytest.raises(Conflict):
        run_unit(refuse)
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 0


def test_a_job_is_not_run_before_it_is_due(tally: Flask) -> None:
    job = deferred(jobs.count, run_at=utcnow() + timedelta(hours=1))
    assert (deliver(job), steps_of(job)) == ("nothing", [])


def test_what_a_job_defers_is_delivered_after_it(tally: Flask) -> None:
    job = deferred(jobs.chain)
    assert deliver_due() == ["done"]
    assert deliver_due() == ["done"]
    assert steps_of(job) == ["begin"]
    assert db.session.scalar(select(func.count()).select_from(Mark)) == 3


def test_a_failed_job_leaves_no_effect_and_is_due_again_later(tally: Flask) -> None:
    job = deferred(jobs.fail, text="out of paper")
    assert deliver(job) == "waiting"
    failed = row(job)
    assert steps_of(job) == []
    assert (failed.tries, failed.due_at > utcnow() + timedelta(seconds=20)) == (1, True)
    assert "RuntimeError: out of paper" in str(failed.error)


def test_the_error_text_keeps_passwords_in_addresses_to_itself(lite: Flask) -> None:
    job = deferred(jobs.fail, text="cannot reach smtp://mes:hunter2@mail.example:25")
    deliver(job)
    assert "smtp://mes:***@mail.example" in str(row(job).error)
    assert "hunter2" not in str(row(job).error)


def test_the_error_text_keeps_a_statements_parameters_to_itself(lite: Flask) -> None:
    secret = "-".join(("hunter", "2"))
    with pytest.raises(DBAPIError, match=secret) as raised:
        db.session.execute(select(func.no_such_function(secret)))
    assert secret not in wrapper.describe(raised.value)


def test_a_very_long_error_keeps_its_end(lite: Flask) -> None:
    job = deferred(jobs.fail, text="x" * 9000 + "the end")
    deliver(job)
    assert len(str(row(job).error)) == 4000
    assert str(row(job).error).endswith("the end")


def test_the_waits_grow_to_six_hours() -> None:
    waits = [wrapper.wait_after(tries).total_seconds() for tries in range(1, 8)]
    middle = [30, 120, 480, 1920, 7680, 21600, 21600]
    assert all(0.9 * m <= w <= 1.1 * m for w, m in zip(waits, middle, strict=True))


def test_after_eight_tries_a_delivery_is_dead(tally: Flask) -> None:
    job = deferred(jobs.fail, text="no")
    outcomes = []
    for _ in range(9):
        let_it_be_due(job)
        outcomes.append(deliver(job))
    assert outcomes == ["waiting"] * 7 + ["dead", "nothing"]
    assert row(job).state == "dead"


def test_a_dead_delivery_can_be_tried_again(tally: Flask) -> None:
    job = deferred(jobs.fail, text="no")
    run_unit(lambda: db.session.execute(update(Delivery).values(state="dead", tries=8)))
    run_unit(lambda: overview.retry(job))
    assert (row(job).state, row(job).tries) == ("waiting", 0)
    assert deliver(job) == "waiting"


def test_a_delivery_that_has_not_failed_cannot_be_tried_again(lite: Flask) -> None:
    job = deferred(jobs.count)
    with pytest.raises(Conflict):
        overview.retry(job)


def test_retrying_needs_its_permission(lite: Flask) -> None:
    job = deferred(jobs.count)
    with acting(actor_with("core.job.read")), pytest.raises(Forbidden):
        overview.retry(job)


def test_a_job_that_is_gone_from_its_addon_says_so(lite: Flask) -> None:
    job = deferred(jobs.count)
    run_unit(lambda: db.session.execute(update(Delivery).values(target="tally.gone")))
    assert deliver(job) == "waiting"
    assert "tally.gone" in str(row(job).error)


def test_a_job_runs_in_the_name_and_language_of_whoever_caused_it(tally: Flask) -> None:
    user = run_unit(lambda: make_user(name="Li Wei", language="zh"))
    with acting(Actor(user_id=user.id, name=user.name, channel="web")):
        job = deferred(jobs.say)
    deliver(job)
    said = db.session.scalars(select(Mark.said).where(Mark.delivery_id == job)).one()
    assert said == "Li Wei|job|True|zh|等待中"


def test_a_job_has_its_delivery_as_idempotency_key(lite: Flask) -> None:
    job = deferred(jobs.count)
    deliver(job)
    assert set(db.session.scalars(select(Mark.delivery_id))) == {job}
    with pytest.raises(LookupError):
        current_delivery()


def test_a_job_of_a_disabled_addon_waits_untouched_until_it_is_enabled_again(tally: Flask) -> None:
    job = deferred(jobs.count)
    run_unit(lambda: disable("tally"))
    assert (deliver(job), row(job).state, steps_of(job)) == ("held", "held", [])
    run_unit(lambda: keep_house("UTC"))
    assert row(job).state == "held"
    run_unit(lambda: enable("tally"))
    assert (deliver(job), steps_of(job)) == ("done", ["begin", "end"])


def test_nothing_is_published_to_a_disabled_addon(tally: Flask) -> None:
    run_unit(lambda: disable("tally"))
    run_unit(lambda: publish(Counted(millis=0)))
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 0


def test_a_long_job_commits_each_step_with_its_progress(tally: Flask) -> None:
    job = deferred(jobs.count_steps, steps=5, fail_at=3)
    assert deliver(job) == "waiting"
    assert (row(job).done, row(job).total, row(job).cursor) == (2, 5, 2)
    assert steps_of(job) == ["step 1", "step 2"]


def test_a_long_job_goes_on_from_its_cursor(tally: Flask) -> None:
    job = deferred(jobs.count_steps, steps=4, fail_at=3)
    deliver(job)
    run_unit(lambda: db.session.execute(update(Delivery).values(payload={"steps": 4}, due_at=utcnow())))
    assert deliver(job) == "done"
    assert steps_of(job) == ["step 1", "step 2", "step 3", "step 4", "end"]


def test_a_running_long_job_is_left_alone_until_its_lease_runs_out(tally: Flask) -> None:
    job = deferred(jobs.count_steps, steps=2)
    in_five_minutes = utcnow() + timedelta(minutes=5)
    run_unit(lambda: db.session.execute(update(Delivery).values(state="running", lease_until=in_five_minutes)))
    assert deliver(job) == "nothing"
    let_the_lease_run_out(job)
    assert deliver(job) == "done"


def test_a_worker_that_lost_its_lease_cannot_commit_its_step(tally: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    job = deferred(jobs.count_steps, steps=3)
    monkeypatch.setattr(wrapper, "LEASE", timedelta(seconds=-1))  # every lease is over as soon as it is given
    held = wrapper.Held(job)
    first = run_unit(lambda: wrapper._take(held))
    assert isinstance(first, wrapper.LongJob)
    assert deliver(job) == "done"
    running.set(job)
    with pytest.raises(wrapper.LeaseLost):
        run_unit(lambda: wrapper._step(first, None, utcnow()), attempts=1)
    running.set(None)
    assert steps_of(job) == ["step 1", "step 2", "step 3", "end"]


def test_a_long_job_whose_workers_keep_dying_is_dead_in_the_end(tally: Flask) -> None:
    job = deferred(jobs.count_steps, steps=2)
    past = utcnow() - timedelta(seconds=1)
    run_unit(lambda: db.session.execute(update(Delivery).values(state="running", lease_until=past, tries=7)))
    assert (deliver(job), row(job).state) == ("dead", "dead")


def test_a_waiting_job_can_be_cancelled(tally: Flask) -> None:
    job = deferred(jobs.count)
    run_unit(lambda: overview.cancel(job))
    assert (deliver(job), row(job).state, steps_of(job)) == ("nothing", "cancelled", [])


def test_a_running_long_job_stops_at_its_next_step(tally: Flask) -> None:
    job = deferred(jobs.count_steps, steps=3)
    taken = run_unit(lambda: wrapper._take(held := wrapper.Held(job)) and held)
    run_unit(lambda: overview.cancel(job))
    assert wrapper._give_up(taken) == "cancelled"
    assert (row(job).state, row(job).lease_until) == ("cancelled", None)


def test_a_job_cancelled_while_it_runs_keeps_the_steps_it_committed(tally: Flask) -> None:
    job = deferred(jobs.count_steps, steps=50, millis=20)
    db.session.remove()
    outcomes: list[str] = []

    def work() -> None:
        with tally.app_context():
            outcomes.append(deliver(job))

    thread = threading.Thread(target=work)
    thread.start()
    while not db.session.scalar(select(Delivery.done).where(Delivery.id == job)):
        db.session.rollback()
    run_unit(lambda: overview.cancel(job))
    thread.join()
    done = row(job).done
    assert (outcomes, row(job).state, len(steps_of(job))) == (["cancelled"], "cancelled", done)
    assert done < 50


def test_health_counts_what_waits_and_what_failed(tally: Flask) -> None:
    for state in ("waiting", "dead", "dead", "done"):
        db.session.add(Delivery(kind="job", addon="tally", target="tally.count", state=state))
    late = utcnow() - timedelta(minutes=7)
    db.session.add(Delivery(kind="job", addon="tally", target="tally.count", state="running", lease_until=late))
    db.session.add(Delivery(kind="job", addon="tally", target="tally.count", due_at=late))
    db.session.flush()
    found = overview.health()
    assert (found["counts"]["waiting"], found["dead"], found["stale_leases"]) == (2, 2, 1)
    assert found["oldest_due_seconds"] >= 420
