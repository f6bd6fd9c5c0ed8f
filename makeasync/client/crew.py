"""Tasks that work while a block runs: a task group whose block keeps its own exceptions.

anyio wraps whatever a block raises into an ExceptionGroup, even a plain ValueError of the user's. Here it
comes out bare.
"""

from collections.abc import Callable, Coroutine, Iterator
from types import TracebackType
from typing import Self, TypeVarTuple, cast

import anyio
from anyio import get_cancelled_exc_class
from anyio.abc import TaskGroup

from makeasync.errors import ClientClosed

__all__ = ["Crew", "outlast"]

Arguments = TypeVarTuple("Arguments")


class Crew:
    """A task group for the inside of a context manager; leaving the block cancels what still works."""

    def __init__(self) -> None:
        self._group: TaskGroup | None = None

    @property
    def at_work(self) -> bool:
        """The block has begun and is not over."""
        return self._group is not None

    def start(self, work: Callable[[*Arguments], Coroutine[object, object, object]], *arguments: *Arguments) -> None:
        """Start a task.

        Raises:
            ClientClosed: the block has not begun, or is over.
        """
        if self._group is None:
            raise ClientClosed("not open: use it inside `async with`, and not after its end")
        self._group.start_soon(work, *arguments)

    def cancel(self) -> None:
        """Cancel every task; one that shields itself goes on to its end."""
        if self._group is not None:
            self._group.cancel_scope.cancel()

    async def __aenter__(self) -> Self:
        self._group = anyio.create_task_group()
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        group, self._group = self._group, None
        if group is None:
            return None
        group.cancel_scope.cancel()
        try:
            return await group.__aexit__(kind, error, traceback)
        except BaseExceptionGroup as raised:
            # Trio rebuilds groups, and adds its Cancelled when a scope around all of it is cancelled too.
            own = {id(leaf) for leaf in _leaves(error)} if error else set[int]()
            if own and all(id(leaf) in own or isinstance(leaf, get_cancelled_exc_class()) for leaf in _leaves(raised)):
                return False
            raise


async def outlast(done: anyio.Event) -> None:
    """Wait for something that will come, whoever cancels how often."""
    with anyio.CancelScope(shield=True):
        while not done.is_set():
            try:
                await done.wait()
            except get_cancelled_exc_class():
                continue


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if not isinstance(error, BaseExceptionGroup):
        yield error
        return
    for one in cast("BaseExceptionGroup[BaseException]", error).exceptions:
        yield from _leaves(one)
