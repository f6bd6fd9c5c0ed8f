"""Who is waited for, in process; over a socket, see test_delivery."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import anyio
import pytest

from makeasync.sandbox.web.presence import ENDING, while_there

if TYPE_CHECKING:
    from starlette.types import Message


async def stays() -> Message:
    await anyio.sleep_forever()
    raise AssertionError


async def test_what_comes_to_its_end_is_said_to() -> None:
    assert await while_there({}, stays, partial(anyio.sleep, 0.01))


async def test_who_is_gone_is_not_waited_for_and_asked_no_oftener_than_needed() -> None:
    told: list[Message] = [{"type": "http.request"}, {"type": "http.disconnect"}]

    async def receive() -> Message:
        await anyio.lowlevel.checkpoint()
        return told.pop(0)

    with anyio.fail_after(1):
        assert not await while_there({}, receive, anyio.sleep_forever)
    assert told == []


async def test_a_server_that_ends_is_not_held_up() -> None:
    ending = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(set_soon, ending)
        with anyio.fail_after(1):
            assert not await while_there({ENDING: ending}, stays, anyio.sleep_forever)


async def set_soon(event: anyio.Event) -> None:
    await anyio.sleep(0.01)
    event.set()


async def test_what_the_work_raises_comes_bare() -> None:
    async def fail() -> None:
        await anyio.sleep(0.01)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await while_there({}, stays, fail)


async def test_who_is_cancelled_waits_no_more() -> None:
    with pytest.raises(TimeoutError), anyio.fail_after(0.01):
        await while_there({}, stays, anyio.sleep_forever)
