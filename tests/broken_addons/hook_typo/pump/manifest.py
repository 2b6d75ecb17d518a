"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="pump",
    version="1.0.0",
    api=1,
    title="Pump",
    summary="Broken on purpose.",
)
