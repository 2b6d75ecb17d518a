from core.kernel.manifest import Manifest

MANIFEST = Manifest(name="gauge", version="1.0.0", api=1, title="Gauges", summary="Calibration sheets.")
