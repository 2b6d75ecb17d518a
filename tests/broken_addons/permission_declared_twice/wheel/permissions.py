"""Rights."""

from core.kernel.manifest import Permission

PERMISSIONS = (Permission(name="wheel.thing.turn", title="Turn"), Permission(name="wheel.thing.turn", title="Spin"))
