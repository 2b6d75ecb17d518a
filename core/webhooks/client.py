"""Calling addresses that people have entered: never into the factory's own network unless that host is allowed.

The name is resolved once, every address it has is checked, and the connection goes to the very address that
was checked, so that a name server cannot answer differently the second time. Redirects are not followed.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from flask import current_app

from core.errors import ValidationError
from core.i18n import _

SECONDS = 10
KEPT_BYTES = 2048
LONGEST_URL = 500
USUAL_PORTS = frozenset({80, 443, 8080, 8443})
HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|[0-9a-f:.]+")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
PROTOCOLS = ipaddress.ip_network("192.0.0.0/24")  # a cloud's metadata among them, though partly called global
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(ValidationError):
    """An address that is not called: malformed, or inside the factory's network."""

    code = "address_refused"


class NotAnswered(Exception):
    """Nobody answered in time, or not as HTTP."""


@dataclass(frozen=True)
class Target:
    """Where to connect: the host as named, the port, whether by TLS, and what to ask for."""

    host: str
    port: int
    is_tls: bool
    path: str


@dataclass(frozen=True)
class Answer:
    """The status and the beginning of the body, at most two kilobytes."""

    status: int
    body: str

    @property
    def is_good(self) -> bool:
        """Whether it was taken."""
        return 200 <= self.status < 300


def check_url(url: str) -> Target:
    """Take an address apart; raises `Refused` with a sentence for what is never called."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise Refused(_("This is not a web address.")) from None
    host = _host_of(parts, url)
    is_tls = parts.scheme == "https"
    port = port or (443 if is_tls else 80)
    if port not in USUAL_PORTS and f"{host}:{port}" not in _allowed():
        raise Refused(
            _(
                "Port %(port)s is not usual for web addresses; add %(host)s:%(port)s to QINGMES_PRIVATE_HOSTS.",
                host=host,
                port=port,
            )
        )
    return Target(host, port, is_tls, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def _host_of(parts: SplitResult, url: str) -> str:
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > LONGEST_URL or not url.isprintable():
        raise Refused(_("Write a web address that begins with https:// or http://."))
    if "@" in parts.netloc or "\\" in url or " " in url.strip():
        raise Refused(_("A web address here has no user name, password or blanks."))
    try:
        host = parts.hostname.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise Refused(_("This is not a web address.")) from None
    if not HOST.fullmatch(host):
        raise Refused(_("This is not a web address."))
    return host


def _allowed() -> frozenset[str]:
    hosts: frozenset[str] = current_app.config["QINGMES"].private_hosts
    return hosts


def is_open(address: str) -> bool:
    """Whether an IP address is one of the open internet, in whichever notation it hides."""
    try:
        found: Address = ipaddress.ip_address(address)
    except ValueError:
        return False
    for inner in _hidden_in(found):
        if inner in PROTOCOLS or not inner.is_global or inner.is_multicast or inner.is_reserved or inner.is_unspecified:
            return False
    return True


def _hidden_in(address: Address) -> Iterator[Address]:
    """The address, and the IPv4 addresses that an IPv6 one stands for."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        found = [one for one in inner if one is not None]
        yield from found
        if address.ipv4_mapped is not None or address in NAT64:
            return
    yield address


def resolve(target: Target) -> str:
    """The address to connect to; raises `Refused` when any of the host's addresses is not open to us."""
    try:
        rows = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotAnswered(f"the host {target.host} is not known") from None
    addresses = [str(row[4][0]) for row in rows]
    is_allowed = target.host in _allowed() or f"{target.host}:{target.port}" in _allowed()
    if not is_allowed and not all(is_open(address.partition("%")[0]) for address in addresses):
        raise Refused(
            _(
                "%(host)s is inside a private network; if it may be called, add it to QINGMES_PRIVATE_HOSTS.",
                host=target.host,
            )
        )
    return addresses[0]


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever the host's name says now."""

    def __init__(self, target: Target, address: str) -> None:
        super().__init__(target.host, target.port, timeout=SECONDS)
        self._address, self._target = address, target

    def connect(self) -> None:
        """Connect to the checked address; TLS is for the host as named."""
        plain = socket.create_connection((self._address, self._target.port), SECONDS)
        self.sock = plain
        if self._target.is_tls:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self._target.host)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """POST to an address; the answer whatever its status. Raises `Refused` or `NotAnswered`.

    Takes ten seconds at most. Must not be called while a transaction holds locks.
    """
    target = check_url(url)
    connection = _Pinned(target, resolve(target))
    try:
        with _ended_in_time(connection):
            connection.request("POST", target.path, body, {"User-Agent": "QingMES", **headers})
            response = connection.getresponse()
            return Answer(response.status, response.read(KEPT_BYTES).decode("utf-8", "replace").replace("\x00", ""))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotAnswered(f"{type(error).__name__}: {error}"[:300]) from None
    finally:
        connection.close()


@contextmanager
def _ended_in_time(connection: http.client.HTTPConnection) -> Iterator[None]:
    """Cut the connection after ten seconds, however slowly the other side dribbles."""
    timer = threading.Timer(SECONDS, _cut, (connection,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        try:
            connection.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def host_of(url: str) -> str:
    """The host of an address, for people to recognise it by."""
    return urlsplit(url).hostname or ""
