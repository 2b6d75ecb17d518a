"""Calling addresses that people have entered: nothing inside the factory's network, whichever way it is written."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest
from flask import Flask

from core.testing.robots import Received, serving
from core.webhooks import client
from tests.core.webhooks.conftest import Allow

INSIDE = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.0.0.5",
    "172.16.3.4",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:0:0:0:0:80ff:fffe",
    "2001:db8::1",
    "not an address",
]
WRITTEN = [
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://0/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://localhost/",
    "http://localhost./",
    "http://LOCALHOST/",
    "http://127.0.0.1./",
    "http://①②⑦.⓪.⓪.①/",
]
MALFORMED = [
    "",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "//example.com/",
    "http://",
    "http:///x",
    "http://user:secret@example.com/",
    "http://example.com@127.0.0.1/",
    "http://example.com\\@127.0.0.1/",
    "http://exam ple.com/",
    "http://example.com/\r\nHost: other",
    "http://example.com:22/",
    "http://example.com:99999/",
    "http://example.com:x/",
    "http://[::1/",
    "http://-x-.com/",
    "https://" + "a" * 500 + ".com/",
]


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_not_open(address: str) -> None:
    assert not client.is_open(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "223.5.5.5", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_of_the_internet_are_open(address: str) -> None:
    assert client.is_open(address)


@pytest.mark.parametrize("url", WRITTEN)
def test_this_machine_is_refused_however_it_is_written(app: Flask, url: str) -> None:
    with pytest.raises(client.Refused):
        client.post(url, b"", {})


@pytest.mark.parametrize("url", MALFORMED)
def test_what_is_no_web_address_is_refused(app: Flask, url: str) -> None:
    with pytest.raises(client.Refused):
        client.check_url(url)


def rows(*addresses: str) -> list[Any]:
    """What a name server answers."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in addresses]


def test_a_name_with_one_address_inside_is_refused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: rows("8.8.8.8", "10.0.0.1"))
    with pytest.raises(client.Refused):
        client.post("http://rebind.example/", b"", {})


def test_a_name_server_that_answers_differently_the_second_time_is_not_asked(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: the connection goes to the address that was checked, though the name means this machine by now."""
    answers, went_to = [rows("8.8.8.8"), rows("127.0.0.1")], []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: answers.pop(0))

    def connect(address: tuple[str, int], *rest: Any) -> Any:
        went_to.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(client.NotAnswered):
        client.post("http://rebind.example/", b"", {})
    assert went_to == [("8.8.8.8", 80)]
    assert len(answers) == 1


def test_the_host_is_named_as_written_though_the_address_is_fixed(reachable_here: Allow) -> None:
    with reachable_here(lambda got: (200, {}, b"ok")) as stub:
        answer = client.post(stub.url("/a?b=c"), b"{}", {"X-One": "1"})
    assert (answer.status, answer.body, answer.is_good) == (200, "ok", True)
    (got,) = stub.received
    assert (got.path, got.headers["Host"], got.headers["X-One"], got.body) == ("/a?b=c", stub.host, "1", b"{}")


def test_a_redirect_is_not_followed(reachable_here: Allow) -> None:
    with (
        serving(lambda got: (200, {}, b"secret")) as inside,
        reachable_here(lambda got: (302, {"Location": inside.url("/latest/meta-data")}, b"")) as stub,
    ):
        answer = client.post(stub.url(), b"", {})
    assert (answer.status, answer.is_good, inside.received) == (302, False, [])


def test_only_two_kilobytes_of_an_answer_are_kept(reachable_here: Allow) -> None:
    with reachable_here(lambda got: (200, {}, b"\xe4\xb8\xad\x00" * 100_000)) as stub:
        answer = client.post(stub.url(), b"", {})
    assert len(answer.body) <= client.KEPT_BYTES
    assert "\x00" not in answer.body


def test_a_host_that_is_allowed_is_allowed_on_that_port_only(reachable_here: Allow) -> None:
    with reachable_here(lambda got: (200, {}, b"")) as stub, serving(lambda got: (200, {}, b"")) as other:
        assert client.post(stub.url(), b"", {}).is_good
        with pytest.raises(client.Refused):
            client.post(other.url(), b"", {})


def test_who_dribbles_is_cut_off(reachable_here: Allow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "SECONDS", 0.3)
    done = threading.Event()

    def dribble(got: Received) -> tuple[int, dict[str, str], bytes]:
        done.wait(20)
        return 200, {}, b""

    with reachable_here(dribble) as stub:
        with pytest.raises(client.NotAnswered):
            client.post(stub.url(), b"", {})
        done.set()


def test_nobody_there_is_said_so(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: Any, **more: Any) -> Any:
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(client.NotAnswered, match="is not known"):
        client.post("http://gone.example/", b"", {})
