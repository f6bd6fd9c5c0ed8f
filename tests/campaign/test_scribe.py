"""Group commit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import anyio
import pytest

from makeasync import ClientClosed, JournalFailed
from makeasync.campaign.scribe import Scribe
from makeasync.client.crew import Crew


class Store:
    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.go = anyio.Event()
        self.error: JournalFailed | None = None

    async def write(self, group: Sequence[int]) -> None:
        await self.go.wait()
        if self.error is not None:
            raise self.error
        self.groups.append(list(group))


async def test_what_comes_while_one_group_is_written_is_the_next() -> None:
    store = Store()
    scribe = Scribe(store.write)
    async with Crew() as crew:
        crew.start(scribe.run)
        async with anyio.create_task_group() as group:
            for number in range(3):
                group.start_soon(scribe.commit, number)
            await anyio.wait_all_tasks_blocked()
            for number in range(3, 50):
                group.start_soon(scribe.commit, number)
            await anyio.wait_all_tasks_blocked()
            store.go.set()
        scribe.close()
    assert len(store.groups) <= 4
    assert sorted(chain(*store.groups)) == list(range(50))


async def test_a_commit_that_is_cancelled_is_waited_for() -> None:
    store = Store()
    scribe = Scribe(store.write)
    async with Crew() as crew:
        crew.start(scribe.run)
        async with anyio.create_task_group() as group:
            group.start_soon(scribe.commit, 1)
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
            crew.start(store_later, store)
        assert store.groups == [[1]]
        scribe.close()


async def store_later(store: Store) -> None:
    await anyio.sleep(0.05)
    store.go.set()


async def test_a_group_that_fails_fails_for_each_with_an_error_of_its_own() -> None:
    store = Store()
    store.error = JournalFailed("full", path="spring.journal")
    store.go.set()
    scribe = Scribe(store.write)
    errors: list[JournalFailed] = []

    async def commit(number: int) -> None:
        with pytest.raises(JournalFailed, match="full") as raised:
            await scribe.commit(number)
        errors.append(raised.value)

    async with Crew() as crew:
        crew.start(scribe.run)
        async with anyio.create_task_group() as group:
            for number in range(3):
                group.start_soon(commit, number)
        scribe.close()
    assert len({id(error) for error in errors}) == 3


async def test_once_closed_it_takes_nothing_more() -> None:
    store = Store()
    scribe = Scribe(store.write)
    async with Crew() as crew:
        crew.start(scribe.run)
        await anyio.wait_all_tasks_blocked()
        scribe.close()
    with pytest.raises(ClientClosed):
        await scribe.commit(1)
