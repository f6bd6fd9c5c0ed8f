"""A clock that does not wait long between two tries of a request."""

from __future__ import annotations

import anyio

from makeasync import LoopClock

__all__ = ["Hasty"]


class Hasty(LoopClock):
    """Real time, but for the pauses between two tries."""

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds / 50)
