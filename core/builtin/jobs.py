"""What core itself does in the background."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask import current_app
from sqlalchemy import delete

from core.api.models import IdempotencyKey
from core.approvals import administration, service, timers
from core.db.session import db
from core.db.types import utcnow
from core.events import defer, mail, robots
from core.events.models import Delivery, Notification, RobotMessage
from core.events.notifications import MOST_KEPT, read_text, user_address
from core.events.running import Progress, current_delivery, let_go
from core.i18n import _, in_locale
from core.imports import exports
from core.imports import work as importing
from core.imports.keeping import purge
from core.kernel.manifest import Schedule
from core.paper import printouts
from core.reminders import firing
from core.reminders.spans import Clock
from core.webhooks import services as webhooks
from core.webhooks.models import WebhookCall
from core.workflow import seal

KEEP_DONE = timedelta(days=30)
KEEP_SCHEDULED = timedelta(days=2)
KEEP_KEYS = timedelta(days=30)


def send_mail(notification_id: int) -> Iterator[Progress]:
    """Mail one notification, unless its reader has seen it or no longer wants mail.

    The mail goes out between two transactions: a slow mail server must not hold a lock.
    """
    config = current_app.config["QINGMES"]
    notification = db.session.get(Notification, notification_id)
    address, language = user_address(notification.user_id) if notification else (None, "en")
    if notification is None or notification.read_at is not None or address is None or config.smtp_url is None:
        return
    with in_locale(language):
        text = read_text(notification)
    link = f"{config.base_url}{notification.link}" if notification.link else None
    message = mail.compose(
        sender=config.mail_from, to=address, text=text, link=link, idempotency=f"delivery-{current_delivery()}"
    )
    smtp_url = config.smtp_url
    yield Progress(done=0, total=1)
    let_go()
    mail.send(smtp_url, message)
    yield Progress(done=1, total=1)


def purge_outbox() -> None:
    """Forget deliveries done a month ago, idempotency keys of that age, notifications of half a year ago."""
    over = Delivery.state.in_(("done", "cancelled"))
    db.session.execute(delete(Delivery).where(over, Delivery.finished_at < utcnow() - KEEP_DONE))
    by_the_clock = Delivery.key.startswith("schedule:", autoescape=True)
    db.session.execute(delete(Delivery).where(over, by_the_clock, Delivery.finished_at < utcnow() - KEEP_SCHEDULED))
    db.session.execute(delete(WebhookCall).where(WebhookCall.at < utcnow() - KEEP_DONE))
    db.session.execute(delete(RobotMessage).where(RobotMessage.at < utcnow() - KEEP_DONE))
    db.session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < utcnow() - KEEP_KEYS))
    db.session.execute(delete(Notification).where(Notification.at < utcnow() - MOST_KEPT))


def check_import(import_id: int, cursor: int | None = None) -> Iterator[Progress]:
    """Try every row of a file somebody wants to import, and take it back."""
    yield from importing.steps(import_id, dry=True, whole=False, cursor=cursor)


def run_import(import_id: int, whole: bool, cursor: int | None = None) -> Iterator[Progress]:
    """Import a file: everything or nothing, or the valid rows."""
    yield from importing.steps(import_id, dry=False, whole=whole, cursor=cursor)


def make_export(export_id: int) -> Iterator[Progress]:
    """Make the file of a long list."""
    yield from exports.steps(export_id)


def purge_imports() -> None:
    """Forget imports and exports of three months ago, with their files."""
    purge()


def drain_robot(robot_id: int) -> Iterator[Progress]:
    """Let a robot say what waits, as fast as it may; then look again when it may say more."""
    base_url, said = current_app.config["QINGMES"].base_url, 0
    while isinstance(taken := robots.take_next(robot_id, base_url), robots.Taken):
        yield Progress(done=said)
        let_go()
        problem = robots.try_to_send(taken)
        robots.note_sent(taken.message_id) if problem is None else robots.note_refused(taken.message_id, problem)
        said += 1
        yield Progress(done=said)
    again = robots.may_wake(robot_id, taken) if taken is not None else None
    if again is not None:
        defer(drain_robot, run_at=again, robot_id=robot_id)


def call_webhook(call_id: int) -> Iterator[Progress]:
    """Make one call of a webhook; what is not taken is tried again later."""
    outgoing = webhooks.prepare(call_id)
    if outgoing is None:
        return
    yield Progress(done=0, total=1)
    let_go()
    answer, problem = webhooks.call(outgoing)
    is_taken = webhooks.note_answer(call_id, answer, problem)
    yield Progress(done=1, total=1)
    if not is_taken:
        raise webhooks.NotTaken(problem or f"status {answer.status if answer else 0}")


def note_change(model: str, record_id: int, version: int, created: bool, fields: list[str]) -> None:
    """A record was made or changed: note the reminders whose occasion that is."""
    firing.take_event(model, record_id, version, created, fields, str(current_delivery()))
    firing.tell_due(utcnow(), Clock.of_factory())


def check_reminders(rule_id: int | None = None) -> Iterator[Progress]:
    """Look what the clock has made due, for one rule or all, and tell people; a batch a step."""
    yield from firing.run(rule_id)


def print_in_background(printout_id: int) -> Iterator[Progress]:
    """Print many records as one PDF for the user who asked."""
    yield from printouts.make(printout_id)


def purge_printouts() -> None:
    """Forget printouts of a week ago, with their files."""
    printouts.purge()


def run_approved(request_id: int) -> None:
    """Run a transition whose last approver has agreed."""
    service.execute(request_id)


def ring_approvals() -> Iterator[Progress]:
    """Remind those who are late to decide, and do what a flow says of late tasks. Each timer by itself."""
    due = timers.find_due(utcnow())
    for done, timer_id in enumerate(due, start=1):
        administration.fire_timer(timer_id)
        yield Progress(done=done, total=len(due))


def seal_audit_trail() -> None:
    """Seal the audit entries of every finished day."""
    seal.seal_finished_days()


SCHEDULES = (
    Schedule(key="core.ring_approvals", job=ring_approvals, title=_("Remind of late approvals"), every_minutes=1),
    Schedule(key="core.purge_printouts", job=purge_printouts, title=_("Forget old printouts"), daily_at="03:40"),
    Schedule(key="core.seal_audit_trail", job=seal_audit_trail, title=_("Seal the audit trail"), daily_at="00:10"),
    Schedule(key="core.purge_imports", job=purge_imports, title=_("Forget old imports and exports"), daily_at="03:30"),
    Schedule(key="core.check_reminders", job=check_reminders, title=_("Check reminders"), every_minutes=5),
    Schedule(key="core.purge_outbox", job=purge_outbox, title=_("Forget old jobs and notifications"), daily_at="03:20"),
)
