"""Whatever is done to a campaign, in any order: nobody is messaged twice, nobody is lost, and no more is spent."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import anyio
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from support.service import Fate, Service, messages, sms

from makeasync import Campaign, Caution, JournalFailed, LoopClock, State
from makeasync.campaign.journal import Change, Journal
from makeasync.campaign.sqlite import SqliteJournal

# `nox -s crash` tries more.
EXAMPLES = 400 if os.environ.get("MAKEASYNC_CRASH") == "whole" else 10
FATES: st.SearchStrategy[Fate] = st.sampled_from(["accept", "not_sent", "lost", "torn", 104, 101, 102])


class Mortal:
    """A journal of a process that dies: at one of its commits, before or after it, and for good."""

    def __init__(self, journal: Journal, commits: int, *, after: bool) -> None:
        self._journal = journal
        self._commits = commits
        self._after = after

    def __getattr__(self, name: str) -> object:
        return getattr(self._journal, name)

    async def write(self, changes: Sequence[Change]) -> None:
        self._commits -= 1
        if self._commits > 0 or (self._commits == 0 and self._after):
            await self._journal.write(changes)
        if self._commits <= 0:
            raise JournalFailed("dead", path="")


class AnySequence(RuleBasedStateMachine):
    backend = "asyncio"

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "journal"
        self.service = Service()
        self.added = set[str]()
        self.counts = dict.fromkeys(State, 0)
        self.keys: dict[State, set[str]] = {}
        self.allowed = 0

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def within(self, work: Callable[[Campaign], Awaitable[object]], commits: int = 0, *, after: bool = False) -> None:
        """Do something with the campaign in a process of its own, which dies at a commit if it is told to."""

        async def opener() -> Journal:
            journal = await SqliteJournal.open(self.path, LoopClock())
            return Mortal(journal, commits, after=after) if commits else journal  # pyright: ignore[reportReturnType]

        async def main() -> None:
            try:
                async with Campaign(opener) as campaign:
                    await work(campaign)
            except JournalFailed:
                assert commits
            async with Campaign.open(self.path) as campaign:
                self.counts = dict(await campaign.counts())
                self.keys = {state: {entry.key for entry in await campaign.entries(state)} for state in State}

        anyio.run(main, backend=self.backend)

    @rule(first=st.integers(0, 30), count=st.integers(1, 15))
    def add(self, first: int, count: int) -> None:
        async def work(campaign: Campaign) -> None:
            await campaign.add(messages(count, first))

        self.within(work)
        self.added |= {sms(number).to for number in range(first, first + count)}

    @rule(
        fates=st.lists(FATES, max_size=20),
        limit=st.none() | st.integers(0, 120),
        commits=st.integers(0, 12),
        after=st.booleans(),
        connections=st.integers(1, 5),
    )
    def run(self, fates: list[Fate], limit: int | None, commits: int, *, after: bool, connections: int) -> None:
        coming = iter(fates)

        def fate(_: str) -> Fate:
            return next(coming, None) or "accept"

        self.service.fate = fate
        spent = self.service.taken.total() * self.service.cost

        async def work(campaign: Campaign) -> None:
            async with (
                self.service.client(connections=connections) as client,
                campaign.run(client, max_credits=limit, caution=Caution(1)) as outcomes,
            ):
                async for _ in outcomes:
                    pass

        self.within(work, commits, after=after)
        if limit is not None:
            assert self.service.taken.total() * self.service.cost <= max(limit, spent)

    @rule()
    def cancel(self) -> None:
        self.within(Campaign.cancel)

    @rule()
    def resolve(self) -> None:
        """A person looks at the account, and says how it was."""

        async def work(campaign: Campaign) -> None:
            for entry in await campaign.unknown():
                await campaign.resolve(entry.key, accepted=entry.key in self.service.taken)

        self.within(work)

    @invariant()
    def nobody_is_messaged_twice(self) -> None:
        if "service" in vars(self):
            assert set(self.service.taken.values()) <= {1}

    @invariant()
    def nobody_is_lost(self) -> None:
        if not vars(self).get("keys"):
            return
        assert sum(self.counts.values()) == len(self.added)
        assert set[str]().union(*self.keys.values()) == self.added
        taken = set(self.service.taken)
        assert self.keys[State.ACCEPTED] <= taken <= self.keys[State.ACCEPTED] | self.keys[State.UNKNOWN]
        assert not self.keys[State.SENDING]


class AnySequenceOnTrio(AnySequence):
    backend = "trio"


@pytest.mark.parametrize("machine", [AnySequence, AnySequenceOnTrio])
def test_any_sequence_keeps_every_promise(machine: type[AnySequence]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        ),
    )
