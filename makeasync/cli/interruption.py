"""What Ctrl-C does to a campaign: nothing more leaves, what is on its way is waited for; once more, and it is not."""

import os
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import anyio

from makeasync.cli.talk import talk
from makeasync.client.crew import Crew

__all__ = ["Interruption"]

# What a shell says of a command that Ctrl-C has ended.
_INTERRUPTED = 130


class Interruption:
    """A block in which Ctrl-C and SIGTERM end what is being done in order.

    Attributes:
        came: somebody has asked for it.
    """

    def __init__(self) -> None:
        self.came = False
        self._crew = Crew()
        self._stop: Callable[[], None] | None = None

    async def __aenter__(self) -> Self:
        await self._crew.__aenter__()
        self._crew.start(self._listen)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        return await self._crew.__aexit__(kind, error, traceback)

    @contextmanager
    def by(self, stop: Callable[[], None]) -> Generator[None]:
        """Say what ends the thing that is done in this block."""
        self._stop = stop
        if self.came:
            stop()
        try:
            yield
        finally:
            self._stop = None

    async def _listen(self) -> None:
        try:
            with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
                async for _ in signals:
                    self._interrupt()
        except (NotImplementedError, ValueError):  # pragma: no cover - Windows, or not the main thread
            return

    def _interrupt(self) -> None:
        if self.came:
            talk.print("given up waiting; what was on its way is unknown when the campaign is opened again")
            # In the journal it is on its way, which is what is known of it; there is nothing more to be done in order.
            os._exit(_INTERRUPTED)
        self.came = True
        talk.print("stopping: nothing more is sent; waiting for what is on its way (Ctrl-C once more: do not wait)")
        if self._stop is not None:
            self._stop()
