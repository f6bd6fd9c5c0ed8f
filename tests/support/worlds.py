"""A sandbox and clients of it: in process, in virtual time, or over a loopback socket, in time that runs fast."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Generator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from typing import Any

import anyio
import httpx
from attrs import frozen

from makeasync import AsyncClient, Clock, LoopClock, VirtualClock
from makeasync.sandbox import Sandbox, serve

__all__ = ["World", "in_process", "over_a_socket"]

LOGIN, PASSWORD = "john@gmail.com", "marilyn"


@frozen
class World:
    """What a test needs."""

    sandbox: Sandbox
    clock: Clock
    _options: dict[str, Any]

    def client(self, password: str = PASSWORD, *, timeout: float = 10_000) -> AsyncClient:
        """A client; its deadline is in seconds of the world's clock."""
        return AsyncClient(LOGIN, password, rate=None, timeout=timeout, clock=self.clock, **self._options)


class _Fast(LoopClock):
    """Real time, a thousand times as fast: what waits for a socket cannot wait in virtual time."""

    times = 1_000
    started_at = 1_700_000_000.0

    def now(self) -> float:
        # Not the event loop's: the sandbox asks from a thread of its own.
        return time.monotonic() * self.times

    def time(self) -> float:
        return self.started_at + self.now()

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds / self.times)

    def expire(self, seconds: float | None) -> AbstractContextManager[anyio.CancelScope]:
        return anyio.move_on_after(None if seconds is None else seconds / self.times)


@asynccontextmanager
async def in_process() -> AsyncGenerator[World]:
    """A world of its own, in which waiting takes no time."""
    async with VirtualClock() as clock:
        sandbox = Sandbox(clock=clock.time, sleep=clock.sleep)
        yield World(sandbox, clock, {"transport": httpx.ASGITransport(sandbox.app)})


@contextmanager
def over_a_socket() -> Generator[World]:
    """One in which time runs fast."""
    clock = _Fast()
    sandbox = Sandbox(clock=clock.time)
    with serve(sandbox) as url:
        yield World(sandbox, clock, {"base_url": url})
