"""Files on records: types, names, content that lies or swells, storage."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import fsspec
import pytest
from flask import Flask
from sqlalchemy import select

from core.actor import SYSTEM, acting
from core.db.session import db
from core.errors import NotFound, ValidationError
from core.people.models import OrgUnit
from core.workflow import attachments, filetypes
from core.workflow.models import Attachment, AuditEntry
from core.workflow.pictures import count_pixels


def png(width: int = 3, height: int = 2) -> bytes:
    """A picture's header, and nothing behind it."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


def jpeg(width: int, height: int) -> bytes:
    """A comment first, then the frame."""
    frame = b"\xff\xc2" + struct.pack(">HBHH", 17, 8, height, width) + b"\x03" + b"\x00" * 9
    return b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 10 + b"\xff\xfe\x00\x04hi" + frame


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x00" * 3


def webp(width: int, height: int) -> bytes:
    body = b"\x00" * 4 + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<I", 10) + body


def archive(*members: str, size: int = 10) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for member in members:
            made.writestr(member, b"0" * size)
    return packed.getvalue()


PNG = png()


def any_record() -> OrgUnit:
    return db.session.scalars(select(OrgUnit).order_by(OrgUnit.id).limit(1)).one()


def test_a_file_comes_back_as_it_went_in(any_app: Flask) -> None:
    with acting(SYSTEM):
        kept = attachments.attach(any_record(), "图纸 A-1.png", PNG)
        assert attachments.storage().read(kept.key) == PNG
        assert [a.name for a in attachments.find_attachments(any_record())] == ["图纸 A-1.png"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.JPG", jpeg(4000, 3000)),
        ("photo.webp", webp(4000, 3000)),
        ("loop.gif", gif(20, 10)),
        ("图纸.pdf", b"%PDF-1.7"),
        ("price.xlsx", archive("[Content_Types].xml", "xl/workbook.xml")),
        ("letter.docx", archive("word/document.xml")),
        ("fapiao.ofd", archive("OFD.xml")),
        ("all.zip", archive("a.txt", "b/c.txt")),
        ("part.STEP", b"ISO-10303-21;"),
        ("table.csv", "物料,数量\n轴承,2\n".encode()),
    ],
)
def test_what_a_factory_keeps_is_taken(name: str, content: bytes) -> None:
    assert (
        filetypes.check_content(name, content).content_type == filetypes.TYPES[Path(name).suffix.lower()].content_type
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("virus.exe", b"MZ00"),
        ("picture.png", b"<html><script>alert(1)</script>"),
        ("drawing.svg", b"<svg onload='x'/>"),
        ("page.html", b"<html>"),
        ("table.csv", b"MZ\x90\x00"),
        ("notes.txt", b"  <script>alert(1)</script>"),
        ("data.xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("empty.pdf", b""),
        ("huge.txt", b"x" * (filetypes.MAX_BYTES + 1)),
        ("noending", b"text"),
        ("report.pdf.exe", b"%PDF-1.7"),
        ("macro.xlsm", archive("xl/workbook.xml")),
        ("letter.docx", archive("xl/workbook.xml")),
        ("broken.zip", b"PK\x03\x04 and no more"),
        ("truncated.png", PNG[:20]),
        ("truncated.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF"),
        ("circle.jpg", b"\xff\xd8\xff\xe0\x00\x00" * 100),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_and_nothing_kept(app: Flask, name: str, content: bytes) -> None:
    with acting(SYSTEM):
        with pytest.raises(ValidationError):
            attachments.attach(any_record(), name, content)
        assert db.session.scalar(select(Attachment)) is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bomb.png", png(100_000, 100_000)),
        ("bomb.jpg", jpeg(65_000, 65_000)),
        ("bomb.gif", gif(65_000, 65_000)),
        ("bomb.webp", webp(16_000, 16_000)),
        ("bomb.zip", archive("a", "b", size=101 * 1024 * 1024)),
        ("bomb.xlsx", archive("xl/workbook.xml", size=201 * 1024 * 1024)),
        ("many.zip", archive(*map(str, range(10_001)), size=0)),
    ],
)
def test_a_small_file_that_unfolds_into_a_large_one_is_refused(name: str, content: bytes) -> None:
    assert len(content) < filetypes.MAX_BYTES
    with pytest.raises(ValidationError, match=r"pixels|Unpacked"):
        filetypes.check_content(name, content)


@pytest.mark.parametrize("make", [png, jpeg, gif, webp])
def test_a_picture_is_measured_without_being_decoded(make: object) -> None:
    assert count_pixels(make(640, 480)) == 640 * 480  # type: ignore[operator]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("/etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\a.pdf", "a.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("\u202egpj.exe.png", "gpj.exe.png"),
        ("CON", "_CON"),
        ("nul.pdf", "_nul.pdf"),
        ("COM1.tar.zip", "_COM1.tar.zip"),
        ("console.pdf", "console.pdf"),
        (" ..a.pdf. ", "a.pdf"),
        ("x" * 251 + ".pdf", "x" * 196 + ".pdf"),
        ("轴" * 300 + ".pdf", "轴" * 196 + ".pdf"),
    ],
)
def test_names_lose_what_a_file_system_could_trip_over(given: str, kept: str) -> None:
    assert filetypes.safe_name(given) == kept


@pytest.mark.parametrize("name", ["", "..", "/", "\x00", "\u202e", " . "])
def test_a_name_of_which_nothing_is_left_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        filetypes.safe_name(name)


def test_the_storage_name_has_nothing_of_the_given_name_and_stays_in_the_folder(app: Flask) -> None:
    with acting(SYSTEM):
        kept = attachments.attach(any_record(), "../../x.png", PNG)
    assert set(kept.key) <= set("0123456789abcdef/")
    folder = Path(app.config["QINGMES"].files_dir)
    assert (folder / kept.key).read_bytes() == PNG


def test_any_file_system_can_be_the_storage(app: Flask) -> None:
    """The same interface on a file system in memory, as it would be on S3."""
    elsewhere = attachments.Storage("memory://files-of-a-test")
    elsewhere.write("ab/cd", b"bytes")
    assert elsewhere.read("ab/cd") == b"bytes"
    assert fsspec.filesystem("memory").exists("/files-of-a-test/ab/cd")


def test_a_file_is_found_only_on_its_own_record(app: Flask) -> None:
    with acting(SYSTEM):
        kept = attachments.attach(any_record(), "a.png", PNG)
        other = OrgUnit(code="other", name="Other")
        db.session.add(other)
        db.session.flush()
        with pytest.raises(NotFound):
            attachments.get_attachment(other, kept.id)


def test_taking_a_file_off_leaves_its_trace_and_its_bytes(any_app: Flask) -> None:
    with acting(SYSTEM):
        record = any_record()
        kept = attachments.attach(record, "a.png", PNG)
        key, digest = kept.key, kept.digest
        attachments.detach(record, kept.id)
        assert attachments.find_attachments(record) == []
        last = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "detach")).one()
    assert last.changes == {"file": ["a.png", None], "digest": [digest, None]}
    assert attachments.storage().read(key) == PNG
