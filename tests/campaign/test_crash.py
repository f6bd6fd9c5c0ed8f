"""The kill matrix: a real process runs a campaign, is killed at any instant, and is run again until it is done.

In the suite it is short; `nox -s crash` runs all of it and prints its table.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import anyio
import pytest
from anyio.abc import ByteStream, Process
from attrs import frozen
from support.raw_server import RawServer, http

WHOLE = os.environ.get("MAKEASYNC_CRASH") == "whole"
MESSAGES = 500 if WHOLE else 40
INSTANTS = 200 if WHOLE else 1
OCCURRENCES = 5 if WHOLE else 1
STEPS = (
    "before intent is committed",
    "after intent is committed",
    "before the request",
    "before connect",
    "before send",
    "before wait",
    "before read",
    "before answer",
    "after the answer",
    "before outcome is committed",
    "after outcome is committed",
)
# On their way, and on their way into the journal.
AT_ONCE = 20
Record = Callable[[str, object], None]
SUBJECT = Path(__file__).parents[1] / "support" / "crash_subject.py"

_ACCEPTED = "<response><result>success</result><cost>5</cost><credits>9</credits><id>id{to}</id></response>"
_REFUSED = "<response><result>failed</result><result_code>104</result_code></response>"
_BALANCE = "<response><result>success</result><credits>1000000</credits></response>"


@pytest.fixture
def anyio_backend() -> str:
    """Of whoever watches; the process that is killed runs on asyncio."""
    return "asyncio"


class Counting:
    """The service: counts for whom it takes a message, refuses some, and hangs up on some."""

    def __init__(self) -> None:
        self.taken = Counter[str]()

    async def answer(self, server: RawServer, stream: ByteStream) -> bool:
        line = server.requests[-1].split(" ")[1]
        if "apicredits" in line:
            await stream.send(http(_BALANCE))
            return True
        to = line.partition("to=")[2].partition("&")[0]
        if int(to) % 20 == 7:
            await stream.send(http(_REFUSED))
            return True
        self.taken[to] += 1
        if int(to) % 20 == 13:
            return False
        await stream.send(http(_ACCEPTED.format(to=to)))
        return True


@frozen
class Seen:
    """What was there to be seen when a campaign that was killed had been run to its end."""

    died: bool
    twice: int
    lost: int
    unknown: int
    torn: int


@pytest.fixture
async def service() -> AsyncIterator[tuple[Counting, str]]:
    counting = Counting()
    async with RawServer(counting.answer) as server:
        yield counting, server.url


async def until_said(process: Process, word: bytes) -> None:
    assert process.stdout is not None
    said = b""
    while word not in said:
        said += await process.stdout.receive()


async def crash(path: Path, counting: Counting, url: str, *step: str, instant: float | None = None) -> Seen:
    """Run a campaign, kill it, and run it again until it is done."""
    command = [sys.executable, str(SUBJECT), str(path), url, str(MESSAGES)]
    async with await anyio.open_process([*command, *step], stderr=None) as process:
        if instant is not None:
            await until_said(process, b"running")
            await anyio.sleep(instant)
            # On a fast machine, or a busy one, it may be done: it has not died then, and that is told.
            with suppress(ProcessLookupError):
                process.kill()
        died = await process.wait() == -signal.SIGKILL
    finished = await anyio.run_process(command, stderr=None)
    keys = {state: set(keys) for state, keys in json.loads(finished.stdout.splitlines()[-1]).items()}
    ended = [*keys["accepted"], *keys["refused"], *keys["unknown"], *keys["not_sent"]]
    everybody = {str(33600000000 + number) for number in range(MESSAGES)}
    assert keys["accepted"] <= set(counting.taken) <= keys["accepted"] | keys["unknown"]
    return Seen(
        died=died,
        twice=sum(count > 1 for count in counting.taken.values()),
        lost=len(everybody.symmetric_difference(ended)),
        unknown=len(keys["unknown"]),
        torn=sum(int(to) % 20 != 13 for to in keys["unknown"]),
    )


def check(seen: Seen) -> None:
    assert (seen.twice, seen.lost) == (0, 0)
    assert seen.torn <= AT_ONCE, "no more is unknown than was on its way"


@pytest.mark.parametrize("occurrence", range(OCCURRENCES))
@pytest.mark.parametrize("step", STEPS if WHOLE else STEPS[::3])
async def test_killed_at_a_step_it_messages_nobody_twice_and_loses_nobody(
    tmp_path: Path, service: tuple[Counting, str], step: str, occurrence: int, record_property: Record
) -> None:
    which = random.Random(f"{step} {occurrence}").randint(1, MESSAGES // 10)
    seen = await crash(tmp_path / "j.journal", *service, step, str(which))
    record_property("killed", f"{step};{seen.died:d};{seen.twice};{seen.lost};{seen.unknown}")
    assert seen.died
    check(seen)


@pytest.mark.parametrize("number", range(INSTANTS))
async def test_killed_at_any_instant_it_messages_nobody_twice_and_loses_nobody(
    tmp_path: Path, service: tuple[Counting, str], number: int, record_property: Record
) -> None:
    instant = random.Random(number).uniform(0, MESSAGES / 500)
    seen = await crash(tmp_path / "j.journal", *service, instant=instant)
    record_property("killed", f"any instant;{seen.died:d};{seen.twice};{seen.lost};{seen.unknown}")
    check(seen)
