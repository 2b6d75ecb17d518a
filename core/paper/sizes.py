"""Sizes of pages and labels, in millimetres."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.errors import ValidationError
from core.i18n import Text, _

PAGES = {
    "A3": (297.0, 420.0),
    "A4": (210.0, 297.0),
    "A5": (148.0, 210.0),
    "A6": (105.0, 148.0),
    "letter": (215.9, 279.4),
}
NAMED = re.compile(r"(?P<name>\w+)(?P<landscape> landscape)?")
FREE = re.compile(r"(?P<width>\d{1,4}(?:\.\d)?)x(?P<height>\d{1,4}(?:\.\d)?)")
SMALLEST, LARGEST = 10.0, 1200.0


def page_mm(text: str) -> tuple[float, float]:
    """Width and height of `A4`, `A5 landscape` or `100x150` (millimetres); `ValidationError` for anything else."""
    named = NAMED.fullmatch(text)
    if named is not None and named["name"] in PAGES:
        width, height = PAGES[named["name"]]
        return (height, width) if named["landscape"] else (width, height)
    free = FREE.fullmatch(text)
    size = (float(free["width"]), float(free["height"])) if free is not None else (0.0, 0.0)
    if not all(SMALLEST <= side <= LARGEST for side in size):
        raise ValidationError(
            _("“%(text)s” is no size of paper; write A4, A5 landscape, or width x height as 100x150.", text=text[:40])
        )
    return size


def page_title(text: str) -> Text:
    """What people call a size."""
    if text.endswith(" landscape"):
        return _("%(size)s landscape", size=text.removesuffix(" landscape"))
    return f"{text} mm" if "x" in text else text


@dataclass(frozen=True, kw_only=True)
class LabelFormat:
    """Labels of `width` × `height` on a sheet (`page`, in `columns` and `rows`), or one by one from a roll.

    `left` and `top` are the margins before the first label, the gaps lie between labels. All in millimetres.
    """

    width: float
    height: float
    page: str = ""
    columns: int = 1
    rows: int = 1
    left: float = 0
    top: float = 0
    gap_x: float = 0
    gap_y: float = 0

    @property
    def title(self) -> Text:
        """What people call it."""
        size = {"width": f"{self.width:g}", "height": f"{self.height:g}"}
        if not self.page:
            return _("Roll, %(width)s × %(height)s mm", **size)
        return _(
            "%(page)s sheet of %(columns)s × %(rows)s, %(width)s × %(height)s mm",
            page=self.page,
            columns=self.columns,
            rows=self.rows,
            **size,
        )

    @property
    def per_page(self) -> int:
        """How many labels a page has."""
        return self.columns * self.rows

    @property
    def page_size(self) -> tuple[float, float]:
        """Width and height of the page; a roll's page is the label."""
        return page_mm(self.page) if self.page else (self.width, self.height)

    def place(self, position: int) -> tuple[float, float]:
        """Left and top edge of the label at a position of its page, 0 the first, row by row."""
        row, column = divmod(position, self.columns)
        return self.left + column * (self.width + self.gap_x), self.top + row * (self.height + self.gap_y)


FORMATS = {
    "sheet-3x8": LabelFormat(page="A4", columns=3, rows=8, width=70, height=37, top=0.5),
    "sheet-3x8-gap": LabelFormat(page="A4", columns=3, rows=8, width=63.5, height=33.9, left=7.2, top=12.9, gap_x=2.5),
    "sheet-2x7": LabelFormat(page="A4", columns=2, rows=7, width=99.1, height=38.1, left=4.7, top=15.1, gap_x=2.5),
    "sheet-4x10": LabelFormat(page="A4", columns=4, rows=10, width=52.5, height=29.7),
    "roll-40x30": LabelFormat(width=40, height=30),
    "roll-60x40": LabelFormat(width=60, height=40),
    "roll-80x50": LabelFormat(width=80, height=50),
    "roll-100x70": LabelFormat(width=100, height=70),
    "roll-100x150": LabelFormat(width=100, height=150),
}


def label_format(text: str) -> LabelFormat:
    """A preset by its key, or a roll by `75x50`; `ValidationError` for anything else."""
    if text in FORMATS:
        return FORMATS[text]
    width, height = page_mm(text)
    return LabelFormat(width=width, height=height)
