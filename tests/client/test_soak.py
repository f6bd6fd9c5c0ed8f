"""Send and track at full speed while the server fails and callers are cancelled: nothing adds up.

For half a second in the suite, for ten minutes on each event loop in `nox -s soak`. What is counted after the first
tenth is compared with what is counted at the end: open sockets, tasks, memory.
"""

from __future__ import annotations

import gc
import logging
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import anyio
import pytest
from attrs import define, frozen
from faults.server import Connection, FaultyServer, answer_to, http

from makeasync import AsyncClient, Event, NotSent, Sending, Settled, Sms, Tracked

SECONDS = float(os.environ.get("MAKEASYNC_SOAK", "0.5"))
LANES = 20
MOST = 20_000_000
FIRST = 33_600_000_000
# So short a run is still warming up; in ten minutes nothing may add up.
MEMORY = 3.0 if SECONDS > 60 else 12.0


class Service:
    """Takes messages, fails now and then, and remembers for whom it took one: a byte for each number."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.taken = bytearray(MOST)
        self.twice = 0
        self.seen = 0
        self.sound = False

    async def __call__(self, connection: Connection) -> bool:
        asked = await connection.request()
        connection.server.requests.clear()
        self.seen += 1
        self._take(asked)
        # Whichever id is asked for, the answer is about that one.
        whole = http(answer_to(asked, self.seen).replace("abcdefghijkl12", asked.rpartition("id=")[2]))
        if self.sound:
            # Slow enough for every connection to be in use at once.
            await anyio.sleep(0.1)
            await connection.send(whole)
            return True
        match self.chance.randrange(60):
            case 0:
                await connection.reset()
                return False
            case 1:
                return False
            case 2:
                await connection.send(whole[:-30])
                return False
            case 3:
                await connection.send(http("<html>", "500 Internal Server Error"))
            case 4:
                await connection.send(http("<html>"))
            case 5:
                await anyio.sleep(self.chance.random() * 0.1)
                await connection.send(whole)
            case 6:
                await connection.send(whole + b"rubbish")
            case 7 if asked.startswith("apilog"):
                await connection.send(
                    http("<response><result>failed</result><result_code>112</result_code></response>")
                )
            case _:
                await connection.send(whole)
        return True

    def _take(self, asked: str) -> None:
        if not asked.startswith("apimakesms"):
            return
        number = int(asked.split("to=")[1].split("&", maxsplit=1)[0]) - FIRST
        self.twice += self.taken[number]
        self.taken[number] = 1


@frozen
class Count:
    """What is there when all is quiet."""

    sockets: int
    tasks: int
    megabytes: float

    @classmethod
    def now(cls) -> Count:
        gc.collect()
        links = [str(it.readlink()) for it in Path("/proc/self/fd").iterdir() if it.is_symlink()]
        resident = int(Path("/proc/self/statm").read_text("utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")
        return cls(sum(link.startswith("socket:") for link in links), len(anyio.get_running_tasks()), resident / 2**20)


@define
class Load:
    """One client's work: batch after batch, each in a scope that may be cancelled."""

    client: AsyncClient
    chance: random.Random
    outcomes: Counter[str]
    number: int = FIRST

    def _messages(self, count: int) -> Iterator[Sms]:
        for _ in range(count):
            self.number += 1
            yield Sms(from_="33639980000", to=str(self.number), txt="123")

    async def go_on(self, seconds: float) -> None:
        with anyio.move_on_after(seconds):
            async with anyio.create_task_group() as group:
                for _ in range(2):
                    group.start_soon(self._repeat, self._send)
                group.start_soon(self._repeat, self._track)

    async def _repeat(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            patience = self.chance.choice([0.005, 0.1, 1.0, 5.0])
            with anyio.move_on_after(patience):
                await work()

    async def _send(self) -> None:
        async with self.client.send_all(self._messages(300), concurrency=50) as outcomes:
            async for outcome in outcomes:
                self.outcomes[type(outcome).__name__] += 1

    async def _track(self) -> None:
        ids = [f"a{self.chance.randrange(10**6)}" for _ in range(100)]
        async with self.client.track_all(ids, concurrency=20) as trackings:
            async for tracked in trackings:
                self.outcomes["tracked" if isinstance(tracked, Tracked) else "not tracked"] += 1


async def quiet(server: FaultyServer, service: Service, client: AsyncClient) -> Count:
    """Use every connection once while the server is sound, and count when nothing is under way any more."""
    service.sound = True
    async with anyio.create_task_group() as group:
        for _ in range(LANES):
            group.start_soon(client.get_credits)
    with anyio.fail_after(10):
        while server.open != LANES:  # noqa: ASYNC110 - sockets close when they do
            await anyio.sleep(0.01)
    await anyio.sleep(0.1)
    service.sound = False
    return Count.now()


async def test_nothing_adds_up(caplog: pytest.LogCaptureFixture) -> None:
    # pytest keeps every record.
    caplog.set_level(logging.CRITICAL, "makeasync")
    chance = random.Random(4)
    service = Service(chance)
    told = Counter[str]()
    outcomes = Counter[str]()

    def tell(event: Event) -> None:
        if isinstance(event, Settled):
            told["reached" if not isinstance(event.outcome, NotSent) else "not sent"] += 1
        elif isinstance(event, Sending):
            told["left"] += 1

    async with (
        FaultyServer(service) as server,
        AsyncClient(
            *("login", "password"),
            base_url=server.url,
            rate=None,
            max_connections=LANES,
            tracking_delay=0,
            on_event=tell,
        ) as client,
    ):
        load = Load(client, chance, outcomes)
        await load.go_on(SECONDS / 10)
        early = await quiet(server, service, client)
        await load.go_on(SECONDS * 9 / 10)
        late = await quiet(server, service, client)
    print(f"\n{SECONDS:g} s: {service.seen:,} requests, {dict(outcomes)}, {dict(told)}\nthen {early}\nnow  {late}")  # noqa: T201 - the figures of `nox -s soak`
    assert service.twice == 0
    assert sum(service.taken) <= told["reached"], "whatever was taken has been told"
    assert outcomes["Accepted"] > 0
    assert late.sockets == early.sockets
    assert late.tasks == early.tasks
    assert late.megabytes <= early.megabytes + MEMORY
