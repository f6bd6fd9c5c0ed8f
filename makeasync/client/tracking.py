"""Following requests by their id: one task that serves every poll.

However many wait for one id, it is asked for once at a time; when the last of them is gone, so is the poll. When the
next look is due is decided in `pacing`; what an answer means, in `protocol`.
"""

import copy
from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import MappingProxyType
from typing import Literal, TypeAlias

import anyio
from anyio.abc import TaskGroup
from attrs import define, field

from makeasync.client.clock import Clock
from makeasync.errors import (
    ClientClosed,
    MakeError,
    NoAnswer,
    NotSent,
    NotYetAvailable,
    TrackingTimeout,
    UndecodableAnswer,
)
from makeasync.pacing.retry import POLL_FAILURE
from makeasync.pacing.schedule import Schedule, next_look
from makeasync.protocol.answers import Kind, Tracking

__all__ = ["ENOUGH", "Tracker", "Until", "Waiter"]

Until: TypeAlias = Literal["available", "finished"]
Result: TypeAlias = Tracking | MakeError
Plan: TypeAlias = Callable[[str, float, MakeError | None], None]
Look: TypeAlias = Callable[[str, Kind | None], Awaitable[Tracking]]


def _is_available(_: Tracking) -> bool:
    return True


def _is_finished(tracking: Tracking) -> bool:
    return tracking.finished


ENOUGH = MappingProxyType({"available": _is_available, "finished": _is_finished})


@define(eq=False)
class Waiter:
    """Somebody who waits for a tracking.

    Attributes:
        id: the id.
        enough: tells whether a tracking is what is waited for.
        deliver: is called once, with the tracking or with why there is none.
        last: the newest tracking seen, enough or not.
        trouble: why the newest look failed, if it did.
    """

    id: str
    enough: Callable[[Tracking], bool]
    deliver: Callable[[Result], None]
    last: Tracking | None = None
    trouble: MakeError | None = None


@define(eq=False)
class _Watch:
    """One id, and everybody who waits for it."""

    id: str
    kind: Kind | None
    waiters: list[Waiter] = field(factory=list[Waiter])
    looks: int = 0
    failures: int = 0
    look: anyio.CancelScope | None = None
    # When the next look is due; one that is under way was due already.
    due: float = 0.0


