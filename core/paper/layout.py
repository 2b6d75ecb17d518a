"""The first draft of a print template, put together from what somebody ticked on a form: no Liquid to learn first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from core.db.spec import ModelSpec
from core.i18n import Text
from core.paper.plain import Node, Tree

MOST_FIELDS, MOST_COLUMNS = 8, 6
CODES = {"qr": "{{ record.scan_code | qr: 20 }}", "code128": "{{ record.scan_code | code128: 11 }}", "": ""}


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What stands on the paper: a title, a code (`qr`, `code128` or empty), fields by name, columns of each line
    table by its name, and titles of lines to sign on."""

    title: str
    code: str = "qr"
    fields: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    signs: tuple[str, ...] = ()


def usual_layout(spec: ModelSpec, tree: Tree) -> Layout:
    """What is ticked to begin with: the first fields and columns."""
    columns = {name: _first(nodes, MOST_COLUMNS) for name, nodes in tree.lines.items()}
    return Layout(title=str(spec.meta.title), fields=_first(tree.nodes, MOST_FIELDS), columns=columns)


def _first(nodes: tuple[Node, ...], most: int) -> tuple[str, ...]:
    return tuple(name for name, _title in offered(nodes)[:most])


def offered(nodes: tuple[Node, ...]) -> list[tuple[str, Text]]:
    """The fields that can be ticked: those people see."""
    return [(node.name, node.title) for node in nodes if node.column is not None and not node.is_hidden]


def read_layout(tree: Tree, given: Any) -> Layout:
    """What was ticked on the form."""
    return Layout(
        title=given.get("title", "").strip()[:120],
        code=given.get("code", "") if given.get("code") in CODES else "",
        fields=tuple(given.getlist("fields")),
        columns={name: tuple(given.getlist(f"columns-{name}")) for name in tree.lines},
        signs=tuple(part.strip() for part in given.get("signs", "").replace("，", ",").split(",") if part.strip())[:6],
    )


def body_of(tree: Tree, layout: Layout) -> str:
    """The template that prints a layout; names that are no fields are left out."""
    parts = [_heading(layout), _fields(tree.nodes, layout.fields)]
    parts += [_table(name, nodes, layout.columns.get(name, ())) for name, nodes in tree.lines.items()]
    return "".join([*parts, _signs(layout.signs)])


def _heading(layout: Layout) -> str:
    return (
        f'<div class="p-title">\n<div><h1>{_text(layout.title)}</h1><div class="p-number">{{{{ record.text }}}}</div>'
        f'</div>\n<div class="p-codes">{CODES[layout.code]}</div>\n</div>\n'
    )


def _fields(nodes: tuple[Node, ...], names: tuple[str, ...]) -> str:
    rows = [
        f'<div><span class="l">{{{{ label.{node.name} }}}}</span>'
        f'<span class="v">{{{{ {path_of("record", node)} }}}}</span></div>\n'
        for node in nodes
        if node.name in names
    ]
    return f'<div class="p-fields">\n{"".join(rows)}</div>\n' if rows else ""


def _table(lines: str, nodes: tuple[Node, ...], names: tuple[str, ...]) -> str:
    shown = [node for node in nodes if node.name in names]
    if not shown:
        return ""
    heads = "".join(f"<th{_number(node)}>{{{{ label.{lines}.{node.name} }}}}</th>" for node in shown)
    cells = "".join(f"<td{_number(node)}>{{{{ {path_of('line', node)} }}}}</td>" for node in shown)
    return (
        f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n"
        f"{{% for line in record.{lines} %}}\n<tr>{cells}</tr>\n{{% endfor %}}\n</tbody>\n</table>\n"
    )


def _signs(titles: tuple[str, ...]) -> str:
    if not titles:
        return ""
    return '<div class="p-signs">' + "".join(f"<div>{_text(title)}</div>" for title in titles) + "</div>\n"


def _number(node: Node) -> str:
    return ' class="num"' if node.column is not None and node.column.field.is_number else ""


def path_of(where: str, node: Node) -> str:
    """How a template writes a field: a link by its own text."""
    return f"{where}.{node.name}.text" if node.target else f"{where}.{node.name}"


def _text(typed: str) -> str:
    """Typed text that is neither markup nor a command."""
    return escape(typed).replace("{", "&#123;")
