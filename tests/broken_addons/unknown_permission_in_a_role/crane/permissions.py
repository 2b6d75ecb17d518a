"""Rights."""

from core.kernel.manifest import StarterRole

ROLES = (StarterRole(post="operator", permissions=("crane.thing.lift",)),)
