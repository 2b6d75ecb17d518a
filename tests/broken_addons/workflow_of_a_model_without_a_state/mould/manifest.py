"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="mould",
    version="1.0.0",
    api=1,
    title="Mould",
    summary="Broken on purpose.",
)
