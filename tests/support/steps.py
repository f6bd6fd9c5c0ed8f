"""Do something at one step of the event loop: before the n-th time that anything at all runs in it."""

from __future__ import annotations

import asyncio.events
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import sniffio
import trio
from attrs import define

__all__ = ["Steps", "at_step"]


@define
class Steps:
    """What has been counted.

    Attributes:
        taken: steps of the loop so far.
        reached: it came to the one that was waited for.
    """

    taken: int = 0
    reached: bool = False


@contextmanager
def at_step(number: int, action: Callable[[], object]) -> Generator[Steps]:
    """Call `action` right before that step, counted from here, if it comes to that while the block lasts."""
    steps = Steps()

    def count() -> None:
        steps.taken += 1
        if steps.taken == number:
            steps.reached = True
            action()

    with (_asyncio if sniffio.current_async_library() == "asyncio" else _trio)(count):
        yield steps


@contextmanager
def _asyncio(count: Callable[[], None]) -> Generator[None]:
    original: Callable[[Any], None] = vars(asyncio.events.Handle)["_run"]

    def run(handle: Any) -> None:  # noqa: ANN401 - asyncio's own
        count()
        original(handle)

    asyncio.events.Handle._run = run  # pyright: ignore[reportAttributeAccessIssue]
    try:
        yield
    finally:
        asyncio.events.Handle._run = original  # pyright: ignore[reportAttributeAccessIssue]


class _Counting(trio.abc.Instrument):
    def __init__(self, count: Callable[[], None]) -> None:
        self._count = count

    def before_task_step(self, task: trio.lowlevel.Task) -> None:  # noqa: ARG002 - trio's
        self._count()


@contextmanager
def _trio(count: Callable[[], None]) -> Generator[None]:
    instrument = _Counting(count)
    trio.lowlevel.add_instrument(instrument)
    try:
        yield
    finally:
        trio.lowlevel.remove_instrument(instrument)
