"""What it is."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(name="leaky", version="1.0.0", api=1, title="Leaky", summary="Fails while it holds secrets.")
