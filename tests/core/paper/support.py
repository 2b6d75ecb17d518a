"""What the tests of paper share: printing, and reading what was printed as a gun and as an eye would."""

from __future__ import annotations

from typing import Any

import pypdfium2
import zxingcpp
from PIL import Image

from core.paper.printing import Order, Ready, make_ready

DOTS_PER_POINT = 3  # 216 dpi: less than an office printer gives


def ready(model: str, paper: str, *records: Any, **how: Any) -> Ready:
    """An order of these records, made ready with the rights of whoever is acting."""
    return make_ready(Order(model=model, paper=paper, ids=tuple(record.id for record in records), **how))


def printed(model: str, paper: str, *records: Any, **how: Any) -> bytes:
    """The same as a PDF."""
    run = ready(model, paper, *records, **how).run()
    for _done in run:
        pass
    return run.pdf


def html_of(model: str, paper: str, *records: Any, **how: Any) -> str:
    """What the press would be given, for what needs no laying out."""
    return "".join(str(document["html"]) for document in ready(model, paper, *records, **how).documents)


def texts(pdf: bytes) -> list[str]:
    """The text of each page."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]


def picture(pdf: bytes, page: int = 0) -> Image.Image:
    """A page as a picture in grey."""
    return pypdfium2.PdfDocument(pdf)[page].render(scale=DOTS_PER_POINT, grayscale=True).to_pil()


def scanned(pdf: bytes, page: int = 0) -> list[str]:
    """What a gun reads on a page, every code of it."""
    return [found.text for found in zxingcpp.read_barcodes(picture(pdf, page))]


def page_count(pdf: bytes) -> int:
    """How many pages a PDF has."""
    return len(pypdfium2.PdfDocument(pdf))


def page_mm(pdf: bytes, page: int = 0) -> tuple[int, int]:
    """The size of a page in whole millimetres."""
    width, height = pypdfium2.PdfDocument(pdf)[page].get_size()
    return round(width / 72 * 25.4), round(height / 72 * 25.4)
