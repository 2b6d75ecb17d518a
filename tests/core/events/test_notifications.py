"""Telling people: in their language, once, by mail only when they want it and not at night."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.header import decode_header, make_header
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from core.actor import SYSTEM, Actor, acting
from core.db.session import db, run_unit
from core.db.types import utcnow
from core.errors import NotFound, ValidationError
from core.events import notifications
from core.events.models import Delivery, Notification
from core.events.notifications import after_quiet_hours, notify
from core.i18n import _, in_locale
from core.people.models import User
from core.testing.people import csrf, make_role, make_user, sign_in
from core.testing.statements import statements
from tests.core.events.outbox_help import deliver_due

pytestmark = pytest.mark.usefixtures("system")

ZONE = "Asia/Shanghai"


class Stub(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs to hand over a mail."""

    def handle(self) -> None:
        """Answer each command; keep what comes as data."""
        self.say("220 stub")
        for line in self.rfile:
            word = line.split()[0].upper().decode() if line.split() else ""
            if word == "DATA":
                self.say("354 go on")
                self.server.mails.append(self.body())  # type: ignore[attr-defined]
            self.say("250 ok" if word != "QUIT" else "221 bye")
            if word == "QUIT":
                return

    def body(self) -> str:
        """The lines up to the single dot."""
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.decode())
        return "".join(lines)

    def say(self, line: str) -> None:
        """One answer."""
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def mails(tally: Flask) -> Iterator[list[str]]:
    """What arrives at the factory's mail server."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Stub) as server:
        server.daemon_threads = True
        server.mails = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        config = tally.config["QINGMES"]
        url = f"smtp://127.0.0.1:{server.server_address[1]}"
        tally.config["QINGMES"] = replace(config, smtp_url=url, mail_from="mes@factory.example")
        yield server.mails  # type: ignore[attr-defined]
        tally.config["QINGMES"] = config
        server.shutdown()


def as_user(user: User) -> Actor:
    """This user at a screen, without any permission."""
    return Actor(user_id=user.id, name=user.name, channel="web")


def wanting_mail(**values: Any) -> User:
    """A user with an address who wants mail."""
    user: User = make_user(**{"email": "li@factory.example", **values})
    with acting(as_user(user)):
        notifications.save_setting(email=True, quiet_from="", quiet_to="")
    return user


def read_by(user: User, locale: str) -> list[str]:
    """What a user reads in his inbox."""
    with in_locale(locale):
        return [notifications.read_text(row) for row in notifications.find_notifications(user.id)]


def test_each_reads_a_notification_in_his_own_language(tally: Flask) -> None:
    user = make_user()
    notify([user.id], _("%(count)s unread notifications", count=3))
    assert (read_by(user, "en"), read_by(user, "zh")) == (["3 unread notifications"], ["3 条未读通知"])


def test_a_text_within_a_text_is_translated_too(tally: Flask) -> None:
    user = make_user()
    notify([user.id], _("You lack the permission %(permission)s. Ask an administrator.", permission=_("Retry")))
    assert read_by(user, "zh") == ["您没有权限 重试，请联系管理员。"]


def test_a_plain_text_with_a_percent_sign_stays_as_it_is(tally: Flask) -> None:
    user = make_user()
    notify([user.id], "100 % of %(name)s")
    assert read_by(user, "zh") == ["100 % of %(name)s"]


def test_with_a_key_a_user_is_told_once(tally: Flask) -> None:
    first, second = make_user(), make_user()
    assert len(notify([first.id], "due", key="wo-1")) == 1
    assert len(notify([first.id, second.id], "due", key="wo-1")) == 1
    assert [notifications.count_unread(user.id) for user in (first, second)] == [1, 1]


def test_without_a_key_a_user_is_told_each_time(tally: Flask) -> None:
    user = make_user()
    notify([user.id], "due")
    notify([user.id], "due")
    assert notifications.count_unread(user.id) == 2


def test_a_user_who_left_is_not_told(lite: Flask) -> None:
    assert notify([make_user(active=False).id], "due") == []


@pytest.mark.parametrize("link", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x"])
def test_a_link_leads_nowhere_else(lite: Flask, link: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        notify([make_user().id], "due", link=link)


def test_reading_lowers_the_count(lite: Flask) -> None:
    user = make_user()
    first, _second, _third = (notify([user.id], "due")[0] for _n in range(3))
    with acting(as_user(user)):
        notifications.mark_read(first)
        assert notifications.count_unread(user.id) == 2
        notifications.mark_all_read()
    assert notifications.count_unread(user.id) == 0


def test_nobody_reads_anothers_notifications(lite: Flask) -> None:
    mine, other = make_user(), make_user()
    (told,) = notify([mine.id], "due")
    with acting(as_user(other)):
        with pytest.raises(NotFound):
            notifications.mark_read(told)
        notifications.mark_all_read()
    assert notifications.count_unread(mine.id) == 1


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-24T13:59", "2026-11-24T13:59"),  # 21:59 in Shanghai
        ("2026-11-24T14:00", "2026-11-24T22:00"),  # 22:00, until 06:00 of the next day
        ("2026-11-24T21:59", "2026-11-24T22:00"),  # 05:59
        ("2026-11-24T22:00", "2026-11-24T22:00"),  # 06:00
    ],
)
def test_quiet_hours_over_midnight_defer_to_the_morning(at: str, until: str) -> None:
    now, end = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (at, until))
    assert after_quiet_hours(now, "22:00", "06:00", ZONE) == end


def test_quiet_hours_within_a_day_defer_to_their_end() -> None:
    noon = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)  # 12:30
    assert after_quiet_hours(noon, "12:00", "13:00", ZONE) == noon + timedelta(minutes=30)
    assert after_quiet_hours(noon, "13:00", "14:00", ZONE) == noon
    assert after_quiet_hours(noon, None, None, ZONE) == noon


def test_a_mail_in_quiet_hours_waits_in_the_outbox(tally: Flask, mails: list[str]) -> None:
    user = wanting_mail()
    now = utcnow().astimezone()
    with acting(as_user(user)):
        zone_now = after_quiet_hours(now, "00:00", "23:59", ZONE)
        notifications.save_setting(email=True, quiet_from="00:00", quiet_to="23:59")
    run_unit(lambda: notify([user.id], "due"))
    mail = db.session.scalars(select(Delivery).where(Delivery.target == "core.send_mail")).one()
    assert abs(mail.due_at - zone_now) < timedelta(minutes=1)


def test_a_mail_goes_out_in_the_readers_language_with_the_way_back(tally: Flask, mails: list[str]) -> None:
    user = wanting_mail(language="zh")
    run_unit(lambda: notify([user.id], _("%(count)s unread notifications", count=3), link="/m/core/users/1"))
    assert mails == []
    assert deliver_due() == ["done"]
    (mail,) = [message_from_string(text) for text in mails]
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert str(make_header(decode_header(mail["Subject"]))) == "3 条未读通知"
    assert body.decode().split() == ["3", "条未读通知", f"{tally.config['QINGMES'].base_url}/m/core/users/1"]


def test_a_mails_id_is_that_of_its_delivery(tally: Flask, mails: list[str]) -> None:
    user = wanting_mail()
    run_unit(lambda: notify([user.id], "due\r\nBcc: evil@example"))
    job = db.session.scalars(select(Delivery.id)).one()
    deliver_due()
    mail = message_from_string(mails[0])
    assert (mail["Message-ID"], mail["Bcc"]) == (f"<delivery-{job}@factory.example>", None)


def test_what_was_read_meanwhile_is_not_mailed(tally: Flask, mails: list[str]) -> None:
    user = wanting_mail()
    run_unit(lambda: notify([user.id], "due"))
    run_unit(lambda: db.session.execute(update(Notification).values(read_at=utcnow())))
    assert deliver_due() == ["done"]
    assert mails == []


def test_who_did_not_ask_for_mail_gets_none(tally: Flask, mails: list[str]) -> None:
    run_unit(lambda: notify([make_user(email="li@factory.example").id], "due"))
    assert deliver_due() == []


def test_a_mail_server_that_is_down_is_tried_again(tally: Flask, mails: list[str]) -> None:
    tally.config["QINGMES"] = replace(tally.config["QINGMES"], smtp_url="smtp://127.0.0.1:1")
    user = run_unit(wanting_mail)
    run_unit(lambda: notify([user.id], "due"))
    assert deliver_due() == ["waiting"]
    assert notifications.count_unread(user.id) == 1


@pytest.mark.parametrize(("begin", "end"), [("22:00", ""), ("25:00", "06:00"), ("22:00", "noon")])
def test_quiet_hours_that_make_no_sense_are_refused(lite: Flask, begin: str, end: str) -> None:
    with acting(as_user(make_user())), pytest.raises(ValidationError):
        notifications.save_setting(email=True, quiet_from=begin, quiet_to=end)


def page_of(lite: Flask, *permissions: str) -> tuple[Any, User]:
    """A signed-in browser, and its user."""
    user: User = run_unit(lambda: make_user(make_role(*permissions)))
    return sign_in(lite.test_client(), user), user


def test_the_bell_of_a_page_whose_reader_has_left_says_nothing(lite: Flask) -> None:
    answer = lite.test_client().get("/notifications/bell")
    assert (answer.status_code, answer.text) == (204, "")


def test_the_bell_shows_how_many_are_unread_in_one_statement(lite: Flask) -> None:
    client, user = page_of(lite)
    run_unit(lambda: [notify([user.id], "due") for _n in range(3)])
    db.session.remove()
    with statements() as asked:
        answer = client.get("/notifications/bell")
    assert ">3<" in answer.text
    assert len([s for s in asked if "core_notification" in s]) == 1
    assert len(asked) <= 5


def test_opening_a_notification_marks_it_read_and_leads_on(lite: Flask) -> None:
    client, user = page_of(lite)
    (told,) = run_unit(lambda: notify([user.id], "Lot L-7 is due", link="/profile"))
    db.session.remove()
    assert "Lot L-7 is due" in client.get("/notifications").text
    answer = client.post(f"/notifications/{told}/open", data={"csrf_token": csrf(client)})
    assert (answer.status_code, answer.location) == (303, "/profile")
    assert notifications.count_unread(user.id) == 0


def test_anothers_notification_is_not_found(lite: Flask) -> None:
    client, _user = page_of(lite)
    (told,) = run_unit(lambda: notify([make_user().id], "due"))
    db.session.remove()
    assert client.post(f"/notifications/{told}/open", data={"csrf_token": csrf(client)}).status_code == 404


def test_settings_are_kept_and_wrong_ones_are_told_beside_the_field(lite: Flask) -> None:
    client, user = page_of(lite)
    form = {"csrf_token": csrf(client), "email": "on", "quiet_from": "22:00", "quiet_to": "06:00"}
    assert client.post("/notifications/settings", data=form).status_code == 303
    wrong = client.post("/notifications/settings", data={**form, "quiet_to": "x"})
    assert (wrong.status_code, 'id="error-quiet_to"' in wrong.text) == (422, True)
    with acting(SYSTEM):
        kept = notifications.find_setting(user.id)
    assert kept is not None
    assert (kept.email, kept.quiet_from, kept.quiet_to) == (True, "22:00", "06:00")
