"""A process that runs a campaign, and kills itself at a named step if it is told to. Started by `test_crash`.

    python crash_subject.py JOURNAL URL MESSAGES [STEP OCCURRENCE]

It says `running` when it begins to send, and at the end who is in which state.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Sequence

import anyio
from attrs import define

from makeasync import Answer, AsyncClient, Campaign, Caution, LoopClock, Progress, Sms, State, Target
from makeasync.campaign.journal import Change, Journal
from makeasync.campaign.sqlite import SqliteJournal
from makeasync.client.httpx_lanes import HttpxLanes

_ABOUT = {State.SENDING: "intent", State.ACCEPTED: "outcome", State.REFUSED: "outcome", State.UNKNOWN: "outcome"}


class Failpoints:
    """Counts the steps, and kills the process at one of them."""

    def __init__(self, step: str, occurrence: int) -> None:
        self.step = step
        self.occurrence = occurrence
        self.seen = Counter[str]()

    def reach(self, step: str) -> None:
        self.seen[step] += 1
        if step == self.step and self.seen[step] == self.occurrence:
            os.kill(os.getpid(), signal.SIGKILL)


class WatchedJournal:
    """A journal whose commits are steps."""

    def __init__(self, journal: Journal, failpoints: Failpoints) -> None:
        self._journal = journal
        self._failpoints = failpoints

    def __getattr__(self, name: str) -> object:
        return getattr(self._journal, name)

    async def write(self, changes: Sequence[Change]) -> None:
        about = {_ABOUT[change.after.state] for change in changes if change.after.state in _ABOUT}
        for each in sorted(about):
            self._failpoints.reach(f"before {each} is committed")
        await self._journal.write(changes)
        for each in sorted(about):
            self._failpoints.reach(f"after {each} is committed")


@define(kw_only=True)
class WatchedProgress(Progress):
    """A progress whose phases are steps."""

    inner: Progress
    failpoints: Failpoints

    def reach(self, phase: str) -> None:
        self.failpoints.reach(f"before {phase}")
        self.inner.reach(phase)  # pyright: ignore[reportArgumentType]
        self.phase = self.inner.phase


def watch_transport(failpoints: Failpoints) -> None:
    fetch = HttpxLanes.fetch

    @functools.wraps(fetch)
    async def watched(self: HttpxLanes, target: Target, timeout: float, progress: Progress) -> Answer:
        if not target.path.startswith("apimake"):
            return await fetch(self, target, timeout, progress)
        failpoints.reach("before the request")
        answer = await fetch(self, target, timeout, WatchedProgress(inner=progress, failpoints=failpoints))
        failpoints.reach("after the answer")
        return answer

    HttpxLanes.fetch = watched


async def main(path: str, url: str, messages: int, failpoints: Failpoints) -> None:
    async def opener() -> Journal:
        return WatchedJournal(await SqliteJournal.open(path, LoopClock()), failpoints)  # pyright: ignore[reportReturnType]

    watch_transport(failpoints)
    async with (
        AsyncClient("john", "secret", base_url=url, rate=None, timeout=5.0) as client,
        Campaign(opener) as campaign,
    ):
        await campaign.add(Sms(from_="33639980000", to=str(33600000000 + n), txt="123") for n in range(messages))
        print("running", flush=True)  # noqa: T201 - whoever started it waits for this
        async with campaign.run(client, caution=Caution(1)) as outcomes:
            async for _ in outcomes:
                pass
        keys = {state: [entry.key for entry in await campaign.entries(state, limit=messages)] for state in State}
        print(json.dumps(keys), flush=True)  # noqa: T201


if __name__ == "__main__":
    journal, address, number, *at = sys.argv[1:]
    step, occurrence = at or ("", "0")
    anyio.run(main, journal, address, int(number), Failpoints(step, int(occurrence)))
