"""Webhooks: who is told of which events, what is sent, and what came back."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.actor import acting, current_actor
from core.api.shapes import loading, read_schema
from core.db.scope import criterion
from core.db.session import db
from core.db.spec import ModelSpec
from core.db.types import utcnow
from core.errors import NotFound, ValidationError
from core.events.deliver import MOST_TRIES
from core.events.outbox import defer
from core.i18n import _
from core.kernel.registry import current_registry
from core.kernel.snapshot import forget_snapshot, snapshot
from core.people.grants import actor_for
from core.people.models import User
from core.webhooks import client
from core.webhooks.models import Webhook, WebhookCall

PAGE = 50
SECRET_PREFIX = "whsec_"  # noqa: S105 - what our secrets begin with
TEST_EVENT = "core.Test"


def find_webhooks() -> list[Webhook]:
    """Every webhook with its user, by name."""
    return list(db.session.scalars(select(Webhook).options(joinedload(Webhook.user)).order_by(Webhook.name)))


def get_webhook(webhook_id: int) -> Webhook:
    """A webhook; `NotFound` when it is gone."""
    webhook = db.session.scalar(select(Webhook).where(Webhook.id == webhook_id))
    if webhook is None:
        raise NotFound(_("There is no such webhook any more."))
    return webhook


def save(webhook_id: int | None, *, name: str, url: str, events: Iterable[str], active: bool) -> tuple[Webhook, str]:
    """Make or change a webhook; returns it and, when it is new, the secret to be shown once. Flushes.

    Whoever saves it is whose rights count. An empty address leaves the one that is kept.
    """
    webhook = Webhook() if webhook_id is None else get_webhook(webhook_id)
    chosen = sorted(set(events) & set(current_registry().events))
    _check(name, url, chosen, is_new=webhook_id is None)
    webhook.name, webhook.events, webhook.active = name, chosen, active
    webhook.post_url = url or webhook.post_url
    webhook.user_id = current_actor().user_id or webhook.user_id
    secret = ""
    if webhook_id is None:
        secret = webhook.signing_secret = SECRET_PREFIX + secrets.token_urlsafe(32)
    db.session.add(webhook)
    db.session.flush()
    forget_snapshot()
    return webhook, secret


def _check(name: str, url: str, events: list[str], *, is_new: bool) -> None:
    problems: dict[str, Any] = {}
    if not name or len(name) > 80:
        problems["name"] = [_("Give it a name of 1 to %(max)s characters.", max=80)]
    if not events:
        problems["events"] = [_("Choose at least one event.")]
    if not url and is_new:
        problems["url"] = [_("Write a web address that begins with https:// or http://.")]
    if url:
        try:
            client.resolve(client.check_url(url))
        except ValidationError as error:
            problems["url"] = [error.message]
        except client.NotAnswered:
            problems["url"] = [_("There is no host of this name.")]
    if problems:
        raise ValidationError(_("Please correct the marked fields."), fields=problems)


def delete(webhook_id: int) -> None:
    """Remove a webhook with its calls. Flushes."""
    db.session.delete(get_webhook(webhook_id))
    db.session.flush()


def announce(event: Any, name: str) -> None:
    """Put a call of each active webhook that wants this event into the outbox. No statement when nobody listens."""
    if not snapshot().has_webhooks:
        return
    wanting = db.session.scalars(select(Webhook).where(Webhook.active))
    for webhook in [w for w in wanting if name in w.events]:
        _queue(webhook, name, dataclasses.asdict(event))


def _queue(webhook: Webhook, event: str, data: dict[str, Any]) -> WebhookCall:
    from core.builtin.jobs import call_webhook

    call = WebhookCall(webhook_id=webhook.id, event=event, data=data)
    db.session.add(call)
    db.session.flush()
    defer(call_webhook, call_id=call.id)
    return call


def send_test(webhook_id: int) -> None:
    """Call a webhook with an event that means nothing. Flushes."""
    _queue(get_webhook(webhook_id), TEST_EVENT, {"text": "QingMES"})
    db.session.flush()


def send_again(call_id: int) -> WebhookCall:
    """Make a call once more, with the same number and body. Flushes."""
    from core.builtin.jobs import call_webhook

    call = db.session.scalar(select(WebhookCall).where(WebhookCall.id == call_id))
    if call is None:
        raise NotFound(_("This call is not kept any more."))
    call.state, call.tries = "waiting", 0
    defer(call_webhook, call_id=call.id)
    db.session.flush()
    return call


@dataclass(frozen=True)
class Outgoing:
    """A call about to be made, as plain values: nothing is read while it is on its way."""

    call_id: int
    url: str
    body: bytes
    headers: dict[str, str]


def prepare(call_id: int) -> Outgoing | None:
    """Write the body of a call as its user may read it now, and sign it. None when it is not to be made. Flushes."""
    query = select(WebhookCall).where(WebhookCall.id == call_id).options(joinedload(WebhookCall.webhook))
    call = db.session.scalar(query.execution_options(populate_existing=True))
    if call is None or call.state != "waiting":
        return None
    call.body = call.body or _body(call)
    if not call.body or not call.webhook.active:
        call.state = "skipped"
        db.session.flush()
        return None
    db.session.flush()
    body, stamp = call.body.encode(), str(int(time.time()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Qingmes-Event": call.event,
        "Qingmes-Delivery": str(call.id),
        "Qingmes-Timestamp": stamp,
        "Qingmes-Signature": signature(call.webhook.signing_secret, stamp, body),
    }
    return Outgoing(call.id, call.webhook.post_url, body, headers)


def signature(secret: str, stamp: str, body: bytes) -> str:
    """What a receiver computes too: HMAC-SHA256 over the timestamp, a dot, and the body, in hex."""
    return "sha256=" + hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _body(call: WebhookCall) -> str:
    """The JSON of a call; empty when the webhook's user may not read what the event is about, or is gone."""
    user = db.session.scalar(select(User).where(User.id == call.webhook.user_id, User.active))
    if user is None:
        return ""
    told = {"delivery": call.id, "event": call.event, "at": call.at.isoformat(), "data": call.data}
    records = {}
    with acting(actor_for(user, "job")):
        for spec, record_id in _about(call):
            shown = _shown(spec, record_id)
            if shown is None:
                return ""
            records[spec.name] = shown
    return json.dumps({**told, "records": records}, ensure_ascii=False, default=str)


