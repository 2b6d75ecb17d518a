"""What each kind of robot takes: its format, its signature, its limits, and what its answers mean."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

from core.events.models import Robot, RobotMessage
from core.i18n import Text, _
from core.webhooks.client import Answer

TITLE_LENGTH = 100


@dataclass(frozen=True)
class Kind:
    """What a kind of robot takes: its title, limits as (messages, seconds), bytes, and how it is addressed.

    The seconds are a little longer than published, for messages that travel at different speeds. `rest` is how
    long to be silent after the robot has said that it was too much.
    """

    title: Text
    limits: tuple[tuple[int, float], ...]
    most_bytes: int
    rest: timedelta
    write: Callable[[str, str], dict[str, Any]]
    sign: Callable[[str, str, dict[str, Any], int], tuple[str, dict[str, Any]]]
    too_many: frozenset[int]
    host: str


def _no_sign(url: str, secret: str, body: dict[str, Any], now: int) -> tuple[str, dict[str, Any]]:
    return url, body


def _dingtalk_sign(url: str, secret: str, body: dict[str, Any], now: int) -> tuple[str, dict[str, Any]]:
    """`timestamp` in milliseconds and the signature stand in the address."""
    if not secret:
        return url, body
    stamp = str(now * 1000)
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return f"{url}&timestamp={stamp}&sign={quote_plus(base64.b64encode(digest))}", body


def _feishu_sign(url: str, secret: str, body: dict[str, Any], now: int) -> tuple[str, dict[str, Any]]:
    """`timestamp` in seconds and the signature stand in the body; the signed text is the key, of nothing."""
    if not secret:
        return url, body
    digest = hmac.new(f"{now}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return url, {"timestamp": str(now), "sign": base64.b64encode(digest).decode(), **body}


def _wecom_body(title: str, text: str) -> dict[str, Any]:
    return {"msgtype": "markdown", "markdown": {"content": text}}


def _dingtalk_body(title: str, text: str) -> dict[str, Any]:
    return {"msgtype": "markdown", "markdown": {"title": title, "text": text}}


def _feishu_body(title: str, text: str) -> dict[str, Any]:
    card = {
        "header": {"title": {"tag": "plain_text", "content": title}},
        "elements": [{"tag": "markdown", "content": text}],
    }
    return {"msg_type": "interactive", "card": card}


KINDS: Mapping[str, Kind] = {
    "wecom": Kind(
        _("WeCom"),
        ((20, 65),),
        4096,
        timedelta(minutes=1),
        _wecom_body,
        _no_sign,
        frozenset({45009}),
        "qyapi.weixin.qq.com",
    ),
    "dingtalk": Kind(
        _("DingTalk"),
        ((20, 65),),
        18_000,
        timedelta(minutes=10),
        _dingtalk_body,
        _dingtalk_sign,
        frozenset({130101}),
        "oapi.dingtalk.com",
    ),
    "feishu": Kind(
        _("Feishu"),
        ((5, 1.2), (100, 65)),
        28_000,
        timedelta(minutes=1),
        _feishu_body,
        _feishu_sign,
        frozenset({11232}),
        "open.feishu.cn",
    ),
}


class RobotRefused(Exception):
    """The robot answered that it does not take the message."""


class TooMany(RobotRefused):
    """The robot answered that it was too much at once."""


def written(robot: Robot, message: RobotMessage, base_url: str) -> tuple[str, bytes]:
    """The address and the body of a message in the robot's own format, signed now."""
    kind = KINDS[robot.kind]
    title = message.title[:TITLE_LENGTH]
    text = f"**{title}**\n\n{message.text}"
    link = f"\n\n[{base_url}{message.link}]({base_url}{message.link})" if message.link else ""
    body = kind.write(title, cut(text, kind.most_bytes - len(link.encode())) + link)
    url, signed = kind.sign(robot.post_url, robot.signing_secret or "", body, int(time.time()))
    return url, json.dumps(signed, ensure_ascii=False).encode()


def cut(text: str, most: int) -> str:
    """A text of at most so many bytes, never breaking a character; what is cut off is marked by an ellipsis."""
    raw = text.encode()
    if len(raw) <= most:
        return text
    return raw[: most - len("…".encode())].decode("utf-8", "ignore") + "…"


def read_answer(kind: Kind, answer: Answer) -> None:
    """Robots say what was wrong in a body of status 200: `errcode` or `code`, 0 for good."""
    try:
        said = json.loads(answer.body)
    except ValueError:
        said = {}
    code = said.get("errcode", said.get("code", said.get("StatusCode"))) if isinstance(said, dict) else None
    if answer.is_good and code == 0:
        return
    sentence = f"{answer.status} {answer.body[:300]}"
    raise TooMany(sentence) if answer.status == 429 or code in kind.too_many else RobotRefused(sentence)
