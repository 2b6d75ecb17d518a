"""How large a picture is, told from its first bytes: nothing is decoded, so no picture can do harm."""

from __future__ import annotations

JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def count_pixels(content: bytes) -> int | None:
    """The pixels of a PNG, JPEG, GIF or WebP picture; None when they cannot be told."""
    if content.startswith(b"\x89PNG") and content[12:16] == b"IHDR" and len(content) >= 24:
        return _big(content[16:20]) * _big(content[20:24])
    if content.startswith(b"GIF8") and len(content) >= 10:
        return _little(content[6:8]) * _little(content[8:10])
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP" and len(content) >= 30:
        return _webp(content)
    return _jpeg(content) if content.startswith(b"\xff\xd8") else None


def _jpeg(content: bytes) -> int | None:
    """Follow the segments (marker, length, data) to the frame header: precision, height, width."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in JPEG_FRAMES:
            return _big(content[at + 5 : at + 7]) * _big(content[at + 7 : at + 9])
        at += 1 if marker == 0xFF else 2 if marker in JPEG_ALONE else 2 + max(2, _big(content[at + 2 : at + 4]))
    return None


def _webp(content: bytes) -> int | None:
    """The three forms: extended, lossless (14 bits each), lossy."""
    kind = content[12:16]
    if kind == b"VP8X":
        return (_little(content[24:27]) + 1) * (_little(content[27:30]) + 1)
    if kind == b"VP8L":
        packed = _little(content[21:25])
        return ((packed & 0x3FFF) + 1) * ((packed >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 ":
        return (_little(content[26:28]) & 0x3FFF) * (_little(content[28:30]) & 0x3FFF)
    return None


def _big(part: bytes) -> int:
    return int.from_bytes(part, "big")


def _little(part: bytes) -> int:
    return int.from_bytes(part, "little")
