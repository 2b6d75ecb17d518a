"""What core itself does in the background."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask import current_app
from sqlalchemy import delete

from core.api.models import IdempotencyKey
from core.db.session import db
from core.db.types import utcnow
from core.events import mail
from core.events.models import Delivery, Notification
from core.events.notifications import MOST_KEPT, read_text, user_address
from core.events.running import Progress, current_delivery
from core.i18n import _, in_locale
from core.kernel.manifest import Schedule
from core.workflow import seal

KEEP_DONE = timedelta(days=30)
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
    yield Progress(done=0, total=1)
    mail.send(config.smtp_url, message)
    yield Progress(done=1, total=1)


def purge_outbox() -> None:
    """Forget deliveries done a month ago, idempotency keys of that age, notifications of half a year ago."""
    over = Delivery.state.in_(("done", "cancelled"))
    db.session.execute(delete(Delivery).where(over, Delivery.finished_at < utcnow() - KEEP_DONE))
    db.session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < utcnow() - KEEP_KEYS))
    db.session.execute(delete(Notification).where(Notification.at < utcnow() - MOST_KEPT))


def seal_audit_trail() -> None:
    """Seal the audit entries of every finished day."""
    seal.seal_finished_days()


SCHEDULES = (
    Schedule(key="core.seal_audit_trail", job=seal_audit_trail, title=_("Seal the audit trail"), daily_at="00:10"),
    Schedule(key="core.purge_outbox", job=purge_outbox, title=_("Forget old jobs and notifications"), daily_at="03:20"),
)