class Tracker:
    """Serves every poll of a client.

    Args:
        look: asks the service once.
        clock: tells the time and waits.
        chance: gives a random number from 0 to 1.
        at_once: looks under way at the same time, at most.
        plan: is told of every look that is planned: the id, the seconds until then, and why the last one failed.
    """

    def __init__(self, look: Look, clock: Clock, chance: Callable[[], float], at_once: int, plan: Plan) -> None:
        self._look = look
        self._clock = clock
        self._chance = chance
        self._room = anyio.Semaphore(at_once)
        self._planned = plan
        self._watches: dict[str, _Watch] = {}
        self._schedule = Schedule[_Watch]()
        self._news = anyio.Event()

    def __len__(self) -> int:
        """Count the ids that are being followed."""
        return len(self._watches)

    async def wait(self, id: str, kind: Kind | None, first: float, until: Until, timeout: float | None) -> Tracking:
        """Wait for one tracking; see `AsyncClient.wait_tracking`."""
        results: list[Result] = []
        arrived = anyio.Event()

        def deliver(result: Result) -> None:
            results.append(result)
            arrived.set()

        waiter = self.add(id, kind, first, until, deliver)
        try:
            with self._clock.expire(timeout):
                await arrived.wait()
        finally:
            self.drop(waiter)
        return _opened(results, waiter, timeout)

    def add(self, id: str, kind: Kind | None, first: float, until: Until, deliver: Callable[[Result], None]) -> Waiter:
        """Begin to wait.

        Args:
            id: the id.
            kind: what the receipt says it is, if there is one.
            first: seconds until the first look, unless somebody waits already whose next look comes earlier.
            until: what is waited for.
            deliver: is called once with what came.
        """
        watch = self._watches.get(id)
        if watch is None:
            watch = self._watches[id] = _Watch(id, kind)
            self._plan(watch, first)
        elif watch.due > self._clock.now() + first:
            # Who waits already may wait for the end of a request that is hours away.
            self._plan(watch, first)
        watch.kind = watch.kind or kind
        waiter = Waiter(id, ENOUGH[until], deliver)
        watch.waiters.append(waiter)
        return waiter

    def drop(self, waiter: Waiter) -> None:
        """Stop waiting; whoever was served already is not there any more."""
        watch = self._watches.get(waiter.id)
        if watch is None or waiter not in watch.waiters:
            return
        watch.waiters.remove(waiter)
        if not watch.waiters:
            self._forget(watch)

    async def run(self) -> None:
        """Serve, until cancelled: the one task. Whoever still waits then is told that the client is closed."""
        try:
            async with anyio.create_task_group() as looks:
                while True:
                    await self._serve_next(looks)
        finally:
            for watch in list(self._watches.values()):
                self._give(watch, list(watch.waiters), ClientClosed("the client was closed while you waited"))

    async def _serve_next(self, looks: TaskGroup) -> None:
        watch = self._schedule.pop(self._clock.now())
        if watch is None:
            await self._until_next()
            return
        await self._room.acquire()
        looks.start_soon(self._serve, watch)

    async def _until_next(self) -> None:
        self._news = anyio.Event()
        due = self._schedule.next_due()
        with self._clock.expire(None if due is None else due - self._clock.now()):
            await self._news.wait()

    async def _serve(self, watch: _Watch) -> None:
        try:
            # While this look waited for room, the last waiter may have gone.
            if self._watches.get(watch.id) is watch:
                with anyio.CancelScope() as watch.look:
                    await self._look_once(watch)
        finally:
            watch.look = None
            self._room.release()

    async def _look_once(self, watch: _Watch) -> None:
        try:
            tracking = await self._look(watch.id, watch.kind)
        except NotYetAvailable:
            self._again(watch)
        except (NoAnswer, NotSent, UndecodableAnswer) as error:
            self._failed(watch, error)
        except MakeError as error:
            self._give(watch, list(watch.waiters), error)
        else:
            self._seen(watch, tracking)

    def _seen(self, watch: _Watch, tracking: Tracking) -> None:
        for waiter in watch.waiters:
            waiter.last = tracking
        self._give(watch, [waiter for waiter in watch.waiters if waiter.enough(tracking)], tracking)
        if watch.waiters:
            executed_at = tracking.created_at.timestamp() + tracking.delay.total_seconds()
            # At most the delay itself, whatever this machine's clock says.
            self._again(watch, min(timedelta(seconds=executed_at - self._clock.time()), tracking.delay))

    def _again(self, watch: _Watch, until_execution: timedelta = timedelta()) -> None:
        self._plan(watch, next_look(watch.looks, self._chance(), until_execution))
        for waiter in watch.waiters:
            waiter.trouble = None
        watch.looks += 1
        watch.failures = 0

    def _failed(self, watch: _Watch, error: MakeError) -> None:
        pause = POLL_FAILURE.pause(watch.failures, self._chance())
        if pause is None:
            self._give(watch, list(watch.waiters), error)
            return
        for waiter in watch.waiters:
            waiter.trouble = error
        self._plan(watch, pause, error)
        watch.failures += 1

    def _plan(self, watch: _Watch, seconds: float, trouble: MakeError | None = None) -> None:
        self._planned(watch.id, seconds, trouble)
        watch.due = self._clock.now() + seconds
        self._schedule.set(watch, watch.due)
        self._news.set()

    def _give(self, watch: _Watch, waiters: list[Waiter], result: Result) -> None:
        for waiter in waiters:
            watch.waiters.remove(waiter)
            # Each gets an error of its own: raised twice, one would collect both tracebacks.
            waiter.deliver(copy.copy(result) if isinstance(result, MakeError) else result)
        if not watch.waiters:
            self._forget(watch)

    def _forget(self, watch: _Watch) -> None:
        if self._watches.get(watch.id) is watch:
            del self._watches[watch.id]
        self._schedule.discard(watch)
        if watch.look is not None:
            watch.look.cancel()


def _opened(results: list[Result], waiter: Waiter, timeout: float | None) -> Tracking:
    match results:
        case [MakeError() as error]:
            raise error
        case [Tracking() as tracking]:
            return tracking
        case _:
            raise TrackingTimeout(
                f"no tracking of {waiter.id} within {timeout} s: {_so_far(waiter)}; wait longer, or look again later",
                id=waiter.id,
                last=waiter.last,
            )


def _so_far(waiter: Waiter) -> str:
    if waiter.trouble is not None:
        return f"the last look failed ({waiter.trouble})"
    return "there is one, and it is not finished" if waiter.last else "there is none yet"
