"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="valve",
    version="1.0.0",
    api=1,
    title="Valve",
    summary="Broken on purpose.",
)
