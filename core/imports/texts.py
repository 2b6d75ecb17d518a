"""Text files as rows: encoding and separator are found out, not asked."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator

from core.errors import ValidationError
from core.i18n import _
from core.views.export import RISKY

SEPARATORS = (",", ";", "\t", "|")
LOOKED_AT = 40
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
LONGEST_CELL = 131_072  # the csv module's own limit


def rows(content: bytes, *, most: int | None = None) -> Iterator[tuple[int, list[str]]]:
    """Number, from 1, and cells of each row; the `'` that keeps a text from being a formula is taken off."""
    text = decode(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text))
    number = 0
    try:
        for cells in reader:
            number += 1
            if most is not None and number > most:
                return
            yield number, [plain(cell) for cell in cells]
    except csv.Error:
        raise ValidationError(_("Row %(row)s of the file cannot be read; save it anew.", row=number + 1)) from None


def decode(content: bytes) -> str:
    """The text of a file in UTF-8 or UTF-16 (with its mark), else GB 18030; `ValidationError` when it is neither."""
    marked = next((encoding for mark, encoding in MARKS if content.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise ValidationError(_("This is not a text file in UTF-8 or GB 18030. Save it as “CSV UTF-8”, or as .xlsx."))


def separator_of(text: str) -> str:
    """The character that parts the first rows into the most columns, the same number in most of them."""
    sample = text[:20_000].splitlines()[:LOOKED_AT]
    return max(SEPARATORS, key=lambda separator: _regularity(sample, separator))


def _regularity(lines: list[str], separator: str) -> int:
    try:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=separator) if len(cells) > 1]
    except csv.Error:
        return 0
    common = Counter(widths).most_common(1)
    return common[0][0] * common[0][1] if common else 0


def plain(cell: str) -> str:
    """A cell as it was before it was kept from being a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*RISKY, "'")) else cell
