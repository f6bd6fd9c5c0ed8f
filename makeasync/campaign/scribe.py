"""Group commit: what many hand in while one group is being written is the next group.

A commit costs a sync of the disk, for one change as for a hundred. Nothing here knows what a change is, or where it
goes.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import anyio
from anyio import get_cancelled_exc_class
from attrs import define, field

from makeasync.client.crew import outlast
from makeasync.errors import ClientClosed, JournalError

__all__ = ["Scribe"]

ThingT = TypeVar("ThingT")


@define(eq=False)
class _Ticket(Generic[ThingT]):
    thing: ThingT
    done: anyio.Event = field(factory=anyio.Event)
    error: Exception | None = None


class Scribe(Generic[ThingT]):
    """Writes what is handed in, in groups, in one task.

    Args:
        write: writes a group, all or nothing.
    """

    def __init__(self, write: Callable[[Sequence[ThingT]], Awaitable[None]]) -> None:
        self._write = write
        self._queue: list[_Ticket[ThingT]] = []
        self._news = anyio.Event()
        self._at_work = True
        self._scope = anyio.CancelScope(shield=True)

    async def commit(self, thing: ThingT) -> None:
        """Hand something in, and wait until it is written. Cancelled, it waits all the same, and is cancelled then.

        Raises:
            JournalError: it is not written.
        """
        if not self._at_work:
            raise ClientClosed("the campaign is closed")
        ticket = _Ticket(thing)
        self._queue.append(ticket)
        self._news.set()
        try:
            await ticket.done.wait()
        except get_cancelled_exc_class():
            await outlast(ticket.done)
            if ticket.error is None:
                raise
        if ticket.error is not None:
            raise ticket.error from None

    def close(self) -> None:
        """End `run`. Nobody must wait for a commit any more."""
        self._scope.cancel()

    async def run(self) -> None:
        """Write, until closed: whoever cancels everything has outcomes that still come in."""
        group: list[_Ticket[ThingT]] = []
        try:
            with self._scope:
                while True:
                    await self._news.wait()
                    self._news = anyio.Event()
                    group, self._queue = self._queue, []
                    await self._write_group(group)
        finally:
            self._at_work = False
            for ticket in (*group, *self._queue):
                if not ticket.done.is_set():
                    ticket.error = ClientClosed("the campaign was closed before this was written")
                    ticket.done.set()

    async def _write_group(self, group: list[_Ticket[ThingT]]) -> None:
        error: JournalError | None = None
        try:
            await self._write([ticket.thing for ticket in group])
        except JournalError as raised:
            error = raised
        for ticket in group:
            ticket.error = type(error)(*error.args, path=error.path) if error else None
            ticket.done.set()
