"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="saw",
    version="1.0.0",
    api=1,
    title="Saw",
    summary="Broken on purpose.",
)
