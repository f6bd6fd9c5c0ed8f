"""Events: what tells an open page that it should look again.

Here lives the stream: `changed` as soon as something has, and every second, because time goes on; `ended` is the last,
when the server stops.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

import anyio

from makeasync.sandbox.web.presence import Ending

if TYPE_CHECKING:
    from makeasync.sandbox.sandbox import Sandbox

__all__ = ["events_of"]

# A change is told at once; those that come while pages draw that one are told together.
_LOOKS_EVERY, _DRAWS, _SPEAKS_EVERY = 0.05, 0.4, 1.0


async def events_of(sandbox: Sandbox, ending: Ending | None) -> AsyncGenerator[str]:
    """Tell a page of changes until the server ends."""
    told, changed_at, spoke_at = -1, 0.0, 0.0
    while ending is None or not ending.is_set():
        version, now = sandbox.version, anyio.current_time()
        has_changed = version != told and now - changed_at >= _DRAWS
        if has_changed or now - spoke_at >= _SPEAKS_EVERY:
            changed_at = now if version != told else changed_at
            told, spoke_at = version, now
            yield _event("changed")
        await anyio.sleep(_LOOKS_EVERY)
    yield _event("ended")


def _event(name: str) -> str:
    return f"event: {name}\ndata:\n\n"
