"""Presence: whether who asked is still there, and the server too.

Here lives the one way to wait inside a request: for a late answer, for one that never comes, for messages. Nobody is
waited for who has hung up, and no wait holds up a server that ends.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

import anyio

if TYPE_CHECKING:
    from starlette.types import Receive, Scope

__all__ = ["ENDING", "Ending", "while_there"]

ENDING = "makeasync.ending"
"""The key in an ASGI scope of an `Ending`; in process there is none."""


class Ending(Protocol):
    """An event of the server's own loop: it is about to stop."""

    def is_set(self) -> bool:
        """Whether it is."""
        ...

    async def wait(self) -> object:
        """Wait until it is."""
        ...


async def while_there(scope: Scope, receive: Receive, work: Callable[[], Awaitable[object]]) -> bool:
    """Do something for as long as who asked is there and the server goes on; say whether it came to its end.

    The body must have been read, or there must be none. What the work raises comes out bare.
    """
    is_done, raised = False, None
    ending: Ending | None = scope.get(ENDING)
    async with anyio.create_task_group() as group:

        async def end_with(event: Callable[[], Awaitable[object]]) -> None:
            await event()
            group.cancel_scope.cancel()

        group.start_soon(end_with, partial(_gone, receive))
        if ending is not None:
            group.start_soon(end_with, ending.wait)
        try:
            await work()
            is_done = True
        except Exception as error:  # noqa: BLE001 - it is raised below, where no group wraps it
            raised = error
        group.cancel_scope.cancel()
    if raised is not None:
        raise raised
    return is_done


async def _gone(receive: Receive) -> None:
    # Asked for no oftener than it must be: each time a server reads on, whatever else is sent to it.
    while (await receive())["type"] != "http.disconnect":
        pass
