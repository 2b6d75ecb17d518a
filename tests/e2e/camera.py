"""A camera for Chromium that sees codes of our own paper, one after the other."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import segno
import zxingcpp
from PIL import Image
from playwright.sync_api import BrowserContext, Playwright

from tests.core.paper.support import picture
from tests.e2e.conftest import FLAGS, SIZES

SIZE = (640, 480)
FRAMES = 30  # of each picture; Chromium shows thirty a second


def shown_in_turn(folder: Path, codes: Sequence[str]) -> Path:
    """A film in which the codes are held before the camera one by one, and taken away in between."""
    frames = []
    for code in codes:
        frames += [_frame(paper(code))] * FRAMES + [_frame(Image.new("RGB", SIZE, "#777"))] * (FRAMES // 3)
    film = folder / "codes.mjpeg"
    film.write_bytes(b"".join(frames))
    return film


def show(folder: Path, pictures: Sequence[Image.Image]) -> Path:
    """A film of pictures of paper, each held before the camera in turn."""
    film = folder / "paper.mjpeg"
    film.write_bytes(b"".join(_frame(_fit(picture)) * FRAMES for picture in pictures))
    return film


def near_code(pdf: bytes, code: str) -> Image.Image:
    """The first page as a phone sees it that is held before one of its codes; neighbours are in view as well."""
    page = picture(pdf)
    (found,) = [f for f in zxingcpp.read_barcodes(page) if f.text == code and "QR" in str(f.format)]
    a, b = found.position.top_left, found.position.bottom_right
    x, y = (a.x + b.x) // 2, (a.y + b.y) // 2
    reach = max(b.x - a.x, b.y - a.y) * 2
    return page.crop((x - reach * 4 // 3, y - reach, x + reach * 4 // 3, y + reach))


def paper(code: str) -> Image.Image:
    """A code alone on a sheet."""
    written = io.BytesIO()
    segno.make_qr(code).save(written, kind="png", scale=8, border=4)
    return _fit(Image.open(written))


def _fit(picture: Image.Image) -> Image.Image:
    whole = Image.new("RGB", SIZE, "#777")
    small = picture.convert("RGB")
    small.thumbnail(SIZE)
    whole.paste(small, ((SIZE[0] - small.width) // 2, (SIZE[1] - small.height) // 2))
    return whole


def _frame(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=90)
    return written.getvalue()


@contextmanager
def see_with(playwright: Playwright, film: Path) -> Iterator[BrowserContext]:
    """A phone whose camera sees the film, over and over."""
    flags = [
        *FLAGS,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
    width, height = SIZES["phone"]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en", permissions=["camera"])
    try:
        yield context
    finally:
        browser.close()
