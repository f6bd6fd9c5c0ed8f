"""Time, as a port: the clock of the event loop, and a virtual one that jumps when everybody sleeps.

The only room where time is read or waited for.
"""

import heapq
import itertools
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import TracebackType
from typing import Protocol, Self

import anyio
from anyio.lowlevel import checkpoint

from makeasync.client.crew import Crew

__all__ = ["Clock", "LoopClock", "VirtualClock"]


# Of the event loop.
_ROUNDS = 20
_LONGEST_LOOK = 0.002


class Clock(Protocol):
    """What the client needs of a clock."""

    def now(self) -> float:
        """Seconds on a clock that never goes back; its zero means nothing."""
        ...

    def time(self) -> float:
        """Seconds since the UNIX epoch."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...

    def expire(self, seconds: float | None) -> AbstractContextManager[anyio.CancelScope]:
        """Cancel the block after that time (`None`: never); the scope says whether it came to that."""
        ...

    def stand_still(self) -> AbstractContextManager[None]:
        """Do not jump while the block lasts: somebody works in a thread. For real time this is nothing."""
        ...


class LoopClock:
    """Real time, by the event loop."""

    def now(self) -> float:
        """Give the event loop's time."""
        return anyio.current_time()

    def time(self) -> float:
        """Give the system's time."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait, in real time."""
        await anyio.sleep(seconds)

    def expire(self, seconds: float | None) -> AbstractContextManager[anyio.CancelScope]:
        """Cancel the block after that time."""
        return anyio.move_on_after(seconds)

    def stand_still(self) -> AbstractContextManager[None]:
        """Let time go on: it does not ask."""
        return nullcontext()


class VirtualClock:
    """A clock for tests: it stands still while anybody works and jumps to the next waking when all sleep.

    Ten seconds or two hours cost nothing, and every run sees the same times. It knows only the tasks of its event loop:
    use it with an in-process transport, not with sockets, and with threads only inside `stand_still`.

    Args:
        start: where it begins, in seconds since the epoch.

    Example:
        async with VirtualClock() as clock, AsyncClient("login", "password", clock=clock, transport=...) as client:
            ...
    """

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._now = start
        self._wakings: list[tuple[float, int, Callable[[], None]]] = []
        self._ticket = itertools.count()
        self._awaited: set[int] = set()
        self._somebody_waits = anyio.Event()
        self._standing = 0
        self._nobody_stands = anyio.Event()
        self._crew = Crew()
        self._turn = anyio.Lock()

    def now(self) -> float:
        """Give the virtual time."""
        return self._now

    def time(self) -> float:
        """Give the virtual time, as seconds since the epoch."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has jumped that far."""
        if seconds <= 0:
            await checkpoint()
            return
        woken = anyio.Event()
        self._wake_at(self._now + seconds, woken.set)
        await woken.wait()

    @contextmanager
    def expire(self, seconds: float | None) -> Generator[anyio.CancelScope]:
        """Cancel the block when the clock has jumped that far."""
        with anyio.CancelScope() as scope:
            waking = None if seconds is None else self._wake_at(self._now + seconds, scope.cancel)
            try:
                yield scope
            finally:
                if waking is not None:
                    self._awaited.discard(waking)

    @contextmanager
    def stand_still(self) -> Generator[None]:
        """Do not jump while the block lasts."""
        self._standing += 1
        try:
            yield
        finally:
            self._standing -= 1
            self._nobody_stands.set()

    async def __aenter__(self) -> Self:
        await self._crew.__aenter__()
        self._crew.start(self.run)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        return await self._crew.__aexit__(kind, error, traceback)

    def _wake_at(self, moment: float, ring: Callable[[], None]) -> int:
        ticket = next(self._ticket)
        self._awaited.add(ticket)
        heapq.heappush(self._wakings, (moment, ticket, ring))
        self._somebody_waits.set()
        return ticket

    async def run(self) -> None:
        """Let time go on until cancelled, as `async with` does; of several that run, one is at work at a time."""
        # Two would both see that all sleep, and the second would jump past those whom the first has woken.
        async with self._turn:
            await self._jump()

    async def _jump(self) -> None:
        while True:
            await self._somebody_waits.wait()
            await _all_sleep()
            if self._standing:
                self._nobody_stands = anyio.Event()
                await self._nobody_stands.wait()
                continue
            self._drop_what_is_over()
            if not self._wakings:
                self._somebody_waits = anyio.Event()
                continue
            self._now = max(self._now, self._wakings[0][0])
            while self._wakings and self._wakings[0][0] <= self._now:
                _, ticket, ring = heapq.heappop(self._wakings)
                if ticket in self._awaited:
                    self._awaited.discard(ticket)
                    ring()

    def _drop_what_is_over(self) -> None:
        """Forget deadlines that were not needed: the clock must not stop at them."""
        while self._wakings and self._wakings[0][1] not in self._awaited:
            heapq.heappop(self._wakings)


async def _all_sleep() -> None:
    # anyio looks only now and then; letting the others run first makes its first look the last one.
    for _ in range(_ROUNDS):
        await checkpoint()
    blocked = False
    while not blocked:
        # And on asyncio it looks again after a tenth of a second only.
        with anyio.move_on_after(_LONGEST_LOOK):
            await anyio.wait_all_tasks_blocked()
            blocked = True
