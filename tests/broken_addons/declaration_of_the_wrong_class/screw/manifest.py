"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="screw",
    version="1.0.0",
    api=1,
    title="Screw",
    summary="Broken on purpose.",
)
