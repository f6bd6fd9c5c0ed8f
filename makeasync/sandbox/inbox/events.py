"""Events: what tells an open page that it should look again.

Here lives the stream: `changed` as soon as something has, and every second, because time goes on; `ended` is the last,
when the server stops.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from makeasync.sandbox.sandbox import Sandbox

__all__ = ["events_of"]

_LOOKS_EVERY, _SPEAKS_EVERY = 0.1, 1.0


async def events_of(sandbox: Sandbox, is_ending: Callable[[], bool]) -> AsyncGenerator[str]:
    """Tell a page of every change until the server ends."""
    told, told_at = -1, 0.0
    while not is_ending():
        version, now = sandbox.version, anyio.current_time()
        if version != told or now - told_at >= _SPEAKS_EVERY:
            told, told_at = version, now
            yield _event("changed")
        await anyio.sleep(_LOOKS_EVERY)
    yield _event("ended")


def _event(name: str) -> str:
    return f"event: {name}\ndata:\n\n"
