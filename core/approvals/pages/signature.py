"""A handwritten signature: a small PNG as a data URL, drawn on the page."""

from __future__ import annotations

import base64
import binascii
import struct

from core.errors import ValidationError
from core.i18n import _

PREFIX = "data:image/png;base64,"
MOST_BYTES = 100 * 1024
MOST_PIXELS = 2000
MAGIC = b"\x89PNG\r\n\x1a\n"
HEADER = struct.Struct(">8sI4sII")


def check_signature(text: str) -> str | None:
    """The signature as it is kept, None for none; `ValidationError` for anything but a PNG of at most 100 KB."""
    if not text:
        return None
    content = _decoded(text)
    if len(text) > MOST_BYTES or not _is_small_picture(content):
        problem = _("Sign again: this is not a picture of a signature.")
        raise ValidationError(problem, fields={"signature": [problem]})
    return text


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.removeprefix(PREFIX), validate=True) if text.startswith(PREFIX) else b""
    except binascii.Error:
        return b""


def _is_small_picture(content: bytes) -> bool:
    """Whether it begins as a PNG does, with a reasonable size, and ends as one."""
    if len(content) < HEADER.size or not content.endswith(b"IEND\xaeB`\x82"):
        return False
    magic, _length, kind, width, height = HEADER.unpack_from(content)
    return (magic, kind) == (MAGIC, b"IHDR") and width in range(1, MOST_PIXELS) and height in range(1, MOST_PIXELS)
