"""A deliberately broken addon."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(
    name="egg",
    version="1.0.0",
    api=1,
    title="Egg",
    summary="Broken on purpose.",
    depends=("hen",),
)
