"""Customers' templates: Liquid over plain values, then cleaned HTML; a subset of CSS. Imports nothing of the rest.

Liquid reaches the keys of dictionaries and nothing else; what it writes passes an allow-list of elements, so that
neither a template nor a value brings a script, a frame, a file or an address onto the page.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

import nh3
from liquid import Environment, StrictUndefined
from liquid.exceptions import (
    LiquidError,
    LiquidSyntaxError,
    ResourceLimitError,
    UndefinedError,
    UnknownFilterError,
)
from liquid.filter import string_filter
from markupsafe import Markup
from tinycss2.parser import parse_stylesheet
from tinycss2.tokenizer import parse_component_value_list

from core.paper.pictures import code128, is_encodable, qr

MOST_CHARACTERS = 200_000
TAGS = {
    "address", "article", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "div", "dl", "dt", "em",
    "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "li", "main",
    "ol", "p", "pre", "qm-code", "s", "section", "small", "span", "strong", "sub", "sup", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"class", "style", "title"},
    "col": {"span"},
    "colgroup": {"span"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "qm-code": {"kind", "value", "size"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
PICTURE = re.compile(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=]+")
CODE = re.compile(r"<qm-code([^>]*)>\s*</qm-code>")
ATTRIBUTE = re.compile(r'(kind|value|size)="([^"]*)"')
SIZE = re.compile(r"\d{1,3}(\.\d)?")
UNWANTED_TAGS = ("include", "render", "extends", "block", "macro", "call")
FETCHING = frozenset({"url", "src", "image", "image-set", "-webkit-image-set", "cross-fade", "element", "expression"})
UNKNOWN_TAG = re.compile(r"(?:unexpected|unknown) tag '?([\w-]+)")


class Refusal(Exception):
    """What cannot be printed: `code` says why, `line` where (0: nowhere in particular), `detail` what."""

    def __init__(self, code: str, line: int = 0, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.line, self.detail = code, line, detail


class Liquid(Environment):
    """Liquid with bounds; time and memory are bounded by the process."""

    loop_iteration_limit = 20_000
    output_stream_limit = 5_000_000
    local_namespace_limit = 2_000_000


def _environment() -> Liquid:
    environment = Liquid(undefined=StrictUndefined, autoescape=True, strict_filters=True)
    for name in UNWANTED_TAGS:
        environment.tags.pop(name, None)
    environment.filters.pop("safe", None)
    environment.add_filter("qr", string_filter(lambda value, size=22: _marker("qr", value, size)))
    environment.add_filter("code128", string_filter(lambda value, size=11: _marker("code128", value, size)))
    return environment


def _marker(kind: str, value: str, size: object) -> Markup:
    """Stands for a code until the page is cleaned: so only codes of ours are drawn."""
    return Markup('<qm-code kind="{}" value="{}" size="{}"></qm-code>').format(kind, unescape(str(value)), str(size))


def check_body(body: str) -> None:
    """Read a template without filling it in; raises `Refusal`."""
    _parse(body)


def compose(body: str, data: dict[str, Any]) -> str:
    """The template with the values in, cleaned; raises `Refusal`."""
    template = _parse(body)
    try:
        text = template.render(**data)
    except (LiquidError, RecursionError) as error:
        raise _explained(error, body) from error
    return CODE.sub(_drawn, clean(text))


def _parse(body: str) -> Any:
    if len(body) > MOST_CHARACTERS:
        raise Refusal("long")
    try:
        return _environment().from_string(body)
    except (LiquidError, RecursionError) as error:
        raise _explained(error, body) from error


def _explained(error: Exception, body: str) -> Refusal:
    """Why a template was not read or filled in, with the line: the last where something is missing at the end."""
    if not isinstance(error, LiquidError):
        return Refusal("deep")
    place, said = error.context(), str(error.message or "")
    line = place[0] if place else len(body.splitlines())
    unknown = UNKNOWN_TAG.search(said)
    if isinstance(error, UndefinedError):
        return Refusal("field", line, said.partition(" is undefined")[0].strip("'"))
    if isinstance(error, UnknownFilterError):
        return Refusal("filter", line, said.rpartition(" ")[2].strip("'"))
    if isinstance(error, ResourceLimitError):
        return Refusal("work", line)
    if isinstance(error, LiquidSyntaxError) and unknown is not None:
        return Refusal("tag", line, unknown[1])
    return Refusal("syntax", line, said)


def clean(html: str) -> str:
    """HTML with nothing on it but what paper needs."""
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_kept_attribute,
        clean_content_tags={"script", "style", "title", "template", "noscript", "textarea", "svg", "math"},
        url_schemes={"data"},
        link_rel=None,
    )


def _kept_attribute(element: str, name: str, value: str) -> str | None:
    if name == "src":
        return value if PICTURE.fullmatch(value) else None
    if name == "style":
        return value if _fetching(parse_component_value_list(value)) is None else None
    return value


def _drawn(match: re.Match[str]) -> str:
    """A code in the place of its marker; what cannot be a code is left out."""
    given = {name: unescape(value) for name, value in ATTRIBUTE.findall(match[1])}
    value, size = given.get("value", ""), given.get("size", "")
    millimetres = min(float(size), 120.0) if SIZE.fullmatch(size) else None
    if given.get("kind") == "qr" and 0 < len(value) <= 500:
        return qr(value, side=millimetres or 22.0)
    if given.get("kind") == "code128" and is_encodable(value):
        return code128(value, height=millimetres or 11.0)
    return escape(value)


def check_css(css: str) -> None:
    """Refuse style sheets that fetch anything or bring rules other than styles; raises `Refusal`."""
    if len(css) > MOST_CHARACTERS:
        raise Refusal("long")
    for rule in parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type == "error":
            raise Refusal("css", rule.source_line, rule.message)
        if rule.type == "at-rule" and rule.lower_at_keyword != "page":
            raise Refusal("css_rule", rule.source_line, f"@{rule.at_keyword}")
        found = _fetching([*rule.prelude, *(rule.content or [])])
        if found is not None:
            raise Refusal("css_fetch", found.source_line)


def _fetching(nodes: list[Any]) -> Any:
    """The first token that would fetch something, or None. Escapes are read by then, so none hides it."""
    for node in nodes:
        if node.type in ("url", "bad-url", "at-keyword"):
            return node
        if node.type == "function" and node.lower_name in FETCHING:
            return node
        inner = getattr(node, "content", None) or getattr(node, "arguments", None)
        found = _fetching(inner) if isinstance(inner, list) else None
        if found is not None:
            return found
    return None
