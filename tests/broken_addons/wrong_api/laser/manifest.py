"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="laser",
    version="1.0.0",
    api=99,
    title="Laser",
    summary="Broken on purpose.",
)
