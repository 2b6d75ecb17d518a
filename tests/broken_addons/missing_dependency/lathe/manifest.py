"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="lathe",
    version="1.0.0",
    api=1,
    title="Lathe",
    summary="Broken on purpose.",
    depends=("nowhere",),
)
