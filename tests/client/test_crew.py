"""Tasks inside a block: they end with it, and leave its exceptions alone."""

from __future__ import annotations

import anyio
import pytest

from makeasync import ClientClosed
from makeasync.client.crew import Crew


async def test_leaving_the_block_cancels_what_still_works() -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("cancelled")

    with anyio.fail_after(1):
        async with Crew() as crew:
            crew.start(work)
            await anyio.wait_all_tasks_blocked()
    assert ended == ["cancelled"]


async def test_what_the_block_raises_comes_out_bare() -> None:
    async def fail() -> None:
        async with Crew() as outer, Crew() as inner:
            outer.start(anyio.sleep_forever)
            inner.start(anyio.sleep_forever)
            raise ValueError("of the block")

    with pytest.raises(ValueError, match=r"^of the block$"):
        await fail()


async def test_even_while_a_scope_around_it_is_cancelled() -> None:
    async def fail() -> None:
        with anyio.CancelScope() as scope:
            async with Crew() as crew:
                crew.start(anyio.sleep_forever)
                await anyio.wait_all_tasks_blocked()
                scope.cancel()
                raise ValueError("of the block")

    with pytest.raises(ValueError, match=r"^of the block$"):
        await fail()


async def test_a_cancelled_scope_around_it_ends_it() -> None:
    with anyio.fail_after(1), anyio.CancelScope() as scope:
        async with Crew() as crew:
            crew.start(anyio.sleep_forever)
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught


async def test_a_task_that_fails_is_not_hidden() -> None:
    async def fail() -> None:
        raise KeyError("of a task")

    async def run() -> None:
        async with Crew() as crew:
            crew.start(fail)
            await anyio.sleep_forever()

    with pytest.raises(ExceptionGroup) as caught:
        await run()
    assert isinstance(caught.value.exceptions[0], KeyError)


async def test_nothing_is_started_outside_the_block() -> None:
    crew = Crew()
    with pytest.raises(ClientClosed):
        crew.start(anyio.sleep_forever)
    async with crew:
        assert crew.at_work
    assert not crew.at_work
    with pytest.raises(ClientClosed):
        crew.start(anyio.sleep_forever)
