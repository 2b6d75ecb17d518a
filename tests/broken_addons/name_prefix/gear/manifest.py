"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="gear",
    version="1.0.0",
    api=1,
    title="Gear",
    summary="Broken on purpose.",
)
