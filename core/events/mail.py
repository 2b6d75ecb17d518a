"""E-mail through the factory's own server, with the standard library."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

from core.errors import SetupError

SECONDS = 20
LOOPBACK = ("127.0.0.1", "::1", "localhost")
SUBJECT_LENGTH = 120


def compose(*, sender: str, to: str, text: str, link: str | None, idempotency: str) -> EmailMessage:
    """A plain mail. `idempotency` becomes the message id: a mail sent twice is recognised by it."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = " ".join(text.split())[:SUBJECT_LENGTH]
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{idempotency}@{sender.rpartition('@')[2] or 'qingmes'}>"
    message["Auto-Submitted"] = "auto-generated"
    # base64: not every server takes eight-bit lines, and Chinese text is made of them
    message.set_content(f"{text}\n\n{link}\n" if link else f"{text}\n", cte="base64")
    return message


def send(url: str, message: EmailMessage) -> None:
    """Hand a mail to `smtp://user:password@host:port` (TLS when offered) or `smtps://...` (TLS at once).

    Raises OSError or `smtplib.SMTPException`; a password never travels in the clear.
    """
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    with _connected(parts.scheme, host, parts.port) as server:
        server.ehlo()
        is_safe = parts.scheme == "smtps" or host in LOOPBACK
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls()
            server.ehlo()
            is_safe = True
        if parts.username:
            if not is_safe:
                raise smtplib.SMTPException("the mail server offers no TLS, so the password is not sent to it")
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


def _connected(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS)
    if scheme == "smtp":
        return smtplib.SMTP(host, port or 25, timeout=SECONDS)
    raise SetupError(
        addon="core",
        file="settings",
        field="QINGMES_SMTP_URL",
        problem=f"begins with '{scheme}'",
        remedy="write smtp://host:port or smtps://host:port",
    )
