"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="vise",
    version="1.0.0",
    api=1,
    title="Vise",
    summary="Broken on purpose.",
)
