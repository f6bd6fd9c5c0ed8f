"""Many at once: the block with an iterator in it that `send_all` and `track_all` hand out.

No more is read ahead than is under way. What the user's iterable raises, the user's loop gets, after every result.
"""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable
from contextlib import aclosing
from types import TracebackType
from typing import Generic, Self, TypeVar

import anyio
from anyio import get_cancelled_exc_class
from anyio.lowlevel import checkpoint, checkpoint_if_cancelled
from attrs import frozen

from makeasync.client.crew import Crew
from makeasync.errors import ClientClosed

__all__ = ["Bulk", "End", "Give", "Many"]

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")
Many = Iterable[ItemT] | AsyncIterable[ItemT]


@frozen
class End:
    """What ends the iteration: the error to raise. A result may be an exception too: `NotSent` is one."""

    error: Exception


Give = Callable[[ResultT | End], None]


class Bulk(Generic[ItemT, ResultT]):
    """A block in which many things are under way; iterate over it for their results, as they come.

    Args:
        items: any iterable or async iterable; it is read in one task, item by item.
        begin: sets one item going; it must call `give` once, with the result or with the `End` of the iteration.
        at_once: items under way or waiting to be taken from the iterator, at most.
        end: is called when the block is left.
    """

    def __init__(
        self,
        items: Many[ItemT],
        begin: Callable[[Crew, ItemT, Give[ResultT]], None],
        *,
        at_once: int,
        end: Callable[[], None] | None = None,
    ) -> None:
        if at_once < 1:
            raise ValueError(f"concurrency: {at_once!r} is not allowed; give a whole number from 1")
        self._items = items
        self._begin = begin
        self._end = end
        self._crew = Crew()
        self._room = anyio.Semaphore(at_once)
        self._results: deque[ResultT] = deque()
        self._reading: anyio.CancelScope | None = None
        self._under_way = 0
        self._all_read = False
        self._torn = False
        self._error: Exception | None = None
        self._news = anyio.Event()

    async def __aenter__(self) -> Self:
        await self._crew.__aenter__()
        self._crew.start(self._read)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        if self._end is not None:
            self._end()
        try:
            return await self._crew.__aexit__(kind, error, traceback)
        finally:
            self._news.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ResultT:
        while not self._results:
            if self._torn or (self._all_read and not self._under_way):
                # Cancelled with the block, whoever iterates is told that, and not that this was all.
                await checkpoint_if_cancelled()
                raise self._error or StopAsyncIteration
            if not self._crew.at_work:
                raise ClientClosed("iterate inside the block: `async with … as results: async for result in results:`")
            if self._news.is_set():
                self._news = anyio.Event()
            await self._news.wait()
        self._room.release()
        return self._results.popleft()

    async def _read(self) -> None:
        try:
            with anyio.CancelScope() as self._reading:
                await self._read_all()
        except Exception as error:  # noqa: BLE001 - whatever the user's iterable raises is the user's
            self._error = error
        except get_cancelled_exc_class():
            self._torn = True
            self._error = ClientClosed("the block was cancelled, and not everything in it was seen to")
            raise
        finally:
            self._all_read = True
            self._news.set()

    async def _read_all(self) -> None:
        async with aclosing(_iterate(self._items)) as items:
            # Room first: an item that is read must have where to go.
            await self._room.acquire()
            async for item in items:
                self._begin(self._crew, item, self._give)
                self._under_way += 1
                await self._room.acquire()

    def _give(self, result: ResultT | End) -> None:
        self._under_way -= 1
        if isinstance(result, End):
            self._error = result.error
            if self._reading is not None:
                self._reading.cancel()
        else:
            self._results.append(result)
        self._news.set()


async def _iterate(items: Many[ItemT]) -> AsyncGenerator[ItemT]:
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
        return
    for item in items:
        await checkpoint()
        yield item
