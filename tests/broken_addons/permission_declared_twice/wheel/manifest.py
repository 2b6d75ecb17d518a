"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="wheel",
    version="1.0.0",
    api=1,
    title="Wheel",
    summary="Broken on purpose.",
)
