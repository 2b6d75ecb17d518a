"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="hoist",
    version="1.0.0",
    api=1,
    title="Hoist",
    summary="Broken on purpose.",
)
