"""What it takes to talk to the service: shared by what is paid (`delivery`) and what is free (`inquiry`)."""

from collections.abc import Callable
from datetime import UTC, datetime

from attrs import frozen

from makeasync.client.clock import Clock
from makeasync.client.credentials import Credentials
from makeasync.client.events import Event
from makeasync.client.limiter import Limiter
from makeasync.client.transport import Transport

__all__ = ["Wire"]


@frozen
class Wire:
    """The parts of a client that every exchange needs.

    Attributes:
        timeout: seconds for one call, all of its tries together.
        chance: gives a random number from 0 to 1.
        listener: is told of everything that happens.
    """

    transport: Transport
    clock: Clock
    limiter: Limiter
    credentials: Credentials
    timeout: float
    chance: Callable[[], float]
    listener: Callable[[Event], None]

    def tell(self, happening: Callable[..., Event], *facts: object) -> None:
        """Tell of something that happened now."""
        self.listener(happening(*facts, self.at()))

    def at(self) -> datetime:
        """Give the time, for records."""
        return datetime.fromtimestamp(self.clock.time(), UTC)
