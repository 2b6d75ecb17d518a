"""Run in a process of its own with the partner addon installed: does what a factory would, prints what it saw.

`scenario.py with FOLDER` sets a new instance up; `scenario.py without FOLDER` starts on the same data with the
addon blocked.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select, text

from addons.masterdata.factories import make_item
from core.actor import SYSTEM, acting
from core.db.session import db, run_unit
from core.errors import QingmesError
from core.events.deliver import deliver
from core.events.sweep import find_due
from core.i18n import gettext, in_locale
from core.kernel import switch
from core.kernel.registry import current_registry
from core.people.models import User
from core.testing.apps import TestApp, config_for, sqlite_app
from core.testing.people import administrator, make_role, make_user, sign_in
from core.workflow.fire import fire
from core.workflow.records import create_record

PLANS, ITEMS = "/m/toolcare/care-plans", "/m/masterdata/items"


def use_it(folder: Path) -> dict[str, Any]:
    """The addon installed: everything it brings, then disabled, then enabled again."""
    started: TestApp = sqlite_app(folder)
    facts: dict[str, Any] = {}
    with started.app.app_context(), acting(SYSTEM):
        from qingmes_toolcare import jobs, services
        from qingmes_toolcare.models import ItemCare

        item = run_unit(lambda: make_item(code="GAUGE-1"))
        overdue = date.today() - timedelta(days=3)
        plan = {"item_id": item.id, "interval_days": 30, "due_on": overdue.isoformat()}
        run_unit(lambda: create_record(current_registry().model("toolcare.item_care"), plan))
        admin = sign_in(started.app.test_client(), run_unit(lambda: administrator(login="keeper")))
        stranger = sign_in(started.app.test_client(), run_unit(lambda: make_user(make_role("masterdata.item.read"))))
        facts["enabled"] = seen(admin, item.id)
        facts["stranger"] = stranger.get(PLANS).status_code
        facts["objection"] = retired(item)
        facts["chinese"] = in_chinese("Care plan")
        db.session.rollback()

        run_unit(lambda: services.record_care(item.id, done_on=date(2026, 3, 1)))
        deliver_all()
        facts["next due"] = str(db.session.scalar(select(ItemCare.due_on)))
        defer_reminder(jobs.remind)
        deliver_all()
        facts["reminded"] = db.session.scalar(select(ItemCare.reminded_at)) is not None

        switched("disable")
        facts["disabled"] = seen(admin, item.id)
        facts["rows while disabled"] = rows()
        facts["objection while disabled"] = retired(item)
        switched("enable")
        facts["enabled again"] = seen(admin, item.id)
    return facts


def do_without_it(folder: Path) -> dict[str, Any]:
    """The addon blocked, on the same database: masterdata works, the rows are still there."""
    from core.app import create_app

    app = create_app(config_for(folder, f"sqlite:///{folder / 'test.db'}", block=frozenset({"toolcare"})))
    with app.app_context(), acting(SYSTEM):
        made = run_unit(lambda: make_item(code="GAUGE-2"))
        keeper = db.session.scalars(select(User).where(User.login == "keeper")).one()
        return {"pages": seen(sign_in(app.test_client(), keeper), made.id), "rows": rows()}


def seen(browser: FlaskClient, item_id: int) -> dict[str, Any]:
    """What an administrator sees of the addon on its own pages and on those of items."""
    items, form = browser.get(ITEMS), browser.get(f"{ITEMS}/{item_id}")
    return {
        "page": browser.get(PLANS).status_code,
        "api": browser.get("/api/v1/toolcare/care-plans").status_code,
        "items": (items.status_code, form.status_code),
        "column": "Care due on" in items.get_data(as_text=True),
        "section": "Tool care" in form.get_data(as_text=True).partition('id="content"')[2],
        "menu": PLANS in items.get_data(as_text=True),
    }


def retired(item: Any) -> str:
    """Try to retire an item: the objection, or nothing. Rolls back."""
    try:
        fire(item, "retire")
        return ""
    except QingmesError as error:
        return str(error)
    finally:
        db.session.rollback()


def in_chinese(message: str) -> str:
    """How a text of the addon reads in Chinese."""
    with in_locale("zh"):
        return gettext(message)


def defer_reminder(job: Any) -> None:
    """Put the addon's job into the outbox."""
    from core.events import defer

    run_unit(lambda: defer(job))


def deliver_all() -> None:
    """Run everything that waits."""
    due = find_due(100)
    db.session.rollback()
    for delivery_id in due:
        deliver(delivery_id)


def switched(verb: str) -> None:
    """Enable or disable the addon."""
    act = switch.enable if verb == "enable" else switch.disable
    run_unit(lambda: act("toolcare"))
    switch.forget_enabled()


def rows() -> int:
    """Care plans in the database, whoever may see them."""
    return int(db.session.scalar(text("SELECT count(*) FROM toolcare_item_care")) or 0)


if __name__ == "__main__":
    how, where = sys.argv[1], Path(sys.argv[2])
    sys.stdout.write(json.dumps(use_it(where) if how == "with" else do_without_it(where)) + "\n")
