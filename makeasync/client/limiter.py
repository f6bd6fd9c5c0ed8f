"""Who goes next: first come, first served, at the pace of a bucket.

Only the first in line asks the bucket, so a waiter that is cancelled has taken nothing and nobody is overtaken.
"""

import anyio

from makeasync.client.clock import Clock
from makeasync.pacing.bucket import Bucket, Rate

__all__ = ["Limiter"]


class Limiter:
    """A line of waiters before a bucket.

    Args:
        clock: tells the time and waits.
        rate: how fast they go; `None` for no limit.
    """

    def __init__(self, clock: Clock, rate: Rate | None) -> None:
        self._clock = clock
        self._line = anyio.Lock()
        self.bucket = Bucket(rate)

    async def wait(self) -> None:
        """Wait for a slot and take it. Cancelled before, it has taken none."""
        async with self._line:
            while wait := self.bucket.reserve(self._clock.now()):
                await self._clock.sleep(wait)

    def pause(self, seconds: float) -> None:
        """Let nobody go for that long."""
        self.bucket.hold(self._clock.now() + seconds)
