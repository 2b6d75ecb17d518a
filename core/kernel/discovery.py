"""Finding addons, reading their manifests, and the order they are loaded in."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import addons
from core.config import Config
from core.db.scope import claim_package
from core.errors import SetupError
from core.kernel.manifest import API_VERSION, CORE, Manifest

GROUP = "qingmes.addons"
RESERVED = frozenset({"addons", "api", "apps", "documents", "jobs", "m", "paper", "people", "static", "views"})


@dataclass
class Addon:
    """One installed addon: its manifest, the package it lives in, and its loaded files by name.

    `folder` holds migrations, templates, static and translations.
    """

    name: str
    package: str
    folder: Path
    manifest: Manifest
    modules: dict[str, ModuleType] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """What its tables' names start with."""
        return f"{self.name}_"

    def where(self, file: str) -> str:
        """The path of one of its files, for messages."""
        fixed = self.name == CORE and file.endswith(".py")  # core keeps its fixed files apart
        return str(self.folder / "builtin" / file if fixed else self.folder / file)

    def wrong(self, file: str, field_: str, problem: str, remedy: str) -> SetupError:
        """A set-up error of this addon."""
        return SetupError(addon=self.name, file=self.where(file), field=field_, problem=problem, remedy=remedy)


def discover(config: Config) -> dict[str, Addon]:
    """All installed addons by name, in load order; core itself comes first.

    Looks at the entry points `qingmes.addons` and at the folders of `QINGMES_ADDONS_PATH` (which become
    importable as `addons.<folder>`), leaves out what is blocked.
    """
    packages = _merged(_from_entry_points(), _from_folders(config.addons_path))
    wanted = {
        name: package
        for name, package in sorted(packages.items())
        if name not in config.block and (config.only is None or name in config.only)
    }
    found = {name: read_addon(name, package) for name, package in wanted.items()}
    check_names(found)
    check_dependencies(found, config)
    return {CORE: _core(), **{name: found[name] for name in load_order(found)}}


def _from_entry_points() -> dict[str, str]:
    found: dict[str, str] = {}
    for point in entry_points(group=GROUP):
        if found.get(point.name, point.value) != point.value:
            raise SetupError(
                addon=point.name,
                file="entry points",
                field=GROUP,
                problem=f"two packages offer this addon: {found[point.name]} and {point.value}",
                remedy="uninstall one of the two distributions",
            )
        found[point.name] = point.value
    return found


def _from_folders(paths: Iterable[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    open_folders(paths)
    for path in paths:
        for manifest in sorted(path.glob("*/manifest.py")):
            name = manifest.parent.name
            if name in found:
                raise SetupError(
                    addon=name,
                    file=str(manifest),
                    field="folder",
                    problem="two folders of QINGMES_ADDONS_PATH hold an addon of this name",
                    remedy="remove or rename one of them",
                )
            found[name] = manifest.parent
    return found


def open_folders(paths: Iterable[Path]) -> None:
    """Make the addons in these folders importable as `addons.<folder>`."""
    addons.__path__.extend(str(path) for path in paths if str(path) not in addons.__path__)


def _merged(points: Mapping[str, str], folders: Mapping[str, Path]) -> dict[str, str]:
    """Packages by addon name; a folder may not hide an addon that a distribution brings."""
    for name, folder in folders.items():
        spec = find_spec(f"addons.{name}")
        origin = Path(spec.origin).parent if spec is not None and spec.origin else folder
        if origin.resolve() != folder.resolve() or points.get(name, f"addons.{name}") != f"addons.{name}":
            raise SetupError(
                addon=name,
                file=str(folder / "manifest.py"),
                field="folder",
                problem=f"an addon of this name is installed already: {points.get(name, origin)}",
                remedy="rename this folder (and its manifest's name), or uninstall the other",
            )
    return {**points, **{name: f"addons.{name}" for name in folders}}


def _core() -> Addon:
    module = importlib.import_module("core.builtin.manifest")
    folder = Path(str(sys.modules["core"].__file__)).parent
    return Addon(name=CORE, package="core.builtin", folder=folder, manifest=module.MANIFEST)


def read_addon(name: str, package: str) -> Addon:
    """Import an addon's `manifest.py` and check what it says about itself."""
    try:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(package)
        module = importlib.import_module(f"{package}.manifest")
    except Exception as error:  # whatever an addon's file does wrong, the start stops with one message
        raise SetupError(
            addon=name,
            file=f"{package.replace('.', '/')}/manifest.py",
            field="import",
            problem=f"{type(error).__name__}: {error}",
            remedy="mend the file, or start without it: QINGMES_BLOCK=" + name,
        ) from error
    manifest: Any = getattr(module, "MANIFEST", None)
    addon = Addon(name=name, package=package, folder=Path(spec.origin).parent, manifest=manifest)
    _check_manifest(addon)
    claim_package(package, name)
    return addon


def _check_manifest(addon: Addon) -> None:
    manifest = addon.manifest
    if not isinstance(manifest, Manifest):
        raise addon.wrong("manifest.py", "MANIFEST", "is missing or not a Manifest", "write MANIFEST = Manifest(...)")
    if manifest.name != addon.name:
        raise addon.wrong(
            "manifest.py",
            "name",
            f"says '{manifest.name}' but the addon is installed as '{addon.name}'",
            "use one name for the folder, the entry point and the manifest",
        )
    if manifest.api != API_VERSION:
        raise addon.wrong(
            "manifest.py",
            "api",
            f"was written for kernel API {manifest.api}; this kernel has {API_VERSION}",
            "install a release of the addon for this kernel",
        )
    if not is_good_name(manifest.name):
        raise addon.wrong(
            "manifest.py", "name", "is not a lower-case identifier, or is a word core uses", "rename the addon"
        )


def is_good_name(name: str) -> bool:
    """Whether an addon may be called so: it becomes a package, a prefix of tables and part of addresses."""
    return name.isidentifier() and name.isascii() and name == name.lower() and name[0] != "_" and name not in RESERVED


def check_names(found: Mapping[str, Addon]) -> None:
    """Refuse names whose table prefixes would overlap (`stock` and `stock_extra`)."""
    for name, addon in found.items():
        shorter = next((n for n in (*found, CORE) if n != name and name.startswith(f"{n}_")), None)
        if shorter or name == CORE:
            raise addon.wrong(
                "manifest.py",
                "name",
                f"'{name}' begins with the name of the addon '{shorter or CORE}', so their tables would mix",
                "rename one of the two",
            )


def check_dependencies(found: Mapping[str, Addon], config: Config) -> None:
    """Refuse an addon whose `depends` are not installed."""
    for addon in found.values():
        for missing in [d for d in addon.manifest.depends if d not in found]:
            blocked = " (it is in QINGMES_BLOCK)" if missing in config.block else ""
            raise addon.wrong(
                "manifest.py",
                "depends",
                f"needs the addon '{missing}', which is not installed{blocked}",
                f"install '{missing}', or start without this one: QINGMES_BLOCK={addon.name}",
            )


def load_order(found: Mapping[str, Addon]) -> list[str]:
    """Names sorted so that what an addon depends on (or optionally joins) comes before it."""
    graph = {
        name: {d for d in (*addon.manifest.depends, *addon.manifest.optional) if d in found}
        for name, addon in found.items()
    }
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as error:
        cycle = list(error.args[1])
        raise found[cycle[0]].wrong(
            "manifest.py",
            "depends",
            "depends on itself in a circle: " + " → ".join(reversed(cycle)),
            "remove one of these dependencies, or make it a hook",
        ) from error
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order.extend(ready)
        sorter.done(*ready)
    return order
