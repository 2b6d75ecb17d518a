"""Hostile templates and hostile values reach no file, no network, nothing of Python, and end with a sentence."""

from __future__ import annotations

import base64
import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from flask import Flask

from addons.masterdata.factories import make_item, make_partner
from addons.sales_shipping.factories import make_sales_order
from core.errors import QingmesError
from core.paper import render
from core.paper.composing import Refusal, check_css, compose
from tests.core.paper.support import html_of, printed, texts

SECRET = "KEEP-THIS-SECRET-4711"
ORDER, CONFIRMATION = "sales_shipping.sales_order", "sales_shipping.order_confirmation"


class Listener:
    """A server on this machine that counts who calls."""

    def __init__(self) -> None:
        self.calls = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _address = self.socket.accept()
            except OSError:
                return
            self.calls += 1
            connection.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Somebody to be called by what fetches."""
    found = Listener()
    yield found
    found.socket.shutdown(socket.SHUT_RDWR)
    found.socket.close()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file on this machine that must not be on any page."""
    path = tmp_path / "secret.txt"
    path.write_text(SECRET)
    return path


def svg(content: str) -> str:
    """A picture as an address."""
    body = f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{content}</svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(body.encode()).decode()


BODIES = (
    '<img src="{address}">',
    '<img src="{picture}">',
    '<p style="background:url({address})">x</p>',
    '<p style="background:u\\72l({address})">x</p>',
    '<link rel="stylesheet" href="{address}"><link rel="attachment" href="{address}">',
    '<a rel="attachment" href="{address}">x</a><a href="{address}">y</a>',
    '<style>@import "{address}"; p {{ background: url({address}) }}</style><p>x</p>',
    '<object data="{address}"></object><embed src="{address}"><iframe src="{address}"></iframe>',
    '<svg><script>alert(1)</script><image href="{address}"/><use href="{address}#x"/></svg>',
    '<base href="{address}"><img src="x.png">',
    '<meta http-equiv="refresh" content="0;url={address}"><script src="{address}"></script>',
    '<input type="image" src="{address}"><video poster="{address}"></video><table background="{address}"></table>',
    '<qm-code kind="qr" value="&quot;><img src={address}>" size="20"></qm-code>',
    '<qm-code kind="x" value="<img src={address}>"></qm-code>',
    "<!--<img src={address}>--><![CDATA[<img src={address}>]]><p>x</p>",
)
SHEETS = (
    "p {{ background: url({address}) }}",
    "p {{ background: u\\72 l({address}) }}",
    '@import "{address}";',
    "@im\\70ort url({address});",
    '@font-face {{ font-family: x; src: url("{address}") }}',
    "p {{ content: url({address}) }} @page {{ background: url({address}) }}",
    "p {{ background: image-set('{address}' 1x) }}",
    "@page {{ @top-left {{ content: url({address}) }} }}",
    "@media print {{ p {{ background: url({address}) }} }}",
    "</style><img src={address}>",
    "p {{ background: src('{address}') }} /* url( */",
    "@namespace url({address}); @charset 'x';",
)


def template(body: str, css: str = "", **values: Any) -> dict[str, Any]:
    """A customer's template as the press gets it."""
    frame = {"before": "<!doctype html><html><body>", "after": "</body></html>"}
    return {"body": body, "own_css": css, "css": [css], "data": {"record": values}, **frame}


def is_clean(pdf: bytes) -> bool:
    """Nothing of the file on the pages, nor attached to them."""
    document = pypdfium2.PdfDocument(pdf)
    return SECRET not in "".join(texts(pdf)) and SECRET.encode() not in pdf and document.count_attachments() == 0


def test_no_markup_of_a_template_or_a_value_reaches_a_file_or_the_network(listener: Listener, secret: Path) -> None:
    documents = []
    for address in (secret.as_uri(), listener.url, str(secret)):
        for body in BODIES:
            hostile = body.format(address=address, picture=svg(f'<image href="{address}" width="9" height="9"/>'))
            documents += [template(hostile), template("<p>{{ record.name }}</p>", name=hostile)]
    assert is_clean(render.make_pdf(documents, "hostile"))
    assert listener.calls == 0


