"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="belt",
    version="1.0.0",
    api=1,
    title="Belt",
    summary="Broken on purpose.",
)
