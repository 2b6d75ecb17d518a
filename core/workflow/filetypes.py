"""Which files may be kept: their names, their types, and content that agrees and hides nothing large."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.errors import ValidationError
from core.i18n import _
from core.workflow.pictures import count_pixels

MAX_BYTES = 20 * 1024 * 1024
MAX_NAME = 200
MAX_PIXELS = 50_000_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_MEMBERS = 10_000
RESERVED = frozenset({"CON", "PRN", "AUX", "NUL"} | {f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10)})


@dataclass(frozen=True)
class FileType:
    """A kind of file we take: its content type, and the bytes it may begin with (none: any text).

    `member` is a file that must be in it, where it is an archive.
    """

    content_type: str
    magic: tuple[bytes, ...] = ()
    member: str = ""


OFFICE = "application/vnd.openxmlformats-officedocument"
ZIP = (b"PK\x03\x04",)
OLE = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
TYPES: Mapping[str, FileType] = {
    ".pdf": FileType("application/pdf", (b"%PDF-",)),
    ".png": FileType("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".jpg": FileType("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": FileType("image/jpeg", (b"\xff\xd8\xff",)),
    ".gif": FileType("image/gif", (b"GIF87a", b"GIF89a")),
    ".webp": FileType("image/webp", (b"RIFF",)),
    ".xlsx": FileType(f"{OFFICE}.spreadsheetml.sheet", ZIP, "xl/workbook.xml"),
    ".docx": FileType(f"{OFFICE}.wordprocessingml.document", ZIP, "word/document.xml"),
    ".ofd": FileType("application/ofd", ZIP, "OFD.xml"),
    ".zip": FileType("application/zip", ZIP),
    ".xls": FileType("application/vnd.ms-excel", OLE),
    ".doc": FileType("application/msword", OLE),
    ".dwg": FileType("image/vnd.dwg", (b"AC10",)),
    ".dxf": FileType("image/vnd.dxf"),
    ".step": FileType("model/step", (b"ISO-10303-21",)),
    ".stp": FileType("model/step", (b"ISO-10303-21",)),
    ".csv": FileType("text/csv"),
    ".txt": FileType("text/plain"),
    ".xml": FileType("application/xml"),
}
EXECUTABLE = (b"MZ", b"\x7fELF", b"#!", b"<script", b"<html", b"<!doctype html", b"<svg")


def safe_name(name: str) -> str:
    """The last part of a file name without anything a file system or a reader could trip over."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(" .")
    if not kept:
        raise ValidationError(_("The file has no usable name; rename it and try again."))
    if kept.partition(".")[0].strip().upper() in RESERVED:
        kept = f"_{kept}"
    stem, dot, ending = kept.rpartition(".")
    return kept if len(kept) <= MAX_NAME else stem[: MAX_NAME - len(ending) - 1] + dot + ending


def check_content(name: str, content: bytes) -> FileType:
    """The file's type, when its ending is allowed, its content agrees with it and is not too large."""
    ending = PurePosixPath(name).suffix.lower()
    kind = TYPES.get(ending)
    if kind is None:
        allowed = " ".join(sorted(TYPES))
        raise ValidationError(_("Files of this type are not kept here. Allowed: %(types)s", types=allowed))
    if not content or len(content) > MAX_BYTES:
        raise ValidationError(_("A file may have 1 byte to 20 MB; this one has %(size)s bytes.", size=len(content)))
    if not _agrees(kind, content):
        raise ValidationError(_("The content of %(name)s is not what its ending says.", name=name))
    return kind


def _agrees(kind: FileType, content: bytes) -> bool:
    if kind.magic == ZIP:
        return content.startswith(kind.magic) and _is_good_archive(kind, content)
    if kind.content_type.startswith("image/") and kind.magic and kind.content_type != "image/vnd.dwg":
        return content.startswith(kind.magic) and _is_good_picture(content)
    if kind.magic:
        return content.startswith(kind.magic)
    start = content[:64].lstrip()
    return b"\x00" not in content[:4096] and not start.lower().startswith(EXECUTABLE)


def _is_good_picture(content: bytes) -> bool:
    pixels = count_pixels(content)
    if pixels is not None and pixels > MAX_PIXELS:
        raise ValidationError(_("A picture may have 50 million pixels; make it smaller and try again."))
    return pixels is not None


def _is_good_archive(kind: FileType, content: bytes) -> bool:
    try:
        members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise ValidationError(_("Unpacked, this file is larger than 200 MB; it is not kept here."))
    return not kind.member or kind.member in {member.filename for member in members}
