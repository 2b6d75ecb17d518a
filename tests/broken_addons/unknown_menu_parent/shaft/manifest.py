"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="shaft",
    version="1.0.0",
    api=1,
    title="Shaft",
    summary="Broken on purpose.",
)