def _about(call: WebhookCall) -> list[tuple[ModelSpec, int]]:
    """The records an event names: `sales_order_id` of an event of sales is one of its sales orders."""
    addon, models = call.event.partition(".")[0], current_registry().models
    names = {key: f"{addon}.{key.removesuffix('_id')}" for key in call.data if key.endswith("_id")}
    return [(models[name], call.data[key]) for key, name in names.items() if name in models and call.data[key]]


def _shown(spec: ModelSpec, record_id: int) -> dict[str, Any] | None:
    actor = current_actor()
    if not actor.can(spec.permission("read")):
        return None
    query = select(spec.model).where(spec.model.id == record_id, criterion(spec.model, actor))
    record = db.session.scalar(query.options(*loading(spec, actor)).execution_options(populate_existing=True))
    shown: dict[str, Any] | None = read_schema(spec, actor).dump(record) if record is not None else None
    return shown


class NotTaken(Exception):
    """The other side did not answer, or not with a status from 200 to 299."""


def call(outgoing: Outgoing) -> tuple[client.Answer | None, str]:
    """Make a call; the answer, or why there is none. Touches no database."""
    try:
        return client.post(outgoing.url, outgoing.body, outgoing.headers), ""
    except (client.NotAnswered, client.Refused) as error:
        return None, str(error)


def note_answer(call_id: int, answer: client.Answer | None, problem: str = "") -> bool:
    """Keep what came of a try; whether it was taken. Flushes."""
    made = db.session.get_one(WebhookCall, call_id)
    made.tries, made.sent_at = made.tries + 1, utcnow()
    made.status = answer.status if answer else None
    made.response = answer.body if answer else problem
    is_good = answer is not None and answer.is_good
    made.state = "sent" if is_good else "failed" if made.tries >= MOST_TRIES else "waiting"
    db.session.flush()
    return is_good


def find_calls(webhook_id: int, *, before: int | None = None) -> list[WebhookCall]:
    """A page of a webhook's calls, the newest first; `before` is the last id of the page before."""
    query = select(WebhookCall).where(WebhookCall.webhook_id == webhook_id)
    if before is not None:
        query = query.where(WebhookCall.id < before)
    return list(db.session.scalars(query.order_by(WebhookCall.id.desc()).limit(PAGE)))
