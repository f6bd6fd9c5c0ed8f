"""Who goes next: first come, first served, at the pace of a bucket.

Only the first in line asks the bucket, so a waiter that is cancelled has taken nothing and nobody is overtaken.
"""

import anyio
from anyio.lowlevel import checkpoint_if_cancelled

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
        self._line = anyio.Lock(fast_acquire=True)
        self._changed = anyio.Event()
        self._bucket = Bucket(rate)

    @property
    def rate(self) -> Rate | None:
        """How fast they go; set it, and whoever waits goes by it at once."""
        return self._bucket.rate

    @rate.setter
    def rate(self, rate: Rate | None) -> None:
        self._bucket.change(self._clock.now(), rate)
        self._changed.set()

    async def wait(self) -> None:
        """Wait for a slot and take it. Cancelled before, it has taken none."""
        if self._bucket.is_open(self._clock.now()):
            await checkpoint_if_cancelled()
            return
        async with self._line:
            while wait := self._bucket.reserve(self._clock.now()):
                self._changed = anyio.Event()
                with self._clock.expire(wait):
                    await self._changed.wait()

    @property
    def held(self) -> float:
        """Seconds for which nobody goes, because the service asked for it."""
        return self._bucket.held(self._clock.now())

    def pause(self, seconds: float) -> None:
        """Let nobody go for that long."""
        self._bucket.hold(self._clock.now() + seconds)
