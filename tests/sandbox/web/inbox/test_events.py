from __future__ import annotations

from contextlib import aclosing

import anyio

from makeasync.sandbox import Sandbox
from makeasync.sandbox.web.inbox.events import events_of

CHANGED, ENDED = "event: changed\ndata:\n\n", "event: ended\ndata:\n\n"


async def test_a_page_is_told_at_once_then_when_something_changes_and_as_time_goes_on() -> None:
    sandbox = Sandbox()
    async with aclosing(events_of(sandbox, None)) as events:
        begun = anyio.current_time()
        assert await anext(events) == CHANGED
        assert anyio.current_time() - begun < 0.3
        await anyio.sleep(0.5)
        sandbox.touch()
        changed = anyio.current_time()
        assert await anext(events) == CHANGED
        assert anyio.current_time() - changed < 0.3
        assert await anext(events) == CHANGED, "time goes on"
        assert 0.9 < anyio.current_time() - changed < 1.5


async def test_changes_that_come_together_are_told_together() -> None:
    sandbox = Sandbox()
    async with aclosing(events_of(sandbox, None)) as events:
        await anext(events)
        begun = anyio.current_time()
        for _ in range(3):
            sandbox.touch()
            assert await anext(events) == CHANGED
        assert 1.2 <= anyio.current_time() - begun < 2.2


async def test_the_end_is_the_last_that_is_told() -> None:
    ending = anyio.Event()
    async with aclosing(events_of(Sandbox(), ending)) as events:
        await anext(events)
        ending.set()
        assert [event async for event in events] == [ENDED]
