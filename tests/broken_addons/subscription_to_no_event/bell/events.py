"""Events."""

from core.kernel.manifest import Subscription


class Rung:
    """Not a dataclass, so not an event."""


def listen(event: Rung) -> None:
    """Nothing."""


SUBSCRIPTIONS = (Subscription(event=Rung, handler=listen),)
