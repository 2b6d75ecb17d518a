"""What it is."""

from core.kernel.manifest import Manifest

MANIFEST = Manifest(name="tally", version="1.0.0", api=1, title="Tally", summary="Counts deliveries.")
