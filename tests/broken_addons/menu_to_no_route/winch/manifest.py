"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="winch",
    version="1.0.0",
    api=1,
    title="Winch",
    summary="Broken on purpose.",
)
