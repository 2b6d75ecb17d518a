"""Jobs, the bell and the inbox in a browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from core.builtin.jobs import purge_outbox
from core.db.session import db
from core.events import defer
from core.events.deliver import deliver
from core.events.models import Delivery
from core.events.notifications import notify
from core.i18n import _
from core.people.models import User
from tests.e2e.conftest import Visitor

ERROR = 'File "jobs.py", line 12, in purge_outbox\nOSError: [Errno 28] No space left on device'


def put(visitor: Visitor, **values: Any) -> int:
    """A delivery as workers left it."""

    def work() -> int:
        delivery = defer(purge_outbox)
        for name, value in values.items():
            setattr(delivery, name, value)
        db.session.flush()
        return delivery.id

    return int(visitor.site.write(work))


def signed_in(visitor: Visitor, language: str) -> User:
    """An administrator who reads this language."""
    user = visitor.site.administrator(name="林梅", login="linmei", language=language)
    visitor.page.context.add_cookies([visitor.site.cookie_of(user)])  # type: ignore[list-item]
    return user


def test_a_failed_job_is_found_read_and_retried(admin: Visitor) -> None:
    failed = put(admin, state="dead", tries=8, error=ERROR)
    put(admin, state="running", done=120, total=300)
    put(admin)
    admin.go("/jobs")
    admin.page.get_by_label("State", exact=True).select_option("dead")
    admin.settle()
    rows = admin.page.locator("tr[id^=job-]")
    expect(rows).to_have_count(1)
    rows.locator("summary").click()
    expect(rows.locator("pre")).to_contain_text("No space left on device")
    admin.picture("jobs-error")
    rows.get_by_role("button", name="Retry").click()
    admin.settle()
    expect(rows).to_have_count(0)
    with admin.site.app.app_context():
        assert deliver(failed) == "done"
    admin.page.get_by_label("State", exact=True).select_option("done")
    expect(admin.page.locator(f"#job-{failed}")).to_contain_text("Done")


def test_the_page_follows_a_running_job_by_itself(admin: Visitor) -> None:
    job = put(admin, state="running", done=1, total=4)
    admin.go("/jobs")
    row = admin.page.locator(f"#job-{job}")
    expect(row).to_contain_text("1 / 4")
    admin.site.write(lambda: db.session.query(Delivery).filter_by(id=job).update({"done": 3}))
    expect(row).to_contain_text("3 / 4", timeout=30_000)


def test_the_bell_counts_and_the_inbox_leads_to_what_it_is_about(admin: Visitor) -> None:
    me = admin.site.write(lambda: db.session.query(User.id).filter_by(login="linmei").scalar())
    admin.site.write(lambda: notify([me], "Lot L-7 was put on hold.", link="/jobs"))
    admin.site.write(lambda: notify([me], "Machine CNC-03 needs care."))
    admin.go("/notifications")
    expect(admin.page.locator(".qm-bell .badge")).to_have_text("2")
    admin.picture("inbox")
    admin.page.get_by_role("button", name="Lot L-7 was put on hold.").click()
    admin.page.wait_for_url("**/jobs")
    expect(admin.page.locator(".qm-bell .badge")).to_have_text("1")
    admin.go("/notifications")
    admin.page.get_by_role("button", name="Mark all as read").click()
    admin.settle()
    expect(admin.page.locator(".qm-bell .badge")).to_have_count(0)


def test_wrong_quiet_hours_are_marked_and_right_ones_kept(admin: Visitor) -> None:
    admin.go("/notifications")
    admin.page.get_by_label("No e-mail from").fill("22:00")
    admin.expect_status(422)
    admin.page.get_by_role("button", name="Save").click()
    expect(admin.page.locator("#error-quiet_to")).to_have_text("Quiet hours need a beginning and an end.")
    admin.page.get_by_label("until").fill("06:00")
    admin.page.get_by_role("button", name="Save").click()
    admin.settle()
    expect(admin.page.get_by_label("until")).to_have_value("06:00")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_jobs_and_inbox_read_well(visitor: Visitor, language: str) -> None:
    user = signed_in(visitor, language)
    put(visitor, state="dead", tries=8, error=ERROR, user_id=user.id)
    put(visitor, state="running", done=120, total=300, user_id=user.id)
    put(visitor, state="held", addon="stock")
    put(visitor)
    visitor.site.write(lambda: notify([user.id], _("Please correct the marked fields"), link="/jobs"))
    visitor.go("/jobs")
    visitor.picture(f"jobs-{language}")
    visitor.check()
    visitor.go("/notifications")
    visitor.picture(f"inbox-{language}")
    visitor.check()
