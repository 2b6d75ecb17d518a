"""Reading an addon's source files in tests: what they import, which SQL they write, which texts they show."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract

from core.i18n import read_catalog
from core.kernel.discovery import Addon

LEFT_OUT = frozenset({"tests", "migrations", "node_modules", "vendor", "__pycache__"})
OPEN_TO_NEIGHBOURS = frozenset({"services", "events", "models"})
CLOSED_CORE = ("core.builtin", "core.cli", "core.app", "core.testing")
JINJA_OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
ICON = re.compile(r'\bicon(?:\(\s*|=)"([\w-]+)"')


@dataclass(frozen=True)
class Import:
    """One import statement's module, where it stands."""

    file: Path
    line: int
    module: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def python_files(folder: Path) -> list[Path]:
    """The addon's own Python files, tests and migrations left out."""
    return [p for p in sorted(folder.rglob("*.py")) if not LEFT_OUT & set(p.relative_to(folder).parts)]


def template_files(folder: Path) -> list[Path]:
    """The addon's templates."""
    return sorted((folder / "templates").rglob("*.html"))


def imports_of(file: Path) -> Iterator[Import]:
    """Every module a file imports, at its top or inside functions; `from a import b` counts as `a.b`."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(file, node.lineno, alias.name) for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (Import(file, node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def forbidden_imports(addon: Addon, installed: Mapping[str, Addon]) -> list[Import]:
    """Imports of neighbours the manifest does not allow, or of parts that are not open to others."""
    packages = {other.package: name for name, other in installed.items() if name != "core"}
    return [
        found
        for file in python_files(addon.folder)
        for found in imports_of(file)
        if not _is_allowed(addon, packages, _neighbours(addon, file), _open_parts(file), found.module)
    ]


def _neighbours(addon: Addon, file: Path) -> frozenset[str]:
    """Whom a file may import from: `depends`, and in `glue/<name>.py` that one too."""
    joined = {file.stem} if file.parent.name == "glue" else set()
    return frozenset({*addon.manifest.depends, *joined})


def _open_parts(file: Path) -> frozenset[str]:
    """What a file may import of those: factories, too, build on factories."""
    return OPEN_TO_NEIGHBOURS | {"factories"} if file.name == "factories.py" else OPEN_TO_NEIGHBOURS


def _is_allowed(
    addon: Addon, packages: Mapping[str, str], neighbours: Iterable[str], parts: Iterable[str], module: str
) -> bool:
    if module.startswith(tuple(f"{closed}." for closed in CLOSED_CORE)) or module in CLOSED_CORE:
        return addon.name == "core"
    for package, name in packages.items():
        if module != package and not module.startswith(f"{package}."):
            continue
        part = module.removeprefix(package).lstrip(".").partition(".")[0]
        return name == addon.name or (name in neighbours and part in parts)
    return True


def core_selects(addon: Addon, scoped: Iterable[str]) -> list[str]:
    """Places that read a scoped model past the row scope: its `__table__`, `session.get` (which may answer from what
    is loaded, whoever loaded it; `core.db.get_or_none` asks), or SQL as text."""
    names = set(scoped)
    found = []
    for file in python_files(addon.folder):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "__table__" and _name(node.value) in names:
                found.append(f"{file}:{node.lineno} uses {_name(node.value)}.__table__")
            if isinstance(node, ast.Call) and _is_session_get(node.func) and node.args and _name(node.args[0]) in names:
                found.append(f"{file}:{node.lineno} gets {_name(node.args[0])} from the session")
        found += [str(i) for i in imports_of(file) if i.module in ("sqlalchemy.text", "sqlalchemy.sql.text")]
    return found


def _is_session_get(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr in ("get", "get_one")
        and _name(function.value) == "session"
    )


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def messages_of(folder: Path) -> dict[str, str]:
    """Every translatable text of Python files and templates, with the place it was first seen at."""
    found: dict[str, str] = {}
    for method, files in (("python", python_files(folder)), ("jinja2", template_files(folder))):
        for file in files:
            for message, line in _extracted(method, file):
                found.setdefault(message, f"{file}:{line}")
    return found


def _extracted(method: str, file: Path) -> Iterator[tuple[str, int]]:
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
    options = JINJA_OPTIONS if method == "jinja2" else {}
    with file.open("rb") as handle:
        for line, message, _comments, _context in extract(method, handle, keywords=keywords, options=options):
            for text in message if isinstance(message, tuple) else (message,):
                yield text, line


def translations_in(folder: Path) -> dict[str, str]:
    """The Chinese texts of a package."""
    texts: dict[str, str] = {}
    for path in sorted((folder / "translations").glob("zh*.po")):
        texts.update(read_catalog(path))
    return texts


def icons_of(folder: Path) -> dict[str, str]:
    """The icons that a package's templates and declarations name, each with a file that does."""
    files = [file for ending in ("*.html", "*.py") for file in folder.rglob(ending) if "vendor" not in file.parts]
    return {name: str(file) for file in files for name in ICON.findall(file.read_text(encoding="utf-8"))}


def icons_there(core: Path) -> set[str]:
    """The icons of the sprite that pages draw from."""
    sprite = (core / "static" / "vendor" / "icons.svg").read_text(encoding="utf-8")
    return set(re.findall(r'<symbol id="tabler-([\w-]+)"', sprite))


def clashes(texts: Mapping[str, str], others: Mapping[str, str]) -> list[str]:
    """Texts that two packages translate differently: a page shows one of the two, whichever was read last."""
    return [f"{m!r}: {t} / {others[m]}" for m, t in texts.items() if others.get(m, t) != t]


def wrongly_filled(texts: Mapping[str, str]) -> list[str]:
    """Translations whose `%(name)s` parts are not those of the message."""
    return [m for m, t in texts.items() if set(PLACEHOLDER.findall(m)) != set(PLACEHOLDER.findall(t))]