@pytest.mark.parametrize("css", SHEETS)
def test_a_style_sheet_that_fetches_is_refused_with_its_line(css: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_css(css.format(address="http://127.0.0.1/x"))
    assert refused.value.code.startswith("css") and refused.value.line == 1


@pytest.mark.parametrize("markup", [BODIES[0], BODIES[2], BODIES[4], BODIES[5], BODIES[6], BODIES[7], BODIES[9]])
def test_the_press_itself_fetches_nothing_should_anything_get_that_far(
    markup: str, listener: Listener, secret: Path
) -> None:
    for address in (secret.as_uri(), listener.url):
        html = markup.format(address=address, picture="")
        with pytest.raises(QingmesError, match="only what stands on it can be printed"):
            render.make_pdf([{"html": f"<html><body>{html}</body></html>", "css": []}], "t")
    assert listener.calls == 0


def test_a_picture_within_a_picture_fetches_nothing_either(listener: Listener, secret: Path) -> None:
    for address in (secret.as_uri(), listener.url):
        inner = (
            f'<image href="{address}"/><use href="{address}#x"/><script>x</script><style>@import "{address}";</style>'
        )
        html = f'<html><body><img src="{svg(inner)}">x</body></html>'
        with contextlib.suppress(QingmesError):
            assert is_clean(render.make_pdf([{"html": html, "css": []}], "t"))
    assert listener.calls == 0


PROBES = (
    "{{ record.__class__ }}",
    "{{ record['__class__'].__mro__ }}",
    "{{ record.name.__class__.__mro__ }}",
    "{{ record.lines.__init__.__globals__ }}",
    "{{ record.name | map: '__class__' }}",
    "{{ record.lines | map: '__class__' | join }}",
    "{{ record.items }}{{ record.keys }}",
    "{{ __builtins__ }}{{ self }}{{ request }}{{ config }}",
    "{{ ''.__class__ }}",
    "{% assign x = record.name.join %}{{ x }}",
    "{% liquid echo record.__dict__ %}",
)


@pytest.mark.parametrize("body", PROBES)
def test_no_template_reaches_anything_of_python(body: str) -> None:
    told = ""
    try:
        told = compose(f"<p>[{body}]</p>", {"record": {"name": "n", "lines": [{"a": "b"}]}})
    except Refusal as refusal:
        told = f"line {refusal.line}"
    assert told == "line 1" or not any(w in told for w in ("class", "object", "function", "method", "dict"))


@pytest.mark.parametrize(
    "body",
    [
        "{% for i in (1..1000000000) %}x{% endfor %}",
        "{% for i in (1..1000) %}{% for j in (1..1000) %}x{% endfor %}{% endfor %}",
        pytest.param(
            "{% assign x = 99999999999 %}{% for i in (1..60) %}{% assign x = x | times: x %}{% endfor %}{{ x }}",
            marks=pytest.mark.nightly,
        ),
        "{% assign x = 'aaaaaaaaaaaaaaaa' %}{% for i in (1..60) %}{% assign x = x | append: x %}{% endfor %}{{ x }}",
        "{% if true %}" * 500 + "{% endif %}" * 500,
        "x" * 200_001,
        "{% for i in (1..9000) %}{{ record.name }}{% endfor %}",
        "{% tablerow i in (1..100000000) %}x{% endtablerow %}",
        "{% cycle 'a' %}{% for i in (1..20001) %}{% endfor %}",
    ],
)
def test_a_template_without_measure_ends_with_a_sentence(body: str) -> None:
    with pytest.raises(QingmesError) as refused:
        render.make_pdf([template(body, name="y" * 1000)], "hostile")
    assert str(refused.value).endswith(("printed.", "taken.", "apart.", "lines.", "simpler."))


def test_a_value_of_ten_megabytes_is_refused_with_a_sentence(app: Flask, system: Any) -> None:
    order = make_sales_order()
    order.note = "长" * 3_500_000
    with pytest.raises(QingmesError, match="more than 5 MB"):
        printed(ORDER, CONFIRMATION, order)


def test_names_are_text_on_every_paper_whatever_stands_in_them(app: Flask, system: Any) -> None:
    name = '<script>alert(1)</script><img src="file:///etc/passwd">{{ 7 * 7 }}{% raw %}'
    order = make_sales_order(partner_id=make_partner(name=name).id, note=name, items=[(make_item(name=name), 1)])
    for paper in (CONFIRMATION, "record", "label"):
        html = html_of(ORDER, paper, order)
        assert "<script" not in html and '<img src="file' not in html
    (page,) = texts(printed(ORDER, CONFIRMATION, order))
    assert "<script>alert(1)</script>" in page and "{{ 7 * 7 }}" in page


WATCHED = """
import sys
sys.path.insert(0, sys.argv[1])
from core.paper import press
import weasyprint, liquid, nh3
seen = []
sys.addaudithook(lambda event, args: seen.append(event + " " + str(args[0])) if event in WATCH else None)
html = sys.argv[2]
try:
    press.print_all([{"html": html, "css": []}], "t", "out.pdf")
except press.Refusal as refusal:
    seen.append("refused " + refusal.code)
told = "\\n".join(seen)
open("watched.txt", "w").write(told)
"""
EVENTS = ("open", "socket.connect", "socket.getaddrinfo", "socket.__new__", "subprocess.Popen", "os.system")


@pytest.mark.parametrize("address", ["file:///etc/hostname", "http://127.0.0.1:9/x", "ftp://127.0.0.1:9/x"])
def test_the_press_opens_nothing_but_its_own_libraries(tmp_path: Path, address: str) -> None:
    html = f'<html><body>x<img src="{address}"></body></html>'
    script = WATCHED.replace("WATCH else", f"{EVENTS!r} else")
    command = [sys.executable, "-c", script, str(render.ROOT), html]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path, timeout=60)
    seen = (tmp_path / "watched.txt").read_text().splitlines()
    assert seen[-1] == "refused fetch"
    own = (sys.prefix, sys.base_prefix, str(render.ROOT))
    assert [line for line in seen[:-1] if not line.startswith(tuple(f"open {place}" for place in own))] == []
