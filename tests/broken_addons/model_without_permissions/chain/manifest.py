"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="chain",
    version="1.0.0",
    api=1,
    title="Chain",
    summary="Broken on purpose.",
)
