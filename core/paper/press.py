"""The press: lays pages out and writes one PDF, in a process of its own (see `core.paper.render`).

It is started with nothing of ours in its environment and no connection, may open no socket, and is given a bounded
memory, so that whatever a template or a value tries, there is nothing to reach. Documents come as JSON on standard
input; what becomes of them is told on standard output, a JSON object a line: `{"done": 3}` after each document, then
`{"pages": 7}`, or `{"refused": {"code": …, "line": …, "detail": …}}`.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

from core.paper.composing import Refusal, check_body, check_css, compose

MEMORY = 3 * 1024**3
MOST_BYTES = 5_000_000


def main(target: str) -> None:
    """Do the order on standard input; the PDF is written to `target`."""
    _fence()
    order = json.load(sys.stdin)
    try:
        pages = print_all(order["documents"], order["title"], target) if "documents" in order else check(order)
    except Refusal as refusal:
        _tell(refused={"code": refusal.code, "line": refusal.line, "detail": refusal.detail})
    else:
        _tell(pages=pages)


def _fence() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(_refuse_sockets)


def _refuse_sockets(event: str, arguments: Any) -> None:
    if event.startswith("socket."):
        raise PermissionError("the press opens no socket")


def check(order: dict[str, Any]) -> int:
    """Read a customer's template without printing it; raises `Refusal`."""
    check_body(order["body"])
    check_css(order["css"])
    return 0


def print_all(documents: list[dict[str, Any]], title: str, target: str) -> int:
    """Lay out every document and write them as one PDF; returns the number of pages."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    fonts = FontConfiguration()
    fetcher = URLFetcher(allowed_protocols={"data"}, fail_on_errors=True)
    sheets: dict[str, Any] = {}
    laid_out = []
    try:
        for done, document in enumerate(documents, start=1):
            html = written(document)
            for css in document["css"]:
                if css not in sheets:
                    sheets[css] = CSS(string=css, font_config=fonts, url_fetcher=fetcher)
            page = HTML(string=html, url_fetcher=fetcher, base_url=None)
            laid_out.append(page.render(stylesheets=[sheets[css] for css in document["css"]], font_config=fonts))
            _tell(done=done)
        pages = [page for one in laid_out for page in one.pages]
        laid_out[0].metadata.title = title
        laid_out[0].copy(pages).write_pdf(target)
    except FatalURLFetchingError:
        raise Refusal("fetch") from None
    return len(pages)


def written(document: dict[str, Any]) -> str:
    """The HTML of a document: as it came, or a customer's template filled in and cleaned."""
    if "body" not in document:
        html = str(document["html"])
    else:
        check_css(document["own_css"])
        html = document["before"] + compose(document["body"], document["data"]) + document["after"]
    if len(html.encode()) > MOST_BYTES:
        raise Refusal("size")
    return html


def _tell(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()
