"""Group commit: what many hand in while one group is being written is the next group.

A commit costs a sync of the disk, for one change as for a hundred. Nothing here knows what a change is, or where it
goes.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

import anyio
from anyio import get_cancelled_exc_class
from anyio.lowlevel import checkpoint
from attrs import define, field

from makeasync.client.crew import outlast
from makeasync.errors import ClientClosed, JournalError, MakeError

__all__ = ["Scribe"]

ThingT = TypeVar("ThingT")
Then = Callable[[MakeError | None], None]
# Rounds of the event loop: what is about to be handed in anyway is then one group instead of ten.
_ROUNDS = 8
# A larger group costs hardly less for each, and lets more of them wait for the disk together with nobody left to work.
_ENOUGH = 100


@define(eq=False)
class _Group(Generic[ThingT]):
    """Things that are written together, and what became of that."""

    things: list[ThingT] = field(factory=list[ThingT])
    then: list[Then] = field(factory=list[Then])
    done: anyio.Event = field(factory=anyio.Event)
    failure: Callable[[], MakeError] | None = None

    def end(self, failure: Callable[[], MakeError] | None) -> None:
        """Tell whoever waits; each gets an error of its own."""
        self.failure = failure
        self.done.set()
        for then in self.then:
            then(failure() if failure else None)


class Scribe(Generic[ThingT]):
    """Writes what is handed in, in groups, in one task.

    Args:
        write: writes a group, all or nothing.
    """

    def __init__(self, write: Callable[[Sequence[ThingT]], Awaitable[None]]) -> None:
        self._write = write
        self._next = _Group[ThingT]()
        self._news = anyio.Event()
        self._at_work = True
        self._scope = anyio.CancelScope(shield=True)

    async def commit(self, thing: ThingT) -> None:
        """Hand something in, and wait until it is written. Cancelled, it waits all the same, and is cancelled then.

        Raises:
            JournalError: it is not written.
            ClientClosed: nothing is written any more.
        """
        if not self._at_work:
            raise _closed()
        group = self._join(thing)
        try:
            await group.done.wait()
        except get_cancelled_exc_class():
            await outlast(group.done)
            if group.failure is None:
                raise
        if group.failure is not None:
            raise group.failure() from None

    def submit(self, thing: ThingT, then: Then) -> None:
        """Hand something in without waiting; `then` is called once, with why it is not written, or `None`."""
        if not self._at_work:
            then(_closed())
            return
        self._join(thing).then.append(then)

    def close(self) -> None:
        """End `run`. Nobody must wait for a commit any more."""
        self._scope.cancel()

    async def run(self) -> None:
        """Write, until closed: whoever cancels everything has outcomes that still come in."""
        group = self._next
        try:
            with self._scope:
                while True:
                    await self._news.wait()
                    await self._let_others_hand_in()
                    self._news = anyio.Event()
                    group, self._next = self._next, _Group[ThingT]()
                    await self._write_group(group)
        finally:
            self._at_work = False
            for unwritten in (group, self._next):
                if not unwritten.done.is_set():
                    unwritten.end(_closed)

    def _join(self, thing: ThingT) -> _Group[ThingT]:
        group = self._next
        group.things.append(thing)
        self._news.set()
        return group

    async def _let_others_hand_in(self) -> None:
        for _ in range(_ROUNDS):
            if len(self._next.things) >= _ENOUGH:
                return
            await checkpoint()

    async def _write_group(self, group: _Group[ThingT]) -> None:
        try:
            await self._write(group.things)
        except JournalError as error:
            group.end(partial(type(error), str(error), path=error.path))
        else:
            group.end(None)


def _closed() -> MakeError:
    return ClientClosed("the campaign was closed before this was written")
