"""Servers that answer as the robots of WeCom, DingTalk and Feishu do, and keep to their published rules.

Each checks address, format, signature, size and rate, and answers with the error a real one would give.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Received:
    """One request: the path with its query, the headers, the body, and when it came (seconds)."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Stub:
    """A server on this machine. `answer` makes the (status, headers, body) of each request."""

    port: int
    answer: Callable[[Received], tuple[int, dict[str, str], bytes]]
    received: list[Received] = field(default_factory=list)

    @property
    def host(self) -> str:
        """What `QINGMES_PRIVATE_HOSTS` must name for it to be called."""
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/") -> str:
        """Its address."""
        return f"http://{self.host}{path}"


@contextmanager
def serving(answer: Callable[[Received], tuple[int, dict[str, str], bytes]]) -> Iterator[Stub]:
    """A server in a thread of this process, gone afterwards."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            got = Received(self.path, dict(self.headers), body, time.time())
            status, headers, content = stub.answer(got)
            stub.received.append(got)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Tests look at what was received, not at logs."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stub = Stub(server.server_address[1], answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Robot:
    """What all three have in common: a clock of their own, and what was said, with the seconds."""

    secret: str = ""
    now: Callable[[], float] = time.time
    said: list[tuple[float, Any]] = field(default_factory=list)
    silent_until: float = 0.0

    def __call__(self, got: Received) -> tuple[int, dict[str, str], bytes]:
        """Check a request as the real one would."""
        said = self.check(got)
        return 200, {"Content-Type": "application/json"}, json.dumps(said).encode()

    def check(self, got: Received) -> dict[str, Any]:
        """The answer's body."""
        raise NotImplementedError

    def is_too_many(self, limit: int, seconds: float) -> bool:
        """Whether one more would be more than `limit` within `seconds`."""
        return len([at for at, _body in self.said if at > self.now() - seconds]) >= limit


class WeCom(Robot):
    """`markdown` of at most 4096 bytes, 20 a minute."""

    def check(self, got: Received) -> dict[str, Any]:
        """As the group robot of WeCom answers."""
        if not parse_qs(urlsplit(got.path).query).get("key"):
            return {"errcode": 93000, "errmsg": "invalid webhook url"}
        body = got.json
        if body.get("msgtype") != "markdown" or set(body) != {"msgtype", "markdown"}:
            return {"errcode": 40008, "errmsg": "invalid message type"}
        content = body["markdown"].get("content", "")
        if not content or len(content.encode()) > 4096:
            return {"errcode": 40058, "errmsg": "markdown.content exceed max length 4096"}
        if self.is_too_many(20, 60):
            return {"errcode": 45009, "errmsg": "api freq out of limit"}
        self.said.append((self.now(), body))
        return {"errcode": 0, "errmsg": "ok"}


class DingTalk(Robot):
    """`timestamp` and `sign` in the address; markdown with title and text; 20 a minute, then ten minutes of silence."""

    def check(self, got: Received) -> dict[str, Any]:
        """As the custom robot of DingTalk answers."""
        query = parse_qs(urlsplit(got.path).query)
        if not query.get("access_token"):
            return {"errcode": 300005, "errmsg": "token is not exist"}
        if self.secret and not self._is_signed(query):
            return {"errcode": 310000, "errmsg": "sign not match"}
        body = got.json
        if body.get("msgtype") != "markdown" or not body["markdown"].get("title") or not body["markdown"].get("text"):
            return {"errcode": 400101, "errmsg": "the markdown is empty"}
        if len(got.body) > 20_000:
            return {"errcode": 460101, "errmsg": "message too long"}
        if self.now() < self.silent_until or self.is_too_many(20, 60):
            self.silent_until = max(self.silent_until, self.now() + 600)
            return {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}
        self.said.append((self.now(), body))
        return {"errcode": 0, "errmsg": "ok"}

    def _is_signed(self, query: dict[str, list[str]]) -> bool:
        stamp = query.get("timestamp", ["0"])[0]
        digest = hmac.new(self.secret.encode(), f"{stamp}\n{self.secret}".encode(), hashlib.sha256).digest()
        is_recent = abs(int(stamp) / 1000 - time.time()) < 3600
        return is_recent and query.get("sign") == [base64.b64encode(digest).decode()]


class Feishu(Robot):
    """`timestamp` and `sign` in the body; text or card; 5 a second, 100 a minute, 30 KB. Errors are in `code`."""

    def check(self, got: Received) -> dict[str, Any]:
        """As the custom bot of Feishu answers."""
        if not urlsplit(got.path).path.startswith("/open-apis/bot/v2/hook/"):
            return {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}
        body = got.json
        if self.secret and not self._is_signed(body):
            return {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}
        if body.get("msg_type") == "interactive":
            filled = bool(body.get("card", {}).get("elements")) and bool(body["card"].get("header", {}).get("title"))
        else:
            filled = body.get("msg_type") == "text" and bool(body.get("content", {}).get("text"))
        if not filled or len(got.body) > 30 * 1024:
            return {"code": 9499, "msg": "Bad Request", "data": {}}
        if self.is_too_many(5, 1) or self.is_too_many(100, 60):
            return {"code": 11232, "msg": "frequency limited psm"}
        self.said.append((self.now(), body))
        return {"code": 0, "msg": "success", "data": {}}

    def _is_signed(self, body: dict[str, Any]) -> bool:
        stamp = body.get("timestamp", "0")
        digest = hmac.new(f"{stamp}\n{self.secret}".encode(), b"", hashlib.sha256).digest()
        return abs(int(stamp) - time.time()) < 3600 and body.get("sign") == base64.b64encode(digest).decode()
