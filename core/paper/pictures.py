"""Codes as pictures for paper. Imports nothing of ours: the press uses it in a process of its own.

A module (the thinnest bar) is at least 0.3 mm wide: thinner ones are lost on office printers and shop-floor guns.
"""

from __future__ import annotations

import base64
import io
import re

import segno
from barcode.codex import Code128

MODULE_MM = 0.3
QUIET = 10  # modules of white on each side of a Code128
QR_SIDE_MM = 22.0
MOST_CHARACTERS = 80


def code128(value: str, *, height: float = 11.0) -> str:
    """A Code128 without text as an `<img>`, `height` in millimetres; ValueError unless it is printable ASCII."""
    if not is_encodable(value):
        raise ValueError(value)
    (bars,) = Code128(value).build()
    modules = len(bars) + 2 * QUIET
    path = "".join(f"M{QUIET + run.start()} 0h{len(run[0])}v1h-{len(run[0])}z" for run in re.finditer("1+", bars))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {modules} 1" preserveAspectRatio="none" '
        f'width="{modules}" height="1"><path d="{path}"/></svg>'
    )
    return _image(svg.encode(), modules * MODULE_MM, height)


def qr(value: str, *, side: float = QR_SIDE_MM) -> str:
    """A QR code as an `<img>` of `side` millimetres, its white border included."""
    svg = io.BytesIO()
    segno.make_qr(value, error="m").save(svg, kind="svg", border=2, omitsize=True, light="white", xmldecl=False)
    return _image(svg.getvalue(), side, side)


def is_encodable(value: str) -> bool:
    """Whether a Code128 can hold the value: printable ASCII, not too long for a page."""
    return 0 < len(value) <= MOST_CHARACTERS and value.isascii() and value.isprintable()


def _image(svg: bytes, width: float, height: float) -> str:
    data = base64.b64encode(svg).decode()
    size = f"width:{width:g}mm;height:{height:g}mm"
    return f'<img class="code" alt="" src="data:image/svg+xml;base64,{data}" style="{size}">'
