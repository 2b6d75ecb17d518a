"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="bolt",
    version="1.0.0",
    api=1,
    title="Bolt",
    summary="Broken on purpose.",
)
