"""Guessing which row holds the headings, and which column is which field, from what people call them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence

from core.i18n import LOCALES, in_locale
from core.imports.targets import Target

BRACKETS = re.compile(r"\(.*?\)|\[.*?\]|【.*?】")
NOISE = re.compile(r"[\W_]+")
EXACT, WITHOUT_BRACKETS, ALIKE = 3, 2, 1
# Other words for what many kinds of record have, by the field's name.
ALSO: Mapping[str, tuple[str, ...]] = {
    "code": (
        "编码",
        "编号",
        "代码",
        "料号",
        "货号",
        "物料编码",
        "物料编号",
        "品号",
        "图号编码",
        "no",
        "number",
        "part number",
    ),
    "name": ("名称", "品名", "物料名称", "货品名称", "产品名称", "description"),
    "specification": ("规格", "规格型号", "型号规格", "型号", "spec"),
    "drawing_number": ("图号", "零件图号", "drawing no"),
    "uom": ("单位", "计量单位", "库存单位", "unit", "uom"),
    "category": ("类别", "分类", "物料分类", "物料类别"),
    "material": ("材质", "材料", "牌号"),
    "phone": ("电话", "手机", "联系电话", "tel", "mobile"),
    "email": ("邮箱", "电子邮件", "mail"),
    "note": ("备注", "说明", "remark", "remarks", "memo"),
    "quantity": ("数量", "qty"),
    "price": ("单价", "unit price"),
    "partner": ("客户", "供应商", "往来单位", "customer", "supplier"),
    "item": ("物料", "产品", "料号", "物料编码"),
    "due_on": ("交期", "交货日期", "due date"),
}


def normal(text: str) -> str:
    """A heading without what differs by whim: width, case, spaces, stars, punctuation."""
    return NOISE.sub("", half_width(text).casefold())


def half_width(text: str) -> str:
    """The same text with the usual forms of letters, digits and brackets."""
    return unicodedata.normalize("NFKC", text)


def signature(headings: Sequence[str]) -> str:
    """The same for two files with the same headings."""
    return hashlib.sha256("\x1f".join(normal(heading) for heading in headings).encode()).hexdigest()


def find_header(rows: Sequence[Sequence[str]], targets: Mapping[str, Target]) -> int:
    """The row, from 1, whose cells are known as most fields; else the first with several texts; else the first."""
    known = [len(guess(row, targets)) for row in rows]
    best = max(known, default=0)
    if best:
        return known.index(best) + 1
    filled = [sum(1 for cell in row if cell) for row in rows]
    return next((n for n, count in enumerate(filled, start=1) if count > 1), _first_filled(filled))


def _first_filled(filled: Sequence[int]) -> int:
    return next((n for n, count in enumerate(filled, start=1) if count), 1)


def guess(headings: Sequence[str], targets: Mapping[str, Target]) -> dict[int, str]:
    """Columns, from 0, to paths: each field once, the most alike first."""
    words = {path: words_for(target) for path, target in targets.items()}
    pairs = sorted(
        (-likeness, column, order, path)
        for column, heading in enumerate(headings)
        if normal(heading)
        for order, path in enumerate(targets)
        if (likeness := _likeness(heading, words[path]))
    )
    found: dict[int, str] = {}
    for _likely, column, _order, path in pairs:
        if column not in found and path not in found.values():
            found[column] = path
    return dict(sorted(found.items()))


def words_for(target: Target) -> tuple[str, ...]:
    """What a field may be called: its path and name, its label in each language, other usual words, in that order."""
    labels = []
    for locale in LOCALES:
        with in_locale(locale):
            labels += [target.label, str(target.field.label), BRACKETS.sub("", half_width(str(target.field.label)))]
    name = target.path.rpartition(".")[2]
    found = [target.path, name, target.field.name, *labels, *ALSO.get(name, ())]
    return tuple(dict.fromkeys(normal(word) for word in found))


def _likeness(heading: str, words: Sequence[str]) -> int:
    if normal(heading) in words:
        return EXACT
    bare = normal(BRACKETS.sub("", half_width(heading)))
    if bare in words:
        return WITHOUT_BRACKETS
    return ALIKE if bare and any(len(word) > 1 and bare.endswith(word) for word in words) else 0
